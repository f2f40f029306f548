"""Cosine loss and focal loss: Barz and Denzler 2020, arXiv:1901.09054; Kim et al. 2020, arXiv:2007.07805.

The authors' code takes the probability of the normalised logits. The cosine of a row of zeros is 0, of slope 0.
"""

import torch
from mpmath import mp, mpf
from torch.nn import functional as F

from exact import power
from signatures.classes import ROWS_OF_ZEROS, TINY_ROWS


def definition(c, row, t):
    norm = mp.sqrt(sum(x**2 for x in row.logits)) if any(row.centre.logits) else None
    cosine = row.logits[t] / norm if norm else mpf(0)
    focal = power(row.miss(t), c.gamma) * -row.log_p(t)
    return 1 - cosine + c.weight * c.alpha * focal


def witness(c, b):
    zeros = (b.x == 0).all(dim=1, keepdim=True)
    cosine = F.cosine_similarity(torch.where(zeros, 1.0, b.x), b.ones, dim=1)
    cosine = torch.where(zeros.squeeze(1), 0.0, cosine)
    return 1 - cosine + c.weight * c.alpha * b.miss**c.gamma * -b.log_p


def cases(suite):
    sets = {
        "weight_0": {"weight": 0},
        "gamma_0": {"gamma": 0},
        "gamma_0_5_weight_1": {"gamma": 0.5, "weight": 1},
        "gamma_1_alpha_0_25_weight_2": {"gamma": 1, "alpha": 0.25, "weight": 2},
        "alpha_0": {"alpha": 0},
    }
    suite.add_all({"gamma": 1.5, "weight": 0.5, "alpha": 0.75}, sets, ["weight_0", "gamma_0_5_weight_1"])
    suite.add("rows_of_zeros", {}, [3, 5], logits=ROWS_OF_ZEROS, targets=[0, 1, 2])
    suite.add_rows("tiny_rows", {}, TINY_ROWS)
    near = [([8, 2.0**-10, 0, -(2.0**-10), 0], 0), ([-8, 2.0**-10, 0, 0, 0], 0), ([0, 1, 0, 0, 2.0**-7], 1)]
    suite.add_rows("along_an_axis", {}, near)
    suite.add_rows("along_an_axis_weight_0", {"weight": 0}, near)
