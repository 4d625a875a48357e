"""HTTP routes of the reader inside the page: its constants, networks and WebAssembly runtime. Enter at `routes`.

The code is reader.js and what that imports; its constants are Python's, written as a module here. Networks and runtime lie
under page/engine, each file below the version it belongs to, so that a browser keeps it as long as it likes:

GET page/assets/interface/reader/constants.js
GET page/engine/VERSION/FILE
"""

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from interface.reader import runtime
from model import (
    calibration,
    convention_search,
    conventions,
    inside,
    normalization,
    pictures,
    pixels,
    reading,
    recogniser,
    saliency,
    test_time_augmentation,
)
from model.inference import Engine, sha256_of
from model.page_reader import instance_classifier, instances, network, network_input, reader, witness
from model.recogniser import Recogniser
from model.segmentation import edges, ink, line_reader, segment, strip, touching

# Their constants, by name; constants.d.ts beside this file says which of them the JavaScript uses.
CONSTANTS_OF = (
    normalization,
    segment,
    edges,
    ink,
    touching,
    strip,
    line_reader,
    test_time_augmentation,
    calibration,
    recogniser,
    pictures,
    pixels,
    saliency,
    inside,
    conventions,
    convention_search,
    reading,
    network_input,
    network,
    instances,
    instance_classifier,
    reader,
    witness,
)
CONSTANTS = "interface/reader/constants.js"
MEDIA_TYPES = {
    ".js": "text/javascript",
    ".gz": "application/gzip",
    ".tflite": "application/octet-stream",
    ".bin": "application/octet-stream",
    ".json": "application/json",
}
KEEP_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def readers(models: Mapping[str, Recogniser]) -> dict[str, Recogniser]:
    """The models whose answers the page can give itself: the ones that ship."""
    return {name: model for name, model in models.items() if model.calibrated and model.choice is None}


def constants(models: Mapping[str, Recogniser]) -> str:
    """JavaScript that exports the constants of each module of CONSTANTS_OF by its name, `models` with their calibration, and `runtime`."""
    values: dict[str, dict] = {
        module.__name__.rpartition(".")[2]: {
            name: value for name, value in vars(module).items() if name.isupper() and _plain(value)
        }
        for module in CONSTANTS_OF
    }
    values["models"] = {name: _card(model) for name, model in readers(models).items()}
    values["page_writing"] = _card(witness.page_writing())
    values["touching_network"] = {"file": _file(recogniser.touching_network())}
    values["page_files"] = {"network": _versioned(witness.NETWORK), "classifier": _versioned(instance_classifier.FILE)}
    values["inside_files"] = {path.name: name for name, path in inside_files().items()}
    values["runtime"] = {
        "folder": runtime.FOLDER.name,
        "relaxed": runtime.BUILDS[runtime.RELAXED],
        "plain": runtime.BUILDS[runtime.PLAIN],
        "relaxed_simd": runtime.RELAXED_SIMD,
        "tiff": runtime.TIFF,
        "jax": runtime.JAX[0],
        "there": runtime.folder() is not None,
    }
    return "".join(
        f"export const {name} = {json.dumps(value, default=_start_and_end)};\n" for name, value in values.items()
    )


def _start_and_end(part: slice) -> tuple[int, int]:
    return part.start, part.stop


def _plain(value: object) -> bool:
    """Whether the page can use it: a number, a text, a slice (which becomes its start and end), a tuple of those, or texts by name."""
    if isinstance(value, dict):
        return all(isinstance(text, str) for item in value.items() for text in item)
    if isinstance(value, tuple):
        return all(map(_plain, value))
    return isinstance(value, int | float | str | slice)


def files(models: Mapping[str, Recogniser]) -> dict[str, Path]:
    """VERSION/FILE → its path on this machine. No runtime where nobody has fetched it."""
    folder = runtime.folder()
    found = {f"{folder.name}/{name}": folder / name for name in runtime.FILES} if folder else {}
    ours = readers(models).values()
    students = [model.student.engine for model in ours if model.student]
    engines = [
        recogniser.touching_network(),
        witness.page_writing().engine,
        *(model.engine for model in ours),
        *students,
    ]
    return (
        found
        | {_file(engine): engine.path for engine in engines}
        | {_versioned(path): path for path in (witness.NETWORK, instance_classifier.FILE)}
        | inside_files()
    )


@functools.cache
def inside_files() -> dict[str, Path]:
    """VERSION/FILE → its path, of what the Explore tab shows of `cnn`."""
    return {_versioned(path): path for path in inside.files().values()}


@functools.cache
def _versioned(path: Path) -> str:
    """VERSION/FILE: the version says what is in it."""
    return f"{sha256_of(path)[:16]}/{path.name}"


def _card(model: Recogniser) -> dict:
    return {
        "file": _file(model.engine),
        "temperature": model.calibration.temperature,
        "sure": model.calibration.sure,
        "not_digit": model.calibration.not_digit,
        "second_look": model.second_look,
        "outputs": model.engine.outputs,
        "student": _student(model),
    }


def _student(model: Recogniser) -> dict | None:
    student = model.student
    return student and {
        "file": _file(student.engine),
        "temperature": student.calibration.temperature,
        "clear": student.clear,
        "enough": student.enough,
    }


def _file(engine: Engine) -> str:
    """VERSION/FILE of a network that is loaded."""
    return f"{engine.sha256[:16]}/{engine.path.name}"


def routes(models: Mapping[str, Recogniser]) -> list[Route]:
    """The routes for ``launch(app_kwargs={"routes": …})``."""

    async def constants_module(_: Request) -> Response:
        return Response(constants(models), media_type=MEDIA_TYPES[".js"], headers={"Cache-Control": "no-cache"})

    async def file(request: Request) -> Response:
        path = files(models).get(f"{request.path_params['version']}/{request.path_params['name']}")
        if path is None:
            return JSONResponse({"error": "There is no such file here."}, 404)
        return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=KEEP_FOR_EVER)

    return [Route(f"/page/assets/{CONSTANTS}", constants_module), Route("/page/engine/{version}/{name}", file)]
