"""Normalized focal loss: Ma et al. 2020, arXiv:2006.13554. 0 for a single class."""

from mpmath import mpf

from exact import power


def definition(c, row, t):
    if len(row) == 1:
        return mpf(0)
    of_each = [power(row.miss(k), c.gamma) * -row.log_p(k) for k in row.classes]
    return of_each[t] / sum(of_each)


def witness(c, b):
    of_each = -((1 - b.p_all) ** c.gamma) * b.log_p_all
    return b.of_target(of_each) / of_each.sum(dim=1) if b.classes > 1 else 0 * b.log_p


def cases(suite):
    sets = {"gamma_0": {"gamma": 0}, "gamma_1": {"gamma": 1}, "gamma_5": {"gamma": 5}}
    suite.add_all({"gamma": 2}, sets, ["gamma_0", "gamma_1", "gamma_5"])
