"""Balanced binary cross-entropy: Xie and Tu 2015, arXiv:1504.06375."""


def definition(c, p):
    return -c.beta * p.ln_p(), -(1 - c.beta) * p.ln_miss()


def witness(c, p, miss, positive, negative):
    return c.beta * positive, (1 - c.beta) * negative


def cases(suite):
    sets = {"beta_0": {"beta": 0}, "beta_0_9": {"beta": 0.9}, "beta_1": {"beta": 1}}
    suite.binary({"beta": 0.75}, sets, {"beta": [0, 0.25, 0.5, 0.9, 1]})
