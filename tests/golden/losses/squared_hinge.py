"""Squared hinge loss."""

from mpmath import mpf
from torch.nn import functional as F


def definition(c, x, y, _):
    return max(1 - y * x, mpf(0)) ** 2


def witness(c, x, y):
    return F.relu(1 - y * x) ** 2


def piece(c, x, y):
    return x * y < 1


def cases(suite):
    suite.margin()
