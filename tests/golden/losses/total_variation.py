"""Total variation distance. |p - q| has slope 0 at p = q."""

from torch.nn import functional as F

from signatures.soft import ALL_ZEROS


def soft_definition(c, row):
    return sum(abs(row.p(k) - row.q(k)) for k in row.classes) / 2


def soft_witness(c, b):
    return F.l1_loss(b.p, b.q, reduction="none").sum(dim=1) / 2


def soft_cases(suite):
    suite.add_all(zeros=ALL_ZEROS)
