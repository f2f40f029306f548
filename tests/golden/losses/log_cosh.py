"""Logarithm of the hyperbolic cosine."""

import math

from mpmath import mp
from torch.nn import functional as F


def definition(c, x, y, _):
    return mp.ln(mp.cosh(x - y))


def witness(c, x, y):
    return x - y + F.softplus(-2 * (x - y), threshold=1000) - math.log(2)


def cases(suite):
    suite.residual({}, {"more_rows": {}})
