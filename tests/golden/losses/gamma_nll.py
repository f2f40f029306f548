"""Gamma likelihood."""

from exact import exp


def definition(c, x, y, _):
    return y * exp(-x) + x


def witness(c, x, y):
    mu = x.exp()
    return y / mu + mu.log()


def cases(suite):
    far = [(x, y) for x in (-60, -30, 30, 60, 104, 10000) for y in (0, 1, 0.125, 60000)]
    suite.log_mean({}, {}, [*far, (-80, 0), (-80, 1)])
