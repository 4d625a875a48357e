"""Readings: what a digit's verdict becomes when it was cut out of connected ink."""

import numpy as np

from model import reading


def test_what_cannot_be_read_among_digits_is_a_guess_and_unsure():
    weak = reading.Digit((0, 0, 9, 9), np.zeros((28, 28)), np.eye(10)[3], not_digit=0.9, verdict="not a digit")
    assert reading.as_guess(weak, among_digits=True).verdict == "unsure"
    assert reading.as_guess(weak, among_digits=False).verdict == "not a digit"
