"""Generalized Jensen-Shannon divergence: Englesson and Azizpour 2021, arXiv:2105.04522.

The authors bound the mixture to 1e-7 and more; we do not.
"""

import math

from exact import ln
from losses.jsd_cross_entropy import divergences
from signatures.classes import Views as Suite


def definition(c, views, t):
    share = (1 - c.pi) / len(views)
    mixture = [c.pi * (k == t) + share * sum(row.p(k) for row in views) for k in views[0].classes]
    return (c.pi * -ln(mixture[t]) + share * divergences(views, mixture)) / (-(1 - c.pi) * ln(1 - c.pi))


def witness(c, b):
    # As a difference of entropies.
    log_p, p = (x.unflatten(0, (c.views, -1)) for x in (b.log_p_all, b.p_all))
    share = (1 - c.pi) / c.views
    mixture = c.pi * b.ones + share * p.sum(dim=0)
    entropies = share * (p * log_p).sum(dim=0) - mixture * mixture.log()
    return entropies.sum(dim=1) / (-(1 - c.pi) * math.log(1 - c.pi))


def cases(suite):
    sets = {
        "views_1": {"views": 1},
        "views_1_pi_0_5": {"views": 1, "pi": 0.5},
        "pi_0_9": {"pi": 0.9},
        "pi_0_001": {"pi": 0.001},
        "views_16_pi_0_25": {"views": 16, "pi": 0.25},
    }
    suite.add_all({"pi": 0.375, "views": 3}, sets, ["views_1", "pi_0_001"])
