"""1.5-entmax loss: Peters et al. 2019, arXiv:1905.05702. It has no kink, and no row is without support."""

import torch
from mpmath import mp, mpf

from signatures.classes import Scores as Suite
from suite import TINY


def definition(c, row, t):
    # p = max(x/2 - threshold, 0)^2: the k largest, whose threshold is not below the half of the next.
    halves = sorted((x / 2 for x in row.logits), reverse=True)
    for k in range(1, len(row) + 1):
        mean = sum(halves[:k]) / k
        threshold = mean - mp.sqrt((1 - sum((z - mean) ** 2 for z in halves[:k])) / k)
        if k == len(row) or halves[k] <= threshold:
            break
    roots = [z - threshold for z in halves[:k]]
    entropy = mpf(4) / 3 * sum(root**2 - root**3 for root in roots)
    return sum(root**2 * 2 * z for root, z in zip(roots, halves)) + entropy - row.logits[t]


def witness(c, b):
    # By bisection; the slope is that at the maximiser (Danskin).
    rows, targets = b.rows
    with torch.no_grad():
        halves = rows / 2
        high = halves.amax(dim=1, keepdim=True)
        low = high - 1
        for _ in range(100):
            middle = (low + high) / 2
            above = (halves - middle).clamp(min=0).square().sum(dim=1, keepdim=True) > 1
            low, high = torch.where(above, middle, low), torch.where(above, high, middle)
        p = (halves - low).clamp(min=0).square()
    own = rows.gather(1, targets.unsqueeze(1)).squeeze(1)
    return ((rows * p).sum(dim=1) + 4 / 3 * (p - p**1.5).sum(dim=1) - own).reshape(b.t.shape)


def cases(suite):
    suite.add_all(ties=True)
    short_of_two = [
        ([2 - 2.0**-10, 0, -2, -3, -4], 0),
        ([-1, 1 - 2.0**-11, 0, -0.5, -0.25], 1),
        ([2, 2.0**-20, 3 * TINY, TINY, 0], 0),
        ([0, 2 - 2.0**-7, 2.0**-11, -1, 2.0**-10], 1),
    ]
    suite.add_rows("short_of_a_gap_of_two", {}, short_of_two)
