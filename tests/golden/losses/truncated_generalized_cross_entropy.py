"""Truncated generalized cross-entropy: Zhang and Sabuncu 2018, arXiv:1805.07836.

At p = threshold the gradient is 0, as below it.
"""

import torch

from exact import power
from signatures.classes import HALVES


def definition(c, row, t):
    p = row.p(t) if row.centre.p(t) > c.threshold else c.threshold
    return (1 - power(p, c.q)) / c.q


def witness(c, b):
    return torch.where(b.p > c.threshold, 1 - b.p**c.q, 1 - c.threshold**c.q) / c.q


def cases(suite):
    sets = {
        "threshold_0": {"threshold": 0},
        "threshold_0_125": {"threshold": 0.125},
        "threshold_0_75_q_1": {"threshold": 0.75, "q": 1},
        "threshold_0_01_q_0_3": {"threshold": 0.01, "q": 0.3},
    }
    suite.add_all({"threshold": 0.0625, "q": 0.4}, sets, ["threshold_0", "threshold_0_01_q_0_3"])
    suite.add_rows("at_the_threshold", {}, HALVES)
    names = ("defaults", "threshold_0_125", "threshold_0_75_q_1", "threshold_0_01_q_0_3")
    suite.assert_both_pieces(names, lambda c: c.threshold)
