"""Gaussian likelihood: Nix and Weigend 1994; as in PyTorch. The scale is the variance; max(scale, ε) has slope 0 at ε."""

from mpmath import mp
from torch.nn import functional as F

from exact import above, ln


def definition(c, m, v, y, centre):
    v = above(v, centre[1], c.epsilon)
    return (ln(v) + (m - y) ** 2 / v + (ln(2 * mp.pi) if c.full else 0)) / 2


def witness(c, m, v, y):
    return F.gaussian_nll_loss(m, y, v.clamp(min=c.epsilon), full=c.full, eps=c.epsilon, reduction="none")


def cases(suite):
    suite.distribution({"full": True}, {"full": {"full": True}, "epsilon_0_01": {"epsilon": 0.01}})
