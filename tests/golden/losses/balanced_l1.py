"""Balanced L1 loss: Pang et al. 2019, arXiv:1904.02701; β as in mmdetection.

With β ≠ 1 the slope jumps at |r| = β, where no case lies.
"""

import math

import torch

from exact import exp, ln


def definition(c, x, y, _):
    size, b = abs(x - y), exp(c.gamma / c.alpha) - 1
    if size < c.beta:
        return c.alpha / b * (b * size + 1) * ln(b * size / c.beta + 1) - c.alpha * size
    return c.gamma * size + c.gamma / b - c.alpha * c.beta


def witness(c, x, y):
    size, b = (x - y).abs(), math.exp(c.gamma / c.alpha) - 1
    inner = c.alpha / b * (b * size + 1) * torch.log(b * size / c.beta + 1) - c.alpha * size
    return torch.where(size < c.beta, inner, c.gamma * size + c.gamma / b - c.alpha * c.beta)


def piece(c, x, y):
    return abs(x - y) < c.beta


def cases(suite):
    sets = {
        "alpha_2_gamma_1": {"alpha": 2, "gamma": 1},
        "alpha_0_1": {"alpha": 0.1},
        "beta_2": {"beta": 2.0625},
        "beta_0_5_alpha_1": {"alpha": 1, "beta": 0.4375 + 2.0**-6},
    }
    joints, jumps = {"at_the_joint": ({}, 1)}, lambda c: () if c.beta == 1 else (c.beta,)
    suite.residual({"gamma": 2.5}, sets, ["alpha_2_gamma_1", "alpha_0_1", "beta_2"], joints, jumps=jumps)
