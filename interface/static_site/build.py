"""Writes the page that needs no server as a folder of plain files. Enter at `write`.

The page draws, reads and evaluates with nothing but a web host, from any path; no request leaves the folder, and after the first
visit none leaves the browser. Its code is the app's own, but for what stands beside this file.
"""

import gzip
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import cv2
import numpy as np

from evaluation import report_files
from interface import assets
from interface.explore import routes as explore_routes
from interface.predict.examples.draw import GLYPHS, curve
from interface.reader import routes as reader_routes
from interface.reader import runtime
from interface.static_site import closer, evaluation, modules, page, templates
from interface.theme import LIGHT
from model import inside, labelled_drawings, recogniser
from model.datasets import DataError

EXAMPLES = assets.INTERFACE / "predict" / "examples"
MANIFEST = "manifest.webmanifest"  # a folder with it is one that this program wrote
# The app's, without the panel that only the app has; the app loads the last two elsewhere or not at all.
SHEETS = (
    *(sheet for sheet in assets.SHEETS if not sheet.startswith("interface/server/")),
    "evaluation/templates/sections.css",
    "interface/static_site/evaluate/plots.css",
    "interface/static_site/site.css",
)
DRAWINGS = "engine/labelled-drawings"  # 784 bytes each, then their labels: they tell what a visitor's model expects
ICONS = (192, 512)  # pixels: the sizes that Android asks for


class StaticError(Exception):
    """The folder cannot be written; the text says why and what to do."""


def write(out: Path) -> None:
    """Write the whole folder, or leave what was there. Raises StaticError."""
    if runtime.folder() is None:
        raise StaticError(f"The runtime for the page is not here; fetch it with: {runtime.COMMAND}")
    if out.exists() and not out.is_dir():
        raise StaticError(f"{out} is a file; name a folder to write.")
    if out.exists() and any(out.iterdir()) and not (out / MANIFEST).exists():
        raise StaticError(f"{out} holds other files; name a new or an empty folder, or one that this command wrote.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=out.parent) as stage:
            _fill(Path(stage) / "site")
            before = Path(stage) / "before"
            if out.exists():
                out.rename(before)
            try:
                (Path(stage) / "site").rename(out)
            except OSError:
                if before.exists():
                    before.rename(out)
                raise
    except OSError as error:
        raise StaticError(f"{out} cannot be written: {error.strerror or error}.") from error


def _fill(out: Path) -> None:
    models = {name: recogniser.load(name) for name in recogniser.shipped()}
    reports = {name: found for name in models if (found := report_files.shipped(name))}
    images = mnist()

    for name, path in (modules.of_page() | modules.of_worker()).items():
        _copy(path, out / "assets" / name)
    _write(out / "assets" / reader_routes.CONSTANTS, reader_routes.constants(models))
    _write(out / "assets" / evaluation.CONSTANTS, evaluation.constants(models, bool(images)))
    _write(out / "assets" / evaluation.TEMPLATE_MODULE, templates.module())
    _write(out / "assets" / "site.css", "\n".join((assets.ROOT / sheet).read_text("utf-8") for sheet in SHEETS))

    for name, path in reader_routes.files(models).items():
        _copy(path, out / "engine" / name)

    drawn, labels = labelled_drawings.labelled()
    (out / DRAWINGS).write_bytes((drawn * 255).round().astype(np.uint8).tobytes() + labels.astype(np.uint8).tobytes())

    for name in ("examples.json", *json.loads((EXAMPLES / "examples.json").read_text("utf-8"))):
        _copy(EXAMPLES / name, out / "examples" / name)

    for name, found in reports.items():
        _write(out / "reports" / f"{name}.json", report_files.dumps(found))
    for name, made in closer.sections_of(models).items():
        _write(out / "reports" / f"{name}-sections.json", json.dumps(made))
    for name, content in images.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(content)
    _write(out / "index.html", page.index(reports[recogniser.DEFAULT], list(models), bool(images)))
    _write(out / MANIFEST, json.dumps(_manifest(), indent=1))
    (out / "icons").mkdir()
    for side in ICONS:
        cv2.imwrite(str(out / "icons" / f"{side}.png"), _icon(side))
    _write(out / "sw.js", _service_worker(out))  # last: it names all the others


def mnist() -> dict[str, bytes]:
    """Name in the folder → content, of MNIST's images as the page asks for them; nothing where they are not on this machine."""
    try:
        return {f"mnist/{part}-images.gz": explore_routes.packed(part) for part in explore_routes.PARTS}
    except DataError:
        return {}


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _icon(side: int) -> np.ndarray:
    """A white 7 on the accent colour, (side, side, 3) uint8 BGR; within the middle 80 %, which no phone's mask cuts off."""
    red, green, blue = (int(LIGHT["accent"][i : i + 2], 16) for i in (1, 3, 5))
    icon = np.full((side, side, 3), (blue, green, red), np.uint8)
    [stroke] = GLYPHS["7"]
    path = (curve(stroke) - (34, 52)) * side * 0.0055 + side / 2
    cv2.polylines(icon, [np.round(path * 16).astype(int)], False, (255, 255, 255), side // 11, cv2.LINE_AA, shift=4)
    return icon


def _manifest() -> dict:
    """What a phone or desktop needs to install the page as an app."""
    icons = [
        {"src": f"icons/{side}.png", "sizes": f"{side}x{side}", "type": "image/png", "purpose": "any maskable"}
        for side in ICONS
    ]
    return {
        "name": "Digits",
        "short_name": "Digits",
        "description": "Reads the digits you draw.",
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": LIGHT["ground"],
        "theme_color": LIGHT["ground"],
        "icons": icons,
    }


def _service_worker(out: Path) -> str:
    """sw.js with the names of all files, and a version made of what is in them."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    version = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    names = [path.relative_to(out).as_posix() for path in files if path.name != "index.html"]
    seldom = {*inside.files(), *runtime.JAX}
    later = [
        name for name in names if name.startswith("mnist/") or Path(name).name in seldom
    ]  # large, and seldom wanted
    relaxed, plain = (
        [name for name in names if Path(name).name in runtime.BUILDS[build]]
        for build in (runtime.RELAXED, runtime.PLAIN)
    )
    lists = {
        "FILES": ["./", *(name for name in names if name not in (*later, *relaxed, *plain))],
        "LATER": later,
        "RELAXED": relaxed,
        "PLAIN": plain,
        "RELAXED_SIMD": runtime.RELAXED_SIMD,
    }
    code = Path(__file__).with_name("sw.js").read_text("utf-8").replace("VERSION`", f"{version}`")
    for name, values in lists.items():
        code = code.replace(f"const {name} = []", f"const {name} = {json.dumps(values)}")
    return code


def sizes(out: Path) -> tuple[int, int, int]:
    """(files, bytes that a host with gzip sends, bytes that one without sends) of the folder."""
    contents = [(path.suffix, path.read_bytes()) for path in out.rglob("*") if path.is_file()]
    with_gzip = sum(len(content if suffix == ".gz" else gzip.compress(content, 9)) for suffix, content in contents)
    return len(contents), with_gzip, sum(len(content) for _, content in contents)
