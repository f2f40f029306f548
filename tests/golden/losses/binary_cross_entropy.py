"""Binary cross-entropy."""

from torch.nn import functional as F


def definition(c, p):
    return -p.ln_p(), -p.ln_miss()


def witness(c, p, miss, positive, negative):
    return positive, negative


def witness_of_logits(x, y, pos_weight):
    return F.binary_cross_entropy_with_logits(x, y, pos_weight=pos_weight, reduction="none")


def cases(suite):
    suite.binary({}, {})
