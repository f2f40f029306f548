"""Epsilon-insensitive loss: Vapnik 1995. Slope 0 at |r| = ε."""

from mpmath import mpf
from torch.nn import functional as F

from signatures.elements import draw_some_fine


def definition(c, x, y, centre):
    return abs(x - y) - c.epsilon if abs(centre[0] - centre[1]) > c.epsilon else mpf(0)


def witness(c, x, y):
    return F.relu((x - y).abs() - c.epsilon)


def piece(c, x, y):
    return abs(x - y) <= c.epsilon


def cases(suite):
    joints = {"at_the_joint": ({"epsilon": 0.5}, 0.5), "at_the_joint_epsilon_2": ({"epsilon": 2}, 2)}
    sets = {"epsilon_0": {"epsilon": 0}, "epsilon_2": {"epsilon": 2}}
    suite.residual({"epsilon": 0.5}, sets, ["epsilon_0"], joints, draw=draw_some_fine)
