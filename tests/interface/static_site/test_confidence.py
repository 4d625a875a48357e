"""How far the figures of calibration can be trusted, in the page without a server: Python's section, digits and interval of the ECE."""

import dataclasses

import numpy as np
import pytest

from evaluation import sections
from evaluation.confidence import trust
from tests.interface.evaluate.dashboard import shipped_report
from tests.interface.static_site.test_evaluation import same, without_spaces

TRUST = """async (answers) => {
    const {byDigit, eceInterval} = await import(new URL('assets/interface/static_site/evaluate/confidence.js', location.href).href);
    return [byDigit(answers), await eceInterval(answers), await eceInterval(answers)];
}"""


@pytest.mark.parametrize("name", ["cnn", "classic"])
def test_the_section_of_a_shipped_report_is_pythons(coding, name):
    drawn = coding.evaluate(
        """async (name) => {
            const base = new URL('assets/interface/static_site/evaluate/', location.href).href;
            const [{trusted}, {confidence}, {fromJson}] = await Promise.all(
                ['confidence', 'views', 'report'].map((module) => import(`${base}${module}.js`)));
            const report = fromJson(await (await fetch(`reports/${name}.json`)).json());
            return [trusted(report), confidence(report)].map(String);
        }""",
        name,
    )
    section, card = map(without_spaces, drawn)
    assert section == without_spaces(str(sections.trusted(shipped_report(name)))) and section in card


@pytest.mark.parametrize("n", [1, 40, 3000])
def test_the_digits_are_pythons_and_the_interval_of_the_ece_is_nearly(coding, n):
    rng = np.random.default_rng(n)
    probabilities = rng.dirichlet(np.full(10, 0.2), n).round(4)
    predicted = probabilities.argmax(axis=1)
    labels = np.where(rng.random(n) < 0.6, predicted, rng.integers(0, 10, n))
    predicted[::9], probabilities[::9] = -1, 0  # no single digit
    answers = {"labels": labels.tolist(), "predicted": predicted.tolist(), "probabilities": probabilities.tolist()}
    digits, ece, again = coding.evaluate(TRUST, answers)
    expected = trust(labels, predicted, probabilities)
    same(digits, [dataclasses.asdict(row) for row in expected.by_digit])
    assert ece == again  # seeded
    if expected.ece_interval is None:
        assert ece is None and n == 1
    else:  # other random numbers: each end moves by some hundredths of the width
        low, high = expected.ece_interval
        assert ece == pytest.approx([low, high], abs=0.1 * (high - low))
