"""Continuous ranked probability score of a normal distribution: Gneiting and Raftery 2007.

The scale is the standard deviation; max(scale, ε) has slope 0 at ε.
"""

import math

import torch
from mpmath import mp

from exact import above, exp


def definition(c, m, s, y, centre):
    s = above(s, centre[1], c.epsilon)
    w = (y - m) / s
    density = exp(-(w**2) / 2) / mp.sqrt(2 * mp.pi)
    return s * (w * mp.erf(w / mp.sqrt(2)) + 2 * density - 1 / mp.sqrt(mp.pi))


def witness(c, m, s, y):
    s = s.clamp(min=c.epsilon)
    w, normal = (y - m) / s, torch.distributions.Normal(0, 1)
    return s * (w * (2 * normal.cdf(w) - 1) + 2 * normal.log_prob(w).exp() - 1 / math.sqrt(math.pi))


def cases(suite):
    suite.distribution({}, {"epsilon_0_01": {"epsilon": 0.01}})
