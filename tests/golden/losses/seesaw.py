"""Seesaw loss: Wang et al. 2021, arXiv:2008.10032.

The factors are held still. mmdetection counts no class as less than 1 and takes no probability under 1e-2; we do neither.
"""

import torch
from torch.nn import functional as F

from exact import exp, log1p, of_class, power
from signatures.classes import WEIGHTS
from witness import numbers


def definition(c, row, t):
    factors = []
    for k in row.classes:
        mitigation = of_class(c.counts, k) / of_class(c.counts, t)
        compensation = exp(row.centre.logits[k] - row.centre.logits[t])
        factors.append(min(1, power(mitigation, c.p)) * max(1, power(compensation, c.q)))
    return log1p(sum(factors[k] * row.exps[k] for k in row.classes if k != t) / row.exps[t])


def witness(c, b):
    # As mmdetection has it: factors to the scores.
    counts = numbers(c.counts).expand(b.classes)
    ratio = (counts[None, :] / counts[:, None])[b.t].movedim(-1, 1)
    scores = b.p_all.detach()
    scores = scores / scores.gather(1, b.t.unsqueeze(1))
    factor = torch.where(ratio < 1, ratio**c.p, 1.0) * torch.where(scores > 1, scores**c.q, 1.0)
    return F.cross_entropy(b.x + factor.log() * (1 - b.ones), b.t, reduction="none")


def cases(suite):
    counts = [1000, 1, 40, 8, 250.5]
    sets = {
        "p_0": {"p": 0},
        "q_0": {"q": 0},
        "q_0_5": {"q": 0.5},
        "counts": {"counts": counts},
        "counts_p_2_q_0": {"counts": counts, "p": 2, "q": 0},
        "counts_p_0": {"counts": counts, "p": 0, "q": 1},
        "counts_far_apart": {"counts": [1000000, 0.001, 1, 1, 20000], "p": 1.5, "q": 3},
    }
    suite.add_all({"counts": 3, "p": 0.5, "q": 1}, sets, ["q_0", "counts", "counts_far_apart"])
    suite.add("counts_spatial", {"counts": [5, 100, 1]}, [2, 3, 2, 2], ignore_index=-100, ignored=(3,))
    suite.add("counts_class_weights", {"counts": counts}, [6, 5], class_weights=WEIGHTS)
    suite.add("counts_of_one_class", {"counts": [7]}, [3, 1])
