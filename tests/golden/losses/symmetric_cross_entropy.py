"""Symmetric cross-entropy: Wang et al. 2019, arXiv:1908.06112."""

from losses import reverse_cross_entropy


def definition(c, row, t):
    return c.alpha * -row.log_p(t) + c.beta * reverse_cross_entropy.definition(c, row, t)


def witness(c, b):
    return -c.alpha * b.log_p - c.beta * c.log_zero * b.miss


def cases(suite):
    sets = {
        "only_forward": {"alpha": 1, "beta": 0},
        "only_reverse": {"alpha": 0, "beta": 1},
        "alpha_6_beta_0_1": {"alpha": 6, "beta": 0.1},
        "alpha_0_01_log_zero_minus_6": {"alpha": 0.01, "beta": 1, "log_zero": -6},
    }
    suite.add_all({"alpha": 0.5, "beta": 2, "log_zero": -2}, sets)
