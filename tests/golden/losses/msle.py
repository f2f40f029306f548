"""Squared logarithmic error: as in Keras. max(a, ε) has slope 0 at ε."""

import torch

from exact import above, ln
from signatures.elements import EQUAL, draw_positive, draw_relative


def definition(c, x, y, centre):
    return (ln(1 + above(x, centre[0], c.epsilon)) - ln(1 + above(y, centre[1], c.epsilon))) ** 2


def witness(c, x, y):
    return (torch.log1p(x.clamp(min=c.epsilon)) - torch.log1p(y.clamp(min=c.epsilon))) ** 2


def cases(suite):
    suite.draw = draw_positive
    suite.add_common({"epsilon": 0.5})
    suite.add("both_signs", {}, [6, 5], draw=draw_relative)
    suite.add("epsilon_2", {"epsilon": 2.0625}, [6, 5])
    suite.add_extreme("equal", {}, [*EQUAL, (2.0**-20, 2.0**-20)])
    below = [(0, 1), (1, 0), (-1, 2), (2, -1), (-1, -2), (0, 0), (-60000, 1), (-0.5, 0)]
    suite.add_extreme("zero_or_below", {}, below)
    suite.add_extreme("at_epsilon", {"epsilon": 0.125}, [(x, y) for x in (0.125, 0.25, 0) for y in (0.125, 1, 0.25)])
    close_ones = [(y + r, y) for y in (1, 0.5, 4) for r in (2.0**-20, -(2.0**-20), 2.0**-12)]
    suite.add_extreme("tiny_residuals", {}, close_ones)
    tiny = [(2.0**-20, 2.0**-21), (2.0**-20, 2.0**-22), (2.0**-40, 2.0**-20), (2.0**-24, 1), (2.0**-23, 2.0**-23)]
    suite.add_extreme("tiny", {}, tiny)
    suite.add_extreme("huge", {}, [(60000, 1), (1, 60000), (60000, 59999), (10000, 0), (10000, 60000)])
