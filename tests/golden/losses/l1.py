"""Absolute error. Slope 0 where prediction and target are equal."""

from torch.nn import functional as F


def definition(c, x, y, _):
    return abs(x - y)


def witness(c, x, y):
    return F.l1_loss(x, y, reduction="none")


def cases(suite):
    suite.residual({}, {"more_rows": {}})
