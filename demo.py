"""The app: draw a digit, see what a network makes of it, and how good that network is. `python demo.py --help` lists the options."""

import atexit
import os
import shutil
import signal
import sys
import threading

from interface.server import surroundings

surroundings.prepare()  # before Gradio is imported

from interface.app import build, launch_options
from interface.server.command_line import parse_flags
from interface.server.launch import serve
from interface.server.models import load_models
from interface.server.serving import ServerOptions
from model import terminal
from model.model_options import print_notes, wanted
from model.recogniser import ModelError, shipped

atexit.register(shutil.rmtree, os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)
MODELS = load_models(shipped())
demo = build(MODELS)


def main(given: list[str] | None = None) -> int:
    """Start the app and serve until interrupted. Returns the exit code. given: words of a command line."""
    flags = parse_flags(given)
    models, page = MODELS, demo
    if flags.model:
        try:
            models = load_models([*flags.model, *shipped()], wanted(flags))
        except ModelError as error:
            print(f"demo.py: {error}", file=sys.stderr)
            return 2
        for name, model in models.items():
            print_notes(name, model.notes)
    if flags.model or not flags.test_set_uploads:
        page = build(models, flags.test_set_uploads)
    options = ServerOptions.from_flags(flags)
    return serve(page, models, flags, options.link, launch_options(models, flags.test_set_uploads, options))


# `gradio demo.py` runs this file once more, in a thread that watches for changes: the page is served already.
if __name__ == "__main__" and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as `docker stop` asks: what visitors sent is deleted first
    sys.exit(terminal.run(main))
