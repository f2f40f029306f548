"""Poly-1 cross-entropy: Leng et al. 2022, arXiv:2204.12511."""


def definition(c, row, t):
    return -row.log_p(t) + c.epsilon * (1 - row.p(t))


def witness(c, b):
    return -b.log_p + c.epsilon * b.miss


def cases(suite):
    sets = {"epsilon_minus_1": {"epsilon": -1}, "epsilon_0": {"epsilon": 0}, "epsilon_2": {"epsilon": 2}}
    suite.add_all({"epsilon": -1}, sets, ["epsilon_minus_1"])
