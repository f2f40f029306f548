"""Quantile loss: Koenker and Bassett 1978. The slope in u is τ - ½ at u = 0."""

import torch


def pinball(c, u):
    return abs(c.tau - (u < 0))


def definition(c, x, y, _):
    return pinball(c, y - x) * abs(y - x)


def witness(c, x, y):
    return torch.maximum(c.tau * (y - x), (c.tau - 1) * (y - x))


def piece(c, x, y):
    return y < x


def cases(suite):
    suite.quantiles({"tau": 0.875}, {"tau_0_1": {"tau": 0.1}, "tau_0_99": {"tau": 0.99}})
