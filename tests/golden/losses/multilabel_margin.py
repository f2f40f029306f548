"""Multilabel margin loss: as in PyTorch, whose margin is 1. A label counts as 1 where it is above ½.

Slope 0 where the difference of two scores is the margin.
"""

import torch
from mpmath import mpf
from torch.nn import functional as F

from exact import above
from signatures.whole import IN_BETWEEN


def labels(y):
    """Where it is yes, and where no."""
    yes = [k for k, label in enumerate(y) if label > 0.5]
    return yes, [k for k in range(len(y)) if k not in yes]


def definition(c, x, y, centre):
    (yes, no), before = labels(y), centre[0]
    slacks = [
        above(c.margin - (x[j] - x[i]), c.margin - (before[j] - before[i]), mpf(0)) for j in yes for i in no
    ]
    return sum(slacks, mpf(0)) / len(x)


def witness(c, x, y):
    # PyTorch takes the indices, ended by -1, and has no margin but 1.
    places = [[k for k, label in enumerate(row) if label > 0.5] for row in y.tolist()]
    lists = torch.tensor([row + [-1] * (y.shape[1] - len(row)) for row in places])
    return c.margin * F.multilabel_margin_loss(x / c.margin, lists, reduction="none")


def cases(suite):
    suite.multilabel({"margin": 0.4}, {"margin_3": {"margin": 3}})
    kinks = [
        ([1, 0, -1, 2, 0.5], [1, 0, 0, 1, 0]),
        ([1 + 2.0**-23, 0, 2.0**-23, -1, 5], [1, 0, 0, 0, 1]),
        ([1 - 2.0**-24, 0, -(2.0**-24), 2.0**-12, 0], [1, 0, 0, 0, 0]),
        ([8, 7, 7, 7, 7], [1, 0, 0, 0, 0]),
    ]
    suite.add_rows("at_the_margin", {}, kinks)
    suite.add_rows("labels_in_between", {}, IN_BETWEEN)
