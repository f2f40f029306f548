"""Multilabel soft margin loss: as in PyTorch."""

from torch.nn import functional as F

from exact import exp, log1p, of_class
from signatures.whole import FAR, RIGHT, WEIGHTS, draw_label_in_between
from witness import numbers


def softplus(x):
    """-ln of the sigmoid of -x."""
    return log1p(exp(x))


def definition(c, x, y, _):
    terms = [
        of_class(c.weight, k) * (label * softplus(-score) + (1 - label) * softplus(score))
        for k, (score, label) in enumerate(zip(x, y))
    ]
    return sum(terms) / len(x)


def witness(c, x, y):
    weight = numbers(c.weight).expand(x.shape[1])
    return F.multilabel_soft_margin_loss(x, y, weight=weight, reduction="none")


def cases(suite):
    three, five = [2, 0.5, 1.25], [1.5, 0, 0.25, 1, 4]
    suite.multilabel({"weight": 0.5}, {"weight_of_each": {"weight": five}})
    suite.add("weight_of_each_spatial", {"weight": three}, [2, 3, 2, 2], weights=WEIGHTS)
    suite.add("weights_all_zero_of_classes", {"weight": [0, 0, 0, 0, 0]}, [2, 5])
    suite.add("labels_in_between", {}, [6, 5], draw=draw_label_in_between)
    suite.add("labels_in_between_weight_of_each", {"weight": five}, [6, 5], draw=draw_label_in_between)
    suite.add_rows("far_labels_in_between", {}, [(x, [0.5, 0.25, 1, 0, 0.75]) for x, _ in (*RIGHT, *FAR)])
