"""Sparsemax loss of two classes: Blondel et al. 2020, arXiv:1901.02324."""

import torch
from mpmath import mpf

PIECES = 3


def definition(c, x, y, _):
    z = y * x
    return mpf(0) if z >= 1 else -z if z <= -1 else (z - 1) ** 2 / 4


def witness(c, x, y):
    z = y * x
    return torch.where(z >= 1, 0.0, torch.where(z <= -1, -z, (z - 1) ** 2 / 4))


def piece(c, x, y):
    return (x * y > -1) + (x * y >= 1)


def cases(suite):
    suite.margin()
