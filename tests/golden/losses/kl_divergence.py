"""Kullback-Leibler divergence: Kullback and Leibler 1951.

q·ln q has value 0 and slope 0 at q = 0.
"""

from torch.nn import functional as F

from signatures.soft import ALL_ZEROS


def soft_definition(c, row):
    return sum(row.q_log_q(k) - row.q(k) * row.log_p(k) for k in row.classes)


def soft_witness(c, b):
    if (b.q == 0).any():
        return (b.q_log_q - b.q * b.log_p).sum(dim=1)
    return F.kl_div(b.log_p, b.q, reduction="none").sum(dim=1)


def soft_cases(suite):
    suite.add_all(zeros=ALL_ZEROS)
    suite.add_floor()
