"""Modified Huber loss: Zhang 2004."""

import torch
from mpmath import mpf
from torch.nn import functional as F

PIECES = 3


def definition(c, x, y, _):
    return max(1 - y * x, mpf(0)) ** 2 if y * x >= -1 else -4 * y * x


def witness(c, x, y):
    return torch.where(y * x >= -1, F.relu(1 - y * x) ** 2, -4 * y * x)


def piece(c, x, y):
    return (x * y >= -1) + (x * y >= 1)


def cases(suite):
    suite.margin()
