"""Backward correction: Patrini et al. 2017, arXiv:1609.03683."""

import torch
from mpmath import mp, mpf

from exact import remembered
from losses.forward_correction import cases, torch_transition, transition_of  # noqa: F401


@remembered
def row_of_inverse(transition, t, digits):
    """Row t of the inverse: y with y T = e_t; digits are mp.dps."""
    columns = [list(column) for column in zip(*transition)]
    unit = [mpf(k == t) for k in range(len(columns))]
    return list(mp.lu_solve(mp.matrix(columns), mp.matrix(unit)))


def definition(c, row, t):
    inverse = row_of_inverse(tuple(map(tuple, transition_of(c, len(row)))), t, mp.dps)
    return -sum(inverse[k] * row.log_p(k) for k in row.classes)


def witness(c, b):
    inverse = torch.linalg.inv(torch_transition(c, b.classes))
    return (inverse[b.t].movedim(-1, 1) * -b.log_p_all).sum(dim=1)
