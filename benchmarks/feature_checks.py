"""What a visitor can do, each as a check in an open page that raises where it cannot be done: `FEATURES`, by what the table calls it."""

import io
import zipfile
from collections.abc import Callable

from playwright.sync_api import Page, expect

from benchmarks.app import ROOT
from interface.predict.examples.draw import one
from tests.browser import draw, expect_text, open_files, picture_file, png, strokes_of

# ms that a check waits: for an answer, for a short training, for 10,000 images
SHORT, TRAINED, LONG = 15_000, 60_000, 600_000


def predict(page: Page) -> None:
    page.get_by_role("tab", name="Predict").click()
    page.get_by_test_id("clear").click()


def evaluate(page: Page) -> None:
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_test_id("confusion-matrix")).to_be_visible()


def upload(page: Page, name: str, content: bytes) -> None:
    open_files(page, [picture_file(name, content)])


def drawn(page: Page) -> None:
    predict(page)
    draw(page, strokes_of("7"))
    expect_text(page, "7")


def several(page: Page) -> None:
    predict(page)
    for at, digit in enumerate("204"):
        draw(page, strokes_of(digit, 90, 15 + 88 * at, 90))
    expect_text(page, "204")


def photo(page: Page) -> None:
    predict(page)
    page.get_by_role("button", name="Example: a page of a notebook").click()
    expect_text(page, "1987\n2046\n350")


def camera(page: Page) -> None:
    predict(page)
    page.get_by_test_id("camera").click()
    page.get_by_role("button", name="Take picture").click()
    expect(page.locator(".photo img")).to_be_visible()


def many(page: Page) -> None:
    predict(page)
    open_files(page, [picture_file(f"{digit}.png", png(one(str(digit)))) for digit in (3, 7)])
    expect(page.get_by_test_id("download-csv")).to_be_enabled()
    expect(page.get_by_test_id("results").locator("tr")).to_have_count(2)
    page.get_by_test_id("close-batch").click()


def refused(page: Page) -> None:
    predict(page)
    upload(page, "text.png", b"this is text")
    expect(page.get_by_test_id("problem")).to_contain_text("not a picture")


def other_model(page: Page) -> None:
    predict(page)
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("other-model")).to_contain_text("classic")


def explained(page: Page) -> None:
    predict(page)
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("why")).to_be_visible()


def neighbours(page: Page) -> None:
    predict(page)
    draw(page, strokes_of("7"))
    expect(page.get_by_test_id("nearest").locator("figure").first).to_be_visible()


def chosen(page: Page) -> None:
    predict(page)
    page.get_by_test_id("model").select_option("classic")
    draw(page, strokes_of("7"))
    expect_text(page, "7")
    page.get_by_test_id("model").select_option("cnn")


def own_model(page: Page) -> None:
    chooser = page.get_by_test_id("own-model")
    path = ROOT / "model" / "trained" / "classic" / "classic.tflite"
    chooser.set_input_files({"name": "mine.tflite", "mimeType": "", "buffer": path.read_bytes()}, timeout=SHORT)
    expect(page.get_by_test_id("model")).to_have_value("mine")
    page.get_by_test_id("model").select_option("cnn")


def report(page: Page) -> None:
    evaluate(page)
    expect(page.get_by_test_id("accuracy")).to_contain_text("99.")


def cell_images(page: Page) -> None:
    evaluate(page)
    page.locator('[data-true="7"][data-predicted="7"]').first.click()
    expect(page.get_by_test_id("gallery").locator(".tile img").first).to_be_visible()


def compared(page: Page) -> None:
    evaluate(page)
    page.locator(".ev-toc").get_by_text("Compare").click()
    expect(page.get_by_test_id("mcnemar")).to_be_visible()


def slices(page: Page) -> None:
    evaluate(page)
    page.locator(".ev-toc").get_by_text("Whom it is good for").click(timeout=SHORT)
    expect(page.get_by_test_id("whom").locator("tbody tr").first).to_be_visible()


def audit(page: Page) -> None:
    evaluate(page)
    page.locator(".ev-toc").get_by_text("Audit my labels").click(timeout=SHORT)
    page.get_by_test_id("start-audit").click()
    expect(page.locator(".suspect img").first).to_be_visible(timeout=LONG)


def downloads(page: Page) -> None:
    evaluate(page)
    for kind in ("report.json", "predictions.csv", "report.html", "confusion-matrix.png"):
        page.get_by_test_id("downloads").click()
        with page.expect_download() as file:
            page.locator(f'[data-file="{kind}"]').click()
        assert file.value.path().stat().st_size > 1000


def own_test_set(page: Page) -> None:
    evaluate(page)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for digit in range(10):
            files.writestr(f"{digit}/drawn.png", png(one(str(digit))))
    chooser = page.locator("[data-upload=zip]")
    chooser.set_input_files({"name": "mine.zip", "mimeType": "application/zip", "buffer": packed.getvalue()})
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("10 pictures in")
    page.locator("[data-do=back]").click()


def run(page: Page) -> None:
    evaluate(page)
    expect(page.get_by_test_id("run")).to_be_visible()
    page.get_by_test_id("run").click()
    expect(page.get_by_test_id("evaluation-status")).to_contain_text("reproduces the shipped report", timeout=LONG)


def explore(page: Page, part: str) -> None:
    page.get_by_role("tab", name="Explore").click()
    page.locator(f".ex-parts [data-part={part}]").click()


def inside(page: Page) -> None:
    explore(page, "inside")
    page.get_by_test_id("explore-pad").scroll_into_view_if_needed()
    draw(page, strokes_of("7"), "explore-pad")
    expect(page.get_by_test_id("layer-maps").locator(".ex-maps button:visible")).to_have_count(48)


def on_the_map(page: Page) -> None:
    inside(page)
    explore(page, "map")
    expect(page.locator("#explore-map .ex-digits figure").first).to_be_visible()


def train(page: Page) -> None:
    explore(page, "train")
    page.locator("[name=epochs]").select_option("1")
    page.locator("[name=images]").select_option("1000")
    page.get_by_test_id("train").click()
    expect(page.locator("[data-testid=train-accuracy][data-done]")).to_contain_text("%", timeout=TRAINED)


def teach(page: Page) -> None:
    explore(page, "teach")
    expect(page.get_by_test_id("teach-prompt")).to_contain_text("Now draw a")


def quiz(page: Page) -> None:
    explore(page, "quiz")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_test_id("quiz")).to_contain_text("1 of 20")


FEATURES: dict[str, Callable[[Page], None]] = {
    "draw a digit": drawn,
    "draw several": several,
    "read a photo of a page": photo,
    "take a picture with the camera": camera,
    "read many files, with a table and its CSV": many,
    "refuse a bad file in a sentence": refused,
    "choose a model": chosen,
    "second opinion of another model": other_model,
    "which ink spoke for the answer": explained,
    "nearest training digits": neighbours,
    "bring a `.tflite` in the page": own_model,
    "the report with its matrix": report,
    "the images behind a cell": cell_images,
    "compare two models": compared,
    "for whom it is good (slices)": slices,
    "audit of the labels of MNIST": audit,
    "download JSON, CSV, HTML and PNG": downloads,
    "a test set of one's own": own_test_set,
    "run the 10,000 images": run,
    "see inside the network": inside,
    "the drawing among the test images on the map": on_the_map,
    "train a network": train,
    "teach the last layer": teach,
    "the quiz": quiz,
}
