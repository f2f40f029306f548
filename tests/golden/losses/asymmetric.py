"""Asymmetric loss: Ridnik et al. 2021, arXiv:2009.14119.

At p ≤ margin a negative label's loss is 0 with slope 0, also for gamma_negative = 0.
"""

import torch
from mpmath import mpf

from exact import power


def definition(c, p):
    positive = -p.miss_to(c.gamma_positive) * p.ln_p()
    if p.centre.p <= c.margin:
        return positive, mpf(0)
    shifted = p.ln(p.miss + c.margin, p.centre.miss + c.margin)
    return positive, -power(p.p - c.margin, c.gamma_negative) * shifted


def witness(c, p, miss, positive, negative):
    shifted = (miss + c.margin).clamp(max=1)
    negative = torch.where(p > c.margin, (1 - shifted) ** c.gamma_negative, 0.0) * -shifted.log()
    return miss**c.gamma_positive * positive, negative


def cases(suite):
    sets = {
        "no_margin": {"margin": 0},
        "gammas_0": {"gamma_positive": 0, "gamma_negative": 0, "margin": 0.1},
        "gammas_1_margin_0_3": {"gamma_positive": 1, "gamma_negative": 1, "margin": 0.3},
        "gammas_fractional": {"gamma_positive": 2.5, "gamma_negative": 0.5, "margin": 0.2},
    }
    suite.binary({"gamma_positive": 0.5, "gamma_negative": 2.5, "margin": 0.125}, sets)
    # p exactly at the margin, and beside it.
    half = [(x, y) for x in (0, 2.0**-7, -(2.0**-7), 0.125, -0.125, 1, -1) for y in (0, 0.5, 1)]
    suite.add_extreme("at_the_margin", {"margin": 0.5}, half, kind="logits")
    suite.add_extreme("at_the_margin_gamma_1", {"margin": 0.5, "gamma_negative": 1}, half, kind="logits")
    suite.add_extreme("at_the_margin_gamma_0", {"margin": 0.5, "gamma_negative": 0}, half, kind="logits")
    given = [(p, y) for p in (0.25, 0.25 + 2.0**-20, 0.25 - 2.0**-20, 0.5, 0.125, 0, 1) for y in (0, 0.5, 1)]
    suite.add_extreme("at_the_margin_probabilities", {"margin": 0.25}, given, kind="probabilities")
