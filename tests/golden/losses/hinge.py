"""Hinge loss. Slope 0 at yx = 1."""

from mpmath import mpf
from torch.nn import functional as F

from exact import above


def definition(c, x, y, centre):
    return above(1 - y * x, 1 - centre[1] * centre[0], mpf(0))


def witness(c, x, y):
    return F.relu(1 - y * x)


def piece(c, x, y):
    return x * y < 1


def cases(suite):
    suite.margin()
