"""Which input a visitor's model expects, found out in the page: each network is fed as it was trained, or nearly as well."""

import numpy as np
import pytest

from model import labelled_drawings
from model.conventions import INPUTS, LOGITS, PROBABILITIES, SIGMOIDS, Convention
from model.datasets import unit
from tests.model.own_networks import OwnNetwork, accuracy, layout

# opens a network x → f(x·W + b) on the labelled drawings, and answers images with what came out
ASK = """async ({weights, bias, output, drawings, images}) => {
    const {open} = await import('./assets/interface/reader/own_model.js');
    const run = (_, input) => {
        const scores = bias.map((start, k) => input.reduce((sum, value, at) => sum + value * weights[10 * at + k], start));
        if (output === 'logits') return Float32Array.from(scores);
        if (output === 'sigmoids') return Float32Array.from(scores, (score) => 1 / (1 + Math.exp(-score)));
        const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
        const sum = powers.reduce((total, power) => total + power, 0);
        return Float32Array.from(powers, (power) => power / sum);
    };
    const compiled = {getInputDetails: () => [{shape: [1, 28, 28], dtype: 'float32'}]};
    const {network, note} = open(compiled, run, Uint8Array.from(drawings));
    const answers = [];
    for (let at = 0; at < images.length; at += 784) {
        const image = Float32Array.from(images.slice(at, at + 784), (value) => value / 255);
        const found = network(image);
        answers.push(found.indexOf(Math.max(...found)));
    }
    return {note, answers};
}"""


OUTPUTS = (PROBABILITIES, LOGITS, SIGMOIDS)


# A few of them in every run: Python's own search is tried on all (tests/model/test_convention_search.py).
COMBINATIONS = [*(("unit", output) for output in OUTPUTS), *zip(INPUTS, OUTPUTS * 4, strict=False)][1:]


@pytest.mark.parametrize(
    ("name", "output"), [*COMBINATIONS[:5], *(pytest.param(*way, marks=pytest.mark.slow) for way in COMBINATIONS[5:])]
)
def test_a_network_is_fed_as_it_was_trained(coding, mnist, name, output):
    way = Convention(name, dark_ink=name in ("unit", "signed"), layout=layout(28, 28))
    network = OwnNetwork(way, output)
    drawn, labels = labelled_drawings.labelled()
    images, right = mnist.train.images[:300], mnist.train.labels[:300]
    found = coding.evaluate(
        ASK,
        {
            "weights": network.weights.ravel().tolist(),
            "bias": network.bias.tolist(),
            "output": output,
            "drawings": [*(drawn * 255).round().astype(np.uint8).ravel().tolist(), *labels.tolist()],
            "images": images.ravel().tolist(),
        },
    )
    reached = float((np.array(found["answers"]) == right).mean())
    assert f"outputs {output}" in found["note"]
    # what is nearly the same on drawings may be chosen instead, such as `bytes` for `unit`; where it is not on MNIST, the note names
    # the right one and the app's option, for the page has no MNIST to choose by
    as_well = reached >= accuracy(network, way, unit(images), right) - 0.02
    assert as_well or f"a close call with {name} (" in found["note"], found["note"]
