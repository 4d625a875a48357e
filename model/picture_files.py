"""Which files of a folder are pictures: `files_below`, `SUFFIXES`, `begins_like_a_picture`. model/pictures.py opens them."""

import os
from collections.abc import Iterator
from pathlib import Path

from model.pictures import HEIC_BRANDS

# By which a file in a folder is taken for a picture; another one is, if it begins like one (`begins_like_a_picture`).
SUFFIXES = (
    ".png",
    ".apng",
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".gif",
    ".bmp",
    ".dib",
    ".webp",
    ".tif",
    ".tiff",
    ".pbm",
    ".pgm",
    ".ppm",
    ".pnm",
    ".avif",
    ".heic",
    ".heif",
    ".jp2",
    ".j2k",
    ".jpx",
    ".pdf",
)
BEGINNINGS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  ", b"\xffO\xffQ", b"%PDF")


def begins_like_a_picture(path: Path) -> bool:
    """Whether a file of another ending, or of none, has the first bytes of a picture."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        return False
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return (
        head.startswith(BEGINNINGS)
        or webp
        or head[4:8] == b"ftyp"
        and head[8:12].decode("latin-1") in (*HEIC_BRANDS, "avif", "avis")
    )


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below a folder, linked folders too, in order of name; not what is hidden or what an operating system adds."""
    seen = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = Path(place).resolve()
        folders[:] = [] if real in seen else sorted(name for name in folders if not is_hidden(name))
        for name in () if real in seen else sorted(names):
            if not is_hidden(name) and (Path(place) / name).is_file():
                yield Path(place) / name
        seen.add(real)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or one that an operating system adds."""
    return name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini")
