"""Makes damaged and hostile picture files out of small honest ones, the same for the same seed. Enter at `mutated`.

Half of the mutations leave the first HEAD bytes alone and, in PNG, correct the checksums, so that they reach the decoder and not
only the check of the header.
"""

import functools
import io
import struct
import zlib

import numpy as np
from PIL import Image

from model import labelled_drawings

HEAD = 64  # bytes: the signature, size and colours of PNG, GIF, BMP and WebP; the start and the first tables of JPEG
KINDS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@functools.cache
def honest() -> dict[str, list[bytes]]:
    """Whole files by kind, in every mode and packing that Pillow writes."""
    digit = Image.fromarray(labelled_drawings.pad(4, side=280)).resize((60, 60))
    row = Image.fromarray(labelled_drawings.row("72")).resize((120, 60))
    clear = digit.convert("RGBA")
    clear.putalpha(digit.convert("L").point(lambda level: 255 - level))
    palette = digit.quantize(16)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A maker"
    deep = Image.fromarray(np.asarray(digit.convert("L"), np.uint16) * 257)
    film = {"save_all": True, "append_images": [row.resize((60, 60)), digit.rotate(20)], "duration": 50}
    plans = {
        "PNG": [(digit, {}), (digit.convert("L"), {}), (digit.convert("1"), {}), (palette, {}), (clear, {}), (deep, {})]
        + [(palette, {"transparency": 0}), (digit, {"exif": exif}), (digit, film), (digit, {"compress_level": 0})],
        "JPEG": [(digit, {}), (row, {"progressive": True}), (digit.convert("L"), {"quality": 30})]
        + [(digit.convert("CMYK"), {}), (digit, {"exif": exif}), (row, {"restart_marker_blocks": 2})],
        "GIF": [
            (palette, {}),
            (palette, film),
            (palette, {"transparency": 0}),
            (digit.convert("L"), {"comment": b"x" * 300}),
        ],
        "BMP": [(digit, {}), (digit.convert("L"), {}), (digit.convert("1"), {}), (palette, {})],
        "WEBP": [(digit, {}), (digit, {"lossless": True}), (clear, {}), (digit, film), (digit, {"exif": exif})],
        "TIFF": [
            (digit, {}),
            (deep, {}),
            (palette, {}),
            (clear, {}),
            (digit.convert("CMYK"), {}),
            (digit.convert("F"), {}),
        ]
        + [(digit, {"compression": c}) for c in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")]
        + [(digit.convert("1"), {"compression": "group4"}), (digit, film)],
    }
    files = {kind: [_saved(image, kind, options) for image, options in plan] for kind, plan in plans.items()}
    files["BMP"].append(_run_length_bmp(np.asarray(digit.convert("L"))))
    return files


def _saved(image: Image.Image, kind: str, options: dict) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _run_length_bmp(grey: np.ndarray) -> bytes:
    """An 8-bit BMP packed as runs of one pixel, which Pillow reads in Python and cannot write."""
    height, width = grey.shape
    packed = b"".join(b"".join(bytes((1, level)) for level in line) + b"\0\0" for line in grey[::-1]) + b"\0\1"
    colours = b"".join(bytes((level, level, level, 0)) for level in range(256))
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(packed), 0, 0, 256, 0)
    start = 14 + len(info) + len(colours)
    return struct.pack("<2sIHHI", b"BM", start + len(packed), 0, 0, start) + info + colours + packed


def mutated(seed: int, index: int) -> tuple[str, bool, bytes]:
    """The file of this number: its kind, whether its head was left alone, and its bytes."""
    rng = np.random.default_rng([seed, index])
    kind = KINDS[index % len(KINDS)]
    files = honest()[kind]
    content = files[rng.integers(len(files))]
    deep = bool(rng.random() < 0.5)
    if kind == "PNG" and deep:
        return kind, deep, _inside_png(content, rng)
    start = min(HEAD, len(content) // 2) if deep else 0
    for _ in range(1 + int(rng.random() < 0.3)):
        special = OF_KIND.get(kind, ()) if not deep else ()
        mutations = (*ANYWHERE, *special)
        # most damage is small, so that many damaged files still decode
        mutation = flip if rng.random() < 0.4 else mutations[rng.integers(len(mutations))]
        content = content[:start] + mutation(content[start:], rng)
    return kind, deep, content


# ---- mutations of any bytes ----


def flip(data: bytes, rng) -> bytes:
    """Flip 1–4 bits, now and then 40."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 5)) if rng.random() < 0.8 else 40):
        if changed:
            changed[rng.integers(len(changed))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def extreme(data: bytes, rng) -> bytes:
    """Replace one, two or four bytes by a smallest or largest number, as sizes, counts and offsets are."""
    at, size = int(rng.integers(max(1, len(data)))), int(rng.choice([1, 2, 4]))
    value = rng.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1, 0x7FFF, 0xFFFF])
    order = "little" if rng.choice(["little", "big"]) == "little" else "big"
    return data[:at] + int(value).to_bytes(8, order)[:size] + data[at + size :]


def truncate(data: bytes, rng) -> bytes:
    return data[: int(len(data) * rng.beta(2, 1))]


def _segment(data: bytes, rng) -> tuple[int, int]:
    at = int(rng.integers(max(1, len(data))))
    return at, min(len(data), at + int(rng.integers(1, 200)))


def cut_out(data: bytes, rng) -> bytes:
    start, end = _segment(data, rng)
    return data[:start] + data[end:]


def double(data: bytes, rng) -> bytes:
    start, end = _segment(data, rng)
    return data[:end] + data[start:end] * int(rng.choice([1, 2, 300])) + data[end:]


def blank(data: bytes, rng) -> bytes:
    start, end = _segment(data, rng)
    return data[:start] + bytes([int(rng.choice([0, 255]))]) * (end - start) + data[end:]


def splice(data: bytes, rng) -> bytes:
    """Insert a piece of another file of any kind."""
    files = honest()[KINDS[rng.integers(len(KINDS))]]
    other = files[rng.integers(len(files))]
    (start, end), at = _segment(other, rng), int(rng.integers(len(data) + 1))
    return data[:at] + other[start:end] + data[at:]


def append(data: bytes, rng) -> bytes:
    return data + rng.bytes(int(rng.integers(1, 5000)))


ANYWHERE = (flip, extreme, truncate, cut_out, double, blank, splice, append)


# ---- mutations of one kind of file ----


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk with the right checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """The (kind, body) of each chunk of a whole PNG."""
    found, at = [], len(PNG_SIGNATURE)
    while at + 8 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def _inside_png(content: bytes, rng) -> bytes:
    """Damage behind the header under right checksums: bodies, compressed pixels, the order of chunks, strange chunks."""
    parts = chunks(content)
    which = 1 + int(rng.integers(len(parts) - 1))
    kind, body = parts[which]
    what = rng.integers(5)
    if what == 0 and kind == b"IDAT" and sum(k == b"IDAT" for k, _ in parts) == 1:  # rows with odd filters, or too few
        mutations = (flip, blank, truncate, extreme)
        parts[which] = kind, zlib.compress(mutations[rng.integers(len(mutations))](zlib.decompress(body), rng))
    elif what == 1:
        parts.insert(which, parts[1 + int(rng.integers(len(parts) - 1))])
    elif what == 2:
        name = (b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"tRNS", b"PLTE", b"acTL", b"fcTL", b"gAMA", b"pHYs")
        junk = zlib.compress(bytes(int(rng.choice([10, 2_000_000])))) if rng.random() < 0.3 else rng.bytes(30)
        parts.insert(which, (name[rng.integers(len(name))], b"a\0\0" * int(rng.integers(2)) + junk))
    else:
        parts[which] = kind, (flip, extreme)[rng.integers(2)](body, rng)
    return PNG_SIGNATURE + b"".join(chunk(*part) for part in parts)


def _png_size(content: bytes, rng) -> bytes:
    """Another size, depth, colour type and interlacing, under a right checksum."""
    sides = rng.choice([0, 1, 61, 5000, 60_000, 2**31 - 1], 2)
    header = struct.pack(
        ">IIBBBBB",
        *map(int, sides),
        *(int(rng.choice(v)) for v in ((1, 8, 16, 3), (0, 2, 3, 4, 6), (0,), (0,), (0, 1))),
    )
    return content[:8] + chunk(b"IHDR", header) + content[33:]


def _jpeg_size(content: bytes, rng) -> bytes:
    """Another height and width in the frame header."""
    at = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2"))
    sides = struct.pack(">HH", *map(int, rng.choice([0, 1, 61, 5000, 65_000], 2)))
    return content[: at + 5] + sides + content[at + 9 :] if at > 0 else content


def _jpeg_exif(content: bytes, rng) -> bytes:
    """EXIF that points anywhere, or names an orientation that does not exist."""
    tags = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, int(rng.integers(14)), 1, int(rng.integers(300)), 0)
    body = b"Exif\0\0" + (flip(tags, rng) if rng.random() < 0.7 else rng.bytes(60))
    return content[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(body)) + body + content[2:]


def _gif_size(content: bytes, rng) -> bytes:
    """Another screen; the first frame may now lie beyond it."""
    return content[:6] + struct.pack("<HH", *map(int, rng.choice([0, 1, 61, 5000, 65_535], 2))) + content[10:]


def _bmp_size(content: bytes, rng) -> bytes:
    sides = struct.pack("<ii", *map(int, rng.choice([-60, 0, 1, 61, 5000, 60_000, -(2**31), 2**31 - 1], 2)))
    return content[:18] + sides + content[26:]


def _tiff_tag(content: bytes, rng) -> bytes:
    """Give one entry of the first directory another value, or make it the side of a tile."""
    (first,) = struct.unpack_from("<I", content, 4)
    if first + 2 > len(content):
        return content
    (count,) = struct.unpack_from("<H", content, first)
    at = first + 2 + 12 * int(rng.integers(max(1, count)))
    value = int(rng.choice([0, 1, 2, 3, 7, 32, 61, 5000, 40_000, 2**31, 2**32 - 1]))
    if rng.random() < 0.2:
        entry = struct.pack("<HHII", int(rng.choice([322, 323, 324, 273, 258, 259, 277, 317])), 4, 1, value)
        return content[:at] + entry + content[at + 12 :]
    return content[: at + 8] + struct.pack("<I", value) + content[at + 12 :]


def _webp_size(content: bytes, rng) -> bytes:
    """Another canvas, or another size in the frame's own header."""
    return content[:20] + flip(content[20:40], rng) + content[40:]


OF_KIND = {
    "PNG": (_png_size,) * 3,
    "JPEG": (_jpeg_size, _jpeg_exif, _jpeg_exif),
    "GIF": (_gif_size,) * 2,
    "BMP": (_bmp_size,) * 2,
    "TIFF": (_tiff_tag,) * 6,
    "WEBP": (_webp_size,) * 2,
}
