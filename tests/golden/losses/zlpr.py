"""Zero-bounded log-sum-exp and pairwise rank loss: Su et al. 2022, arXiv:2208.02955. A label counts as 1 where it is above ½."""

import math

import torch
from mpmath import mpf

from exact import exp, log1p
from losses.multilabel_margin import labels
from signatures.whole import IN_BETWEEN


def definition(c, x, y, _):
    yes, no = labels(y)
    return log1p(sum((exp(-x[k]) for k in yes), mpf(0))) + log1p(sum((exp(x[k]) for k in no), mpf(0)))


def witness(c, x, y):
    # As its authors have it: what does not belong goes to minus infinity.
    yes, zero = y > 0.5, torch.zeros_like(x[:, :1])
    of_yes = torch.cat([torch.where(yes, -x, -math.inf), zero], dim=1)
    of_no = torch.cat([torch.where(yes, -math.inf, x), zero], dim=1)
    return torch.logsumexp(of_yes, dim=1) + torch.logsumexp(of_no, dim=1)


def cases(suite):
    suite.multilabel()
    suite.add_rows("labels_in_between", {}, IN_BETWEEN)
