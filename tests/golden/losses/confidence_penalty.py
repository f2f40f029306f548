"""Confidence penalty: Pereyra et al. 2017, arXiv:1701.06548. p·ln p is 0 at p = 0, and has no kink."""


def definition(c, row, t):
    entropy = -sum(row.p(k) * row.log_p(k) for k in row.classes)
    return -row.log_p(t) - c.beta * entropy


def witness(c, b):
    return -b.log_p + c.beta * (b.p_all * b.log_p_all).sum(dim=1)


def cases(suite):
    suite.add_all({"beta": 0.5}, {"beta_0": {"beta": 0}, "beta_1": {"beta": 1}, "beta_3": {"beta": 3}}, ["beta_0", "beta_3"])
