"""Bi-tempered logistic loss: Amid et al. 2019, arXiv:1906.03361.

The authors smooth so that our ε is C/(C-1) times theirs. y·log_t1 y and y^(2-t1) are 0 where y is 0.
"""

import torch
from mpmath import mp, mpf

from exact import FEWER, ln, power, remembered
from signatures.classes import CONFIDENT, FAR_BELOW, smoothed

PRECISION = FEWER  # the probabilities are found by Newton's method


def tempered_log(u, t):
    return ln(u) if t == 1 else (power(u, 1 - t) - 1) / (1 - t)


def tempered_exp(u, t):
    return mp.power(1 + (1 - t) * u, 1 / (1 - t))


@remembered
def tempered_log_sum(logits, t, start, digits):
    """The number that makes exp_t(x - number) sum to 1, t > 1, by Newton's method from `start`; digits are mp.dps."""
    number, close_enough = start, mpf(10) ** -(digits // 2 + 10)
    while True:
        powers = [tempered_exp(x - number, t) for x in logits]
        step = (sum(powers) - 1) / sum(p / (1 + (t - 1) * (number - x)) for p, x in zip(powers, logits))
        number += step
        if abs(step) < close_enough:  # the error is its square
            return number


def tempered_softmax(row, t):
    if len(row) == 1:
        return [mpf(1)]
    if t == 1:
        return [row.p(k) for k in row.classes]
    with mp.workdps(40):
        start = tempered_log_sum(tuple(row.centre.logits), t, max(row.centre.logits), 40)
    start = tempered_log_sum(tuple(row.centre.logits), t, start, mp.dps)
    number = start if row.centre is row else tempered_log_sum(tuple(row.logits), t, start, mp.dps)
    return [tempered_exp(x - number, t) for x in row.logits]


def definition(c, row, t):
    loss = mpf(0)
    for y, p in zip(smoothed(c, t, len(row)), tempered_softmax(row, c.t2)):
        if y:
            loss += y * (tempered_log(y, c.t1) - tempered_log(p, c.t1)) - power(y, 2 - c.t1) / (2 - c.t1)
        loss += power(p, 2 - c.t1) / (2 - c.t1)
    return loss


def witness(c, b):
    """The authors' loss, its normalisation by bisection and one step of Newton's method, which has the slope."""
    t1, t2, x = c.t1, c.t2, b.x

    def log_t(u, t):
        return u.log() if t == 1 else (u ** (1 - t) - 1) / (1 - t)

    def exp_t(u, t):
        return u.exp() if t == 1 else (1 + (1 - t) * u).clamp(min=0) ** (1 / (1 - t))

    with torch.no_grad():
        low = x.amax(dim=1, keepdim=True)
        high = low - log_t(torch.tensor(1 / b.classes, dtype=torch.float64), t2)
        for _ in range(200):
            middle = (low + high) / 2
            above = exp_t(x - middle, t2).sum(dim=1, keepdim=True) > 1
            low, high = torch.where(above, middle, low), torch.where(above, high, middle)
        escort = (exp_t(x - low, t2) ** t2).sum(dim=1, keepdim=True)
    shift = low + (exp_t(x - low, t2).sum(dim=1, keepdim=True) - 1) / escort
    p, y = exp_t(x - shift, t2), b.smoothed(c)
    safe = torch.where(y > 0, y, 1.0)
    powers = torch.where(y > 0, safe ** (2 - t1), 0.0) - p ** (2 - t1)
    return (y * (log_t(safe, t1) - log_t(p, t1)) - powers / (2 - t1)).sum(dim=1)


def cases(suite):
    sets = {
        "t1_1_t2_1": {"t1": 1, "t2": 1},
        "t1_1_t2_1_smoothing_0_1": {"t1": 1, "t2": 1, "label_smoothing": 0.1},
        "t1_1": {"t1": 1},
        "t2_1": {"t2": 1},
        "t1_0": {"t1": 0},
        "t1_0_t2_1": {"t1": 0, "t2": 1},
        "t2_2": {"t2": 2},
        "t1_0_25_t2_4": {"t1": 0.25, "t2": 4},
        "t2_1_0009765625": {"t2": 1.0009765625},
        "t1_0_9990234375": {"t1": 0.9990234375},
        "smoothing_0_1": {"label_smoothing": 0.1},
        "t1_0_t2_2_smoothing_0_5": {"t1": 0, "t2": 2, "label_smoothing": 0.5},
        "smoothing_1": {"label_smoothing": 1},
    }
    extremes = ["t1_1_t2_1", "t2_1", "t1_0_25_t2_4", "t1_0_t2_2_smoothing_0_5"]
    suite.add_all({"t1": 0.5, "t2": 1.5, "label_smoothing": 0.1}, sets, extremes)
    near = sets["t2_1_0009765625"]  # its powers of huge logits are known to fewer digits
    suite.add_rows("confident_t2_1_0009765625", near, CONFIDENT)
    suite.add_rows("far_below_t2_1_0009765625", near, FAR_BELOW)
