"""Pseudo-Huber loss: Charbonnier et al. 1994, with δ² in Hartley and Zisserman 2003."""

from mpmath import mp

from exact import power


def definition(c, x, y, _):
    return power(c.delta, c.delta_power) * (mp.sqrt(1 + ((x - y) / c.delta) ** 2) - 1)


def witness(c, x, y):
    return c.delta**c.delta_power * ((1 + ((x - y) / c.delta) ** 2).sqrt() - 1)


def cases(suite):
    sets = {
        "delta_power_0": {"delta": 3, "delta_power": 0},
        "delta_power_1": {"delta": 0.3, "delta_power": 1},
        "delta_power_1_5": {"delta": 0.7, "delta_power": 1.5},
    }
    suite.residual({"delta": 2.5}, sets, ["delta_power_0", "delta_power_1"])
