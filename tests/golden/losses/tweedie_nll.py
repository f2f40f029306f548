"""Tweedie likelihood: Jørgensen 1987."""

from exact import exp


def definition(c, x, y, _):
    p = c.power
    return -y * exp(x * (1 - p)) / (1 - p) + exp(x * (2 - p)) / (2 - p)


def witness(c, x, y):
    mu, p = x.exp(), c.power
    return -y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p)


def cases(suite):
    far = [(x, y) for x in (-80, -60, -30, 30, 60, 80, -10000 / 128) for y in (0, 1, 60000)]
    suite.log_mean({"power": 1.25}, {"power_1_1": {"power": 1.1}, "power_1_9": {"power": 1.9}}, far)
