"""Normalized negative cross-entropy: Ye et al. 2023, "Active negative loss functions for learning with noisy labels".

What lies under ln 0 := log_zero counts as it, with slope 0. No case has all classes there.
"""

from mpmath import mpf

SMALL_WHERE_CERTAIN = None  # all but the target lie under it


def definition(c, row, t):
    above = [max(row.log_p(k) - c.log_zero, mpf(0)) for k in row.classes]
    return 1 - above[t] / sum(above)


def witness(c, b):
    floored = b.log_p_all.clamp(min=c.log_zero) - c.log_zero
    return 1 - b.of_target(floored) / floored.sum(dim=1)


def cases(suite):
    sets = {
        "log_zero_minus_2": {"log_zero": -2},
        "log_zero_minus_8": {"log_zero": -8},
        "log_zero_minus_1000": {"log_zero": -1000},
    }
    suite.add_all({"log_zero": -5}, sets, ["log_zero_minus_2", "log_zero_minus_1000"])
