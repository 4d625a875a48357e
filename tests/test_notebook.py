"""The script and the notebook are one text, and it runs to its end."""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent


def test_notebook_is_made_from_the_script():
    script = jupytext.read(ROOT / "mnist_model.py")
    notebook = nbformat.read(ROOT / "mnist_model.ipynb", as_version=4)
    assert [(c.cell_type, c.source) for c in script.cells] == [(c.cell_type, c.source) for c in notebook.cells]


def test_notebook_ships_without_images():
    notebook = nbformat.read(ROOT / "mnist_model.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.slow
def test_notebook_runs_to_its_end(mnist, tmp_path, monkeypatch):
    monkeypatch.setenv("OUT", str(tmp_path))
    notebook = nbformat.read(ROOT / "mnist_model.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    printed = "".join(o.get("text", "") for c in notebook.cells for o in c.get("outputs", []))
    accuracy = float(re.search(r"test accuracy ([\d.]+)%", printed).group(1))
    assert 96.5 < accuracy < 98.2
    assert "reloaded: the same answers" in printed and "read as: 7" in printed
    assert (tmp_path / "HandWrittneDigits.keras").exists()
