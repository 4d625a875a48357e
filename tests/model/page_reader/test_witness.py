"""A picture read by segmentation and page network together."""

import dataclasses

import cv2
import numpy as np
import pytest

from model import labelled_drawings, recogniser
from model.calibration import NOT_A_DIGIT, SURE, UNSURE
from model.page_reader import witness
from model.page_reader.reader import Page
from model.reading import Box, Digit, Reading, summarise


@pytest.fixture(scope="module")
def cnn():
    return recogniser.load()


def test_a_single_digit_is_read_as_before(cnn):
    for digit in range(10):
        picture = labelled_drawings.pad(digit)
        assert witness.read(cnn, picture).text == cnn.read(picture).text == str(digit)


@pytest.mark.parametrize("number", ["4025", "4071", "1111"])
def test_a_number_on_a_sheet_on_a_dark_table_is_read(cnn, number):
    row = labelled_drawings.row(number, gap=20, brush=6)
    sheet = np.full((500, 700, 3), 235, np.uint8)
    sheet[150 : 150 + row.shape[0], 60 : 60 + row.shape[1]] = np.minimum(row, 235)[:, :640]
    turn = cv2.getRotationMatrix2D((350, 250), 6, 0.7)
    turn[:, 2] += (250, 200)
    table = cv2.warpAffine(sheet, turn, (1200, 900), borderValue=(60, 70, 90))
    assert witness.read(cnn, cv2.GaussianBlur(table, (0, 0), 1)).text == number


def test_a_large_picture_is_read_at_half_its_size_and_its_boxes_lie_in_it(cnn):
    row = labelled_drawings.row("4025", gap=20, brush=6)
    large = np.full((600, witness.HALVED, 3), 255, np.uint8)
    large[100 : 100 + row.shape[0], 3000 : 3000 + row.shape[1]] = row
    found, small = witness.read(cnn, large), witness.read(cnn, witness.halved(large))
    assert (found.text, found.verdict) == (small.text, small.verdict) == ("4025", SURE)
    for digit, half in zip(found.digits, small.digits, strict=True):
        assert digit.box == tuple(2 * side for side in half.box)
        assert 3000 <= digit.box[0] <= 3000 + row.shape[1]


def test_where_the_two_disagree_nothing_is_sure(cnn, monkeypatch):
    picture = labelled_drawings.row("305")
    read = cnn.read(picture)
    monkeypatch.setattr(
        cnn, "read", lambda _, expected: dataclasses.replace(read, text="35", verdict=SURE, digits=read.digits[::2])
    )
    monkeypatch.setattr(
        witness,
        "page_network",
        lambda: lambda grey: np.full((grey.shape[0] // 2 + 1, grey.shape[1] // 2 + 1, 9), -9.0, np.float32),
    )
    found = witness.read(cnn, picture)
    assert (found.verdict, found.why) == (UNSURE, "readers")


@pytest.fixture
def plain_rule(monkeypatch):
    """Weights for what follows from the rule, whichever ship: certainty speaks for a reading, writing that is left against it."""
    monkeypatch.setattr(witness, "WEIGHTS", (3.0, -2.7, 0.0, 0.0))
    monkeypatch.setattr(witness, "BIAS", 2.6)


def digits(text: str, verdict: str = SURE) -> list[Digit]:
    """A row of digits, each 20 px wide and 40 high, 30 px apart."""
    image = np.zeros((28, 28), np.float32)
    return [Digit((30 * at, 0, 20, 40), image, np.eye(10)[int(d)], 0.0, verdict) for at, d in enumerate(text)]


def segmented(text: str, verdict: str = SURE) -> Reading:
    return summarise([digits(text, verdict)], np.zeros((40, 300), np.uint8))


def page(text: str, *other: Box, unread: str = "", verdict: str = SURE) -> Page:
    return Page([digits(text, verdict)], other, unread, np.zeros((40, 300), np.uint8))


@pytest.mark.usefixtures("plain_rule")
@pytest.mark.parametrize(
    ("other", "unread", "text", "why"),
    [
        ((), "", "12", "readers"),
        ((), "ink", "12", "ink"),
        (((150, 0, 20, 40),), "writing", "123", "writing"),
        (((60, 5, 20, 30),), "writing", "123", "readers"),  # the segmentation has read it as the 3
    ],
)
def test_a_picture_that_the_two_read_differently_says_why_it_is_unsure(other, unread, text, why):
    found = witness.judge(segmented("123"), page("12", *other, unread=unread, verdict=UNSURE))
    assert (found.text, found.verdict, found.why) == (text, UNSURE, why)


def test_fewer_digits_speak_against_the_page_network_where_the_paper_is_plain():
    drawn = dataclasses.replace(page("12", verdict=UNSURE), plain=0.9)
    fewer, as_many = (witness.evidence(segmented(text), drawn) for text in ("123", "34"))
    assert fewer.tolist() == pytest.approx([0, 0, 0.9, 0.9]) and as_many.tolist() == pytest.approx([0, 0, 0.9, 0])
    assert witness.preference(segmented("123"), drawn) < witness.preference(segmented("34"), drawn)


@pytest.mark.parametrize(
    ("other", "verdict"), [((60, 5, 20, 30), UNSURE), ((150, 0, 20, 40), SURE)], ids=["by both", "by one"]
)
def test_a_picture_is_not_sure_where_writing_on_its_line_is_refused_by_both(other, verdict):
    line = digits("123")
    line[2] = dataclasses.replace(line[2], verdict=NOT_A_DIGIT)
    reading = summarise([line], np.zeros((40, 300), np.uint8))
    found = witness.judge(reading, page("12", other, unread="writing", verdict=UNSURE))
    assert (found.text, found.verdict) == ("12", verdict)
    assert found.other_writing == (other,)


def test_guesses_where_the_page_network_sees_no_ink_are_no_digits():
    bare = page("")
    assert witness.judge(segmented("7", UNSURE), bare).verdict == NOT_A_DIGIT
    assert witness.judge(segmented("7", UNSURE), bare).text == ""
    faint = witness.judge(segmented("7"), bare)  # which only the segmentation sees
    assert (faint.text, faint.verdict, faint.why) == ("7", UNSURE, "readers")


@pytest.mark.parametrize("reading", [segmented("123"), segmented("123", UNSURE), segmented("45")])
def test_other_writing_is_told_whichever_reading_counts(reading):
    found = witness.judge(reading, page("123", (150, 0, 20, 40)))
    assert (found.text, found.verdict, found.why) == ("123", SURE, "")
    assert found.other_writing == ((150, 0, 20, 40),)
    assert found.to_json()["other_writing"] == [[150, 0, 20, 40]]


def less_certain(reading: Reading, probability: float) -> Reading:
    """The same digits, each as unsure as that."""
    rest = (1 - probability) / 9
    read = [
        dataclasses.replace(d, probabilities=np.where(np.arange(10) == d.digit, probability, rest), verdict=UNSURE)
        for d in reading.digits
    ]
    return summarise([read], reading.ink)


@pytest.mark.parametrize(("certainty", "verdict"), [(0.95, SURE), (0.93, UNSURE)])
def test_several_digits_are_sure_where_the_page_network_hardly_doubts_them(certainty, verdict):
    seen = page("123")
    seen = dataclasses.replace(seen, lines=[list(less_certain(seen.reading, certainty).digits)])
    found = witness.judge(segmented("123"), seen)
    assert (found.verdict, found.why) == (verdict, "" if verdict == SURE else "readers")


def test_a_single_digit_is_sure_whatever_the_page_network_doubts():
    seen = page("7")
    seen = dataclasses.replace(seen, lines=[list(less_certain(seen.reading, 0.6).digits)])
    assert witness.judge(segmented("7"), seen).verdict == SURE


def test_a_single_digit_is_not_sure_where_the_page_network_is_sure_of_another():
    found = witness.judge(segmented("7"), page("1"))
    assert (found.text, found.verdict, found.why) == ("7", UNSURE, "readers")


@pytest.mark.usefixtures("plain_rule")
@pytest.mark.parametrize(
    ("certainty", "text", "unread", "counts"),
    [
        (0.75, "123", "ink", "45"),
        (0.75, "123", "writing", "123"),  # which the page network has left
        (1.0, "6", "ink", "45"),
    ],
)
def test_of_two_readings_that_are_not_sure_the_likelier_one_counts(certainty, text, unread, counts):
    seen = page("45", unread=unread)
    seen = dataclasses.replace(seen, lines=[list(less_certain(seen.reading, 0.75).digits)])
    found = witness.judge(less_certain(segmented(text), certainty), seen)
    assert (found.text, found.verdict) == (counts, UNSURE)


def test_of_the_same_digits_that_are_not_sure_the_likelier_readings_boxes_count():
    moved = [dataclasses.replace(d, box=(d.box[0] + 2, *d.box[1:])) for d in digits("45", UNSURE)]
    seen = dataclasses.replace(page("45", unread="ink"), lines=[moved])
    found = witness.judge(less_certain(segmented("45"), 0.6), seen)
    assert (found.text, found.verdict, found.digits[0].box) == ("45", UNSURE, moved[0].box)


def around(top: int, height: int, verdict: str, of_ring: str = SURE, read_as: str = "0") -> tuple[Reading, Page]:
    """What the segmentation reads as one digit, 90 px wide and 40 high, and the page network's 34 within it, so far down and so high."""
    whole = dataclasses.replace(digits(read_as, of_ring)[0], box=(0, 0, 90, 40))
    inside = [dataclasses.replace(d, box=(20 + d.box[0], top, 20, height)) for d in digits("34", verdict)]
    return summarise([[whole]], np.zeros((40, 300), np.uint8)), dataclasses.replace(page("34"), lines=[inside])


@pytest.mark.parametrize("of_ring", [SURE, UNSURE, NOT_A_DIGIT])
@pytest.mark.parametrize(("verdict", "why"), [(SURE, ""), (UNSURE, "readers")])
def test_digits_within_a_ring_are_what_the_page_network_reads(of_ring, verdict, why):
    found = witness.judge(*around(8, 24, verdict, of_ring))
    assert (found.text, found.verdict, found.why) == ("34", verdict, why)


IN_PART = pytest.mark.parametrize(("top", "height"), [(1, 38), (0, 24), (15, 24)], ids=["all", "its head", "its foot"])


@IN_PART
@pytest.mark.parametrize("verdict", [SURE, UNSURE])
def test_a_sure_digit_stays_one_that_the_page_network_splits_or_sees_in_part(verdict, top, height):
    found = witness.judge(*around(top, height, verdict, read_as="8"))
    assert (found.text, found.verdict) == ("8", SURE)


@IN_PART
def test_a_zero_in_which_the_page_network_reads_something_else_is_not_sure(top, height):
    """It may be a ring of which the page network sees a part."""
    assert witness.judge(*around(top, height, UNSURE)).verdict == UNSURE


def test_where_the_segmentation_finds_nothing_the_page_network_is_asked():
    nothing = summarise([], np.zeros((40, 300), np.uint8))
    found = witness.judge(nothing, page("7"))
    assert (found.text, found.verdict, found.why) == ("7", UNSURE, "readers")
    assert witness.judge(nothing, page("", (0, 0, 9, 9))).verdict == "empty"


@pytest.mark.usefixtures("plain_rule")
def test_what_is_a_digit_of_the_reading_that_counts_is_no_other_writing():
    assert witness.judge(segmented("123", UNSURE), page("12", (60, 5, 20, 30), unread="writing")).other_writing == ()


def test_an_image_of_a_few_pixels_has_one_reader(cnn, monkeypatch):
    monkeypatch.setattr(witness, "page_network", lambda: pytest.fail("not asked"))
    assert witness.read(cnn, cv2.resize(labelled_drawings.pad(3), (28, 28), interpolation=cv2.INTER_AREA)).text == "3"
