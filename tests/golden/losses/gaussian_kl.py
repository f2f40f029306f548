"""Kullback-Leibler divergence of a normal distribution from the standard one: Kingma and Welling 2014, arXiv:1312.6114.

Its inputs are mean and log-variance.
"""

import torch

from exact import exp
from suite import eighths


def definition(c, m, s, _):
    return -(1 + s - m**2 - exp(s)) / 2


def witness(c, m, s):
    normal, zero = torch.distributions.Normal, torch.zeros_like(m)
    return torch.distributions.kl_divergence(normal(m, (s / 2).exp()), normal(zero, zero + 1))


def cases(suite):
    suite.draw = lambda rng, limit, kind: (eighths(rng, -limit, limit), eighths(rng, -24, 24))
    suite.add_common({})
    suite.add("more_rows", {}, [6, 5])
    small = [0, 2.0**-7, -(2.0**-7), 2.0**-12, 2.0**-24, -(2.0**-24), 2.0**-40, -(2.0**-40)]
    suite.add_extreme("zeros", {}, [(0, 0), (1, 0), (-8, 0), (0, 1), (0, -8)])
    suite.add_extreme("tiny", {}, [(m, s) for m in small for s in small])
    suite.add_extreme("small_log_variance", {}, [(0, s / 64) for s in (*range(-40, 0, 3), *range(1, 40, 3))])
    far = [(100, 0), (-60000, 0), (0, 80), (0, 60), (3, -60), (0, -104), (0, -10000), (10000, -10000), (0.125, 30)]
    suite.add_extreme("far", {}, far)
