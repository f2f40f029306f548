"""Partially Huberised cross-entropy: Menon et al. 2020, "Can gradient clipping mitigate label noise?"."""

import math

import torch

from exact import ln


def definition(c, row, t):
    # Once differentiable at the join, so central differences need no help there.
    p = row.p(t)
    return -c.tau * p + ln(c.tau) + 1 if p <= 1 / c.tau else -ln(p)


def witness(c, b):
    return torch.where(b.p <= 1 / c.tau, -c.tau * b.p + math.log(c.tau) + 1, -b.log_p)


def cases(suite):
    sets = {"tau_1": {"tau": 1}, "tau_2": {"tau": 2}, "tau_3_5": {"tau": 3.5}, "tau_100": {"tau": 100}}
    suite.add_all({"tau": 2}, sets, ["tau_1", "tau_100"])
    # p = 1/tau exactly: value and slope of the two pieces are the same there.
    suite.add("at_the_join_tau_2", {"tau": 2}, [3, 2], logits=[2, 2, -1, -1, 0, 0], targets=[0, 1, 0])
    suite.add("at_the_join_tau_10", {}, [2, 10], logits=[0] * 10 + [1.5] * 10, targets=[3, 9])
    suite.assert_both_pieces(("defaults", "tau_2", "tau_3_5"), lambda c: 1 / c.tau)
