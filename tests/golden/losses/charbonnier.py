"""Charbonnier loss: Charbonnier et al. 1994."""

from mpmath import mp


def definition(c, x, y, _):
    return mp.sqrt((x - y) ** 2 + c.epsilon**2)


def witness(c, x, y):
    return ((x - y) ** 2 + c.epsilon**2).sqrt()


def cases(suite):
    suite.residual({"epsilon": 0.5}, {"epsilon_1": {"epsilon": 1}, "epsilon_1e_9": {"epsilon": 1e-9}}, ["epsilon_1e_9"])
