"""Smooth L1: Girshick 2015, arXiv:1504.08083."""

from torch.nn import functional as F


def definition(c, x, y, _):
    r = x - y
    return r**2 / 2 / c.beta if abs(r) < c.beta else abs(r) - c.beta / 2


def witness(c, x, y):
    return F.smooth_l1_loss(x, y, beta=c.beta, reduction="none")


def piece(c, x, y):
    return abs(x - y) < c.beta


def cases(suite):
    sets = {"beta_0": {"beta": 0}, "beta_0_1": {"beta": 0.1}, "beta_4": {"beta": 4}}
    joints = {"at_the_joint": ({}, 1), "at_the_joint_beta_0_25": ({"beta": 0.25}, 0.25)}
    suite.residual({"beta": 2.5}, sets, ["beta_0", "beta_0_1"], joints)
