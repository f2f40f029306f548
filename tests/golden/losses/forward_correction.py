"""Forward correction: Patrini et al. 2017, arXiv:1609.03683. The transition is P(observed | true), true along the rows."""

import torch
from mpmath import mpf

from exact import ln
from signatures.classes import WEIGHTS
from witness import numbers


def transition_of(c, classes):
    """The matrix: given, or of a rate r, 1 - r on the diagonal and r/(C-1) beside it; 1 for a single class."""
    if isinstance(c.transition, list):
        return c.transition
    if classes == 1:
        return [[mpf(1)]]
    rate = c.transition
    return [[rate / (classes - 1) if j != k else 1 - rate for j in range(classes)] for k in range(classes)]


def definition(c, row, t):
    transition = transition_of(c, len(row))
    return ln(row.sum) - ln(sum(transition[k][t] * row.exps[k] for k in row.classes))


def torch_transition(c, classes):
    if isinstance(c.transition, list):
        return numbers(c.transition)
    one = torch.eye(classes, dtype=torch.float64)
    return (1 - c.transition) * one + c.transition / max(classes - 1, 1) * (1 - one) if classes > 1 else one


def witness(c, b):
    to_observed = torch_transition(c, b.classes)[:, b.t].movedim(0, 1)  # over the true classes, as the logits
    return -(b.p_all * to_observed).sum(dim=1).log()


MATRIX = [
    [0.75, 0.125, 0.0625, 0.03125, 0.03125],
    [0.0625, 0.625, 0.125, 0.125, 0.0625],
    [0.25, 0.125, 0.5, 0.0625, 0.0625],
    [0.015625, 0.234375, 0.125, 0.5625, 0.0625],
    [0.125, 0.25, 0.125, 0.125, 0.375],
]
WITH_ZEROS = [
    [0.5, 0.25, 0.125, 0.125, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.125, 0.0, 0.75, 0.0625, 0.0625],
    [0.25, 0.25, 0.0, 0.5, 0.0],
    [0.0, 0.5, 0.0, 0.0, 0.5],
]
THREE_WITH_ZEROS = [[0.75, 0.25, 0.0], [0.125, 0.75, 0.125], [0.0, 0.0, 1.0]]
TWO_BY_TWO = [[0.9375, 0.0625], [0.25, 0.75]]
PERMUTATION = [
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 1.0],
]


def cases(suite):
    for matrix in (MATRIX, WITH_ZEROS, THREE_WITH_ZEROS, TWO_BY_TWO, PERMUTATION):
        assert all(sum(line) == 1 for line in matrix), matrix
    sets = {
        "rate_0": {"transition": 0},
        "rate_0_375": {"transition": 0.375},
        "rate_0_9": {"transition": 0.9},
        "matrix": {"transition": MATRIX},
        "matrix_with_zeros": {"transition": WITH_ZEROS},
        "permutation": {"transition": PERMUTATION},
    }
    suite.add_all({"transition": 0.25}, sets, ["rate_0", "matrix", "matrix_with_zeros"])
    suite.add("matrix_class_weights", {"transition": WITH_ZEROS}, [6, 5], class_weights=WEIGHTS)
    suite.add("matrix_spatial", {"transition": THREE_WITH_ZEROS}, [2, 3, 2, 2], ignore_index=-100, ignored=(3,))
    suite.add("matrix_of_two", {"transition": TWO_BY_TWO}, [6, 2])
    suite.add("matrix_of_one", {"transition": [[1.0]]}, [3, 1])
