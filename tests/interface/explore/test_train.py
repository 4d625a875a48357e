"""A network is trained in the page as Keras trains it, is tried on a drawing, and is taken into Keras and this app."""

import re
import zipfile

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from interface.reader import runtime
from tests.browser import PHONE
from tests.interface.explore.test_explore import draw_on

RECIPES = {
    "tutorial": {"network": "tutorial", "hidden": 2, "width": 16},
    "softmax alone": {"network": "tutorial", "hidden": 0, "width": 16},
    "cnn": {"network": "cnn", "hidden": 1, "width": 16},
}
STEPS, BATCH, SEEN = 8, 32, 50

TRAIN = """async ([jax_file, recipe, images, labels, steps, seen]) => {
    const [jax, {firstWeights, Network, shapes}, {randomOf}, {npz}] = await Promise.all([
        import(jax_file), import('./assets/interface/explore/train_network.js'), import('./assets/interface/explore/random.js'),
        import('./assets/interface/explore/train_file.js'),
    ]);
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    const [x, y] = [Uint8Array.from(images), Uint8Array.from(labels)];
    const first = firstWeights(recipe, randomOf(recipe.seed));
    const network = new Network(jax, recipe, first);
    const losses = [], gradients = [];
    for (let step = 0; step < steps; step++) {
        network.step(x, y, Array.from({length: recipe.batch}, (_, at) => recipe.batch * step + at));
        losses.push((await network.totals())[0] / recipe.batch);
        if (step === 0) for (const [at, mean] of network.state[1].entries()) {
            const tenth = await mean.ref.data();  // Adam's mean after its first step
            gradients.push([...network.inOurOrder(tenth, at, true)]);
        }
    }
    const probabilities = await network.probabilities(x, Array.from({length: seen}, (_, at) => at));
    const file = new Uint8Array(await npz({recipe, weights: await network.weights()}).arrayBuffer());
    network.dispose();
    return {losses, gradients, probabilities: [...probabilities], file: [...file], first: first.map((one) => [...one]), shapes: shapes(recipe)};
}"""


@pytest.mark.parametrize("name", RECIPES)
def test_it_learns_step_by_step_what_keras_learns(coding, mnist, tmp_path, name):
    import keras
    import tensorflow as tf

    from model.training import from_page, page_recipe

    recipe = RECIPES[name] | {"rate": 0.003, "batch": BATCH, "seed": 7, "epochs": 1, "images": STEPS * BATCH}
    learn = mnist.train[: STEPS * BATCH]
    jax = f"./engine/{runtime.FOLDER.name}/{runtime.JAX[0]}"
    found = coding.evaluate(TRAIN, [jax, recipe, learn.images.ravel().tolist(), learn.labels.tolist(), STEPS, SEEN])

    network = page_recipe.compiled(
        page_recipe.build(recipe["network"], recipe["hidden"], recipe["width"]), recipe["rate"]
    )
    network.set_weights([np.reshape(one, shape) for one, shape in zip(found["first"], found["shapes"], strict=True)])
    x = (learn.images / 255).astype(np.float32)
    x = x[..., None] if recipe["network"] == "cnn" else x
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(learn.labels[:BATCH], network(x[:BATCH])))
    for ours, theirs in zip(found["gradients"], tape.gradient(loss, network.trainable_weights), strict=True):
        theirs = theirs.numpy().ravel()
        np.testing.assert_allclose(np.array(ours) * 10, theirs, atol=1e-6)
    losses = []
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        losses.append(float(network.test_on_batch(x[part], learn.labels[part])[0]))
        network.reset_metrics()
        network.train_on_batch(x[part], learn.labels[part])
        network.reset_metrics()
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-3)
    probabilities = np.reshape(found["probabilities"], (SEEN, 10))
    np.testing.assert_allclose(probabilities, network.predict(x[:SEEN], verbose=0), atol=2e-3)

    file = tmp_path / "network.npz"
    file.write_bytes(bytes(found["file"]))
    np.testing.assert_allclose(from_page.network(file).predict(x[:SEEN], verbose=0), probabilities, atol=1e-5)


@pytest.fixture(params=[pytest.param("app", marks=pytest.mark.slow), "site"])
def opened(request, new_page):
    """opened(address after '#', **options): the part in the app and in the page that needs no server."""

    def at(state: str, **options) -> Page:
        address = request.getfixturevalue("site") if request.param == "site" else ""
        page = new_page(f"#explore=train{state}", address=address, ready="#explore-train h2", **options)
        expect(page.get_by_test_id("train")).to_be_visible()
        return page

    return at


def test_it_is_trained_tested_drawn_on_and_taken_along(opened, mnist, tmp_path, monkeypatch):
    from model.training import from_page

    page = opened("&train=tutorial-1-32-2-0.003-16-500-3")
    assert page.locator("[name=images]").input_value() == "500"
    page.get_by_test_id("train").click()
    accuracy = page.get_by_test_id("train-accuracy")
    expect(accuracy).to_have_attribute("data-done", "", timeout=60_000)
    expect(accuracy).to_have_text(re.compile(r"^\d\d\.\d\d %$"))
    draw_on(page, "1")
    expect(page.get_by_test_id("train-answer")).to_contain_text(re.compile(r"reads your drawing as \d at [\d.]+ %"))
    panel = page.locator("#explore-train")
    expect(panel).to_contain_text("“classic”, the tutorial’s network as it ships, reads 97.46 %", timeout=60_000)
    expect(panel.locator(".ex-confusion")).to_have_count(2)

    with page.expect_download() as download:
        page.get_by_test_id("train-download").click()
    monkeypatch.chdir(tmp_path)
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert from_page.converted([str(file), "here.keras"]) is None
    lines = panel.locator("pre").nth(1).inner_text()
    exec(lines, found := {})  # noqa: S102 - the lines that the page shows for this
    images = mnist.test.images / 255
    right = (found["network"].predict(images, verbose=0).argmax(1) == mnist.test.labels).mean()
    assert f"{right:.2%}".replace("%", " %") == accuracy.inner_text()
    loaded = found["keras"].models.load_model("here.keras")
    np.testing.assert_array_equal(
        loaded.predict(images[:100], verbose=0), found["network"].predict(images[:100], verbose=0)
    )


def test_a_drawing_from_before_the_training_is_read_too(opened):
    page = opened("&train=tutorial-1-16-1-0.003-32-500-3")
    draw_on(page, "1")
    answer = page.get_by_test_id("train-answer")
    expect(answer).to_contain_text("Press Train first")
    for _ in range(2):
        page.get_by_test_id("train").click()
        page.locator(".explore [data-do=undo]").click()  # while nothing is there yet that could read it
        draw_on(page, "1")
        expect(page.get_by_test_id("train-accuracy")).to_have_attribute("data-done", "", timeout=60_000)
        expect(answer).to_contain_text(re.compile(r"reads your drawing as \d at"))


@pytest.mark.slow
def test_a_training_can_be_stopped_and_the_network_so_far_is_tested(opened):
    page = opened("&train=cnn-0-128-10-0.001-32-60000-1", **PHONE)
    page.get_by_test_id("train").click()
    expect(page.locator(".ex-state")).to_contain_text("Epoch 1 of 10", timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_test_id("train-accuracy")).to_have_attribute("data-done", "", timeout=60_000)
    expect(page.locator(".ex-state")).to_contain_text("Stopped after")
    expect(page.get_by_test_id("train")).to_be_enabled()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_a_choice_is_in_the_address_and_a_wrong_address_is_the_tutorials(opened, axe):
    page = opened("&train=tutorial-9-128-3-7-32-60000-0")
    chosen = "Array.from(document.querySelectorAll('.ex-recipe [name]'), (one) => one.value).join('-')"
    assert page.evaluate(chosen) == "tutorial-2-128-3-0.001-32-60000-1"
    page.locator("[name=network]").select_option("cnn")
    page.locator("[name=batch]").select_option("64")
    assert "train=cnn-0-128-1-0.001-64-60000-1" in page.url
    assert axe(page, "#explore-train") == []


@pytest.mark.slow
def test_this_app_opens_it_as_a_model(mnist, tmp_path, monkeypatch):
    import keras

    from model import custom_models
    from model.training import from_page, page_recipe

    monkeypatch.setattr(custom_models, "_cache", lambda: tmp_path)
    keras.utils.set_random_seed(1)
    network = page_recipe.compiled(page_recipe.build("cnn", 0, 128), 0.003)
    learn = mnist.train[:6000]
    network.fit(learn.images[..., None] / 255, learn.labels, batch_size=32, epochs=2, verbose=0)
    names = [f"layer{1 + at // 2}_{('kernel', 'bias')[at % 2]}" for at in range(6)]  # as in train_file.js
    np.savez(tmp_path / "cnn-1.npz", **dict(zip(names, network.get_weights(), strict=True)))
    assert from_page.converted([str(tmp_path / "cnn-1.npz"), str(tmp_path / "mine.keras")]) is None
    file, choice = custom_models.open_custom(tmp_path / "mine.keras")
    assert file.suffix == ".tflite"
    assert choice.accuracy > 0.85
    assert (choice.convention.input, choice.convention.dark_ink) == ("unit", False)


def npz(**arrays: np.ndarray):
    return lambda path: np.savez(path, **arrays)


def with_member(content: bytes):
    def write(path) -> None:
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("layer1_kernel.npy", content)

    return write


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no zip at all"),
        with_member(b"no array"),
        npz(layer1_kernel=np.zeros((784, 10))),
        npz(layer1_kernel=np.zeros((784, 10), np.float32)),
        npz(layer1_kernel=np.zeros((100, 10), np.float32), layer1_bias=np.zeros(10, np.float32)),
        npz(layer1_kernel=np.full((784, 10), np.nan, np.float32), layer1_bias=np.zeros(10, np.float32)),
        npz(layer1_kernel=np.array([{}], dtype=object)),
        npz(text=np.array("words")),
    ],
)
def test_what_the_page_has_not_written_is_refused_in_a_sentence(tmp_path, write):
    from model.training import from_page

    file = tmp_path / "other.npz"
    write(file)
    out = tmp_path / "out.keras"
    assert "is no network of the page" in from_page.converted([str(file), str(out)])
    assert not out.exists()


def test_a_wrong_command_says_the_right_one(tmp_path):
    from model.training import from_page

    assert from_page.converted(["one.npz"]) == f"Usage: {from_page.USAGE}"
    assert "There is no file" in from_page.converted([str(tmp_path / "none.npz"), str(tmp_path / "out.keras")])
