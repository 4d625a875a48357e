"""Writes the page that needs no server as a folder of plain files.

It draws, reads and shows the shipped report with nothing but a web host, from any path; no request leaves the folder, and after
the first visit none leaves the browser. The code is the app's own, but for what stands beside this file.
"""

import gzip
import hashlib
import json
import shutil
import tempfile
from html import escape
from pathlib import Path
from string import Template

import cv2
import numpy as np

from evaluation import html_report, plots, report_files, sections
from evaluation.report import Report
from interface import assets
from interface.predict.examples.draw import GLYPHS, curve
from interface.reader import routes as reader_routes
from interface.reader import runtime
from interface.theme import DARK, LIGHT
from model import recogniser

SITE = Path(__file__).parent
EXAMPLES = assets.INTERFACE / "predict" / "examples"
MARK = "manifest.webmanifest"  # a folder with it is one that this program wrote
# What runs in a thread of its own, and is asked for there; and what only the app has.
WORKER = ("worker", "recogniser", "arrays", "normalization", "test_time_augmentation", "segmentation/")
APP_ONLY = ("interface/evaluate/", "interface/server/")
# In the place of the app's: the same questions, answered in the page.
INSTEAD = {"interface/predict/server.js": SITE / "server.js"}
SHEETS = (
    "interface/page/app.css",
    "interface/predict/extras.css",
    "interface/evaluate/tab.css",
    "evaluation/templates/sections.css",
    "interface/static_site/site.css",
)
PHOTO = "a-page-of-a-notebook.jpg"  # an example that only Python reads


class StaticError(Exception):
    """The folder cannot be written; the text says why and what to do."""


def write(out: Path) -> None:
    """Write the whole folder, or leave what was there. Raises StaticError."""
    if runtime.folder() is None:
        raise StaticError(f"The runtime for the page is not here; fetch it with: {runtime.COMMAND}")
    if out.exists() and not out.is_dir():
        raise StaticError(f"{out} is a file; name a folder to write.")
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise StaticError(f"{out} holds other files; name a new or an empty folder, or one that this command wrote.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=out.parent) as stage:
            _fill(Path(stage) / "site")
            if out.exists():
                out.rename(Path(stage) / "before")
            (Path(stage) / "site").rename(out)
    except OSError as error:
        raise StaticError(f"{out} cannot be written: {error.strerror or error}.") from error


def _fill(out: Path) -> None:
    models = {recogniser.DEFAULT: recogniser.load()}
    found = report_files.shipped(recogniser.DEFAULT)
    assert found is not None  # it ships
    for folder in ("assets", "engine", "examples", "icons"):
        (out / folder).mkdir(parents=True)
    for name, path in modules().items():
        (out / "assets" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, out / "assets" / name)
    (out / "assets" / reader_routes.CONSTANTS).write_text(reader_routes.constants(models), "utf-8")
    sheets = "\n".join((assets.ROOT / sheet).read_text("utf-8") for sheet in SHEETS)
    (out / "assets" / "site.css").write_text(sheets, "utf-8")

    for name, path in reader_routes.files(models).items():
        (out / "engine" / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(path, out / "engine" / name)
    examples = [name for name in json.loads((EXAMPLES / "examples.json").read_text()) if name != PHOTO]
    (out / "examples" / "examples.json").write_text(json.dumps(examples))
    for name in examples:
        shutil.copyfile(EXAMPLES / name, out / "examples" / name)
    (out / "report.json").write_text(report_files.dumps(found), "utf-8")

    (out / "index.html").write_text(_index(found), "utf-8")
    for side in (192, 512):
        cv2.imwrite(str(out / "icons" / f"{side}.png"), _icon(side))
    (out / MARK).write_text(json.dumps(_manifest(), indent=1))
    (out / "sw.js").write_text(_service_worker(out), "utf-8")


def modules() -> dict[str, Path]:
    """Path below assets/ → file, of every JavaScript module of this page."""
    app = {name: path for name, path in assets.modules().items() if not name.startswith(APP_ONLY)}
    own = {f"interface/static_site/{name}.js": SITE / f"{name}.js" for name in ("site", "figures")}
    return app | own | INSTEAD


def in_worker(name: str) -> bool:
    """Whether a module is loaded by the reader's worker, not by the page."""
    return name.startswith(tuple(f"interface/reader/{part}" for part in WORKER))


def _index(found: Report) -> str:
    predict = (assets.INTERFACE / "predict" / "tab.html").read_text("utf-8")
    # the buttons for pictures stay where the code expects them, out of sight
    predict = predict.replace(
        '<div class="open" data-drop>',
        '<p class="elsewhere">Photos, pages and files are read by the app, which runs on your own computer; here you can draw.</p>'
        '<div class="open" hidden>',
    )
    m, interval = found.metrics, sections.between(found.metrics.interval)
    status = (
        f"Made {found.created[:10]} by python -m evaluation --model {found.model} on {found.dataset.name}, n = {m.n:,}; "
        f"95 % interval of the accuracy {interval}; weights sha256 {found.weights_sha256[:16]}…, data sha256 {found.dataset.sha256[:16]}…"
    )
    return Template((SITE / "index.html").read_text("utf-8")).substitute(
        modules="\n".join(
            f'<link rel="modulepreload" href="assets/{path}">'  # or the browser finds them one import after the other
            for path in ("interface/reader/constants.js", *(name for name in modules() if not in_worker(name)))
        ),
        light=LIGHT["ground"],
        dark=DARK["ground"],
        predict=predict,
        headline=sections.headline(m),
        status=escape(status),
        matrix=sections.matrix(m),
        data_sha256=found.dataset.sha256,
        sections="".join(_sections(found)),
        runtime=runtime.VERSION,
    )


def _sections(found: Report) -> list[str]:
    m = found.metrics
    diagrams = "".join(
        f"<div><h3>{title}</h3>{plots.inline_svg(plots.diagram(bins), title)}</div>"
        for title, bins in plots.diagrams(m, found.before)
    )
    coverage = plots.inline_svg(plots.coverage(m), "Accuracy over the share of images answered")
    parts = {
        "Per class": sections.per_class(m),
        "Epochs": sections.epochs(found) + html_report.curves(found.model, found.epochs),
        "Is it sure when it is right?": f'{sections.calibration(found)}<div class="plots">{diagrams}'
        f"<div><h3>If it answers only when it is sure enough</h3>{coverage}</div></div>",
        "Robustness": sections.robustness(found),
    }
    return [
        f'<details class="part"{" open" * (not i)}><summary>{title}</summary><div>{part}</div></details>'
        for i, (title, part) in enumerate(parts.items())
    ]


def _icon(side: int) -> np.ndarray:
    """A white 7 on the accent colour, (side, side, 3) uint8 BGR; within the middle 80 %, which no phone's mask cuts off."""
    red, green, blue = (int(LIGHT["accent"][i : i + 2], 16) for i in (1, 3, 5))
    icon = np.full((side, side, 3), (blue, green, red), np.uint8)
    [stroke] = GLYPHS["7"]
    path = (curve(stroke) - (34, 52)) * side * 0.0055 + side / 2
    cv2.polylines(icon, [np.round(path * 16).astype(int)], False, (255, 255, 255), side // 11, cv2.LINE_AA, shift=4)
    return icon


def _manifest() -> dict:
    icons = [
        {"src": f"icons/{side}.png", "sizes": f"{side}x{side}", "type": "image/png", "purpose": "any maskable"}
        for side in (192, 512)
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
    """site/sw.js with the names of all files, and a version made of what is in them."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    version = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    names = ["./", *(path.relative_to(out).as_posix() for path in files if path.name != "index.html")]
    code = (SITE / "sw.js").read_text("utf-8")
    return code.replace("VERSION`", f"{version}`").replace("FILES = []", f"FILES = {json.dumps(names)}")


def sizes(out: Path) -> tuple[int, int, int]:
    """(files, bytes that a host with gzip sends, bytes that one without sends) of the folder."""
    contents = [(path.suffix, path.read_bytes()) for path in out.rglob("*") if path.is_file()]
    with_gzip = sum(len(content if suffix == ".gz" else gzip.compress(content, 9)) for suffix, content in contents)
    return len(contents), with_gzip, sum(len(content) for _, content in contents)
