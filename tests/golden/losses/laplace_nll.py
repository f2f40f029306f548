"""Laplace likelihood. max(scale, ε) has slope 0 at ε."""

import torch

from exact import above, ln


def definition(c, m, b, y, centre):
    b = above(b, centre[1], c.epsilon)
    return abs(m - y) / b + ln(2 * b)


def witness(c, m, b, y):
    return -torch.distributions.Laplace(m, b.clamp(min=c.epsilon), validate_args=False).log_prob(y)


def cases(suite):
    suite.distribution({}, {"epsilon_0_01": {"epsilon": 0.01}})
