"""The dashboard's functions, called as the page calls them and as a hostile page would."""

from types import SimpleNamespace

import gradio as gr
import pytest

from evaluation import run, saved
from evaluation.history import History
from interface.evaluation_board import Board
from interface.evaluation_files import FILES
from interface.evaluation_own import OwnSets
from interface.evaluation_shelf import Shelf, Shown
from interface.evaluation_tab import SUBJECTS
from model.recogniser import load, shipped

SHIPPED = shipped()
FIRST = Shown(SHIPPED[0])
VISITOR = SimpleNamespace(session_hash="x")


def event(data):
    return SimpleNamespace(_data=data)


@pytest.fixture
def board():
    return Board(Shelf({name: load(name) for name in SHIPPED}, History(None), OwnSets()), run.Evaluations())


def test_the_dashboard_opens_with_the_shipped_report_and_says_that_it_is_no_run(board):
    shown, headline, status, matrix, _ = board.choose(FIRST, event({}))
    assert shown == FIRST and "The shipped report, not a run" in status
    assert f'data-value="{saved.shipped(shown.model).metrics.accuracy}"' in headline
    assert matrix.count('role="gridcell"') == 100


@pytest.mark.parametrize("data", [{"model": "../secret"}, {"model": None}, {"model": 3}, {"model": ["cnn"]}])
def test_the_dashboard_knows_only_its_own_models(board, data):
    with pytest.raises(gr.Error, match="no such model"):
        board.choose(FIRST, event(data))


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "x",
        {},
        {"model": "../x", "kind": "report.json"},
        {"model": SHIPPED[0], "kind": "../x"},
        {"model": SHIPPED[0], "kind": "report.exe"},
        {"model": SHIPPED[0], "kind": ["report.json"]},
        {"model": SHIPPED[0], "kind": "passwd.svg"},
        {"model": ["a"], "kind": "report.json"},
    ],
)
def test_files_that_do_not_exist_are_refused(board, asked):
    assert set(board.take(asked)) == {"error"}


def test_every_offered_file_can_be_taken_away(board):
    for kind in FILES:
        assert board.take({"model": SHIPPED[0], "kind": kind})["base64"]


@pytest.mark.parametrize(
    "data", [None, 7, {"true": 11}, {"kind": "x"}, {"sort": []}, {"shown": -1}, {"sure": "0-101"}, {"labels": ["fine"]}]
)
def test_a_hostile_choice_of_images_is_a_sentence(board, data):
    if isinstance(data, dict):
        with pytest.raises(gr.Error, match="no such choice"):
            board.images(FIRST, event(data))
    else:
        assert "gallery" in board.images(FIRST, event(data))


def test_without_mnist_the_dashboard_shows_figures_and_offers_the_download(board, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", "/nowhere")
    _, headline, status, matrix, images = board.choose(FIRST, event({}))
    assert "data-value" in headline and 'role="gridcell"' in matrix
    assert 'data-missing="1"' in status and "not on this machine" in images
    (only,) = board.run(FIRST, VISITOR)
    assert 'data-missing="1"' in only[1] and "Press Run" not in only[1]
    downloading, after = board.fetch(FIRST)  # a folder is named, so there is nothing to download
    assert "Downloading" in downloading[1] and "MNIST_DIR is /nowhere" in after[1]
    assert len(board.subjects(FIRST)) == len(SUBJECTS)


def test_a_run_on_the_dashboard_reproduces_the_shipped_figures(board, mnist):
    *_, last = board.run(FIRST, VISITOR)
    assert "A run on this machine" in last[1] and "reproduces the shipped report" in last[1]
    assert f'data-value="{saved.shipped(SHIPPED[0]).metrics.accuracy}"' in last[0]
