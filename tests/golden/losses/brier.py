"""Brier score: Brier 1950."""

from torch.nn import functional as F

from signatures.soft import ALL_ZEROS


def definition(c, row, t):
    return sum(row.miss(k) ** 2 if k == t else row.p(k) ** 2 for k in row.classes)


def witness(c, b):
    return (b.ones - b.p_all).square().sum(dim=1)


def cases(suite):
    suite.add_all()


def soft_definition(c, row):
    return sum((row.p(k) - row.q(k)) ** 2 for k in row.classes)


def soft_witness(c, b):
    return F.mse_loss(b.p, b.q, reduction="none").sum(dim=1)


def soft_cases(suite):
    suite.add_all(zeros=ALL_ZEROS)
