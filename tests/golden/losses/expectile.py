"""Expectile loss: Newey and Powell 1987."""

from torch.nn import functional as F

from losses.quantile import pinball


def definition(c, x, y, _):
    return pinball(c, y - x) * (y - x) ** 2


def witness(c, x, y):
    return abs(c.tau - (y < x).double()) * F.mse_loss(x, y, reduction="none")


def piece(c, x, y):
    return y < x


def cases(suite):
    suite.quantiles({"tau": 0.875}, {"tau_0_1": {"tau": 0.1}, "tau_0_99": {"tau": 0.99}})
