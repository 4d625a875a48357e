"""`python demo.py`: what it prints and returns. Its routes and pages are tested in tests/interface."""

import subprocess
import sys

from demo import main
from model.recogniser import load, shipped
from tests.conftest import ROOT


def test_a_wrong_model_is_one_sentence_and_exit_code_2(capsys):
    assert main(["--model", "nothing"]) == 2
    printed = capsys.readouterr().err
    assert "nothing" in printed and printed.count("\n") == 1


def test_a_file_with_the_name_of_another_model_is_refused_not_hidden(tmp_path, capsys):
    file = tmp_path / f"{shipped()[0]}.tflite"
    file.write_bytes(load(shipped()[0]).path.read_bytes())
    assert main(["--model", str(file)]) == 2
    assert "rename the file" in capsys.readouterr().err


def test_a_taken_port_is_one_sentence_and_exit_code_2(app, capsys):
    assert main(["--port", app.rsplit(":")[-1]]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_share_without_a_network_is_one_sentence_and_runs_on(monkeypatch, capsys):
    def unreachable(**_):
        raise OSError("no network")

    monkeypatch.setattr("gradio.networking.setup_tunnel", unreachable)
    monkeypatch.setattr("gradio.Blocks.block_thread", lambda self: self.close())
    assert main(["--share"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if "link" in line.lower()] == [
        "No public link could be made: the link service cannot be reached. The address above works."
    ]


def test_the_app_starts_without_tensorflow_and_writes_nothing_beside_its_source():
    code = "import sys, demo; print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip().endswith("[]")
    assert not list((ROOT / "interface").glob("*.pyi"))
