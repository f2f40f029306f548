"""Unhinged loss of the probabilities: van Rooyen et al. 2015, arXiv:1505.07634."""


def definition(c, row, t):
    return 1 - row.p(t)


def witness(c, b):
    return b.miss


def cases(suite):
    suite.add_all()
