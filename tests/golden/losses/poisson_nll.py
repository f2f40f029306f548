"""Poisson likelihood: as in PyTorch. With `full`, the added term is 0 at y = 1, and so is its slope, as below 1."""

import math

import torch
from mpmath import mp
from torch.nn import functional as F

from exact import exp, ln
from signatures.elements import WEIGHTS, draw_log_mean
from suite import eighths
from witness import equal_values


def definition(c, x, y, centre):
    loss = exp(x) - y * x if c.log_input else x - y * ln(x + c.epsilon)
    if c.full and centre[1] > 1:
        loss += y * ln(y) - y + ln(2 * mp.pi * y) / 2
    return loss


def witness(c, x, y):
    options = {"log_input": c.log_input, "eps": c.epsilon, "reduction": "none"}
    loss = F.poisson_nll_loss(x, y, full=False, **options)
    if not c.full:
        return loss
    # PyTorch's own gradient with respect to a target of 0 is NaN here.
    large = torch.where(y > 1, y, 2.0)
    stirling = large * large.log() - large + 0.5 * torch.log(2 * math.pi * large)
    whole = loss + torch.where(y > 1, stirling, 0.0)
    return equal_values(whole, F.poisson_nll_loss(x, y, full=True, **options))


def draw_rates(rng, limit, kind):
    return eighths(rng, 1, limit), float(rng.randint(0, 8))


def draw_log_rates(rng, limit, kind):
    return eighths(rng, -24, 24), float(rng.randint(0, 8))


def cases(suite):
    suite.draw = draw_log_rates
    suite.add_common({"full": True})
    counts = [0, 1, 2, 3, 20, 1000, 60000]
    for full, end in ((False, ""), (True, "_full")):
        rates = {"log_input": False, "full": full}
        suite.add(f"rates{end}", rates, [6, 5], draw=draw_rates)
        suite.add(f"fractional_targets{end}", {"full": full}, [6, 5], draw=draw_log_mean)
        suite.add_extreme(f"large_counts{end}", {"full": full}, [(x, y) for y in counts for x in (0, 10, -2)])
        suite.add_extreme(f"rates_of_zero{end}", rates, [(0, y) for y in counts[:5]])
        suite.add_extreme(f"far_rates{end}", rates, [(x, y) for x in (2.0**-30, 2.0**-20, 60000) for y in counts])
    suite.add("rates_weights", {"log_input": False}, [6, 5], draw=draw_rates, weights=WEIGHTS)
    suite.add("rates_epsilon_0_5", {"log_input": False, "epsilon": 0.5}, [6, 5], draw=draw_rates)
    suite.add_extreme("tiny_inputs", {}, [(x, y) for x in (0, 2.0**-24, -(2.0**-24), 2.0**-40) for y in (0, 1, 2)])
    suite.add_extreme("far", {}, [(x, y) for x in (-10000, -104, -88, -60, 60, 80) for y in (0, 1, 5)])
    targets = (0.875, 1, 1.125, 0.5, 0.125, 1 + 2.0**-20)
    suite.add_extreme("targets_near_1_full", {"full": True}, [(0.5, y) for y in targets])
