"""Asymmetric exponential loss: Zhou et al. 2021, arXiv:2106.03110."""

import torch

from exact import exp

SMALL_WHERE_CERTAIN = "gradient"  # e^(-1/a) is left


def definition(c, row, t):
    return exp(-row.p(t) / c.a)


def witness(c, b):
    return torch.exp(-b.p / c.a)


def cases(suite):
    sets = {"a_0_125": {"a": 0.125}, "a_0_5": {"a": 0.5}, "a_100": {"a": 100}}
    suite.add_all({"a": 0.5}, sets, ["a_0_125", "a_100"])
