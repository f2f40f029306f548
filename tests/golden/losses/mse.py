"""Squared error."""

from torch.nn import functional as F


def definition(c, x, y, _):
    return c.scale * (x - y) ** 2


def witness(c, x, y):
    return c.scale * F.mse_loss(x, y, reduction="none")


def cases(suite):
    suite.residual({"scale": 0.5}, {"scale_3": {"scale": 3}, "scale_0_1": {"scale": 0.1}}, ["scale_0_1"])
