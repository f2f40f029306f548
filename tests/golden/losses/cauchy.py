"""Cauchy loss: Black and Anandan 1996."""

import torch

from exact import ln


def definition(c, x, y, _):
    return c.c**2 / 2 * ln(1 + ((x - y) / c.c) ** 2)


def witness(c, x, y):
    return c.c**2 / 2 * torch.log1p(((x - y) / c.c) ** 2)


def cases(suite):
    suite.residual({"c": 2.5}, {"c_0_1": {"c": 0.1}, "c_10": {"c": 10}}, ["c_0_1", "c_10"])
