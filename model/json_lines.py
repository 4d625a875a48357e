"""Reads a picture file into the dictionaries that `python -m model.predict --json` prints, one a page. Enter at `read_file`."""

from collections.abc import Iterator
from pathlib import Path

from model import recogniser
from model.page_reader import witness
from model.pictures import PictureError, open_pages
from model.reading import unread_json


def read_file(reader: recogniser.Recogniser, path: str | Path) -> Iterator[dict]:
    """Read a file, page by page. If one cannot be read, ``error`` holds the reason as one sentence, and ``verdict`` is None."""
    return read_content(reader, str(path), Path(path))


def read_content(reader: recogniser.Recogniser, name: str, source: Path | bytes | PictureError) -> Iterator[dict]:
    """The same for a picture in a file, in memory (its bytes), or that could not be fetched (the error)."""
    number, of = 0, None
    try:
        if isinstance(source, PictureError):
            raise source
        for page in open_pages(source):
            number, of = page.number, page.of
            reading = witness.read(reader, page.picture).to_json()
            yield {"file": name, "page": number, "pages": of, **reading, "note": page.note or None, "error": None}
    except PictureError as error:
        yield {"file": name, "page": number + 1, "pages": of, **unread_json(str(error))}
