"""Soft margin loss."""

from torch.nn import functional as F

from exact import exp, ln
from witness import equal_values


def definition(c, x, y, _):
    return ln(1 + exp(-y * x))


def witness(c, x, y):
    return equal_values(F.softplus(-y * x), F.soft_margin_loss(x, y.detach(), reduction="none"))


def cases(suite):
    suite.margin()
