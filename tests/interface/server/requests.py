"""Requests to a running app exactly as written, for tests of what a stranger may send."""

import http.client
import json
from urllib.parse import urlsplit

from tests.conftest import ROOT

SEVEN = (ROOT / "interface" / "predict" / "examples" / "an-easy-seven.png").read_bytes()


# What no answer may hold: parts of the machine's files.
SECRETS = ("root:", "import ", "Traceback", "site-packages", str(ROOT))


def ask(app: str, method: str, path: str, body: bytes | None = None, **sent: str):
    """(status, body, headers) of a request exactly as written: no client tidies up its path."""
    target = urlsplit(app)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host="Host" in sent, skip_accept_encoding=True)
        for name, value in (sent if body is None else {"Content-Length": str(len(body)), **sent}).items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace"), answer.headers
    finally:
        connection.close()


def post(app: str, path: str, asked, **sent: str):
    return ask(app, "POST", path, json.dumps(asked).encode(), **{"Content-Type": "application/json"}, **sent)


def multipart(*names: str, content: bytes = SEVEN) -> tuple[bytes, str]:
    """(body, content type) of an upload of files with these names."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name in names
    ]
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"
