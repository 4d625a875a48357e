"""Picture files in the page without a server: it opens them as Python does, reads them, and refuses bad ones in the same sentences."""

import base64
import csv
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from benchmarks.parity import compare_files
from interface.predict.examples.draw import notebook, one, row
from model import recogniser
from model.pictures import SENTENCES, WORKS, WORKS_ALONE, PictureError, open_picture
from tests.browser import downloaded, expect_text, open_files, paste, picture_file, png, upload
from tests.model.test_picture_kinds import encoded, one_strip
from tests.model.test_pictures import black_square, saved, saved_bomb

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)).resize((90, 60))
# Opens files, base64, as the reader's worker does; gives the sentence, or size and pixels (RGB, base64).
OPEN = """async (files) => {
    const source = `
        let opened;
        onmessage = async ({data: {file, base}}) => {
            opened ??= Promise.all([import(base + 'assets/interface/reader/pictures/open_picture.js'), import(base + 'assets/interface/reader/constants.js')]);
            const [{openPicture}, {runtime}] = await opened;
            const utif = () => {
                if (!self.UTIF) {
                    const [inflate, code] = runtime.tiff.map((name) => base + 'engine/' + runtime.folder + '/' + name);
                    importScripts(inflate);
                    self.pako = {inflate: self.fflate.unzlibSync};
                    importScripts(code);
                }
                return self.UTIF;
            };
            postMessage(await openPicture(file, utif).catch((error) => error.message));
        };`;
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    const found = [];
    for (const file of files) {
        const blob = await (await fetch('data:application/octet-stream;base64,' + file)).blob();
        worker.postMessage({file: blob, base: new URL('.', location.href).href});
        const {data} = await new Promise((resolve) => { worker.onmessage = resolve; });
        if (typeof data === 'string') found.push(data);
        else found.push([data.width, data.height, btoa(Array.from(data.data.filter((_, i) => i % 4 < 3), (byte) => String.fromCharCode(byte)).join(''))]);
    }
    worker.terminate();
    return found;
}"""


def opened(page, files: list[bytes]) -> list[str | np.ndarray]:
    """What the page makes of picture files: the sentence that refuses it, or (H, W, 3) uint8."""
    found = page.evaluate(OPEN, [base64.b64encode(content).decode() for content in files])
    return [
        answer
        if isinstance(answer, str)
        else np.frombuffer(base64.b64decode(answer[2]), np.uint8).reshape(answer[1], answer[0], 3)
        for answer in found
    ]


def with_exif(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(NOISE, kind, exif=exif)


def greys(values: np.ndarray, kind: str) -> bytes:
    return saved(Image.fromarray(values), kind)


def files() -> dict[str, bytes]:
    """Name → a picture file of every kind that Python opens."""
    rng = np.random.default_rng(1)
    modes = {
        "PNG": ("RGB", "L", "1", "P", "LA", "RGBA"),
        "JPEG": ("RGB", "L", "CMYK"),
        "GIF": ("RGB", "L", "1", "P"),
        "BMP": ("RGB", "L", "1", "P"),
        "TIFF": ("RGB", "L", "1", "P", "CMYK"),
        "PPM": ("RGB", "L", "1"),
        "WEBP": ("RGB", "L"),
    }
    found = {f"{kind} {mode}": saved(NOISE.convert(mode), kind) for kind in modes for mode in modes[kind]}
    for packing in ("tiff_lzw", "tiff_deflate", "packbits", "jpeg", "group4"):
        found[packing] = saved(NOISE.convert("1") if packing == "group4" else NOISE, "TIFF", compression=packing)
    found |= {f"{kind} turned {n}": with_exif(kind, n) for kind in ("JPEG", "PNG", "WEBP", "TIFF") for n in range(1, 9)}
    deep = rng.integers(0, 65536, (20, 30)).astype(np.uint16)
    found |= {"PNG 16": greys(deep, "PNG"), "TIFF 16": greys(deep, "TIFF"), "8 in 16": greys(deep // 400, "PNG")}
    found |= {
        "float": greys(rng.random((20, 30)).astype(np.float32), "TIFF"),
        "32": greys(deep.astype(np.int32) * 3, "TIFF"),
    }
    narrow = {
        "narrow": 60000 + deep // 400,
        "specks": np.where(
            np.arange(180_000).reshape(300, 600) % 45_000, np.resize(deep // 64, (300, 600)), 65535
        ).astype(np.uint16),
        "thousandths": rng.random((20, 30)).astype(np.float32) / 1000,
    }
    found |= {f"{name}, grey": greys(values, "TIFF") for name, values in narrow.items()}
    found |= {
        f"{name}, colours": encoded(np.dstack([values] * 3), ".png")
        for name, values in narrow.items()
        if values.dtype == np.uint16
    }
    found |= {
        f"signed {bits}": one_strip(deep.astype(np.int64) // 2 ** (17 - bits) - 30, f"i{bits // 8}", 2)
        for bits in (8, 16)
    }
    found |= {f"mask {kind}": saved(Image.fromarray((deep > 30000).astype(np.uint8)), kind) for kind in ("PNG", "TIFF")}
    white = Image.new("RGBA", (30, 30), (255, 255, 255, 0))
    white.paste((255, 255, 255, 255), (10, 10, 20, 20))
    frames = [black_square(), Image.new("RGB", (60, 40), "red")]
    animated = {"save_all": True, "append_images": frames[1:]}
    return found | {
        "white ink": saved(white, "PNG"),
        "animated GIF": saved(frames[0], "GIF", **animated),
        "animated WebP": saved(frames[0], "WEBP", **animated),
        "1 × 900": saved(NOISE.resize((1, 900)), "PNG"),
    }


def bad_files() -> dict[str, bytes]:
    found = {
        "empty": b"",
        "text": b"hello, I am a text",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        "pixels": saved_bomb(20_000),
        "long": b"P5 70000 1 255\n" + bytes(70_000),
    }
    for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM"):
        found[f"half a {kind}"] = saved(NOISE, kind)[: len(saved(NOISE, kind)) // 2]
    return found


def test_every_kind_of_picture_becomes_the_pixels_that_python_sees(coding):

    every = files()
    for (name, content), found in zip(every.items(), opened(coding, list(every.values())), strict=True):
        expected = open_picture(content)
        assert not isinstance(found, str), (name, found)
        assert found.shape == expected.shape, name
        assert np.abs(found.astype(int) - expected).max() <= 1, name  # of transparency, a browser rounds another way


def test_a_bad_file_gets_the_sentence_that_python_says(coding):

    bad = bad_files()
    for (name, content), found in zip(bad.items(), opened(coding, list(bad.values())), strict=True):
        with pytest.raises(PictureError) as refused:
            open_picture(content)
        assert found == str(refused.value).replace(WORKS, WORKS_ALONE), name


def test_a_kind_that_only_the_app_reads_is_named(coding):
    heic, pdf = opened(coding, [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"%PDF-1.7"])
    kinds = {
        "TIFF, compression 2": saved(NOISE.convert("1"), "TIFF", compression="tiff_ccitt"),
        "TIFF of 64 bits": one_strip(np.ones((20, 30)), "f8", 3),
        "BigTIFF": saved(NOISE, "TIFF", big_tiff=True),
    }
    for kind, found in zip(kinds, opened(coding, list(kinds.values())), strict=True):
        assert found == SENTENCES["served"].format(kind=kind, works=WORKS_ALONE)
    assert heic == SENTENCES["served"].format(kind="HEIC", works=WORKS_ALONE)
    assert pdf == SENTENCES["pdf"].format(where="The picture", works=WORKS_ALONE)


@pytest.mark.slow
def test_photos_pages_and_tiny_scans_of_this_project_get_pythons_answer(coding):
    tiny = png(np.ascontiguousarray(255 - one("7")[60:220:6, 60:220:6]))
    pictures = [saved(Image.fromarray(notebook()[..., ::-1]), "JPEG"), png(row("2048")), tiny, png(one("scribble"))]
    found = list(compare_files(coding, pictures, recogniser.load()))
    assert [one.page for one in found] == [one.python for one in found]
    assert found[0].page[0] == "1987\n2046\n350"


def test_a_page_of_a_notebook_is_read_and_boxed(visit):
    visit.get_by_role("button", name="Example: a page of a notebook").click()
    expect_text(visit, "1987\n2046\n350")
    expect(visit.locator(".boxes button")).to_have_count(11)


def test_a_file_that_is_no_picture_gets_one_sentence(visit):
    upload(visit, "cat.png", b"this is text")
    expect(visit.get_by_test_id("problem")).to_have_text(SENTENCES["unknown"].format(works=WORKS_ALONE))


def test_a_picture_is_pasted_and_one_is_photographed(visit):
    paste(visit, png(one("2")))
    expect_text(visit, "2")
    version = visit.get_by_test_id("answer").get_attribute("data-version")
    visit.get_by_test_id("camera").click()
    visit.get_by_role("button", name="Take picture").click()
    expect(visit.get_by_test_id("answer")).not_to_have_attribute("data-version", version)
    expect(visit.get_by_test_id("problem")).to_be_empty()


def test_ten_files_make_a_table_that_can_be_downloaded_and_another_model_reads_them_anew(visit):
    good = [picture_file(f"{digit}.png", png(one(str(digit)))) for digit in range(9)]
    open_files(visit, [*good, picture_file("bad.png", b"text")])
    expect(visit.get_by_test_id("batch-title")).to_have_text("10 pictures")
    name, content = downloaded(visit, "download-csv")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert name == "digits.csv"
    assert [line["text"] for line in rows] == [*"012345678", ""]
    assert rows[-1]["error"] == SENTENCES["unknown"].format(works=WORKS_ALONE)
    visit.get_by_test_id("results").locator("tr").nth(7).click()
    expect_text(visit, "7")
    version = visit.get_by_test_id("answer").get_attribute("data-version")
    visit.get_by_test_id("model").select_option("classic")
    expect(visit.get_by_test_id("answer")).not_to_have_attribute("data-version", version)
    expect(visit.get_by_test_id("batch-title")).to_have_text("10 pictures")
    visit.get_by_test_id("close-batch").click()
    visit.get_by_test_id("model").select_option("cnn")
