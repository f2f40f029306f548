"""Skew Kullback-Leibler divergence: Lee 1999. K_α(q, p) = Σ q·ln(q/(αp + (1-α)q))."""

from exact import ln
from signatures.soft import MIXED_ZEROS, mixture

MIXES = True


def term(c, row, k):
    return row.q_log_q(k) - row.q(k) * ln(mixture(row, k, c.alpha, 1 - c.alpha))


def soft_definition(c, row):
    return sum(term(c, row, k) for k in row.classes)


def soft_witness(c, b):
    return (b.q_log_q - b.q * (c.alpha * b.p + (1 - c.alpha) * b.q).log()).sum(dim=1)


def soft_cases(suite):
    sets = {"alpha_0_01": {"alpha": 0.01}, "alpha_0_9": {"alpha": 0.9}, "alpha_1": {"alpha": 1}}
    suite.add_all({"alpha": 0.125}, sets, MIXED_ZEROS)
    suite.add_extremes("_alpha_1", {"alpha": 1})
    suite.add_tiny_probabilities()
