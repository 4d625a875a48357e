"""Pages read from perfect maps, with digits that a stand-in reads."""

from types import SimpleNamespace

import numpy as np
import pytest

from model import recogniser, strokes
from model.calibration import EMPTY, NOT_A_DIGIT, SURE, UNSURE
from model.labelled_drawings import DIGITS
from model.page_reader import network_input as maps
from model.page_reader import reader, witness
from model.page_reader.network import Network
from model.reading import WRITING, Digit
from tests.model.page_reader.perfect_maps import two_digits

PICTURE = np.full((192, 192, 3), 255, np.uint8)


class Sevens:
    """Reads pieces as 7s, or with other probabilities, with these verdicts in turn, the last one again and again; counts them.
    outputs: of its network."""

    def __init__(self, *verdicts: str, probabilities: np.ndarray | None = None, outputs: int = 11):
        self.verdicts, self.count, self.engine = verdicts, 0, SimpleNamespace(outputs=outputs)
        self.probabilities = np.eye(10)[7] if probabilities is None else probabilities
        self.touching_network = lambda windows: np.eye(12)[np.full((len(windows), 64), 11)]  # sees nothing

    def read_pieces(self, pieces, one_look=False):
        found = []
        for piece in pieces:
            verdict = self.verdicts[min(self.count, len(self.verdicts) - 1)]
            found.append(Digit(piece.box, np.zeros((28, 28), np.float32), self.probabilities, 0.0, verdict))
            self.count += 1
        return found


def both_say_so(instances, answers) -> np.ndarray:
    """What neither the page network nor the digit network refuses is a digit."""
    return np.array([i.digit if a and a.verdict != NOT_A_DIGIT else 0 for i, a in zip(instances, answers, strict=True)])


def read(written: np.ndarray, digits: Sevens, asked: Sevens | None = None) -> reader.Page:
    """The page of a network that sees ``written`` at the top left of the picture, and nothing else, at the picture's own scale. asked:
    what each instance may be, where that is not what ``digits`` says."""
    outputs = np.full((96, 96, maps.OUTPUTS), -6.0, np.float32)
    outputs[: len(written), : written.shape[1]] = written
    pages = reader.PageReader(lambda grey: outputs, digits, asked or digits, both_say_so)
    return pages._page(pages._pass(PICTURE[..., 0], 1), 1, PICTURE.shape[:2])


def test_only_what_may_be_a_digit_is_sent_to_the_digit_network():
    digits, asked = Sevens(SURE), Sevens(SURE)
    page = read(two_digits(kinds=(5.0, -5.0)), digits, asked)
    assert digits.count == asked.count == 1 and page.text == "7" and page.other == ((50, 20, 4, 24),)


@pytest.mark.parametrize(
    ("kinds", "digit", "text", "verdict"),
    [
        ((5.0, 5.0), SURE, "77", SURE),
        ((5.0, 5.0), UNSURE, "77", UNSURE),
        ((5.0, 5.0), NOT_A_DIGIT, "", NOT_A_DIGIT),
        ((-5.0, -5.0), SURE, "", NOT_A_DIGIT),
        ((5.0, -5.0), SURE, "7", UNSURE),  # a sign on the digit's line
        ((), SURE, "", EMPTY),
    ],
)
def test_a_page_has_the_text_and_the_verdict_of_its_digits(kinds, digit, text, verdict):
    page = read(two_digits(kinds=kinds), Sevens(digit))
    assert (page.text, page.verdict) == (text, verdict)


def one_or_seven(one: float) -> np.ndarray:
    """Probabilities of the ten digits where it is a 1 or a 7."""
    return one * np.eye(10)[1] + (1 - one) * np.eye(10)[7]


@pytest.mark.parametrize(
    ("outputs", "chosen", "asked", "text", "verdict", "probability"),
    [
        (11, 0.001, 0.0001, "77", SURE, 0.9997),  # 1 : 0.001 and 1 : 0.0001 is 1 : 0.00032
        (11, 0.2, 0.9, "11", UNSURE, 0.6),  # 1 : 4 and 9 : 1 is 1.5 : 1
        (10, 0.2, 0.9, "77", UNSURE, 0.8),  # a model without "no digit" keeps its own
    ],
)
def test_which_digit_it_is_say_the_chosen_network_and_the_one_that_knows_pages(
    outputs, chosen, asked, text, verdict, probability
):
    networks = (
        Sevens(SURE, probabilities=one_or_seven(chosen), outputs=outputs),
        Sevens(SURE, probabilities=one_or_seven(asked)),
    )
    page = read(two_digits(kinds=(9.0, 9.0)), *networks)
    assert (page.text, page.verdict) == (text, verdict)
    assert page.lines[0][0].probability == pytest.approx(probability, abs=6e-4)


@pytest.mark.parametrize(("share", "verdict"), [(0.95, SURE), (0.93, UNSURE)])
def test_a_digit_on_a_page_is_sure_where_it_is_certain_enough_to_be_one_and_that_one(share, verdict):
    odds = float(np.log(share / (1 - share)))
    page = read(two_digits(kinds=(5.0, odds)), Sevens(SURE))
    assert [d.verdict for d in page.lines[0]] == [SURE, verdict]
    assert page.lines[0][1].probability == pytest.approx(share, abs=1e-3)


def test_what_may_be_a_digit_says_one_network_and_which_it_is_another():
    digits = Sevens(UNSURE)
    page = read(two_digits(), digits, Sevens(SURE, NOT_A_DIGIT))
    assert digits.count == 1 and (page.text, page.verdict) == ("7", UNSURE)


def test_a_page_says_where_its_other_writing_is_and_why_it_is_unsure():
    reading = read(two_digits(kinds=(5.0, -5.0)), Sevens(SURE)).reading
    assert (reading.other_writing, reading.why) == (((50, 20, 4, 24),), "writing")
    assert read(two_digits(kinds=(5.0, -5.0)), Sevens(UNSURE)).reading.why == ""  # its digit is why


def test_ink_that_belongs_to_nothing_leaves_a_page_unsure():
    written = two_digits()
    written[2:6, 2:40, maps.INK], written[2:6, 2:40, maps.OFFSET] = 6, -3  # a line whose votes fall outside the picture
    page = read(written, Sevens(SURE))
    assert (page.verdict, page.reading.why) == (UNSURE, "ink")


def test_of_a_picture_full_of_texture_only_the_likeliest_are_read(monkeypatch):
    monkeypatch.setattr(reader, "SAMPLE", 10)
    written, texture, numbers = np.tile(two_digits(), (3, 2, 1)), Sevens(NOT_A_DIGIT), Sevens(SURE)
    assert read(written, Sevens(SURE), texture).verdict == NOT_A_DIGIT and texture.count == 10
    assert read(written, Sevens(SURE), numbers).verdict == SURE and numbers.count == 12
    monkeypatch.setattr(reader, "TEXTURE", 0.3)
    assert read(written, Sevens(SURE), Sevens(SURE, NOT_A_DIGIT)).verdict == UNSURE  # a digit, and what nobody has read


def test_boxes_lie_in_the_picture():
    shape = (31, 47)
    for scale in (0.3, 0.77, 1.0, 4.1, 6.2):
        height, width = round(shape[0] * scale), round(shape[1] * scale)
        for box in ((0, 0, width, height), (width - 2, height - 2, 2, 2), (1, 1, 1, 1)):
            x, y, w, h = reader._in_picture(box, scale, shape)
            assert 0 <= x < x + w <= shape[1] and 0 <= y < y + h <= shape[0]
            if box[0] == 0:  # the whole picture, whose scaled sides are rounded
                assert (x, y) == (0, 0) and w >= shape[1] - 1 and h >= shape[0] - 1


@pytest.mark.parametrize(("height", "passes"), [(0.03, 4), (0.25, 1)])
def test_a_page_whose_digits_are_large_enough_in_a_first_pass_gets_no_larger_one(height, passes):
    """Four: three first passes, and the last one in which such small digits are as high as the network likes them."""
    sheet = np.full((1000, 1000), 255, np.uint8)
    for at in range(4):
        placed = strokes.place(DIGITS[2 + at], height * 1000, (200 + 200 * at, 500))
        sheet -= strokes.draw(placed, sheet.shape, max(3, height * 100))
    sizes = []

    class Counting(Network):
        def __call__(self, grey):
            sizes.append(grey.shape)
            return super().__call__(grey)

    found = witness.page_reader(recogniser.load(), Counting(witness.NETWORK)).read(
        np.repeat(sheet[..., None], 3, axis=2)
    )
    assert (found.text, len(sizes)) == ("2345", passes)


def page_of(digit: int, probability: float, verdict: str, unread: str = "") -> reader.Page:
    one = Digit((0, 0, 9, 20), np.zeros((28, 28), np.float32), np.eye(10)[digit], 1 - probability, verdict)
    return reader.Page([[one]], (), unread, np.zeros((20, 20), np.uint8))


@pytest.mark.parametrize(
    ("first", "smaller", "larger", "text"),
    [
        ((1, 0.5, UNSURE), (2, 0.9, SURE), (3, 0.8, SURE), "2"),
        ((1, 0.5, UNSURE), (2, 0.9, SURE, WRITING), (3, 0.8, UNSURE), "3"),
        ((1, 0.8, UNSURE), (2, 0.8, SURE), (3, 0.1, SURE), "1"),
        ((1, 0.9, SURE, WRITING), (2, 0.3, UNSURE), (3, 0.6, SURE), "3"),
    ],
)
def test_a_page_in_doubt_is_looked_at_again_smaller_and_larger_and_is_never_sure(
    monkeypatch, first, smaller, larger, text
):
    pages = {1.0: page_of(*first), reader.AGAIN[0]: page_of(*smaller), reader.AGAIN[1]: page_of(*larger)}
    for name, stand_in in {
        "look": lambda self, grey: (1.0, None),
        "_pass": lambda self, grey, scale: None,
        "_page": lambda self, found, scale, shape: pages[scale],
    }.items():
        monkeypatch.setattr(reader.PageReader, name, stand_in)
    read = reader.PageReader(lambda grey: grey, Sevens(SURE), Sevens(SURE), both_say_so)
    found = read.read(PICTURE)
    assert (found.text, found.verdict) == (text, UNSURE)
    pages[1.0] = page_of(1, 0.9, SURE)
    assert (read.read(PICTURE).text, read.read(PICTURE).verdict) == ("1", SURE)
