"""Digits: draw one, see what a network makes of it, and how good that network is.

python demo.py [--host HOST] [--port PORT] [--share] [--auth USER:PASSWORD] [--model NAME|FILE …] [--root-path PATH]
"""

import argparse
import atexit
import contextlib
import io
import os
import shutil
import sys
import tempfile
import threading

# before Gradio is imported: nothing asks the network, and what programs send lies where interface/uploads.py sweeps
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="digits-")

import numpy as np

from interface.page import build, launch_options
from model.data import DataError
from model.nearest import nearest
from model.recogniser import ModelError, Recogniser, load, shipped


def recognisers(names: list[str], input_scale: float | None = None) -> dict[str, Recogniser]:
    """Name on the page → model. names: names or files, the default first; a ModelError says what is wrong with one.

    input_scale: 1 or 255, what the files take full ink for; None finds out.
    """
    models: dict[str, Recogniser] = {}
    for recogniser in (load(name, input_scale) for name in names):
        if models.setdefault(recogniser.name, recogniser) is not recogniser:
            raise ModelError(f"Two different models are called {recogniser.name!r}; rename the file.")
    return models


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The command line; ``auth`` becomes (user, password) or None."""
    parser = argparse.ArgumentParser(prog="demo.py", description="Draw digits, read them, evaluate the reader.")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; 0.0.0.0 for every network (default: this machine only)",
    )
    parser.add_argument("--port", type=int, help="port to listen on (default: the first free one from 7860)")
    parser.add_argument("--share", action="store_true", help="make a public link that lives a week")
    parser.add_argument("--auth", metavar="USER:PASSWORD", type=login, help="ask for this login")
    parser.add_argument(
        "--model",
        nargs="+",
        default=[],
        metavar="NAME|FILE",
        help="models to offer first: a shipped name, .keras or .tflite",
    )
    parser.add_argument("--input-scale", type=float, choices=(1, 255), help="what model files take full ink for")
    parser.add_argument("--root-path", metavar="PATH", help="the path a proxy serves this under, such as /digits")
    return parser.parse_args(given)


def login(text: str) -> tuple[str, str]:
    """USER:PASSWORD → (user, password)."""
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise argparse.ArgumentTypeError("write it as USER:PASSWORD")
    return user, password


def warm_up(models: dict[str, Recogniser]) -> None:
    """Do once what takes long only the first time, so that the first person's answer is as quick as the second's."""
    pad = np.full((280, 280, 3), 255, np.uint8)
    pad[60:220, 130:150] = 0
    for recogniser in models.values():
        recogniser.read(pad)
    with contextlib.suppress(DataError):  # without MNIST the page says so
        nearest(np.zeros((28, 28), np.float32))


def main(given: list[str] | None = None) -> int:
    """Start the app and serve until interrupted. Returns the exit code."""
    options = arguments(given)
    models, page = MODELS, demo
    if options.model:
        try:
            models = recognisers([*options.model, *shipped()], options.input_scale)
            for name, model in models.items():
                if not model.calibrated:
                    print(f"{name}: {model.convention}; not calibrated")
        except ModelError as error:
            print(f"demo.py: {error}", file=sys.stderr)
            return 2
        page = build(models)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # Gradio's many lines on a failed link become one below
            page.launch(
                server_name=options.host,
                server_port=options.port,
                share=options.share,
                auth=options.auth,
                root_path=options.root_path,
                prevent_thread_lock=True,
                mcp_server=options.auth is None,  # Gradio's MCP asks for no login, so where one is wanted there is none
                **launch_options(models),
            )
    except OSError:
        taken = f"Port {options.port} is taken" if options.port else "Ports 7860 to 7959 are all taken"
        print(
            f"demo.py: {taken}, or {options.host} is not an address of this machine; choose another.", file=sys.stderr
        )
        return 2
    print(f"Digits runs at {page.local_url}", flush=True)
    if options.share and page.share_url:
        print(f"and for everyone at {page.share_url} for a week, as long as this command runs.", flush=True)
    elif options.share:
        print("No public link could be made: the link service cannot be reached. The address above works.", flush=True)
    threading.Thread(target=warm_up, args=(models,), daemon=True).start()
    page.block_thread()
    return 0


atexit.register(shutil.rmtree, os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)
MODELS = recognisers(shipped())
demo = build(MODELS)

if __name__ == "__main__":
    sys.exit(main())
