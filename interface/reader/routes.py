"""What a page needs to read drawings by itself: constants, network and runtime, served beside the page's other routes.

The code is reader.js and what that imports; its constants are Python's own, written as a module here. Networks and runtime lie
under page/engine, each file below the version it belongs to, so that a browser keeps it as long as it likes:

GET page/assets/interface/reader/constants.js
GET page/engine/VERSION/FILE
"""

import json
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from interface.reader import runtime
from model import calibration, normalization, recogniser, test_time_augmentation
from model.custom_models import Convention
from model.inference import Engine
from model.recogniser import Recogniser
from model.segmentation import ink, segment, strip, touching

SHARED = (normalization, segment, ink, touching, strip, test_time_augmentation, calibration, recogniser)
CONSTANTS = "interface/reader/constants.js"
KINDS = {".js": "text/javascript", ".gz": "application/gzip", ".tflite": "application/octet-stream"}
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


def readers(models: Mapping[str, Recogniser]) -> dict[str, Recogniser]:
    """Those of the models whose answers the page can give itself: the ones that ship."""
    return {n: m for n, m in models.items() if m.calibrated and m.convention == Convention()}


def constants(models: Mapping[str, Recogniser]) -> str:
    """JavaScript that exports every constant of SHARED by its module's name, `models` with their calibration, and `runtime`."""
    values = {
        module.__name__.rpartition(".")[2]: {
            name: value
            for name, value in vars(module).items()
            if name.isupper() and isinstance(value, int | float | str | tuple)
        }
        for module in SHARED
    }
    values["models"] = {
        name: {
            "file": _file(model.engine),
            "temperature": model.calibration.temperature,
            "sure": model.calibration.sure,
            "not_digit": model.calibration.not_digit,
            "second_look": model.second_look,
            "outputs": model.engine.outputs,
        }
        for name, model in readers(models).items()
    }
    values["together"] = {"file": _file(recogniser.strips())}
    there = runtime.folder() is not None
    values["runtime"] = {
        "folder": runtime.FOLDER.name,
        "loader": runtime.LOADER,
        "wasm": f"{runtime.WASM}.gz",
        "there": there,
    }
    return "".join(f"export const {name} = {json.dumps(value)};\n" for name, value in values.items())


def files(models: Mapping[str, Recogniser]) -> dict[str, Path]:
    """VERSION/FILE → where it lies on this machine. No runtime where nobody has fetched it."""
    here = runtime.folder()
    found = {f"{here.name}/{name}": here / name for name in runtime.FILES} if here else {}
    engines = [recogniser.strips(), *(model.engine for model in readers(models).values())]
    return found | {_file(engine): engine.path for engine in engines}


def _file(engine: Engine) -> str:
    """VERSION/FILE of a network: the version says what is in it."""
    return f"{engine.sha256[:16]}/{engine.path.name}"


def routes(models: Mapping[str, Recogniser]) -> list[Route]:
    """The routes for ``launch(app_kwargs={"routes": …})``."""

    async def shared(_: Request) -> Response:
        return Response(constants(models), media_type=KINDS[".js"], headers={"Cache-Control": "no-cache"})

    async def file(request: Request) -> Response:
        path = files(models).get(f"{request.path_params['version']}/{request.path_params['name']}")
        if path is None:
            return JSONResponse({"error": "There is no such file here."}, 404)
        return FileResponse(path, media_type=KINDS[path.suffix], headers=FOR_EVER)

    return [Route(f"/page/assets/{CONSTANTS}", shared), Route("/page/engine/{version}/{name}", file)]
