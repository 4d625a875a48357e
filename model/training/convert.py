"""`python -m model.training.convert IN KIND OUT.tflite`: converts a custom model; the app runs it as a child process."""

import os
import sys
import tempfile
from pathlib import Path

from model.files import replacing
from model.inference import CUSTOM
from model.interpreter import DIGIT_MODEL
from model.layouts import layout_of
from model.model_files import HDF5, KERAS, SAVED_MODEL, WHOLE

# A SavedModel with one of these operations is refused before it is loaded: they read or write a file that they name themselves, call
# Python, or send a tensor away. The list is of those that are known, and no sandbox: the operations by which every SavedModel saves
# and restores its variables (SaveV2, RestoreV2) reach files too. So only files that the command line names come here.
UNSAFE = {
    "ReadFile",
    "WriteFile",
    "MatchingFiles",
    "Save",
    "PyFunc",
    "PyFuncStateless",
    "EagerPyFunc",
    "DebugIdentity",
    "DebugIdentityV2",
    "DebugIdentityV3",
}
# Types that LiteRT has few operations for; float32 gives the same answers.
LESS_EXACT = ("float16", "bfloat16", "float64")


class CannotConvert(Exception):
    """The text says why, to follow the file's name."""


def convert(path: Path, kind: str, converted: Path) -> str | None:
    """Write the `.tflite` of the model ``path`` to ``converted``. Returns None, or one sentence on what is wrong with it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import keras
        import tensorflow as tf
    except ImportError:
        return f"a {'SavedModel' if kind == SAVED_MODEL else f'.{kind} file'} needs TensorFlow; install requirements.txt, or bring a .tflite file."
    try:
        content = _saved_model(tf, path) if kind == SAVED_MODEL else _keras_model(keras, tf, path, kind)
    except CannotConvert as error:
        return str(error)
    with replacing(converted) as temporary:
        temporary.write_bytes(content)
    return None


def _keras_model(keras, tf, path: Path, kind: str) -> bytes:
    network = _load(keras, path, kind)
    inputs, outputs = network.inputs, network.outputs
    shapes = [_open_sides(one.shape[1:]) for one in inputs]
    sizes = [_size(one.shape[1:]) for one in outputs]
    _check(shapes, sizes)
    if any(layer.compute_dtype in LESS_EXACT for layer in network.layers):
        network = _in_float32(keras, network)
    batch = next((one.shape[0] for one in inputs if one.shape[0]), 1)
    types = ["float32" if one.dtype in LESS_EXACT else one.dtype for one in inputs]
    signature = [
        tf.TensorSpec((batch, *shape), kind, name=one.name.split(":")[0])
        for one, shape, kind in zip(inputs, shapes, types, strict=True)
    ]

    def function(*given):
        one, *more = given
        return network([one, *more] if more else one, training=False)

    concrete = tf.function(function).get_concrete_function(*signature)
    return _converted(tf.lite.TFLiteConverter.from_concrete_functions([concrete]))


def _load(keras, path: Path, kind: str):
    """The network of a file that may have the wrong ending, by which Keras would choose how to read it."""
    ending = {KERAS: ".keras", HDF5: ".h5"}[kind]
    with tempfile.TemporaryDirectory() as folder:
        named = path
        if path.suffix != ending:
            named = Path(folder) / f"model{ending}"
            if os.name == "nt":  # where a link needs a right that most people lack
                named.write_bytes(path.read_bytes())
            else:
                named.symlink_to(path.resolve())
        if kind == HDF5:
            _check_hdf5(named)
        try:
            network = keras.models.load_model(named, compile=False, safe_mode=True)
            if not isinstance(network, keras.Model):
                raise TypeError("it holds no network")
        except Exception as error:  # somebody else's file may raise anything; the first line says what
            first = (str(error).strip().splitlines() or ["unknown reason"])[0]
            raise CannotConvert(f"Keras cannot load it safely ({type(error).__name__}: {first[:160]})") from error
    if not getattr(network, "built", False) or not getattr(network, "inputs", None):
        raise CannotConvert(
            "the network does not say what input it takes; call it once on an image before you save it."
        )
    return network


def _check_hdf5(path: Path) -> None:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            whole = "model_config" in file.attrs
    except OSError as error:
        raise CannotConvert("the HDF5 file is damaged or cut off; copy it again.") from error
    if not whole:
        raise CannotConvert(f"it holds weights without a network; load them into your network, and {WHOLE}.")


def _in_float32(keras, network):
    """The same network, computing in float32."""

    def clone(layer):
        config = layer.get_config()
        config["dtype"] = "float32"
        return layer.__class__.from_config(config)

    copied = keras.models.clone_model(network, clone_function=clone)
    copied.set_weights([weight.astype("float32") for weight in network.get_weights()])
    return copied


def _saved_model(tf, path: Path) -> bytes:
    from tensorflow.core.protobuf import saved_model_pb2

    found = saved_model_pb2.SavedModel()
    try:
        found.ParseFromString((path / "saved_model.pb").read_bytes())
        graphs = [meta.graph_def for meta in found.meta_graphs]
    except Exception as error:
        raise CannotConvert("its saved_model.pb is damaged; copy the folder again.") from error
    used = {node.op for graph in graphs for node in graph.node}
    used |= {node.op for graph in graphs for function in graph.library.function for node in function.node_def}
    if unsafe := used & UNSAFE:
        raise CannotConvert(f"it would read files or run code ({', '.join(sorted(unsafe))}), so it is not opened.")
    if not any("serving_default" in meta.signature_def for meta in found.meta_graphs):
        raise CannotConvert("it has no signature called serving_default; save it with `network.export('folder')`.")
    try:
        loaded = tf.saved_model.load(str(path))
        function = loaded.signatures["serving_default"]
    except Exception as error:
        first = (str(error).strip().splitlines() or ["unknown reason"])[0]
        raise CannotConvert(f"TensorFlow cannot load it ({type(error).__name__}: {first[:160]})") from error
    names, inputs = zip(*function.structured_input_signature[1].items(), strict=True)
    shapes = [_open_sides(one.shape[1:]) for one in inputs]
    _check(shapes, [_size(one.shape[1:]) for one in function.structured_outputs.values()])
    signature = [
        tf.TensorSpec((one.shape[0] or 1, *shape) if len(one.shape) else (), one.dtype, name=name)
        for one, shape, name in zip(inputs, shapes, names, strict=True)
    ]
    concrete = tf.function(lambda *given: function(**dict(zip(names, given, strict=True)))).get_concrete_function(
        *signature
    )
    return _converted(tf.lite.TFLiteConverter.from_concrete_functions([concrete], loaded))


def _converted(converter) -> bytes:
    try:
        return converter.convert()
    except Exception as error:
        words = [line for line in str(error).splitlines() if "op" in line.lower()] or str(error).splitlines() or [""]
        raise CannotConvert(f"LiteRT cannot run it ({words[0].strip()[:160]})") from error


def _open_sides(shape) -> tuple[int, ...]:
    """A shape for one image; sides that the network leaves open are 28."""
    return tuple(28 if side is None else int(side) for side in shape)


def _size(shape) -> int:
    size = 1
    for side in shape:
        size *= int(side or 0)
    return size


def _check(shapes: list[tuple[int, ...]], sizes: list[int]) -> None:
    if sum(layout_of(shape) is not None for shape in shapes) == 1 and CUSTOM.possible(sizes):
        return
    taken = " and ".join("×".join(map(str, shape)) or "one number" for shape in shapes)
    raise CannotConvert(f"it maps {taken} to {' and '.join(map(str, sizes))} outputs; {DIGIT_MODEL}")


if __name__ == "__main__":
    sentence = convert(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
    print(sentence or "converted")
    sys.exit(1 if sentence else 0)
