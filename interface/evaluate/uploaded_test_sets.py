"""Test sets that visitors upload: one route takes them, this process keeps the newest few in memory and never writes them to disk.

POST page/testset?name=NAME   a zip → {"test_set": secret, "files": n} or {"error": sentence}

The page sends a folder as a zip that it makes itself (uploaded_test_sets.js), so there is one path for both.
"""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import anyio
import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from evaluation.audit.pictures import Audit
from evaluation.picture_archive import MOST_PACKED, SENTENCES, Archive
from evaluation.picture_folder import FolderError
from evaluation.report import Report
from interface.server.login import signed_in

HELD = 4  # test sets at once: 4 × 50 MB at the most, and a class of visitors takes turns anyway
SLOWEST = 120  # seconds to send one: 50 MB at 3.5 Mbit/s
LONGEST_NAME = 60  # characters of a file's name that the page shows: they fit on its status line
UNNAMED = "your pictures"

Reader = tuple[str, tuple[str, ...]]  # a model's name and notes, which say how it is fed and calibrated


@dataclass
class UploadedTestSet:
    """A zip as it came, and what each model made of it: by name the report and the (n, 28, 28) uint8 images behind it; its audits."""

    name: str
    packed: bytes
    results: dict[str, tuple[Report, np.ndarray]] = field(default_factory=dict)
    audits: dict[Reader, Audit] = field(default_factory=dict)


class UploadedTestSets:
    """The test sets of this process. Only who knows a test set's secret name can see it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._sets: OrderedDict[str, UploadedTestSet] = OrderedDict()

    def add(self, name: str, packed: bytes) -> tuple[str, int]:
        """(secret name, number of files) of a zip. The test set used longest ago makes room. Raises FolderError for what is no test set."""
        count = len(Archive(packed).files)
        secret = secrets.token_urlsafe(16)
        with self._lock:
            self._sets[secret] = UploadedTestSet(name, packed)
            while len(self._sets) > HELD:
                self._sets.popitem(last=False)
        return secret, count

    def get(self, secret: object) -> UploadedTestSet | None:
        """The test set with this secret name; None for anything else that a page may send."""
        with self._lock:
            if not isinstance(secret, str) or secret not in self._sets:
                return None
            self._sets.move_to_end(secret)
            return self._sets[secret]


UPLOADED = UploadedTestSets()


def routes(uploaded: UploadedTestSets = UPLOADED) -> list[Route]:
    """The route for ``launch(app_kwargs={"routes": …})``."""
    arriving = anyio.CapacityLimiter(HELD)

    async def endpoint(request: Request) -> JSONResponse:
        if not signed_in(request):
            return JSONResponse({"error": "Please log in again: reload the page."}, 401)
        name = printable(request.query_params.get("name", ""))
        try:
            async with arriving:  # so that what many send at once is bounded in memory …
                with anyio.fail_after(SLOWEST):  # … and who sends nothing frees the place
                    packed = await read_zip(request)
                secret, files = await anyio.to_thread.run_sync(uploaded.add, name, packed)
        except FolderError as error:
            return JSONResponse({"error": str(error)})
        except TimeoutError:
            return JSONResponse({"error": "The test set took too long to arrive. Send fewer or smaller pictures."}, 408)
        return JSONResponse({"test_set": secret, "files": files}, headers={"Cache-Control": "no-store"})

    return [Route("/page/testset", endpoint, methods=["POST"])]


async def read_zip(request: Request) -> bytes:
    """The whole request body. Raises FolderError as soon as it is known to be too large."""
    packed = bytearray()
    async for part in request.stream():
        packed += part
        if len(packed) > MOST_PACKED:
            raise FolderError(SENTENCES["large"])
    return bytes(packed)


def printable(name: str) -> str:
    """A file's name as a visitor gave it, made short and printable. Templates escape it."""
    return "".join(letter for letter in name if letter.isprintable()).strip()[:LONGEST_NAME] or UNNAMED
