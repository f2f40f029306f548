"""Jeffreys divergence: Jeffreys 1946. Infinite where a target is 0."""

from torch.nn import functional as F

from exact import ln
from rows import PROBABILITIES
from signatures.soft import ONLY_P_ZERO

INFINITE_WHERE_Q_IS_0 = True


def soft_definition(c, row):
    assert all(row.centre.targets), "infinite"
    return sum((row.q(k) - row.p(k)) * (ln(row.q(k)) - row.log_p(k)) for k in row.classes)


def soft_witness(c, b):
    if b.kind == PROBABILITIES and (b.p == 0).any():
        return ((b.q - b.p) * (b.q.log() - b.log_p)).sum(dim=1)
    return (F.kl_div(b.log_p, b.q, reduction="none") + F.kl_div(b.q.log(), b.p, reduction="none")).sum(dim=1)


def soft_cases(suite):
    suite.add_all(zeros=ONLY_P_ZERO)
    suite.add_tiny_probabilities()
