"""What a benchmark runs on and what it needs: say the machine in a line, and what is missing before anything is measured."""

import importlib.util
import os
import platform
from pathlib import Path

from interface.reader import runtime
from model.datasets import DataError, load_mnist, load_pendigits
from tools import chromium

UNITS = ("amx_int8", "avx512_vnni", "avx512f", "avx_vnni", "avx2", "sse4_2", "asimddp", "asimd")  # the widest first


def describe() -> str:
    """The CPU's name, the cores there are for this process, and its vector units: timings differ sevenfold between machines."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        cores = os.cpu_count() or 1
    name, flags = platform.processor() or platform.machine(), ""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = [line.split(":", 1) for line in info.read_text("utf-8").splitlines() if ":" in line]
        known = {key.strip(): value.strip() for key, value in lines}
        name, flags = known.get("model name", name), known.get("flags", known.get("Features", ""))
    units = ", ".join(unit for unit in UNITS if unit in flags.split()) or "vector units unknown"
    return f"{name}, {cores} cores, {units}"


def need(*things: str) -> None:
    """Print the machine; end the program in a sentence or two if something is missing.

    things: of "mnist", "pens" (people's pen strokes), "keras", "browser", "runtime" (what the page reads with).
    """
    missing = [said for thing in things if (said := CHECKS[thing]())]
    if missing:
        raise SystemExit("\n".join(missing))
    print(describe(), flush=True)


def _mnist() -> str:
    try:
        load_mnist(download=True)
    except DataError as error:
        return str(error)
    return ""


def _pens() -> str:
    try:
        load_pendigits()
    except DataError as error:
        return f"This measures on people's pen strokes. {error}"
    return ""


def _keras() -> str:
    return "" if importlib.util.find_spec("keras") else "This compares with Keras: pip install -r requirements.txt"


def _browser() -> str:
    if importlib.util.find_spec("playwright") is None:
        return "This drives a browser: pip install -r requirements-dev.txt"
    return "" if chromium.executable() else f"This drives a browser, and there is {chromium.MISSING}"


def _runtime() -> str:
    return (
        "" if runtime.folder() else f"This measures reading in the page, whose runtime is not here: {runtime.COMMAND}"
    )


CHECKS = {"mnist": _mnist, "pens": _pens, "keras": _keras, "browser": _browser, "runtime": _runtime}
