"""Gaussian likelihood times a power of the variance, held still: Seitzer et al. 2022, arXiv:2203.09168."""

from torch.nn import functional as F

from exact import above, ln, power


def definition(c, m, v, y, centre):
    v, fixed = above(v, centre[1], c.epsilon), above(centre[1], centre[1], c.epsilon)
    return power(fixed, c.beta) * (ln(v) + (m - y) ** 2 / v) / 2


def witness(c, m, v, y):
    v = v.clamp(min=c.epsilon)
    return v.detach() ** c.beta * F.gaussian_nll_loss(m, y, v, eps=c.epsilon, reduction="none")


def cases(suite):
    suite.distribution({"beta": 0.75}, {"beta_0": {"beta": 0}, "beta_1": {"beta": 1}})
