"""What the page finds inside the network is what is there."""

import numpy as np

from tests.browser import strokes_of


def test_a_moving_pen_gets_one_look_and_a_lifted_one_the_second(coding):
    (stroke,) = strokes_of("2")
    points = stroke[: int(0.85 * len(stroke))]  # of whose digit the network is not certain
    moving, lifted, predicted = coding.evaluate(
        """async (points) => {
            const {read, readInside} = await import('./assets/interface/reader/reader.js');
            const {pixels} = await import('./assets/interface/page/strokes.js');
            const drawing = () => pixels([{points, width: 16, erase: false}]);
            const answers = [(await readInside(drawing(), true)).answer, (await readInside(drawing(), false)).answer];
            return [...answers, await read('cnn', drawing(), true)].map(({digits}) => digits[0].probability);
        }""",
        points,
    )
    assert lifted == predicted != moving


def test_the_maps_are_the_networks(coding, mnist):
    from ai_edge_litert.interpreter import Interpreter

    from model import inside

    network = Interpreter(str(inside.files()[inside.NETWORK]))
    network.allocate_tensors()
    for image in mnist.train.images[:3]:
        network.set_tensor(network.get_input_details()[0]["index"], (image / 255.0).astype(np.float32)[None, ..., None])
        network.invoke()
        found = coding.evaluate(
            """async (image) => {
                const {inside} = await import('./assets/interface/reader/reader.js');
                const {maps, features, place, probabilities} = await inside({image: Uint8Array.from(image)});
                return [...maps, features, place, probabilities].map((numbers) => [...numbers]);
            }""",
            image.ravel().tolist(),
        )
        for page, details in zip(found, network.get_output_details(), strict=True):
            np.testing.assert_allclose(page, network.get_tensor(details["index"]).ravel(), atol=1e-3)
