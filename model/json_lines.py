"""Reads one picture into the dictionary that `python -m model.predict --json` prints as a line."""

from pathlib import Path

from model import recogniser
from model.pictures import PictureError, open_picture


def read_file(reader: recogniser.Recogniser, path: str | Path) -> dict:
    """Read a picture's file. If it cannot be read, ``error`` holds the reason as one sentence, and ``verdict`` is None."""
    return read_content(reader, str(path), Path(path))


def read_content(reader: recogniser.Recogniser, name: str, source: Path | bytes | PictureError) -> dict:
    """The same for a picture in a file, in memory (its bytes), or that could not be fetched (the error)."""
    try:
        if isinstance(source, PictureError):
            raise source
        return {"file": name, **reader.read(open_picture(source)).to_json(), "error": None}
    except PictureError as error:
        return {"file": name, "text": "", "verdict": None, "digits": [], "error": str(error)}
