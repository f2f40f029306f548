"""Multiclass perceptron loss: Collins 2002."""

from signatures.classes import Scores as Suite


def definition(c, row, t):
    return max(row.logits) - row.logits[t]


def witness(c, b):
    return b.x.amax(dim=1) - b.of_target(b.x)


def is_smooth(c, logits, t):
    return logits.count(max(logits)) == 1


def cases(suite):
    suite.add_all()
