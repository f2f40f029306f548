"""Skew Jensen-Shannon divergence: Nielsen 2010, arXiv:1009.4004. (K_α(q, p) + K_α(p, q))/2.

The floor of ln p holds in p·ln(p/m), too: its slope at p = 0 is -100 - ln m.
"""

from exact import ln
from losses import skew_kl
from signatures.soft import MIXED_ZEROS, mixture

MIXES = True


def p_log_p_over(row, k, m):
    return row.p(k) * (row.log_p(k) - ln(m))


def soft_definition(c, row):
    other_way = sum(p_log_p_over(row, k, mixture(row, k, 1 - c.alpha, c.alpha)) for k in row.classes)
    return (skew_kl.soft_definition(c, row) + other_way) / 2


def soft_witness(c, b):
    other_way = b.p * (b.log_p - (c.alpha * b.q + (1 - c.alpha) * b.p).log())
    return 0.5 * (skew_kl.soft_witness(c, b) + other_way.sum(dim=1))


def soft_cases(suite):
    suite.add_all({"alpha": 0.125}, {"alpha_0_01": {"alpha": 0.01}, "alpha_0_9": {"alpha": 0.9}}, MIXED_ZEROS)
    # Half of Jeffreys: infinite where a target is 0.
    suite.add("alpha_1", {"alpha": 1}, [6, 5], zeros=False)
    suite.add_extremes("_alpha_1", {"alpha": 1}, zeros=False)
    suite.add_tiny_probabilities()
