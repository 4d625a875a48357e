"""Touching digits: where a piece is cut, and which pieces are joined."""

import numpy as np

from model import normalization, recogniser
from model.segmentation import strip, touching
from model.segmentation.segment import Piece
from tests.model.inks import piece_of, touching_ink


def test_a_piece_is_cut_where_there_is_little_ink():
    ink = np.zeros((100, 200), np.uint8)
    ink[10:90, 10:80] = ink[10:90, 110:190] = 255
    ink[48:52, 80:110] = 255  # a thin bridge
    left, right = touching.divide(piece_of(ink), [0.2, 0.75])
    assert 80 <= left.box[0] + left.box[2] <= 112 and right.box[0] >= 80
    assert (left.ink >= 128).sum() + (right.ink >= 128).sum() == (ink >= 128).sum()


def test_cuts_give_as_many_parts_as_digits_and_lose_no_ink():
    piece = piece_of(touching_ink(3, 8, 5))
    places = [f.place for f in strip.read(recogniser.touching_network(), normalization.to_strip(piece.ink))]
    parts = touching.divide(piece, places)
    assert len(parts) == 3 and [p.box[0] for p in parts] == sorted(p.box[0] for p in parts)
    assert sum((p.ink >= 128).sum() for p in parts) == (piece.ink >= 128).sum()


def test_neighbours_are_joined_only_where_one_is_doubtful():
    bar = piece_of(np.full((90, 20), 255, np.uint8))
    row = [Piece((30 * x, 0, 20, 90), bar.ink) for x in range(4)]
    assert touching.joins(row, [False] * 4) == {}
    assert set(touching.joins(row, [True, False, False, False])) == {(0, 2), (0, 3)}
