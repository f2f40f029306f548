"""Asymmetric mean squared error: Wang et al. 2025, arXiv:2507.17692."""

from torch.nn import functional as F


def definition(c, row, t):
    return sum((row.p(k) - c.a * (k == t)) ** 2 for k in row.classes) / len(row)


def witness(c, b):
    return F.mse_loss(b.p_all, c.a * b.ones, reduction="none").mean(dim=1)


def cases(suite):
    suite.add_all({"a": 2.5}, {"a_0": {"a": 0}, "a_0_5": {"a": 0.5}, "a_10": {"a": 10}}, ["a_0", "a_10"])
