"""General robust loss: Barron 2019, arXiv:1701.03077."""

import torch

from exact import ln, power
from signatures.elements import HUGE, TINY


def definition(c, x, y, _):
    z = ((x - y) / c.c) ** 2
    if c.alpha == 2:
        return z / 2
    if c.alpha == 0:
        return ln(z / 2 + 1)
    b = abs(c.alpha - 2)
    return b / c.alpha * (power(z / b + 1, c.alpha / 2) - 1)


def witness(c, x, y):
    z = ((x - y) / c.c) ** 2
    if c.alpha == 2:
        return z / 2
    if c.alpha == 0:
        return torch.log1p(z / 2)
    b = abs(c.alpha - 2)
    return b / c.alpha * torch.expm1(c.alpha / 2 * torch.log1p(z / b))


def cases(suite):
    sets = {
        "alpha_2": {"alpha": 2},
        "alpha_0": {"alpha": 0},
        "alpha_minus_2": {"alpha": -2},
        "alpha_0_5_c_2": {"alpha": 0.5, "c": 2},
        "alpha_1_5": {"alpha": 1.5, "c": 0.5},
        "alpha_minus_1_c_3": {"alpha": -1, "c": 3},
    }
    suite.residual({"alpha": -0.5, "c": 1.5}, sets, list(sets))
    near = {
        "alpha_1e_8": {"alpha": 1e-8},
        "alpha_minus_1e_5": {"alpha": -1e-5},
        "alpha_near_2": {"alpha": 2 - 2.0**-20},
        "alpha_nearer_2": {"alpha": 2 - 2.0**-40},
        "alpha_minus_1000": {"alpha": -1000, "c": 2},
        "alpha_minus_1e_9": {"alpha": -1e9},
    }
    for name, parameters in near.items():
        suite.add_drawn_extreme(name, parameters, [6, 5])
        suite.add_extreme(f"tiny_residuals_{name}", parameters, TINY)
        suite.add_extreme(f"huge_residuals_{name}", parameters, HUGE)
