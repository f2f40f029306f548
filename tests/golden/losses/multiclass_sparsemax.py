"""Sparsemax loss: Martins and Astudillo 2016, arXiv:1602.02068. It has no kink."""

import torch
from mpmath import mpf

from signatures.classes import Scores as Suite


def definition(c, row, t):
    # The support of the projection on the simplex: the k largest with 1 + k x_k above the sum of them.
    support, total = [], mpf(0)
    for k, x in enumerate(sorted(row.logits, reverse=True), 1):
        total += x
        if 1 + k * x <= total:
            break
        support.append(x)
    threshold = (sum(support) - 1) / len(support)
    return mpf(1) / 2 + sum(x**2 - threshold**2 for x in support) / 2 - row.logits[t]


def witness(c, b):
    # The Fenchel-Young form: x.p - |p|^2/2 + 1/2 - x_t, p the projection of x on the simplex.
    rows, targets = b.rows
    ordered = rows.sort(dim=1, descending=True).values
    above = (ordered.cumsum(dim=1) - 1) / torch.arange(1, rows.shape[1] + 1)
    threshold = above.gather(1, (ordered > above).sum(dim=1, keepdim=True) - 1)
    p = (rows - threshold).clamp(min=0)
    own = rows.gather(1, targets.unsqueeze(1)).squeeze(1)
    return ((rows * p).sum(dim=1) - p.square().sum(dim=1) / 2 + 0.5 - own).reshape(b.t.shape)


def cases(suite):
    suite.add_all(ties=True)
