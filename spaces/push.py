"""Puts this app on a Hugging Face Space: `python spaces/push.py USER/NAME`, after `hf auth login`.

--stage FOLDER only writes what would be pushed. A Space builds the Dockerfile; what differs there is CMD and the front matter
of its README.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Hugging Face's own page shows a Space in a frame, and its proxies, on a private network, are all that can reach the container.
OPTIONS = [
    "--no-own-pictures",
    "--frame-ancestors",
    "'self' https://huggingface.co",
    "--trust-proxy",
    "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
]


def stage(folder: Path) -> None:
    """Write the files of the Space: what the Dockerfile copies, the Dockerfile itself with OPTIONS, the README."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    for line in lines:
        instruction, _, argument = line.partition(" ")
        if instruction == "COPY":
            copy(ROOT / argument.split()[0], folder)
    lines = [f"CMD {json.dumps(OPTIONS)}" if line.startswith("CMD ") else line for line in lines]
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n", "utf-8")
    shutil.copy(ROOT / "spaces" / "README.md", folder)


def copy(source: Path, folder: Path) -> None:
    """Copy a file or a folder into ``folder``, without Keras files: serving needs none."""
    if source.is_dir():
        left_out = shutil.ignore_patterns("__pycache__", "*.keras")
        shutil.copytree(source, folder / source.name, ignore=left_out, dirs_exist_ok=True)
    else:
        shutil.copy(source, folder)


def push(space: str) -> str:
    """Push to USER/NAME, made if it is not there; returns its address."""
    from huggingface_hub import HfApi

    hub = HfApi()
    hub.create_repo(space, repo_type="space", space_sdk="docker", exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        stage(Path(name))
        hub.upload_folder(repo_id=space, repo_type="space", folder_path=name, delete_patterns="*")
    return f"https://huggingface.co/spaces/{space}"


def main() -> None:
    """Push to the Space that the command line names, or only write the files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("space", nargs="?", metavar="USER/NAME")
    parser.add_argument("--stage", type=Path, metavar="FOLDER", help="only write what would be pushed")
    given = parser.parse_args()
    if given.stage:
        given.stage.mkdir(parents=True, exist_ok=True)
        stage(given.stage)
    elif given.space:
        print(push(given.space))
    else:
        parser.error("name the Space: USER/NAME")


if __name__ == "__main__":
    main()
