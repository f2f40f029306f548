"""Mean absolute error of the probabilities: Ghosh et al. 2017, arXiv:1712.09482."""


def definition(c, row, t):
    return sum(abs((k == t) - row.p(k)) for k in row.classes)


def witness(c, b):
    return 2 - 2 * b.p


def cases(suite):
    suite.add_all()
