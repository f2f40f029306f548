"""Bhattacharyya distance: Bhattacharyya 1943. Slope 0 in p and q where one of them is 0."""

from mpmath import mpf

from exact import ln
from signatures.soft import OVERLAPPING_ZEROS, to_the

HALF = mpf(1) / 2


def soft_definition(c, row):
    return -ln(sum(row.p_to(k, HALF) * row.q_to(k, HALF) for k in row.classes))


def soft_witness(c, b):
    return -(to_the(b.p, 0.5) * to_the(b.q, 0.5)).sum(dim=1).log()


def soft_cases(suite):
    suite.add_all(zeros=OVERLAPPING_ZEROS)
