"""Huber loss: Huber 1964."""

from torch.nn import functional as F


def huber(r, delta):
    return r**2 / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


def definition(c, x, y, _):
    return huber(x - y, c.delta)


def witness(c, x, y):
    return F.huber_loss(x, y, delta=c.delta, reduction="none")


def piece(c, x, y):
    return abs(x - y) <= c.delta


def cases(suite):
    joints = {"at_the_joint": ({}, 1), "at_the_joint_delta_2_5": ({"delta": 2.5}, 2.5)}
    suite.residual({"delta": 2.5}, {"delta_0_1": {"delta": 0.1}, "delta_4": {"delta": 4}}, ["delta_0_1"], joints)
