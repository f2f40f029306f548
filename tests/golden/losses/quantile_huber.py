"""Quantile Huber loss: Dabney et al. 2018, arXiv:1806.06923 (arXiv:1710.10044, of the same year, has no 1/κ)."""

from torch.nn import functional as F

from losses.huber import huber
from losses.quantile import pinball

PIECES = 4


def definition(c, x, y, _):
    return pinball(c, y - x) * huber(y - x, c.kappa) / c.kappa


def witness(c, x, y):
    return abs(c.tau - (y < x).double()) * F.huber_loss(x, y, delta=c.kappa, reduction="none") / c.kappa


def piece(c, x, y):
    return y < x, abs(x - y) <= c.kappa


def cases(suite):
    sets = {
        "tau_0_1_kappa_0_5": {"tau": 0.1, "kappa": 0.5},
        "tau_0_9": {"tau": 0.9},
        "kappa_0_1": {"kappa": 0.1},
    }
    joints = {"at_the_joint": ({"tau": 0.75}, 1), "at_the_joint_kappa_0_5": ({"tau": 0.1, "kappa": 0.5}, 0.5)}
    suite.quantiles({"tau": 0.875, "kappa": 2}, sets, joints)
