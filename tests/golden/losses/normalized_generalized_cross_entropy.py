"""Normalized generalized cross-entropy: Ma et al. 2020, arXiv:2006.13554. 0 for a single class."""

from mpmath import mpf

from exact import power


def definition(c, row, t):
    if len(row) == 1:
        return mpf(0)
    of_each = [1 - power(row.p(k), c.q) for k in row.classes]
    return of_each[t] / sum(of_each)


def witness(c, b):
    return (1 - b.p**c.q) / (1 - b.p_all**c.q).sum(dim=1) if b.classes > 1 else 0 * b.log_p


def cases(suite):
    suite.add_all({"q": 0.3}, {"q_1": {"q": 1}, "q_0_5": {"q": 0.5}, "q_0_01": {"q": 0.01}}, ["q_1", "q_0_01"])
