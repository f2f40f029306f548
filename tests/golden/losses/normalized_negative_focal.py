"""Normalized negative focal loss: Ye et al. 2023, "Active negative loss functions for learning with noisy labels".

The authors' code holds the factor (1-p)^γ still. A focal loss counts as at most that of p = e^log_zero, with slope 0 there.
No case has all classes there.
"""

import math

from mpmath import mpf

from exact import exp, power

SMALL_WHERE_CERTAIN = None  # all but the target have the most


def definition(c, row, t):
    most = -power(1 - exp(c.log_zero), c.gamma) * c.log_zero
    of_each = [power(row.miss(k), c.gamma) * -row.log_p(k) for k in row.classes]
    left = [max(most - loss, mpf(0)) for loss in of_each]
    return 1 - left[t] / sum(left)


def witness(c, b):
    most = -((1 - math.exp(c.log_zero)) ** c.gamma) * c.log_zero
    of_each = -((1 - b.p_all) ** c.gamma) * b.log_p_all if b.classes > 1 else 0 * b.log_p_all
    left = most - of_each.clamp(max=most)
    return 1 - b.of_target(left) / left.sum(dim=1)


def cases(suite):
    sets = {
        "gamma_0": {"gamma": 0},
        "gamma_1_log_zero_minus_2": {"gamma": 1, "log_zero": -2},
        "gamma_5_log_zero_minus_8": {"gamma": 5, "log_zero": -8},
        "log_zero_minus_1000": {"log_zero": -1000},
    }
    extremes = ["gamma_0", "gamma_1_log_zero_minus_2", "log_zero_minus_1000"]
    suite.add_all({"gamma": 2, "log_zero": -5}, sets, extremes)
