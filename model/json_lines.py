"""One picture → the dictionary that a line of `python -m model.predict --json` holds."""

from pathlib import Path

from model import recogniser
from model.pictures import PictureError, open_picture


def read_file(reader: recogniser.Recogniser, path: str | Path) -> dict:
    """One picture → the dict that the JSON line holds; a bad file has its reason in ``error``."""
    return read_content(reader, str(path), Path(path))


def read_content(reader: recogniser.Recogniser, name: str, source: Path | bytes | PictureError) -> dict:
    """The same of a picture that lies in a file, in memory, or could not be had."""
    try:
        if isinstance(source, PictureError):
            raise source
        return {"file": name, **reader.read(open_picture(source)).to_json(), "error": None}
    except PictureError as error:
        return {"file": name, "text": "", "verdict": None, "digits": [], "error": str(error)}
