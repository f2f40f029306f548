"""Perceptron loss. Slope 0 at yx = 0."""

from mpmath import mpf
from torch.nn import functional as F

from exact import above


def definition(c, x, y, centre):
    return above(-y * x, -centre[1] * centre[0], mpf(0))


def witness(c, x, y):
    return F.relu(-y * x)


def piece(c, x, y):
    return x * y < 0


def cases(suite):
    suite.margin()
