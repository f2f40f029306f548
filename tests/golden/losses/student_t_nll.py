"""Student's t likelihood. max(scale, ε) has slope 0 at ε."""

import torch
from mpmath import mp

from exact import above, ln, remembered


@remembered
def constant(nu):
    return mp.loggamma(nu / 2) - mp.loggamma((nu + 1) / 2) + mp.ln(nu * mp.pi) / 2


def definition(c, m, s, y, centre):
    s = above(s, centre[1], c.epsilon)
    return (c.nu + 1) / 2 * ln(1 + ((m - y) / s) ** 2 / c.nu) + ln(s) + constant(c.nu)


def witness(c, m, s, y):
    return -torch.distributions.StudentT(c.nu, m, s.clamp(min=c.epsilon), validate_args=False).log_prob(y)


def cases(suite):
    suite.distribution({"nu": 5}, {"nu_1": {"nu": 1}, "nu_30_5": {"nu": 30.5}, "nu_0_5": {"nu": 0.5}})
    for name, nu in {"nu_2_to_20": 2**20, "nu_0_001": 0.001, "nu_1e_9": 1e9}.items():
        suite.add_drawn_extreme(name, {"nu": nu}, [3, 5])
