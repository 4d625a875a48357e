"""Starts the app and serves until it is interrupted: `serve`. What is slow comes after the first page: warm-up, the public link."""

import argparse
import contextlib
import errno
import io
import sys
import threading
from typing import Any

import gradio as gr

from interface.server import sharing, surroundings
from interface.server.models import warm_up
from model.recogniser import Recogniser


def serve(
    page: gr.Blocks,
    models: dict[str, Recogniser],
    flags: argparse.Namespace,
    link: sharing.PublicLink,
    launch_options: dict[str, Any],
) -> int:
    """Serve ``page`` until interrupted. Returns the exit code: 2 where it cannot listen.

    link: made once the page is served, with --share; launch_options: of interface/app.py, for ``page.launch``.
    """
    allow_many_connections()
    use_few_memory_arenas()
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # Gradio's own lines; ours are below
            page.launch(
                server_name=flags.host,
                server_port=flags.port,
                share=False,  # the link is made below
                auth=flags.auth,
                root_path=flags.root_path,
                prevent_thread_lock=True,
                mcp_server=flags.auth is None,  # Gradio's MCP asks for no login, so where one is wanted there is none
                **launch_options,
            )
    except OSError as error:
        if error.errno not in (None, errno.EADDRINUSE, errno.EADDRNOTAVAIL):
            print(f"demo.py: the page cannot be served: {error.strerror}.", file=sys.stderr)
            return 2
        taken = f"Port {flags.port} is taken" if flags.port else "Ports 7860 to 7959 are all taken"
        print(f"demo.py: {taken}, or {flags.host} is not an address of this machine; choose another.", file=sys.stderr)
        return 2
    print(f"Digits runs at {surroundings.address(flags.host, page.server_port)}", flush=True)
    threading.Thread(target=warm_up, args=(models,), daemon=True).start()
    try:
        if flags.share:
            publish(link, page.server_port, page.share_token, flags.auth is not None)
        page.block_thread()
    except KeyboardInterrupt:  # while the link was being made
        page.close()
    return 0


def publish(link: sharing.PublicLink, port: int, token: str, login: bool) -> None:
    """Make the public link, while the app runs already, and print it; without a network, print that."""
    try:
        url = sharing.open_link(link, port, token)
    except OSError:
        print("No public link could be made: the link service cannot be reached. The address above works.", flush=True)
    else:
        print(sharing.announcement(url, link.lifetime, login), flush=True)


def allow_many_connections() -> None:
    """A page keeps connections open; many systems let a program have 1,024 of them unless it asks for more."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def use_few_memory_arenas() -> None:
    """glibc keeps memory for each thread and seldom gives any back: 12 evaluations grew the app by 56 MB, with two arenas by 25."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # other systems' libraries have none
        import ctypes

        ctypes.CDLL(None).mallopt(-8, 2)  # M_ARENA_MAX
