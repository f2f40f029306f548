"""Squared Hellinger distance: Hellinger 1909. Slope 0 in a p or q that is 0."""

from mpmath import mpf

from signatures.soft import ALL_ZEROS, to_the

HALF = mpf(1) / 2


def soft_definition(c, row):
    return HALF * sum((row.p_to(k, HALF) - row.q_to(k, HALF)) ** 2 for k in row.classes)


def soft_witness(c, b):
    return 0.5 * ((to_the(b.p, 0.5) - to_the(b.q, 0.5)) ** 2).sum(dim=1)


def soft_cases(suite):
    suite.add_all(zeros=ALL_ZEROS)
