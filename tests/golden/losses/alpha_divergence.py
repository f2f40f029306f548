"""Alpha divergence: Cichocki and Amari 2010.

q^α·p^(1-α) is 0 with slope 0 in both where q is 0, also where p is 0 as well and α > 1. With α ≤ 0 it is infinite where a
target is 0, with α > 1 where p is 0 under a target: no case has that.
"""

import torch
from mpmath import mpf

from losses import generalized_kl
from losses.skew_jensen_shannon import p_log_p_over
from rows import LOG_PROBABILITIES, PROBABILITIES
from signatures.soft import ALL_ZEROS, NO_ZERO_TO_A_NEGATIVE_POWER, ONLY_P_ZERO, log, to_the


def q_to_the_alpha(row, k, alpha):
    """q^alpha p^(1 - alpha)."""
    return row.q_to(k, alpha) * row.p_to(k, 1 - alpha) if row.centre.q(k) else mpf(0)


def term(c, row, k):
    alpha, p, q = c.alpha, row.p(k), row.q(k)
    if alpha == 1:
        return generalized_kl.term(row, k)
    if alpha <= 0:
        assert row.centre.q(k), "infinite"
    if alpha == 0:
        return p_log_p_over(row, k, q) - p + q
    return (q_to_the_alpha(row, k, alpha) - alpha * q - (1 - alpha) * p) / (alpha * (alpha - 1))


def soft_definition(c, row):
    return sum(term(c, row, k) for k in row.classes)


def powers(b, alpha):
    """q^alpha p^(1 - alpha) in PyTorch."""
    zero = b.q == 0
    return torch.where(zero, 0.0, to_the(b.q, alpha) * to_the(torch.where(zero, 1.0, b.p), 1 - alpha))


def soft_witness(c, b):
    alpha, p, q = c.alpha, b.p, b.q
    if alpha == 1:
        return (q * log(q) - q * b.log_p - q + p).sum(dim=1)
    if alpha == 0:
        return (p * (b.log_p - q.log()) - p + q).sum(dim=1)
    return ((powers(b, alpha) - alpha * q - (1 - alpha) * p) / (alpha * (alpha - 1))).sum(dim=1)


def soft_cases(suite):
    sets = {
        "alpha_1": {"alpha": 1},
        "alpha_0_9375": {"alpha": 0.9375},
        "alpha_1_0009765625": {"alpha": 1.0009765625},
    }
    suite.add_all({"alpha": 0.25}, sets, ALL_ZEROS)
    for alpha in (2, 3):  # q^alpha/p^(alpha - 1) within f16
        suite.add(f"alpha_{alpha}", {"alpha": alpha}, [6, 5], limits=(8, 12, 16))
    for name, alpha in (("0", 0), ("minus_0_0009765625", -0.0009765625), ("minus_1", -1), ("minus_2_5", -2.5)):
        suite.add(f"alpha_{name}", {"alpha": alpha}, [6, 5], zeros=False)
    only_p = [*ONLY_P_ZERO, ([0.5, 0.25, 0.25, 0], [0.25] * 4)]
    for name, alpha in (("0", 0), ("minus_1", -1)):
        suite.add_probabilities(f"probabilities_with_zeros_alpha_{name}", {"alpha": alpha}, only_p)
        suite.add_extremes(f"_alpha_{name}", {"alpha": alpha}, zeros=False)
    suite.add_probabilities("probabilities_with_zeros_alpha_1", {"alpha": 1}, ALL_ZEROS)
    suite.add_extremes("_alpha_1", {"alpha": 1})
    suite.add_extremes("_alpha_2", {"alpha": 2}, most=60)
    suite.add_probabilities("probabilities_with_zeros_alpha_2", {"alpha": 2}, NO_ZERO_TO_A_NEGATIVE_POWER)
    suite.add("probabilities_alpha_2", {"alpha": 2}, [6, 5], kind=PROBABILITIES)
    suite.add("log_probabilities_alpha_1", {"alpha": 1}, [6, 5], kind=LOG_PROBABILITIES)
    suite.add("log_probabilities_alpha_0", {"alpha": 0}, [6, 5], kind=LOG_PROBABILITIES, zeros=False)
