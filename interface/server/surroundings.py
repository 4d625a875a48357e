"""What other people's machines bring: Gradio's environment variables, proxies, IPv6, notebooks. demo.py calls `prepare` first.

Nothing here imports Gradio, which reads its variables when it is imported.
"""

import os
import sys
import tempfile

import httpx

UPLOADS = "digits-uploads-"  # begins the name of the folder of what programs upload (uploads.py)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Variables that Gradio takes for numbers, beside its port.
NUMBERS = ("GRADIO_NUM_PORTS", "GRADIO_NODE_NUM_PORTS", "GRADIO_ANALYTICS_MAX_EVENTS", "GRADIO_DEBUG")
PROXIES, NO_PROXY = ("http_proxy", "https_proxy", "all_proxy"), "no_proxy"  # variables, in upper case too
# Who may show the page in a frame where a notebook's cell does: the notebook's server on this machine, and VS Code.
NOTEBOOKS = "'self' http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:* vscode-webview:"


def prepare() -> None:
    """Set what Gradio and uvicorn read when they are imported. Exits with a sentence where a variable cannot be used."""
    if sys.version_info < (3, 11):  # noqa: UP036 - what is installed may be too old all the same
        print(f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        sys.exit(2)
    port = os.environ.get("GRADIO_SERVER_PORT", "7860")
    if not is_port(port):
        print(f"GRADIO_SERVER_PORT is {port!r}; set it to a number from 1 to 65535, or unset it.", file=sys.stderr)
        sys.exit(2)
    for name in NUMBERS:
        if not os.environ.get(name, "0").strip().isdecimal():
            print(f"{name} is {os.environ[name]!r}; set it to a number, or unset it.", file=sys.stderr)
            sys.exit(2)
    leave_out_unusable_proxies()
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing asks the network
    # uvicorn trusts no proxy; interface/server/middleware.py trusts --trust-proxy
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    # what programs upload; interface/server/uploads.py sweeps it
    os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix=UPLOADS)


def is_port(text: str) -> bool:
    """Whether a text is a port's number."""
    return text.isdecimal() and 0 < int(text) < 65_536


def leave_out_unusable_proxies() -> None:
    """Unset what httpx refuses of the proxy variables, and say so: Gradio, which asks with it, fails on these when it is imported."""
    found = {name: os.environ.pop(name) for name in list(os.environ) if name.lower() in (*PROXIES, NO_PROXY)}
    for name, value in found.items():
        several = name.lower() == NO_PROXY
        kept: list[str] = []
        for part in value.split(",") if several else [value]:
            os.environ[name] = ",".join([*kept, part.strip().strip("[]") if several else part.strip()])
            try:
                httpx.Client(verify=False).close()  # noqa: S501 - it asks nobody
                kept = [os.environ[name]]
            except (ImportError, ValueError, httpx.InvalidURL) as error:
                more = " (with `pip install socksio` it can)" if isinstance(error, ImportError) else ""
                what = f"an entry of {name}" if several else f"{name}, a proxy"
                print(f"Going on without {what} that cannot be used here{more}.", file=sys.stderr)
        del os.environ[name]
        if any(kept):
            os.environ[name] = kept[0]


def reach_directly(host: str) -> None:
    """Have this process ask its own server without a proxy: with http_proxy and no no_proxy, Gradio's own check would go astray."""
    for name in ("no_proxy", "NO_PROXY"):
        known = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
        if "*" not in known:
            os.environ[name] = ",".join(dict.fromkeys([*known, *LOOPBACK, host.strip("[]").partition("%")[0]]))


def rooted(path: str) -> str:
    """The path under which a proxy serves the app, or its whole address, as Gradio wants it: "digits/" becomes "/digits"."""
    path = path.strip().rstrip("/")
    return path if not path or "://" in path else f"/{path.lstrip('/')}"


def bracketed(host: str) -> str:
    """An address as it stands in a URL: an IPv6 one in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def address(host: str, port: int) -> str:
    """The address at which this machine's browser finds a server that listens on ``host``."""
    name = {"0.0.0.0": "localhost", "::": "localhost" if sys.platform == "win32" else "[::1]"}.get(host.strip("[]"))
    return f"http://{name or bracketed(host)}:{port}/"


def in_notebook() -> bool:
    """Whether this runs in the kernel of a notebook."""
    shell = sys.modules.get("IPython")
    found = shell.get_ipython() if shell else None
    return found is not None and "IPKernelApp" in found.config
