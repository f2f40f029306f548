"""Hinge embedding loss: as in PyTorch. Slope 0 at x = margin."""

from mpmath import mpf
from torch.nn import functional as F

from exact import above

LABELS = True
PIECES = 3


def definition(c, x, y, centre):
    return x if y == 1 else above(c.margin - x, c.margin - centre[0], mpf(0))


def witness(c, x, y):
    return F.hinge_embedding_loss(x, y, margin=c.margin, reduction="none")


def piece(c, x, y):
    return y + (y < 0) * (x < c.margin) / 2


def cases(suite):
    suite.margin({"margin_0_5": {"margin": 0.5}, "margin_4": {"margin": 4}})
