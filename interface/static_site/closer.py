"""The sections of the shipped reports that the page without a server shows as the app does, made when the page is: `sections_of`.

What they say belongs to MNIST's test images and the weights that ship, so a run in the page that reproduces the report keeps them.
"""

from collections.abc import Mapping

from evaluation import sections
from interface.evaluate import cards, closer_cards
from interface.evaluate.state import Reports, Selection, mnist_test
from model.recogniser import Recogniser

# Slices and other hands the page makes itself, as it can of any report.
MADE = (cards.REFUSAL, cards.ROBUSTNESS, cards.COST)


def sections_of(models: Mapping[str, Recogniser]) -> dict[str, dict[str, str]]:
    """Model → section of MADE → its HTML, of the models whose report ships."""
    reports = Reports(models)
    found = {}
    for name in models:
        selection = Selection(name)
        report = reports.report(selection)
        if report is not None:
            found[name] = {
                cards.REFUSAL: str(closer_cards.refusal(reports, selection)),
                cards.ROBUSTNESS: str(sections.robustness(report, cards.examples(mnist_test()))),
                cards.COST: str(closer_cards.cost(reports, selection)),
            }
    return found
