"""Reads a zip that a stranger sends as a test set, <label>/*.png, in memory and never unpacked to disk. Enter at `Archive`.

Nothing that it says is trusted: not its count, sizes, names or checksums. A bad member is listed and the others are still read;
what is refused as a whole is named in one sentence (FolderError).
"""

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from evaluation import picture_folder
from evaluation.picture_folder import LARGEST_TABLE, NO_LABEL, TABLE, FolderError, PictureFile, why_no_label
from model.pictures import MAX_BYTES, PictureError, is_pdf, refusal

MOST_MEMBERS = 2_000  # a class's drawings many times over; about 20 seconds of one core, nine times that under a crowd
MOST_PACKED = 50 * 2**20  # bytes of the zip: the four test sets that the app holds take 200 MB at most
MOST_UNPACKED = 200 * 2**20  # bytes of all members together: pictures do not shrink in a zip, bombs do
MEMBER = b"PK\x01\x02"  # the first bytes of each entry of a zip's central directory
READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the module's other decoders give more than they are asked for
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)
HINT = "Make a zip with one folder for each digit, named 0 to 9, and the pictures in them, such as 7/mine.png."
# What is said of a test set, or of a file in it, that is not read: here and in the page without a server.
SENTENCES = {
    "large": f"The test set is larger than {MOST_PACKED // 2**20} MB; send fewer or smaller pictures.",
    "many": f"The test set has too many files; at most {MOST_MEMBERS:,} pictures are read at once.",
    "members": f"The test set has {{members}} files; at most {MOST_MEMBERS:,} are read at once.",
    "no_zip": f"This is not a whole zip file. {HINT}",
    "no_folder": f"There is no folder named 0 to 9 with pictures in it. {HINT}",
    "elsewhere": NO_LABEL,
    "encrypted": "It is encrypted; send it without a password.",
    "compression": "Its compression is not readable here; make the zip with the usual one (deflate).",
    "damaged": "It is damaged in the zip; make the zip again.",
    "file": f"It is larger than {MAX_BYTES // 2**20} MB.",
    "unpacked": f"The test set, unpacked, is larger than {MOST_UNPACKED // 2**20} MB.",
}


class Archive:
    """A zip in memory as picture files. packed: its bytes. Raises FolderError for what is no zip of a test set.

    files: in order of name; those that are no picture of a digit raise PictureError when they are read.
    """

    def __init__(self, packed: bytes):
        if len(packed) > MOST_PACKED:
            raise FolderError(SENTENCES["large"])
        # Counted in the bytes themselves, before zipfile makes an object of each: its own count can lie.
        if packed.count(MEMBER) > 2 * MOST_MEMBERS:
            raise FolderError(SENTENCES["many"])
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(packed))
            for member in self._zip.infolist():  # some programs on Windows write backslashes
                member.filename = member.filename.replace("\\", "/")
            members = [member for member in self._zip.infolist() if wanted(member)]
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeError) as error:
            raise FolderError(SENTENCES["no_zip"]) from error
        if len(members) > MOST_MEMBERS:
            raise FolderError(SENTENCES["members"].format(members=f"{len(members):,}"))
        if all(label_of(member.filename) is None for member in members):
            raise FolderError(SENTENCES["no_folder"])
        self._left = MOST_UNPACKED
        self.table = self._table([member for member in members if is_table(member)])
        members = [member for member in members if not is_table(member)]
        self.files = [self._file(member) for member in sorted(members, key=lambda member: member.filename)]

    def _table(self, members: list[zipfile.ZipInfo]) -> bytes | None:
        """The content of the zip's metadata.csv (picture_groups.py); None without one, or where it cannot be read."""
        if not members or members[0].flag_bits & 1 or members[0].compress_type not in READABLE:
            return None
        try:
            with self._zip.open(members[0]) as opened:
                content = opened.read(min(LARGEST_TABLE, self._left) + 1)
        except DAMAGED:
            return None
        self._left -= min(len(content), self._left)
        return content

    def _file(self, member: zipfile.ZipInfo) -> PictureFile:
        return PictureFile(member.filename, label_of(member.filename) or 0, lambda: self._content(member))

    def _content(self, member: zipfile.ZipInfo) -> bytes:
        """A member's bytes. Raises PictureError in one sentence."""
        if label_of(member.filename) is None:
            raise PictureError(why_no_label(member.filename))
        if member.flag_bits & 1:
            raise PictureError(SENTENCES["encrypted"])
        if member.compress_type not in READABLE:
            raise PictureError(SENTENCES["compression"])
        most = min(MAX_BYTES, self._left)
        try:
            with self._zip.open(member) as opened:
                content = opened.read(most + 1)
        except DAMAGED as error:
            raise PictureError(SENTENCES["damaged"]) from error
        self._left -= min(len(content), self._left)
        if len(content) > most:
            raise PictureError(SENTENCES["file" if most == MAX_BYTES else "unpacked"])
        if is_pdf(content):
            raise refusal("pdf")
        return content


def is_table(member: zipfile.ZipInfo) -> bool:
    """Whether a member is the table of the test set, beside the folders 0 to 9."""
    return PurePosixPath(member.filename).name == TABLE and label_of(member.filename) is None


def wanted(member: zipfile.ZipInfo) -> bool:
    """Whether a person put this file there: it is no folder, not hidden, and not of those that macOS adds."""
    parts = PurePosixPath(member.filename).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return not member.is_dir() and bool(parts) and not hidden and parts[0] != "__MACOSX"


def label_of(name: str) -> int | None:
    """The digit that names one of a member's folders, as picture_folder.label_of finds it. None for a path that leads out, too."""
    path = PurePosixPath(name)
    return None if path.is_absolute() or ".." in path.parts else picture_folder.label_of(str(path))
