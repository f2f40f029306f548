"""Weighted Jensen-Shannon divergence: Lin 1991. (1-α)·Σ q·ln(q/m) + α·Σ p·ln(p/m), m = (1-α)q + αp."""

import torch

from exact import ln
from losses.skew_jensen_shannon import p_log_p_over
from rows import LOG_PROBABILITIES
from signatures.soft import MIXED_ZEROS, log, mixture

MIXES = True


def term(c, row, k):
    m = mixture(row, k, c.alpha, 1 - c.alpha)
    return (1 - c.alpha) * (row.q_log_q(k) - row.q(k) * ln(m)) + c.alpha * p_log_p_over(row, k, m)


def soft_definition(c, row):
    return sum(term(c, row, k) for k in row.classes)


def soft_witness(c, b):
    # As a difference of entropies.
    m = c.alpha * b.p + (1 - c.alpha) * b.q
    terms = -m * m.log() + (1 - c.alpha) * b.q_log_q + c.alpha * b.p * b.log_p
    if b.kind == LOG_PROBABILITIES:  # the entropies of what is not normalised are no different
        divergences = (1 - c.alpha) * b.q * (log(b.q) - m.log()) + c.alpha * b.p * (b.log_p - m.log())
        assert torch.allclose(terms, divergences)
    return terms.sum(dim=1)


def soft_cases(suite):
    suite.add_all({"alpha": 0.125}, {"alpha_0_01": {"alpha": 0.01}, "alpha_0_9": {"alpha": 0.9}}, MIXED_ZEROS)
    suite.add_tiny_probabilities()
