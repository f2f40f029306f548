"""Asymmetric loss of a single label: Ridnik et al. 2021, arXiv:2009.14119; as in timm 1.0."""

import torch
from mpmath import mpf

from exact import power
from signatures.classes import smoothed


def definition(c, row, t):
    loss = mpf(0)
    for k, y in enumerate(smoothed(c, t, len(row))):
        factor = power(row.miss(k), c.gamma_positive) if k == t else power(row.p(k), c.gamma_negative)
        loss += y * factor * -row.log_p(k)
    return loss


def witness(c, b):
    # As in timm, to its single power.
    base = torch.where(b.ones == 1, -torch.expm1(b.log_p_all), b.p_all)
    factor = base ** (c.gamma_positive * b.ones + c.gamma_negative * (1 - b.ones))
    return -(b.smoothed(c) * b.log_p_all * factor).sum(dim=1)


def cases(suite):
    sets = {
        "gammas_0_no_smoothing": {"gamma_positive": 0, "gamma_negative": 0, "label_smoothing": 0},
        "gammas_0": {"gamma_positive": 0, "gamma_negative": 0},
        "gammas_fractional": {"gamma_positive": 0.5, "gamma_negative": 2.5, "label_smoothing": 0.5},
        "gammas_1": {"gamma_positive": 1, "gamma_negative": 1},
        "smoothing_1": {"gamma_positive": 2, "label_smoothing": 1},
    }
    suite.add_all({"gamma_positive": 1, "label_smoothing": 0.25}, sets, ["gammas_0_no_smoothing", "gammas_fractional"])
