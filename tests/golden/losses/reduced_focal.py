"""Reduced focal loss: Sergievskiy and Ponamarev 2019, arXiv:1903.01347.

At p = threshold the slope is that of the focal side, as above it.
"""

import torch

from exact import power
from signatures.classes import HALVES


def definition(c, row, t):
    if row.centre.p(t) < c.threshold:
        return -row.log_p(t)
    return power(row.miss(t), c.gamma) / power(c.threshold, c.gamma) * -row.log_p(t)


def witness(c, b):
    return -torch.where(b.p < c.threshold, 1.0, (b.miss / c.threshold) ** c.gamma) * b.log_p


def cases(suite):
    sets = {
        "gamma_0": {"gamma": 0},
        "gamma_0_5": {"gamma": 0.5},
        "gamma_1": {"gamma": 1},
        "gamma_5_threshold_0_25": {"gamma": 5, "threshold": 0.25},
        "threshold_0_125": {"threshold": 0.125},
        "threshold_1": {"threshold": 1},
    }
    extremes = ["gamma_0_5", "gamma_1", "gamma_5_threshold_0_25", "threshold_1"]
    suite.add_all({"gamma": 1.5, "threshold": 0.75}, sets, extremes)
    suite.add_rows("at_the_threshold", {}, HALVES)
    suite.add_rows("at_the_threshold_gamma_0_5", {"gamma": 0.5}, HALVES)
    names = ("many_short_rows", "gamma_1", "gamma_5_threshold_0_25", "threshold_0_125")
    suite.assert_both_pieces(names, lambda c: c.threshold)
