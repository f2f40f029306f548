"""Soft bootstrapping: Reed et al. 2015, arXiv:1412.6596. p·ln p is 0 at p = 0, and has no kink."""


def definition(c, row, t):
    return -sum((c.beta * (k == t) + (1 - c.beta) * row.p(k)) * row.log_p(k) for k in row.classes)


def witness(c, b):
    return -c.beta * b.log_p - (1 - c.beta) * (b.p_all * b.log_p_all).sum(dim=1)


def cases(suite):
    sets = {"beta_0": {"beta": 0}, "beta_1": {"beta": 1}, "beta_0_8": {"beta": 0.8}}
    suite.add_all({"beta": 0.5}, sets, ["beta_0", "beta_1"])
