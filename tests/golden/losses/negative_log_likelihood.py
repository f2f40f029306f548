"""Negative log-likelihood of log-probabilities, none above 0, which are not normalised: as in PyTorch."""

from torch.nn import functional as F

from signatures.classes import Scores


class Suite(Scores):
    def drawn(self, *arguments):
        logits, targets = super().drawn(*arguments)
        return [-abs(x) for x in logits], targets


def definition(c, row, t):
    return -row.logits[t]


def witness(c, b):
    return F.nll_loss(b.x, b.t, reduction="none")


def cases(suite):
    suite.add_all(ties=True)
