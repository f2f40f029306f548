"""Multiclass hinge loss: Crammer and Singer 2001. 0 for a single class."""

import math

from mpmath import mpf

from signatures.classes import Scores as Suite


def others(logits, t):
    return [x for k, x in enumerate(logits) if k != t]


def definition(c, row, t):
    return max(1 + max(others(row.logits, t)) - row.logits[t], mpf(0)) if len(row) > 1 else mpf(0)


def witness(c, b):
    rows, targets = b.rows
    rival = rows.scatter(1, targets.unsqueeze(1), -math.inf).amax(dim=1)
    return (1 + rival - rows.gather(1, targets.unsqueeze(1)).squeeze(1)).clamp(min=0).reshape(b.t.shape)


def is_smooth(c, logits, t):
    rest = others(logits, t)
    slack = 1 + max(rest) - logits[t] if rest else -1
    return slack < 0 or (slack > 0 and rest.count(max(rest)) == 1)


def cases(suite):
    suite.add_all()
