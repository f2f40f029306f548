"""Cross-entropy with z-loss: Chowdhery et al. 2023, arXiv:2204.02311."""

import torch

SMALL_WHERE_CERTAIN = "gradient"  # of λ(ln Σ e^x)² there is left


def definition(c, row, t):
    return -row.log_p(t) + c.lambda_ * row.log_sum**2


def witness(c, b):
    return -b.log_p + c.lambda_ * torch.logsumexp(b.x, dim=1) ** 2


def cases(suite):
    sets = {"lambda_0": {"lambda": 0}, "lambda_0_01": {"lambda": 0.01}, "lambda_1": {"lambda": 1}}
    suite.add_all({"lambda": 0.125}, sets, ["lambda_0_01", "lambda_1"])
    # Unlike all others it sees the logit of a single class, and a constant added to all.
    suite.add_rows("one_class_far", {}, [([10000], 0), ([-10000], 0), ([88], 0), ([-104], 0)])
    far = ((100, 0), (-100, 1), (1000, 2), (-1000, 0), (10000, 1), (-10000, 3))
    suite.add_rows("far_from_normalised", {}, [([x + 8, x, x - 16, x], t) for x, t in far])
