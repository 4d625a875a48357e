"""The page network's history and card."""

import shutil

import pytest

from model.page_reader.network import Network
from model.training import page_card
from model.training.model_card import sha256

LOSSES = [0.3, 0.3, 1.0, 0.7, 0.8, 0.1, 2.5]


def test_a_new_training_takes_the_place_of_an_old_one_in_the_history(tmp_path):
    table = tmp_path / page_card.HISTORY
    for step in (50, 100, 150, 50, 100):  # a training, then another one
        page_card.add(table, [step, 2 * step, *LOSSES])
    page_card.add(table, [100, 300, *LOSSES])  # resumed from a checkpoint of before step 100
    assert [row[:2] for row in page_card.history(table)] == [["50", "100"], ["100", "300"]]
    assert table.read_text("utf-8").splitlines()[0] == ",".join(page_card.COLUMNS)


def test_a_card_is_written_from_the_files_and_a_history_of_before_headers(tmp_path):
    shutil.copy(page_card.FOLDER / page_card.NETWORK, tmp_path)
    table = tmp_path / page_card.HISTORY
    table.write_text("50,100,0.3,0.3,1.0,0.7,0.8,0.1,2.5\n80,150,0.3,0.3,1.0,0.7,0.8,0.1,2.5\n", "utf-8")
    (tmp_path / page_card.PROGRESS).write_text('{"seconds": 150.2, "steps": 80, "starts_from": "abc"}', "utf-8")
    card = page_card.write(tmp_path)
    assert (card["steps"], card["crops"], card["minutes"], card["starts_from"]) == (80, 1280, 2.5, "abc")
    assert card["files"][page_card.HISTORY] == sha256(table) and table.read_text("utf-8").startswith("step,seconds,")
    assert page_card.write(tmp_path) == card
    Network(tmp_path / page_card.SERVED)  # takes the tiles that are served


@pytest.mark.parametrize(("content", "says"), [(None, "is empty"), ("epoch,loss\n1,0.5\n", "is no history")])
def test_without_a_history_there_is_no_card(tmp_path, capsys, content, says):
    if content:
        (tmp_path / page_card.HISTORY).write_text(content, "utf-8")
    assert page_card.main([str(tmp_path)]) == 1 and says in capsys.readouterr().err
