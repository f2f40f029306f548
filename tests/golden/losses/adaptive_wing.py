"""Adaptive wing loss: Wang et al. 2019, arXiv:1904.07399. At r = 0 both slopes are 0, whatever the exponent."""

import torch
from mpmath import mpf

from exact import ln, power
from suite import eighths


def definition(c, x, y, centre):
    if centre[0] == centre[1]:
        return mpf(0)
    size, e, ratio = abs(x - y), c.alpha - y, c.theta / c.epsilon
    at_theta = power(ratio, e)
    if size < c.theta:
        return c.omega * ln(1 + power(size / c.epsilon, e))
    slope = c.omega / (1 + at_theta) * e * power(ratio, e - 1) / c.epsilon
    return slope * size - (c.theta * slope - c.omega * ln(1 + at_theta))


def witness(c, x, y):
    e, size, ratio = c.alpha - y, (x - y).abs(), torch.tensor(c.theta / c.epsilon, dtype=torch.float64)
    a = c.omega * (1 / (1 + ratio**e)) * e * ratio ** (e - 1) / c.epsilon
    inner = c.omega * torch.log(1 + (size / c.epsilon) ** e)
    return torch.where(size < c.theta, inner, a * size - (c.theta * a - c.omega * torch.log(1 + ratio**e)))


def piece(c, x, y):
    return abs(x - y) < c.theta


def draw_heatmap(rng, limit, kind):
    y = eighths(rng, 0, 8)
    r = eighths(rng, 1, min(limit, 24)) * rng.choice((-1, 1))
    return y + r, y


TINY = [(y + r, y) for y in (0, 0.5, 1) for r in (2.0**-23, 2.0**-20, -(2.0**-12))]
TINY += [(-(2.0**-24), 0), (2.0**-40, 0), (1 - 2.0**-24, 1)]
HUGE = [(x, y) for y in (0, 0.25, 1) for x in (10000, -10000, 60000, 104)]


def cases(suite):
    sets = {
        "theta_1_epsilon_0_5": {"theta": 1.0625, "epsilon": 0.5},
        "alpha_1_25": {"alpha": 1.25},
        "omega_1_alpha_3": {"omega": 1, "alpha": 3},
    }
    other = {"omega": 10, "theta": 0.75, "epsilon": 2, "alpha": 1.5}
    extreme = {"equal": [(0, 0), (1, 1), (0.5, 0.5), (0.125, 0.125)], "tiny": TINY, "huge": HUGE}
    suite.residual(other, sets, ["theta_1_epsilon_0_5", "alpha_1_25"], draw=draw_heatmap, **extreme)
