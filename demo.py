"""The app: draw a digit, see what a network makes of it, and how good that network is. `python demo.py --help` lists the options."""

import atexit
import os
import shutil
import signal
import sys
import tempfile

# Gradio and uvicorn read these when they are imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing asks the network
os.environ["FORWARDED_ALLOW_IPS"] = ""  # uvicorn trusts no proxy; interface/server/middleware.py trusts --trust-proxy
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="digits-")  # uploads; interface/server/uploads.py sweeps it

from interface.app import build, launch_options
from interface.server.command_line import parse_flags
from interface.server.launch import serve
from interface.server.models import load_models
from interface.server.serving import ServerOptions
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
            models = load_models([*flags.model, *shipped()], flags.input_scale)
        except ModelError as error:
            print(f"demo.py: {error}", file=sys.stderr)
            return 2
        for name, model in models.items():
            if not model.calibrated:
                print(f"{name}: {model.convention}; not calibrated")
    if flags.model or not flags.test_set_uploads:
        page = build(models, flags.test_set_uploads)
    options = ServerOptions.from_flags(flags)
    return serve(page, models, flags, options.link, launch_options(models, flags.test_set_uploads, options))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # as `docker stop` asks: what visitors sent is deleted first
    sys.exit(main())
