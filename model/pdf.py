"""The pages of a PDF as pictures: `pages`. PDFium draws them (pypdfium2); only files that the command line names come here."""

import threading
from collections.abc import Iterator
from contextlib import closing

import numpy as np

SIDE = 2000  # px of a page's longer side: 170 dots an inch of A4, more than the size at which a picture is read
# PDFium works for one thread at a time, closing included. Reentrant: Python may drop another file's pages while it holds the lock.
PDFIUM = threading.RLock()


class PdfError(Exception):
    """A PDF cannot be drawn; the text is one sentence."""


def pages(content: bytes) -> Iterator[tuple[int, int, np.ndarray]]:
    """A file's bytes → for each page its number from 1, how many there are, and (H, W, 3) uint8 RGB. Raises PdfError."""
    import pypdfium2  # a PDF is rare, and a start is not

    try:
        with PDFIUM:
            document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        why = "is locked with a password; save it without one" if locked else "is damaged or cut off; save it again"
        raise PdfError(f"The PDF {why}.") from error
    try:
        with PDFIUM:
            count = len(document)
        if not count:
            raise PdfError("The PDF has no pages.")
        for number in range(1, count + 1):
            yield number, count, _drawn(document, number)
    finally:
        with PDFIUM:
            document.close()


def _drawn(document, number: int) -> np.ndarray:
    import pypdfium2

    try:
        with PDFIUM, closing(document[number - 1]) as page:
            scale = SIDE / max(*page.get_size(), 1.0)
            with closing(page.render(scale=scale, rev_byteorder=True)) as bitmap:
                return bitmap.to_numpy()[..., :3].copy()  # its memory goes with the bitmap
    except pypdfium2.PdfiumError as error:
        raise PdfError(f"Page {number} of the PDF is damaged; save it again.") from error
