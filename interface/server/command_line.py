"""The options of `python demo.py`: `parse_flags`."""

import argparse
import os

from interface.server.surroundings import is_port, rooted
from model.model_files import ENDINGS
from model.model_options import add_model_options

LOCAL = "127.0.0.1"  # this machine only


def parse_flags(given: list[str] | None = None) -> argparse.Namespace:
    """The options as attributes; ``auth`` is (user, password) or None. given: words of a command line, by default this process's."""
    parser = argparse.ArgumentParser(prog="demo.py", description="Draw digits, read them, evaluate the reader.")
    parser.add_argument(
        "--host",
        default=os.environ.get("GRADIO_SERVER_NAME") or LOCAL,
        help="address to listen on; 0.0.0.0 for every network, :: for IPv6 (default: $GRADIO_SERVER_NAME, or this machine only)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("GRADIO_SERVER_PORT"),
        help="port to listen on (default: $GRADIO_SERVER_PORT, or the first free one from 7860)",
    )
    parser.add_argument("--share", action="store_true", help="make a public link that lives a week")
    parser.add_argument(
        "--auth",
        metavar="USER:PASSWORD",
        type=_login,
        default=os.environ.get("DIGITS_AUTH"),
        help="ask for this login (default: $DIGITS_AUTH)",
    )
    parser.add_argument(
        "--model",
        nargs="+",
        default=[],
        metavar="NAME|FILE",
        help=f"models to offer first: a shipped name, or a {ENDINGS}",
    )
    add_model_options(parser)
    parser.add_argument(
        "--own-pictures",
        dest="test_set_uploads",
        action=argparse.BooleanOptionalAction,
        help="let visitors evaluate on pictures of their own (default: yes, with --share no)",
    )
    parser.add_argument(
        "--root-path",
        metavar="PATH",
        type=rooted,
        default=os.environ.get("GRADIO_ROOT_PATH"),
        help="the path a proxy serves this under, such as /digits (default: $GRADIO_ROOT_PATH)",
    )
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
    flags = parser.parse_args(given)
    if flags.test_set_uploads is None:
        flags.test_set_uploads = not flags.share
    flags.host = flags.host.strip() or LOCAL
    return flags


def _port(text: str) -> int:
    """A port's number."""
    if not is_port(text):
        raise argparse.ArgumentTypeError("it is a number from 1 to 65535")
    return int(text)


def _login(text: str) -> tuple[str, str]:
    """USER:PASSWORD → (user, password)."""
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise argparse.ArgumentTypeError("write it as USER:PASSWORD")
    return user, password
