"""Digits: draw one, see what a network makes of it, and how good that network is.

python demo.py [--host HOST] [--port PORT] [--share] [--auth USER:PASSWORD] [--model NAME|FILE …] [--root-path PATH] …
"""

import argparse
import atexit
import contextlib
import io
import os
import shutil
import signal
import sys
import tempfile
import threading

# before Gradio is imported: nothing asks the network, what programs send lies where interface/server/uploads.py sweeps, and uvicorn
# believes no proxy (by itself it believes any program on this machine; interface/server/middleware.py believes who --trust-proxy names)
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ["FORWARDED_ALLOW_IPS"] = ""
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="digits-")

import numpy as np

from interface.app import build, launch_options
from interface.server import sharing
from interface.server.serving import Door
from model.datasets import DataError
from model.nearest_neighbours import nearest
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
    parser.add_argument(
        "--auth",
        metavar="USER:PASSWORD",
        type=login,
        default=os.environ.get("DIGITS_AUTH"),
        help="ask for this login (default: $DIGITS_AUTH)",
    )
    parser.add_argument(
        "--model",
        nargs="+",
        default=[],
        metavar="NAME|FILE",
        help="models to offer first: a shipped name, .keras or .tflite",
    )
    parser.add_argument("--input-scale", type=float, choices=(1, 255), help="what model files take full ink for")
    parser.add_argument(
        "--own-pictures",
        action=argparse.BooleanOptionalAction,
        help="let visitors evaluate on pictures of their own (default: yes, with --share no)",
    )
    parser.add_argument("--root-path", metavar="PATH", help="the path a proxy serves this under, such as /digits")
    parser.add_argument(
        "--trust-proxy",
        metavar="ADDRESS",
        default="",
        help="believe the X-Forwarded headers of this proxy: an address or network, several with commas",
    )
    parser.add_argument(
        "--frame-ancestors",
        metavar="SITES",
        default="'self'",
        help="sites that may show the page in a frame, as a content security policy writes them (default: 'self')",
    )
    parser.add_argument("--log", action="store_true", help="write a line for each request to stderr")
    parser.add_argument("--metrics", action="store_true", help="serve Prometheus metrics at /metrics")
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
    own_pictures = not options.share if options.own_pictures is None else options.own_pictures
    if options.model:
        try:
            models = recognisers([*options.model, *shipped()], options.input_scale)
            for name, model in models.items():
                if not model.calibrated:
                    print(f"{name}: {model.convention}; not calibrated")
        except ModelError as error:
            print(f"demo.py: {error}", file=sys.stderr)
            return 2
    if options.model or not own_pictures:
        page = build(models, own_pictures)
    link = sharing.Link(options.host, options.root_path or "")
    door = Door(
        options.share,
        options.trust_proxy,
        options.frame_ancestors,
        options.root_path or "",
        options.log,
        options.metrics,
        link,
    )
    many_connections()
    few_arenas()
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # Gradio's own lines; ours are below
            page.launch(
                server_name=options.host,
                server_port=options.port,
                share=False,  # the link is made below
                auth=options.auth,
                root_path=options.root_path,
                prevent_thread_lock=True,
                mcp_server=options.auth is None,  # Gradio's MCP asks for no login, so where one is wanted there is none
                **launch_options(models, own_pictures, door),
            )
    except OSError:
        taken = f"Port {options.port} is taken" if options.port else "Ports 7860 to 7959 are all taken"
        print(
            f"demo.py: {taken}, or {options.host} is not an address of this machine; choose another.", file=sys.stderr
        )
        return 2
    print(f"Digits runs at {page.local_url}", flush=True)
    threading.Thread(target=warm_up, args=(models,), daemon=True).start()
    try:
        if options.share:
            publish(link, page.server_port, page.share_token, options.auth is not None)
        page.block_thread()
    except KeyboardInterrupt:  # while the link was being made
        page.close()
    return 0


def publish(link: sharing.Link, port: int, token: str, login: bool) -> None:
    """Make the public link, while the app runs already, and say so; without a network, say that."""
    try:
        sharing.make(link, port, token)
    except OSError:
        print("No public link could be made: the link service cannot be reached. The address above works.", flush=True)
    else:
        print(sharing.told(link, login), flush=True)


def many_connections() -> None:
    """A page keeps connections open; many systems let a program have 1,024 of them unless it asks for more."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def few_arenas() -> None:
    """glibc keeps memory apart for each thread and seldom gives any back: 12 evaluations grew the app by 56 MB, so by 25."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # other systems' libraries have none
        import ctypes

        ctypes.CDLL(None).mallopt(-8, 2)  # M_ARENA_MAX


atexit.register(shutil.rmtree, os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)
MODELS = recognisers(shipped())
demo = build(MODELS)

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as `docker stop` asks: what visitors sent is deleted first
    sys.exit(main())
