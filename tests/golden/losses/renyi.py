"""Rényi divergence: Rényi 1961. ln(Σ q^α·p^(1-α))/(α-1), with powers as of the alpha divergence."""

from exact import ln
from losses.alpha_divergence import powers, q_to_the_alpha
from rows import PROBABILITIES
from signatures.soft import NO_ZERO_TO_A_NEGATIVE_POWER, OVERLAPPING_ZEROS


def soft_definition(c, row):
    return ln(sum(q_to_the_alpha(row, k, c.alpha) for k in row.classes)) / (c.alpha - 1)


def soft_witness(c, b):
    return powers(b, c.alpha).sum(dim=1).log() / (c.alpha - 1)


def soft_cases(suite):
    sets = {
        "alpha_0_9375": {"alpha": 0.9375},
        "alpha_1_0009765625": {"alpha": 1.0009765625},
        "alpha_2": {"alpha": 2},
        "alpha_5": {"alpha": 5},
    }
    suite.add_all({"alpha": 0.25}, sets, OVERLAPPING_ZEROS)
    suite.add_extremes("_alpha_2", {"alpha": 2})
    suite.add_probabilities("probabilities_with_zeros_alpha_2", {"alpha": 2}, NO_ZERO_TO_A_NEGATIVE_POWER)
    suite.add("probabilities_alpha_2", {"alpha": 2}, [6, 5], kind=PROBABILITIES)
