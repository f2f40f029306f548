"""Image-balanced binary cross-entropy: Xie and Tu 2015, arXiv:1504.06375, which has the sum where this is a mean."""

import torch
from torch.nn import functional as F

from losses.multilabel_soft_margin import softplus
from signatures.whole import ITEM, draw_label_in_between
from suite import eighths

PER = ITEM


def definition(c, x, y, _):
    beta = 1 - sum(y) / len(y)
    terms = [
        beta * label * softplus(-score) + (1 - beta) * (1 - label) * softplus(score) for score, label in zip(x, y)
    ]
    return sum(terms) / len(x)


def witness(c, x, y):
    beta = 1 - y.mean(dim=1, keepdim=True)
    none = beta == 1  # of the label; then the loss is 0
    positive = beta / torch.where(none, 1.0, 1 - beta)
    return F.binary_cross_entropy_with_logits(x, y, 1 - beta, pos_weight=positive, reduction="none").mean(dim=1)


def draw_rare_label(rng, limit):
    return eighths(rng, -limit, limit), float(rng.random() < 0.1)


def cases(suite):
    suite.multilabel()
    suite.add("labels_in_between", {}, [6, 5], draw=draw_label_in_between)
    suite.add("rare_labels", {}, [2, 1, 4, 4], draw=draw_rare_label)
