"""Reverse cross-entropy: Wang et al. 2019, arXiv:1908.06112."""


def definition(c, row, t):
    # -sum_k p_k ln y_k, with ln 1 = 0 and ln 0 := log_zero.
    return -sum(row.p(k) * c.log_zero for k in row.classes if k != t)


def witness(c, b):
    return -c.log_zero * b.miss


def cases(suite):
    sets = {"log_zero_minus_2": {"log_zero": -2}, "log_zero_ln_1e_4": {"log_zero": -9.210340371976182}}
    suite.add_all({"log_zero": -2}, sets)
