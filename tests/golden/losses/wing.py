"""Wing loss: Feng et al. 2018, arXiv:1711.06753. No case lies where the slope jumps, at |r| = width."""

import math

import torch

from exact import ln
from signatures.elements import draw_wide


def definition(c, x, y, centre):
    size, w = abs(x - y), c.width
    if abs(centre[0] - centre[1]) < w:
        return w * ln(1 + size / c.curvature)
    return size - (w - w * ln(1 + w / c.curvature))


def witness(c, x, y):
    size, constant = (x - y).abs(), c.width - c.width * math.log(1 + c.width / c.curvature)
    return torch.where(size < c.width, c.width * torch.log(1 + size / c.curvature), size - constant)


def piece(c, x, y):
    return abs(x - y) < c.width


def cases(suite):
    sets = {
        "width_5_curvature_0_5": {"width": 5.0625, "curvature": 0.5},
        "width_0_1": {"width": 0.1, "curvature": 3},
    }
    joints, jumps = {"near_the_joint": ({}, 10.0625)}, lambda c: (c.width,)
    other = {"width": 2.0625, "curvature": 0.5}
    suite.residual(other, sets, ["width_5_curvature_0_5", "width_0_1"], joints, draw=draw_wide, jumps=jumps)
