"""Welsch loss: Dennis and Welsch 1978."""

import torch

from exact import exp


def definition(c, x, y, _):
    return 1 - exp(-(((x - y) / c.c) ** 2) / 2)


def witness(c, x, y):
    return -torch.expm1(-0.5 * ((x - y) / c.c) ** 2)


def cases(suite):
    suite.residual({"c": 2.5}, {"c_0_1": {"c": 0.1}, "c_10": {"c": 10}}, ["c_0_1", "c_10"])
