"""Partially Huberised generalized cross-entropy: Menon et al. 2020, "Can gradient clipping mitigate label noise?".

The tangent of slope -tau where the loss is steeper: once differentiable at the join.
"""

import torch
from mpmath import mpf

from exact import power


def definition(c, row, t):
    p = row.p(t)
    join = power(c.tau, -1 / (1 - c.q)) if c.q < 1 else mpf(c.tau == 1)
    if p <= join:
        return -c.tau * (p - join) + (1 - power(join, c.q)) / c.q
    return (1 - power(p, c.q)) / c.q


def witness(c, b):
    join = c.tau ** (-1 / (1 - c.q)) if c.q < 1 else float(c.tau == 1)
    linear = -c.tau * (b.p - join) + (1 - join**c.q) / c.q
    return torch.where(b.p <= join, linear, (1 - b.p**c.q) / c.q)


def cases(suite):
    sets = {
        "tau_1": {"tau": 1},
        "tau_1_0625": {"tau": 1.0625},
        "tau_2_q_0_5": {"tau": 2, "q": 0.5},
        "tau_100_q_0_1": {"tau": 100, "q": 0.1},
        "q_1": {"q": 1},
        "tau_1_q_1": {"tau": 1, "q": 1},
    }
    suite.add_all({"tau": 1.5, "q": 0.6}, sets, ["tau_1", "tau_1_0625", "tau_100_q_0_1", "q_1"])
    # p = p* = 1/4 exactly: value and slope of the two pieces are the same there.
    quarters = [2, 2, 2, 2, -1, -1, -1, -1, 0, 0, 0, 0]
    suite.add("at_the_join", {"tau": 2, "q": 0.5}, [3, 4], logits=quarters, targets=[0, 1, 3])
    names = ("defaults", "two_classes", "tau_2_q_0_5", "tau_100_q_0_1", "many_short_rows_other_parameters")
    suite.assert_both_pieces(names, lambda c: c.tau ** (-1 / (1 - c.q)))
