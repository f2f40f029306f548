"""Cross-entropy with a margin: Cao et al. 2019, arXiv:1906.07413; Wang et al. 2018, arXiv:1801.05599."""

import torch

from exact import exp, log1p, of_class


def definition(c, row, t):
    return log1p(exp(of_class(c.margin, t)) * row.miss(t) / row.p(t))


def witness(c, b):
    margin = torch.as_tensor(b.parameter(c.margin), dtype=b.x.dtype).expand(b.t.shape).unsqueeze(1)
    return -b.of_target(torch.log_softmax(b.x - margin * b.ones, dim=1))


def cases(suite):
    sets = {
        "margin_0": {"margin": 0},
        "margin_3": {"margin": 3},
        "margin_15": {"margin": 15},
        "per_class_margin": {"margin": [0, 0.25, 1, 2, 4]},
    }
    suite.add_all({"margin": 0.5}, sets, ["margin_0", "margin_15", "per_class_margin"])
