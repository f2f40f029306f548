"""A power of the absolute error. Slope 0 where prediction and target are equal."""

import torch

from exact import power


def definition(c, x, y, _):
    return power(abs(x - y), c.p)


def witness(c, x, y):
    zero = x == y
    return torch.where(zero, 0.0, torch.where(zero, 1.0, x - y).abs() ** c.p)


def cases(suite):
    sets = {"p_1": {"p": 1}, "p_3": {"p": 3}, "p_0_5": {"p": 0.5}, "p_1_1": {"p": 1.1}, "p_4_7": {"p": 4.7}}
    suite.residual({"p": 1.5}, sets, ["p_1", "p_3", "p_0_5", "p_1_1"])
