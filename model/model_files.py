"""What a model file really is, whatever its name: `kind_of`, which names the true cause where it cannot be used."""

import contextlib
import zipfile
from pathlib import Path

from model.interpreter import ModelError

TFLITE, KERAS, HDF5, SAVED_MODEL = "tflite", "keras", "h5", "SavedModel"  # what can be used
ENDINGS = ".keras, .h5, .tflite or a SavedModel folder"
HEAD = 64  # bytes that tell the formats apart

WHOLE = "save the whole network with `network.save('mine.keras')`"
FROM_TORCH = (
    "convert it once with `pip install litert-torch` and `litert_torch.convert(network.eval(), (torch.zeros(1, 1, 28, 28),))"
    ".export('mine.tflite')`"
)
FROM_ONNX = (
    "convert it once with `pip install onnx2tf` and `onnx2tf -i {name}`, and bring the float32 .tflite that it writes"
)


def kind_of(path: Path) -> str:
    """TFLITE, KERAS, HDF5 or SAVED_MODEL, by the content. Raises ModelError with one sentence for anything else."""
    try:
        if path.is_dir():
            return _folder(path)
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise ModelError(f"{path} cannot be opened ({error.strerror or type(error).__name__}).") from error
    if not head:
        raise ModelError(f"{path} is empty; copy it again.")
    if head[4:8] == b"TFL3":
        return TFLITE
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return HDF5
    if head.startswith(b"PK"):
        return _zip(path)
    raise ModelError(f"{path} {_foreign(path, head)}")


def _folder(path: Path) -> str:
    names = {entry.name for entry in path.iterdir()}
    if "saved_model.pb" in names:
        return SAVED_MODEL
    if "checkpoint" in names or any(name.endswith(".index") for name in names):
        raise ModelError(f"{path} holds a checkpoint, which is weights without a network; {WHOLE}.")
    if {"config.json", "metadata.json"} <= names:
        raise ModelError(f"{path} is an unpacked .keras file; pack the files in it into a zip again, or {WHOLE}.")
    inner = [name for name in sorted(names) if (path / name / "saved_model.pb").exists()]
    if inner:
        raise ModelError(f"{path} is no SavedModel, but {path / inner[0]} is; name that one.")
    raise ModelError(f"{path} is a folder without a saved_model.pb; a model is {ENDINGS}.")


def _zip(path: Path) -> str:
    names: list[str] = []
    damaged = contextlib.suppress(OSError, zipfile.BadZipFile, ValueError, NotImplementedError)
    with damaged, zipfile.ZipFile(path) as packed:
        names = packed.namelist()
    if not names:
        raise ModelError(
            f"{path} is damaged or cut off (a .keras file is a zip, and this one has no whole directory); copy it again."
        )
    if "config.json" in names:
        return KERAS
    if any(name.endswith("data.pkl") for name in names):
        raise ModelError(f"{path} is a PyTorch file, which cannot be read safely here; {FROM_TORCH}.")
    if any(name.endswith((".weights.h5", "vars.h5")) for name in names):
        raise ModelError(f"{path} holds weights without a network; {WHOLE}.")
    if all(name.endswith((".npy", ".npz")) for name in names):
        raise ModelError(f"{path} is an archive of NumPy arrays, which is weights without a network; {WHOLE}.")
    if any(name.endswith(("saved_model.pb", ".keras", ".h5", ".tflite")) for name in names):
        raise ModelError(f"{path} is a zip with a model in it; unpack it and name what was in it.")
    raise ModelError(f"{path} is a zip file, but no .keras file; {WHOLE}.")


def _foreign(path: Path, head: bytes) -> str:
    """What another kind of file is, and what to do, to follow its name in a sentence."""
    ending = path.suffix.lower()
    if head.startswith(b"version https://git-lfs"):
        return "is a pointer of Git LFS, not the model itself; fetch it with `git lfs pull`."
    if head.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        return "is a web page, not a model; download the file itself."
    if ending == ".onnx" or head[:1] == b"\x08" and (b"onnx" in head or b"pytorch" in head or b"tf2onnx" in head):
        return f"is an ONNX file, which does not run here; {FROM_ONNX.format(name=path.name)}."
    if head[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        if ending in (".pt", ".pth", ".bin"):
            return f"is a PyTorch file of before 1.6, which cannot be read safely here; {FROM_TORCH}."
        return f"is a Python pickle, which may run any code when it is opened, so it is not; {WHOLE}, or train it again in Keras."
    if ending in (".pt", ".pth"):
        return f"is named as a PyTorch file and is none; if it is one, {FROM_TORCH}."
    if ending == ".safetensors" or head[8:10] == b'{"':
        return f"holds weights without a network (safetensors); load them into your network, and {WHOLE}."
    if head.lstrip()[:1] == b"{":
        return f"is JSON: a network's plan without its weights, or a TensorFlow.js model; {WHOLE}."
    if ending == ".pb":
        return "is one file of a SavedModel or a frozen graph; name the folder that holds saved_model.pb."
    return f"is not a model file that this program knows; a model is {ENDINGS}. If it is one, it is damaged; copy it again."
