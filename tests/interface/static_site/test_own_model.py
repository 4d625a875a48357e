"""A visitor's own model file in the page without a server."""

import pytest
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import Builder
from playwright.sync_api import expect

from interface.predict.examples.draw import one
from model import recogniser
from tests.browser import expect_text, png, upload

SHIPPED = recogniser.TRAINED / "classic" / "classic.tflite"


def of_open_batch(content: bytes) -> bytes:
    """The same network with a batch that it leaves open, as Keras exports one."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    tensors = model.subgraphs[0].tensors
    for at in (*model.subgraphs[0].inputs, *model.subgraphs[0].outputs):
        tensors[at].shapeSignature = [-1, *tensors[at].shape[1:]]
    builder = Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def bring(page, name: str, content: bytes) -> None:
    chooser = page.get_by_test_id("own-model")
    chooser.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


@pytest.mark.parametrize("batch", [pytest.param("one", marks=pytest.mark.slow), "open"])
def test_it_is_checked_and_reads_as_the_same_model_that_ships(visit, site, batch):
    visit.goto(site)
    content = SHIPPED.read_bytes()
    bring(visit, "mine.tflite", of_open_batch(content) if batch == "open" else content)
    expected = "mine: input unit (0 to 1, light ink on dark), outputs probabilities; not calibrated"
    expect(visit.get_by_test_id("own-model-note")).to_contain_text(expected)
    expect(visit.get_by_test_id("model")).to_have_value("mine")
    upload(visit, "seven.png", png(one("7")))
    expect_text(visit, "7")
    visit.get_by_role("tab", name="Evaluate").click()
    expect(visit.locator("[data-piece=headline]")).to_contain_text("There is no report of this model yet. Press Run.")


@pytest.mark.parametrize(
    "name, content, says",
    [
        ("mine.keras", b"PK", "is converted by the app"),
        ("mine.tflite", b"no model", "This is not a LiteRT model"),
        ("strips.tflite", (recogniser.TRAINED / "touching" / "touching.tflite").read_bytes(), "This model maps"),
    ],
)
def test_what_is_no_model_for_digits_is_refused_in_a_sentence(visit, site, name, content, says):
    visit.goto(site)
    bring(visit, name, content)
    expect(visit.get_by_test_id("own-model-note")).to_contain_text(says)
    expect(visit.get_by_test_id("model")).to_have_value("cnn")
