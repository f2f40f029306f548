"""Geman-McClure loss: Geman and McClure 1985, scaled as in arXiv:1701.03077."""


def definition(c, x, y, _):
    z = ((x - y) / c.c) ** 2
    return 2 * z / (z + 4)


def witness(c, x, y):
    z = ((x - y) / c.c) ** 2
    return 2 * z / (z + 4)


def cases(suite):
    suite.residual({"c": 2.5}, {"c_0_1": {"c": 0.1}, "c_10": {"c": 10}}, ["c_0_1", "c_10"])
