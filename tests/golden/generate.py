"""Golden vectors of the classification losses: one JSON file per loss, beside this script.

    python generate.py           write every file
    python generate.py focal     write only the named losses
    python generate.py --check   write nothing; fail if a file differs from what would be written

Values come from the definitions, evaluated by mpmath with DIGITS digits. Gradients are central
differences of those values with step STEP, so no derivative is written down here. The truncation
error (STEP squared) and the rounding error (10^-DIGITS / STEP) both lie under the smallest f64, so
what is printed is the correctly rounded derivative, and an exact zero is printed as 0.0.

Where the derivative does not exist or is a convention (see README.md), the rule stands in
`transform` and `zero_row`; nothing else is special.

Every case that is not marked extreme is then compared with PyTorch in f64 (its cross_entropy, the
published formulas for the others, autograd for the gradients). Every extreme case is computed a
second time with more digits and a smaller step, and must give the same f64 values.
"""

import importlib.metadata
import math
import pathlib
import random
import sys
from functools import lru_cache

import torch
from mpmath import mp, mpf

import elementwise
import soft
import whole
from common import (
    DIGITS,
    MORE_DIGITS,
    SMALLER_STEP,
    STEP,
    close,
    document,
    exact_in,
    exact_in_bf16,
    of_class,
)

MODULES = (elementwise, soft, whole)  # the losses that are not of class targets
HERE = pathlib.Path(__file__).resolve().parent
SLOW = ("bi_tempered",)  # to which these digits are enough where nothing is extreme
FEWER_DIGITS, LARGER_STEP = 240, "1e-100"
NO_CLASS = -100  # PyTorch's default ignore_index
NORM_EPSILON = 1e-7  # LogitNorm

CROSS_ENTROPY = {"name": "cross_entropy"}
DEFAULTS = {
    "cross_entropy": {"label_smoothing": 0},
    "focal": {"gamma": 2, "alpha": 1},
    "class_mae": {},
    "generalized_cross_entropy": {"q": 0.7},
    "reverse_cross_entropy": {"log_zero": -4},
    "symmetric_cross_entropy": {"alpha": 0.1, "beta": 1, "log_zero": -4},
    "normalized_cross_entropy": {},
    "phuber_cross_entropy": {"tau": 10},
    "poly1_cross_entropy": {"epsilon": 1},
    "reduced_focal": {"gamma": 2, "threshold": 0.5},
    "poly1_focal": {"epsilon": 1, "gamma": 2},
    "z_loss": {"lambda": 0.0001},
    "unhinged": {},
    "margin_cross_entropy": {"margin": 1},
    "truncated_generalized_cross_entropy": {"q": 0.7, "threshold": 0.5},
    "taylor_cross_entropy": {"order": 2},
    "normalized_class_mae": {},
    "asymmetric_generalized_cross_entropy": {"a": 1, "q": 2},
    "asymmetric_unhinged": {"a": 1.5, "q": 0.9},
    "asymmetric_exponential": {"a": 3},
    "negative_learning": {},
    "phuber_generalized_cross_entropy": {"q": 0.7, "tau": 10},
    "brier": {},
    "confidence_penalty": {"beta": 0.1},
    "normalized_focal": {"gamma": 0.5},
    "normalized_generalized_cross_entropy": {"q": 0.7},
    "normalized_negative_cross_entropy": {"log_zero": -16.11809565095832},
    "soft_bootstrapping": {"beta": 0.95},
    "asymmetric_mse": {"a": 1},
    "negative_log_likelihood": {},
    "multiclass_hinge": {},
    "multi_margin": {"margin": 1, "p": 1},
    "multiclass_perceptron": {},
    "multiclass_sparsemax": {},
    "multiclass_entmax": {},
    "bi_tempered": {"t1": 0.8, "t2": 1.2, "label_smoothing": 0},
    "hard_bootstrapping": {"beta": 0.8},
    "forward_correction": {"transition": 0.1},
    "backward_correction": {"transition": 0.1},
    "seesaw": {"counts": 1, "p": 0.8, "q": 2},
    "focal_cosine": {"gamma": 2, "weight": 0.1, "alpha": 1},
    "ordinal_emd": {},
    "normalized_negative_focal": {"gamma": 0.5, "log_zero": -16.11809565095832},
    "asymmetric_single_label": {"gamma_positive": 0, "gamma_negative": 4, "label_smoothing": 0.1},
    "jsd_cross_entropy": {"alpha": 12, "views": 3, "label_smoothing": 0},
    "generalized_jensen_shannon": {"pi": 0.1, "views": 2},
    "logit_clip": {"loss": CROSS_ENTROPY, "tau": 1, "p": 2},
    "logit_norm": {"loss": CROSS_ENTROPY, "temperature": 0.04},
    "flooding": {"loss": CROSS_ENTROPY, "level": 0.1},
}


def filled(config):
    """The config with the defaults of every parameter it leaves out."""
    unknown = config.keys() - DEFAULTS[config["name"]].keys() - {"name"}
    assert not unknown, f"{config['name']} has no {unknown}"
    full = {**DEFAULTS[config["name"]], **config}
    return {**full, "loss": filled(full["loss"])} if "loss" in full else full


# The definitions, in exact-enough arithmetic. Parameters are the f64 numbers of the config, exactly.


# A difference step moves one number; what it leaves as it was need not be computed again.
exp, ln = (lru_cache(maxsize=200_000)(function) for function in (mp.exp, mp.ln))


class Softmax:
    """Probabilities of one row of logits. `centre` are those of the row before the difference step, which pick
    the piece of a loss that is not smooth where two pieces meet."""

    def __init__(self, logits, centre=None):
        self.logits = logits
        self.centre = self if centre is None else Softmax(centre)
        self.exps = [exp(x) for x in logits]
        self.sum = sum(self.exps)
        self.log_sum = None

    def p(self, k):
        return self.exps[k] / self.sum

    def miss(self, t):
        """1 - p, which keeps its digits where p is nearly 1 to more digits than there are."""
        return sum(e for k, e in enumerate(self.exps) if k != t) / self.sum

    def log_p(self, k):
        if self.log_sum is None:
            self.log_sum = ln(self.sum)
        return self.logits[k] - self.log_sum


def cross_entropy(c, row, t, w):
    smoothing, classes = mpf(c["label_smoothing"]), len(w)
    loss = (1 - smoothing) * w[t] * -row.log_p(t)
    if smoothing:
        loss += smoothing / classes * sum(w[k] * -row.log_p(k) for k in range(classes))
    return loss


def focal(c, row, t, w):
    gamma, alpha = mpf(of_class(c["gamma"], t)), mpf(of_class(c["alpha"], t))
    return w[t] * alpha * mp.power(1 - row.p(t), gamma) * -row.log_p(t)


def class_mae(_, row, t, w):
    return w[t] * sum(abs((k == t) - row.p(k)) for k in range(len(w)))


def generalized_cross_entropy(c, row, t, w):
    q = mpf(c["q"])
    return w[t] * (1 - mp.power(row.p(t), q)) / q


def reverse_cross_entropy(c, row, t, w):
    # -sum_k p_k ln y_k, with ln 1 = 0 and ln 0 := log_zero.
    return w[t] * -sum(row.p(k) * mpf(c["log_zero"]) for k in range(len(w)) if k != t)


def symmetric_cross_entropy(c, row, t, w):
    forward = cross_entropy({"label_smoothing": 0}, row, t, w)
    return mpf(c["alpha"]) * forward + mpf(c["beta"]) * reverse_cross_entropy(c, row, t, w)


def normalized_cross_entropy(_, row, t, w):
    if len(w) == 1:
        return mpf(0)
    return w[t] * row.log_p(t) / sum(row.log_p(k) for k in range(len(w)))


def phuber_cross_entropy(c, row, t, w):
    # Once differentiable at the join, so central differences need no help there.
    tau, p = mpf(c["tau"]), row.p(t)
    return w[t] * (-tau * p + mp.ln(tau) + 1 if p <= 1 / tau else -mp.ln(p))


def poly1_cross_entropy(c, row, t, w):
    return w[t] * (-row.log_p(t) + mpf(c["epsilon"]) * (1 - row.p(t)))


def reduced_focal(c, row, t, w):
    gamma, threshold = mpf(c["gamma"]), mpf(c["threshold"])
    hard = row.centre.p(t) < threshold
    factor = 1 if hard else mp.power(row.miss(t), gamma) / mp.power(threshold, gamma)
    return w[t] * factor * -row.log_p(t)


def poly1_focal(c, row, t, w):
    gamma, miss = mpf(of_class(c["gamma"], t)), 1 - row.p(t)
    return w[t] * (mp.power(miss, gamma) * -row.log_p(t) + mpf(c["epsilon"]) * mp.power(miss, gamma + 1))


def z_loss(c, row, t, w):
    log_p = row.log_p(t)
    return w[t] * (-log_p + mpf(c["lambda"]) * row.log_sum**2)


def margin_cross_entropy(c, row, t, w):
    margin = mpf(of_class(c["margin"], t))
    return w[t] * mp.log1p(mp.exp(margin) * row.miss(t) / row.p(t))


def unhinged(_, row, t, w):
    return w[t] * (1 - row.p(t))


def truncated_generalized_cross_entropy(c, row, t, w):
    threshold = mpf(c["threshold"])
    p = row.p(t) if row.centre.p(t) > threshold else threshold
    q = mpf(c["q"])
    return w[t] * (1 - mp.power(p, q)) / q


def taylor_cross_entropy(c, row, t, w):
    return w[t] * sum((1 - row.p(t)) ** j / j for j in range(1, c["order"] + 1))


def normalized_class_mae(c, row, t, w):
    # Also normalised reverse cross-entropy, whose ln 0 cancels.
    if len(w) == 1:
        return mpf(0)
    ones = [1] * len(w)
    return w[t] * class_mae(c, row, t, ones) / sum(class_mae(c, row, k, ones) for k in range(len(w)))


def asymmetric_generalized_cross_entropy(c, row, t, w):
    a, q = mpf(c["a"]), mpf(c["q"])
    return w[t] * (mp.power(a + 1, q) - mp.power(a + row.p(t), q)) / q


def asymmetric_unhinged(c, row, t, w):
    a, q = mpf(c["a"]), mpf(c["q"])
    return w[t] * (mp.power(a - row.p(t), q) - mp.power(a - 1, q)) / q


def asymmetric_exponential(c, row, t, w):
    return w[t] * mp.exp(-row.p(t) / mpf(c["a"]))


def negative_learning(_, row, t, w):
    return w[t] * -mp.ln(row.miss(t)) if len(w) > 1 else mp.inf


def phuber_generalized_cross_entropy(c, row, t, w):
    # The tangent of slope -tau where the loss is steeper: once differentiable at the join.
    q, tau, p = mpf(c["q"]), mpf(c["tau"]), row.p(t)
    join = mp.power(tau, -1 / (1 - q)) if q < 1 else mpf(tau == 1)
    if p <= join:
        return w[t] * (-tau * (p - join) + (1 - mp.power(join, q)) / q)
    return w[t] * (1 - mp.power(p, q)) / q


def brier(_, row, t, w):
    return w[t] * sum(row.miss(k) ** 2 if k == t else row.p(k) ** 2 for k in range(len(w)))


def confidence_penalty(c, row, t, w):
    entropy = -sum(row.p(k) * row.log_p(k) for k in range(len(w)))
    return w[t] * (-row.log_p(t) - mpf(c["beta"]) * entropy)


def normalized_focal(c, row, t, w):
    if len(w) == 1:
        return mpf(0)
    gamma = mpf(c["gamma"])
    of_each = [mp.power(row.miss(k), gamma) * -row.log_p(k) for k in range(len(w))]
    return w[t] * of_each[t] / sum(of_each)


def normalized_generalized_cross_entropy(c, row, t, w):
    if len(w) == 1:
        return mpf(0)
    q = mpf(c["q"])
    of_each = [1 - mp.power(row.p(k), q) for k in range(len(w))]
    return w[t] * of_each[t] / sum(of_each)


def normalized_negative_cross_entropy(c, row, t, w):
    # What lies under ln 0 := log_zero counts as it, without a slope.
    above = [max(row.log_p(k) - mpf(c["log_zero"]), mpf(0)) for k in range(len(w))]
    return w[t] * (1 - above[t] / sum(above))


def soft_bootstrapping(c, row, t, w):
    beta = mpf(c["beta"])
    return w[t] * -sum((beta * (k == t) + (1 - beta) * row.p(k)) * row.log_p(k) for k in range(len(w)))


def asymmetric_mse(c, row, t, w):
    return w[t] * sum((row.p(k) - mpf(c["a"]) * (k == t)) ** 2 for k in range(len(w))) / len(w)


# These see the logits as they are, without a softmax.


def negative_log_likelihood(_, row, t, w):
    return w[t] * -row.logits[t]


def others(logits, t):
    return [x for k, x in enumerate(logits) if k != t]


def multiclass_hinge(_, row, t, w):
    if len(w) == 1:
        return mpf(0)
    return w[t] * max(1 + max(others(row.logits, t)) - row.logits[t], mpf(0))


def multi_margin(c, row, t, w):
    slacks = [max(mpf(c["margin"]) - row.logits[t] + x, mpf(0)) for x in others(row.logits, t)]
    return w[t] * sum(slack ** c["p"] for slack in slacks) / len(w)


def multiclass_perceptron(_, row, t, w):
    return w[t] * (max(row.logits) - row.logits[t])


def multiclass_sparsemax(_, row, t, w):
    # The support of the projection on the simplex: the k largest with 1 + k x_k above the sum of them.
    support, total = [], mpf(0)
    for k, x in enumerate(sorted(row.logits, reverse=True), 1):
        total += x
        if 1 + k * x <= total:
            break
        support.append(x)
    threshold = (sum(support) - 1) / len(support)
    return w[t] * (mpf(1) / 2 + sum(x**2 - threshold**2 for x in support) / 2 - row.logits[t])


def multiclass_entmax(_, row, t, w):
    # p = max(x/2 - threshold, 0)^2: the k largest, whose threshold is not below the half of the next.
    halves = sorted((x / 2 for x in row.logits), reverse=True)
    for k in range(1, len(w) + 1):
        mean = sum(halves[:k]) / k
        threshold = mean - mp.sqrt((1 - sum((z - mean) ** 2 for z in halves[:k])) / k)
        if k == len(w) or halves[k] <= threshold:
            break
    roots = [z - threshold for z in halves[:k]]
    entropy = mpf(4) / 3 * sum(root**2 - root**3 for root in roots)
    return w[t] * (sum(root**2 * 2 * z for root, z in zip(roots, halves)) + entropy - row.logits[t])


# Of a softmax again.


def tempered_log(u, t):
    return mp.ln(u) if t == 1 else (mp.power(u, 1 - t) - 1) / (1 - t)


def tempered_exp(u, t):
    return mp.power(1 + (1 - t) * u, 1 / (1 - t))


@lru_cache(maxsize=20_000)
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
    if len(row.logits) == 1:
        return [mpf(1)]
    if t == 1:
        return [row.p(k) for k in range(len(row.logits))]
    with mp.workdps(40):
        start = tempered_log_sum(tuple(row.centre.logits), t, max(row.centre.logits), 40)
    start = tempered_log_sum(tuple(row.centre.logits), t, start, mp.dps)
    number = start if row.centre is row else tempered_log_sum(tuple(row.logits), t, start, mp.dps)
    return [tempered_exp(x - number, t) for x in row.logits]


def smoothed(c, t, w):
    """The target's distribution."""
    smoothing = mpf(c["label_smoothing"])
    return [(1 - smoothing) * (k == t) + smoothing / len(w) for k in range(len(w))]


def bi_tempered(c, row, t, w):
    t1, t2 = mpf(c["t1"]), mpf(c["t2"])
    loss = mpf(0)
    for y, p in zip(smoothed(c, t, w), tempered_softmax(row, t2)):
        if y:
            loss += y * (tempered_log(y, t1) - tempered_log(p, t1)) - mp.power(y, 2 - t1) / (2 - t1)
        loss += mp.power(p, 2 - t1) / (2 - t1)
    return w[t] * loss


def hard_bootstrapping(c, row, t, w):
    beta, best = mpf(c["beta"]), row.centre.logits.index(max(row.centre.logits))
    return w[t] * -(beta * row.log_p(t) + (1 - beta) * row.log_p(best))


def transition_of(c, classes):
    if isinstance(c["transition"], list):
        return [[mpf(x) for x in line] for line in c["transition"]]
    rate = mpf(c["transition"])
    if classes == 1:
        return [[mpf(1)]]
    return [[rate / (classes - 1) if j != k else 1 - rate for j in range(classes)] for k in range(classes)]


def forward_correction(c, row, t, w):
    transition = transition_of(c, len(w))
    return w[t] * (mp.ln(row.sum) - mp.ln(sum(transition[k][t] * row.exps[k] for k in range(len(w)))))


@lru_cache(maxsize=100)
def row_of_inverse(transition, t, digits):
    """Row t of the inverse: y with y T = e_t."""
    columns = [list(column) for column in zip(*transition)]
    unit = [mpf(k == t) for k in range(len(columns))]
    return list(mp.lu_solve(mp.matrix(columns), mp.matrix(unit)))


def backward_correction(c, row, t, w):
    inverse = row_of_inverse(tuple(map(tuple, transition_of(c, len(w)))), t, mp.dps)
    return w[t] * -sum(inverse[k] * row.log_p(k) for k in range(len(w)))


def seesaw(c, row, t, w):
    # The factors are held still.
    factors = []
    for k in range(len(w)):
        mitigation = mpf(of_class(c["counts"], k)) / mpf(of_class(c["counts"], t))
        compensation = mp.exp(row.centre.logits[k] - row.centre.logits[t])
        factors.append(min(1, mp.power(mitigation, mpf(c["p"]))) * max(1, mp.power(compensation, mpf(c["q"]))))
    return w[t] * mp.log1p(sum(factors[k] * row.exps[k] for k in range(len(w)) if k != t) / row.exps[t])


def focal_cosine(c, row, t, w):
    # The cosine of a row of zeros is 0, without a slope.
    norm = mp.sqrt(sum(x**2 for x in row.logits)) if any(row.centre.logits) else None
    cosine = row.logits[t] / norm if norm else mpf(0)
    focal = mp.power(row.miss(t), mpf(c["gamma"])) * -row.log_p(t)
    return w[t] * (1 - cosine + mpf(c["weight"]) * mpf(c["alpha"]) * focal)


def ordinal_emd(_, row, t, w):
    # What lies under, or over, each border that is not of the target's side.
    sums = [sum(row.exps[: k + 1]) if k < t else sum(row.exps[k + 1 :]) for k in range(len(w))]
    return w[t] * sum((part / row.sum) ** 2 for part in sums) / len(w)


def normalized_negative_focal(c, row, t, w):
    gamma, log_zero = mpf(c["gamma"]), mpf(c["log_zero"])
    most = -mp.power(1 - mp.exp(log_zero), gamma) * log_zero
    of_each = [mp.power(row.miss(k), gamma) * -row.log_p(k) for k in range(len(w))]
    left = [max(most - loss, mpf(0)) for loss in of_each]
    return w[t] * (1 - left[t] / sum(left))


def asymmetric_single_label(c, row, t, w):
    loss = mpf(0)
    for k, y in enumerate(smoothed(c, t, w)):
        base, gamma = (row.miss(k), c["gamma_positive"]) if k == t else (row.p(k), c["gamma_negative"])
        loss += y * mp.power(base, mpf(gamma)) * -row.log_p(k)
    return w[t] * loss


# Of several views of an item: `rows` are theirs.


def divergences(rows, mixture):
    """The sum of KL(p || mixture)."""
    return sum(row.p(k) * (row.log_p(k) - ln(m)) for k, m in enumerate(mixture) for row in rows)


def jsd_cross_entropy(c, rows, t, w):
    clean = sum(y * -rows[0].log_p(k) for k, y in enumerate(smoothed(c, t, w)))
    mixture = [sum(row.p(k) for row in rows) / len(rows) for k in range(len(w))]
    return w[t] * (clean + mpf(c["alpha"]) / len(rows) * divergences(rows, mixture))


def generalized_jensen_shannon(c, rows, t, w):
    pi = mpf(c["pi"])
    share = (1 - pi) / len(rows)
    mixture = [pi * (k == t) + share * sum(row.p(k) for row in rows) for k in range(len(w))]
    return w[t] * (pi * -ln(mixture[t]) + share * divergences(rows, mixture)) / (-(1 - pi) * ln(1 - pi))


FORMULAS = {
    f.__name__: f
    for f in (
        cross_entropy,
        focal,
        class_mae,
        generalized_cross_entropy,
        reverse_cross_entropy,
        symmetric_cross_entropy,
        normalized_cross_entropy,
        phuber_cross_entropy,
        poly1_cross_entropy,
        reduced_focal,
        poly1_focal,
        z_loss,
        unhinged,
        margin_cross_entropy,
        truncated_generalized_cross_entropy,
        taylor_cross_entropy,
        normalized_class_mae,
        asymmetric_generalized_cross_entropy,
        asymmetric_unhinged,
        asymmetric_exponential,
        negative_learning,
        phuber_generalized_cross_entropy,
        brier,
        confidence_penalty,
        normalized_focal,
        normalized_generalized_cross_entropy,
        normalized_negative_cross_entropy,
        soft_bootstrapping,
        asymmetric_mse,
        negative_log_likelihood,
        multiclass_hinge,
        multi_margin,
        multiclass_perceptron,
        multiclass_sparsemax,
        multiclass_entmax,
        bi_tempered,
        hard_bootstrapping,
        forward_correction,
        backward_correction,
        seesaw,
        focal_cosine,
        ordinal_emd,
        normalized_negative_focal,
        asymmetric_single_label,
        jsd_cross_entropy,
        generalized_jensen_shannon,
    )
}
TRANSFORMS = ("logit_clip", "logit_norm")
WITHOUT_SOFTMAX = (
    "negative_log_likelihood",
    "multiclass_hinge",
    "multi_margin",
    "multiclass_perceptron",
    "multiclass_sparsemax",
    "multiclass_entmax",
)
OF_VIEWS = ("jsd_cross_entropy", "generalized_jensen_shannon")  # logits [views * N, C, ...], targets [N, ...]
NOT_ZERO_WHERE_CERTAIN = ("asymmetric_exponential", "z_loss")
ALL_CAPPED_WHERE_CERTAIN = ("normalized_negative_cross_entropy", "normalized_negative_focal")


def clips(c, logits):
    """Whether the norm of these logits is above tau. At tau itself they are left as they are."""
    p = mpf(c["p"])
    return sum(abs(x) ** p for x in logits) > mpf(c["tau"]) ** p


def transform(c, logits, centre):
    """The logits a wrapper hands on. `centre` (the logits before the difference step) picks the
    branch, so that at a norm of exactly tau both neighbours are on the unclipped side."""
    if c["name"] == "logit_clip":
        if not clips(c, centre):
            return logits
        p = mpf(c["p"])
        norm = mp.root(sum(abs(x) ** p for x in logits), c["p"])
        return [x * mpf(c["tau"]) / norm for x in logits]
    norm = mp.sqrt(sum(x**2 for x in logits))
    return [x / (mpf(c["temperature"]) * (norm + mpf(NORM_EPSILON))) for x in logits]


def row_value(c, logits, centre, target, weights):
    while c["name"] in TRANSFORMS:
        logits, centre = transform(c, logits, centre), transform(c, centre, centre)
        c = c["loss"]
    if c["name"] in OF_VIEWS:
        rows = [Softmax(logits[i : i + len(weights)]) for i in range(0, len(logits), len(weights))]
        return FORMULAS[c["name"]](c, rows, target, weights)
    return FORMULAS[c["name"]](c, Softmax(logits, centre), target, weights)


def zero_row(c, logits):
    """Convention, not a derivative (README.md): a row of zeros gets no gradient through a logit norm."""
    names = []
    while c["name"] in TRANSFORMS:
        names.append(c["name"])
        c = c["loss"]
    return "logit_norm" in names and not any(logits)


# Whole batches.


class Layout:
    """Where the rows (class axis 1) and their targets lie in the flat row-major data. A row has the logits of all
    views of its target, one after another; all items of a view lie together."""

    def __init__(self, shape, config):
        self.shape = shape
        self.views = filled(config).get("views", 1)
        self.items, self.classes = shape[0] // self.views, shape[1]
        self.space = math.prod(shape[2:])
        self.rows = self.items * self.space
        self.target_shape = [self.items, *shape[2:]]
        assert self.items * self.views == shape[0], shape

    def places(self, row):
        n, s = divmod(row, self.space)
        items = (v * self.items + n for v in range(self.views))
        return [(item * self.classes + k) * self.space + s for item in items for k in range(self.classes)]


def unflooded(c):
    """The config under the flooding wrappers, and the function they apply to the reduced value."""
    levels = []
    while c["name"] == "flooding":
        levels.insert(0, mpf(c["level"]))
        c = c["loss"]

    def flood(value):
        for level in levels:
            value = abs(value - level) + level
        return value

    return c, flood


def evaluate(case, digits, step):
    """The entries none, mean and sum of the case, as f64."""
    with mp.workdps(digits):
        for function in (exp, ln):
            function.cache_clear()  # what they hold was computed with other digits
        h = mpf(step)
        layout = Layout(case["logits"]["shape"], case["config"])
        data = [mpf(x) for x in case["logits"]["data"]]
        targets = case["targets"]["data"]
        weights = [mpf(w) for w in case["class_weights"] or [1] * layout.classes]
        config, flood = unflooded(filled(case["config"]))
        used = [i for i in range(layout.rows) if targets[i] != case["ignore_index"]]
        rows = {i: [data[j] for j in layout.places(i)] for i in used}
        values = {i: row_value(config, rows[i], rows[i], targets[i], weights) for i in used}
        total = sum(values.values(), mpf(0))
        divisor = sum((weights[targets[i]] for i in used), mpf(0))

        def mean(total):
            return flood(total / divisor if divisor else mpf(0))

        gradients = {name: [mpf(0)] * len(data) for name in ("none", "mean", "sum")}
        for i in used:
            if zero_row(config, rows[i]) or mp.isinf(values[i]):
                continue
            for k, j in enumerate(layout.places(i)):
                low, high = (
                    row_value(
                        config,
                        [x + move if n == k else x for n, x in enumerate(rows[i])],
                        rows[i],
                        targets[i],
                        weights,
                    )
                    for move in (-h, h)
                )
                rest = total - values[i]
                gradients["none"][j] = (high - low) / (2 * h)
                gradients["mean"][j] = (mean(rest + high) - mean(rest + low)) / (2 * h)
                gradients["sum"][j] = (flood(rest + high) - flood(rest + low)) / (2 * h)

        def rounded(number):
            return float(number) + 0.0  # no negative zero

        def entry(name, value):
            return {"value": value, "gradient": [rounded(g) for g in gradients[name]]}

        result = {
            "none": entry("none", [rounded(values.get(i, mpf(0))) for i in range(layout.rows)]),
            "mean": entry("mean", rounded(mean(total))),
            "sum": entry("sum", rounded(flood(total))),
        }
    if case["config"]["name"] == "flooding":
        del result["none"]  # flooding is of the reduced value only
    return result


# The comparison with PyTorch.


def torch_rows(c, x, t, weights, ignore_index):
    """One value a target, 0 where ignored."""
    name = c["name"]
    if name == "logit_clip":
        norm = torch.linalg.vector_norm(x, ord=c["p"], dim=1, keepdim=True)
        above = norm > c["tau"]
        scale = torch.where(above, c["tau"] / torch.where(above, norm, 1.0), 1.0)
        return torch_rows(c["loss"], x * scale, t, weights, ignore_index)
    if name == "logit_norm":
        norm = torch.linalg.vector_norm(x, dim=1, keepdim=True) + NORM_EPSILON
        return torch_rows(c["loss"], x / norm / c["temperature"], t, weights, ignore_index)
    if name == "cross_entropy":
        return torch.nn.functional.cross_entropy(
            x,
            t,
            weight=weights,
            ignore_index=ignore_index,
            label_smoothing=c["label_smoothing"],
            reduction="none",
        )

    used = t != ignore_index
    t = torch.where(used, t, 0)
    if name in OF_VIEWS:
        loss = torch_rows_of_views(c, x, t) * (1 if weights is None else weights[t])
        return loss.where(used, 0.0)
    log_p_all = torch.log_softmax(x, dim=1)
    log_p = log_p_all.gather(1, t.unsqueeze(1)).squeeze(1)
    p, miss = log_p.exp(), -torch.expm1(log_p)

    def per_target(parameter):
        if isinstance(parameter, list):
            return torch.tensor(parameter, dtype=torch.float64)[t]
        return parameter

    if name in WITHOUT_SOFTMAX:
        loss = torch_rows_without_softmax(c, x, t)
    elif name == "brier":
        loss = (torch.nn.functional.one_hot(t, x.shape[1]).movedim(-1, 1) - log_p_all.exp()).square().sum(dim=1)
    elif name == "confidence_penalty":
        loss = -log_p + c["beta"] * (log_p_all.exp() * log_p_all).sum(dim=1)
    elif name == "normalized_focal":
        of_each = -((1 - log_p_all.exp()) ** c["gamma"]) * log_p_all
        loss = of_each.gather(1, t.unsqueeze(1)).squeeze(1) / of_each.sum(dim=1) if x.shape[1] > 1 else 0 * log_p
    elif name == "normalized_generalized_cross_entropy":
        of_each = (1 - log_p_all.exp() ** c["q"]).sum(dim=1)
        loss = (1 - p ** c["q"]) / of_each if x.shape[1] > 1 else 0 * log_p
    elif name == "normalized_negative_cross_entropy":
        floored = log_p_all.clamp(min=c["log_zero"]) - c["log_zero"]
        loss = 1 - floored.gather(1, t.unsqueeze(1)).squeeze(1) / floored.sum(dim=1)
    elif name == "soft_bootstrapping":
        loss = -c["beta"] * log_p - (1 - c["beta"]) * (log_p_all.exp() * log_p_all).sum(dim=1)
    elif name == "asymmetric_mse":
        ones = torch.nn.functional.one_hot(t, x.shape[1]).movedim(-1, 1)
        loss = torch.nn.functional.mse_loss(log_p_all.exp(), c["a"] * ones, reduction="none").mean(dim=1)
    elif name == "bi_tempered":
        loss = torch_bi_tempered(c, x, t)
    elif name == "hard_bootstrapping":
        loss = -c["beta"] * log_p - (1 - c["beta"]) * log_p_all.gather(1, x.argmax(dim=1, keepdim=True)).squeeze(1)
    elif name == "forward_correction":
        to_observed = torch_transition(c, x.shape[1])[:, t].movedim(0, 1)  # over the true classes, as the logits
        loss = -(log_p_all.exp() * to_observed).sum(dim=1).log()
    elif name == "backward_correction":
        inverse = torch.linalg.inv(torch_transition(c, x.shape[1]))
        loss = (inverse[t].movedim(-1, 1) * -log_p_all).sum(dim=1)
    elif name == "seesaw":
        # As mmdetection has it: factors to the scores.
        counts = torch.tensor(c["counts"], dtype=torch.float64).expand(x.shape[1])
        ratio = (counts[None, :] / counts[:, None])[t].movedim(-1, 1)
        scores = log_p_all.exp().detach()
        scores = scores / scores.gather(1, t.unsqueeze(1))
        factor = torch.where(ratio < 1, ratio ** c["p"], 1.0) * torch.where(scores > 1, scores ** c["q"], 1.0)
        factors = factor.log() * (1 - torch_ones(t, x.shape[1]))
        loss = torch.nn.functional.cross_entropy(x + factors, t, reduction="none")
    elif name == "focal_cosine":
        zeros = (x == 0).all(dim=1, keepdim=True)
        cosine = torch.nn.functional.cosine_similarity(torch.where(zeros, 1.0, x), torch_ones(t, x.shape[1]), dim=1)
        cosine = torch.where(zeros.squeeze(1), 0.0, cosine)
        loss = 1 - cosine + c["weight"] * c["alpha"] * miss ** c["gamma"] * -log_p
    elif name == "ordinal_emd":
        of_target = torch_ones(t, x.shape[1]).cumsum(dim=1)
        loss = (log_p_all.exp().cumsum(dim=1) - of_target).square().mean(dim=1)
    elif name == "normalized_negative_focal":
        most = -((1 - math.exp(c["log_zero"])) ** c["gamma"]) * c["log_zero"]
        of_each = -((1 - log_p_all.exp()) ** c["gamma"]) * log_p_all if x.shape[1] > 1 else 0 * log_p_all
        left = most - of_each.clamp(max=most)
        loss = 1 - left.gather(1, t.unsqueeze(1)).squeeze(1) / left.sum(dim=1)
    elif name == "asymmetric_single_label":
        # As in timm, to its single power.
        ones = torch_ones(t, x.shape[1])
        p_all = log_p_all.exp()
        base = torch.where(ones == 1, -torch.expm1(log_p_all), p_all)
        factor = base ** (c["gamma_positive"] * ones + c["gamma_negative"] * (1 - ones))
        smoothed = ones * (1 - c["label_smoothing"]) + c["label_smoothing"] / x.shape[1]
        loss = -(smoothed * log_p_all * factor).sum(dim=1)
    elif name == "focal":
        loss = -per_target(c["alpha"]) * miss ** per_target(c["gamma"]) * log_p
    elif name == "class_mae":
        loss = 2 - 2 * p
    elif name == "generalized_cross_entropy":
        loss = (1 - p ** c["q"]) / c["q"]
    elif name == "reverse_cross_entropy":
        loss = -c["log_zero"] * miss
    elif name == "symmetric_cross_entropy":
        loss = -c["alpha"] * log_p - c["beta"] * c["log_zero"] * miss
    elif name == "normalized_cross_entropy":
        loss = log_p / log_p_all.sum(dim=1) if x.shape[1] > 1 else 0 * log_p
    elif name == "phuber_cross_entropy":
        tau = c["tau"]
        loss = torch.where(p <= 1 / tau, -tau * p + math.log(tau) + 1, -log_p)
    elif name == "poly1_cross_entropy":
        loss = -log_p + c["epsilon"] * miss
    elif name == "reduced_focal":
        factor = (miss / c["threshold"]) ** c["gamma"]
        loss = -torch.where(p < c["threshold"], 1.0, factor) * log_p
    elif name == "poly1_focal":
        gamma = per_target(c["gamma"])
        loss = -(miss**gamma) * log_p + c["epsilon"] * miss ** (gamma + 1)
    elif name == "z_loss":
        loss = -log_p + c["lambda"] * torch.logsumexp(x, dim=1) ** 2
    elif name == "margin_cross_entropy":
        margin = per_target(c["margin"])
        margin = torch.as_tensor(margin, dtype=x.dtype).expand(t.shape).unsqueeze(1)
        shift = torch.zeros_like(x).scatter(1, t.unsqueeze(1), margin)
        loss = -torch.log_softmax(x - shift, dim=1).gather(1, t.unsqueeze(1)).squeeze(1)
    elif name == "unhinged":
        loss = miss
    elif name == "truncated_generalized_cross_entropy":
        q, threshold = c["q"], c["threshold"]
        loss = torch.where(p > threshold, 1 - p**q, 1 - threshold**q) / q
    elif name == "taylor_cross_entropy":
        loss = sum(miss**j / j for j in range(1, c["order"] + 1))
    elif name == "normalized_class_mae":
        loss = miss / max(x.shape[1] - 1, 1)
    elif name == "asymmetric_generalized_cross_entropy":
        loss = ((c["a"] + 1) ** c["q"] - (c["a"] + p) ** c["q"]) / c["q"]
    elif name == "asymmetric_unhinged":
        loss = ((c["a"] - p) ** c["q"] - (c["a"] - 1) ** c["q"]) / c["q"]
    elif name == "asymmetric_exponential":
        loss = torch.exp(-p / c["a"])
    elif name == "negative_learning":
        others = x.scatter(1, t.unsqueeze(1), -math.inf)
        loss = torch.logsumexp(x, dim=1) - torch.logsumexp(others, dim=1)
    elif name == "phuber_generalized_cross_entropy":
        q, tau = c["q"], c["tau"]
        join = tau ** (-1 / (1 - q)) if q < 1 else float(tau == 1)
        loss = torch.where(p <= join, -tau * (p - join) + (1 - join**q) / q, (1 - p**q) / q)
    return torch.where(used, loss if weights is None else weights[t] * loss, 0.0)


def torch_ones(t, classes):
    """1 at the targets, along axis 1."""
    return torch.nn.functional.one_hot(t, classes).movedim(-1, 1).double()


def torch_transition(c, classes):
    if isinstance(c["transition"], list):
        return torch.tensor(c["transition"], dtype=torch.float64)
    one = torch.eye(classes, dtype=torch.float64)
    return (1 - c["transition"]) * one + c["transition"] / max(classes - 1, 1) * (1 - one) if classes > 1 else one


def torch_bi_tempered(c, x, t):
    """The authors' loss, its normalisation by bisection and one step of Newton's method, which has the slope."""
    t1, t2, classes = c["t1"], c["t2"], x.shape[1]

    def log_t(u, t):
        return u.log() if t == 1 else (u ** (1 - t) - 1) / (1 - t)

    def exp_t(u, t):
        return u.exp() if t == 1 else (1 + (1 - t) * u).clamp(min=0) ** (1 / (1 - t))

    with torch.no_grad():
        low = x.amax(dim=1, keepdim=True)
        high = low - log_t(torch.tensor(1 / classes, dtype=torch.float64), t2)
        for _ in range(200):
            middle = (low + high) / 2
            above = exp_t(x - middle, t2).sum(dim=1, keepdim=True) > 1
            low, high = torch.where(above, middle, low), torch.where(above, high, middle)
        escort = (exp_t(x - low, t2) ** t2).sum(dim=1, keepdim=True)
    shift = low + (exp_t(x - low, t2).sum(dim=1, keepdim=True) - 1) / escort
    p = exp_t(x - shift, t2)
    y = (1 - c["label_smoothing"]) * torch_ones(t, classes) + c["label_smoothing"] / classes
    safe = torch.where(y > 0, y, 1.0)
    powers = torch.where(y > 0, safe ** (2 - t1), 0.0) - p ** (2 - t1)
    return (y * (log_t(safe, t1) - log_t(p, t1)) - powers / (2 - t1)).sum(dim=1)


def torch_rows_of_views(c, x, t):
    log_p = torch.log_softmax(x, dim=1).unflatten(0, (c["views"], -1))
    p = log_p.exp()
    kl_div = torch.nn.functional.kl_div
    if c["name"] == "jsd_cross_entropy":
        # As in timm, but for the bounds of the mixture.
        clean = x.unflatten(0, (c["views"], -1))[0]
        loss = torch.nn.functional.cross_entropy(clean, t, label_smoothing=c["label_smoothing"], reduction="none")
        mixture = p.mean(dim=0).log().expand(p.shape)
        return loss + c["alpha"] * kl_div(mixture, p, reduction="none").sum(dim=2).mean(dim=0)
    # As a difference of entropies.
    pi, share = c["pi"], (1 - c["pi"]) / c["views"]
    mixture = pi * torch_ones(t, x.shape[1]) + share * p.sum(dim=0)
    entropies = share * (p * log_p).sum(dim=0) - mixture * mixture.log()
    return entropies.sum(dim=1) / (-(1 - pi) * math.log(1 - pi))


def torch_rows_without_softmax(c, x, t):
    name = c["name"]
    rows, places = x.movedim(1, -1).flatten(0, -2), t.flatten()
    own = rows.gather(1, places.unsqueeze(1)).squeeze(1)
    if name == "negative_log_likelihood":
        return torch.nn.functional.nll_loss(x, t, reduction="none")
    if name == "multiclass_hinge":
        rival = rows.scatter(1, places.unsqueeze(1), -math.inf).amax(dim=1)
        loss = (1 + rival - own).clamp(min=0)
    elif name == "multi_margin":
        loss = torch.nn.functional.multi_margin_loss(rows, places, p=c["p"], margin=c["margin"], reduction="none")
    elif name == "multiclass_perceptron":
        loss = rows.amax(dim=1) - own
    elif name == "multiclass_sparsemax":
        # The Fenchel-Young form: x.p - |p|^2/2 + 1/2 - x_t, p the projection of x on the simplex.
        ordered = rows.sort(dim=1, descending=True).values
        above = (ordered.cumsum(dim=1) - 1) / torch.arange(1, rows.shape[1] + 1)
        threshold = above.gather(1, (ordered > above).sum(dim=1, keepdim=True) - 1)
        p = (rows - threshold).clamp(min=0)
        loss = (rows * p).sum(dim=1) - p.square().sum(dim=1) / 2 + 0.5 - own
    elif name == "multiclass_entmax":
        # By bisection; the slope is that at the maximiser (Danskin).
        with torch.no_grad():
            halves = rows / 2
            high = halves.amax(dim=1, keepdim=True)
            low = high - 1
            for _ in range(100):
                middle = (low + high) / 2
                above = (halves - middle).clamp(min=0).square().sum(dim=1, keepdim=True) > 1
                low, high = torch.where(above, middle, low), torch.where(above, high, middle)
            p = (halves - low).clamp(min=0).square()
        loss = (rows * p).sum(dim=1) + 4 / 3 * (p - p**1.5).sum(dim=1) - own
    return loss.reshape(t.shape)


def compare_with_torch(case):
    config = filled(case["config"])
    inner, levels = config, []
    while inner["name"] == "flooding":
        levels.insert(0, inner["level"])
        inner = inner["loss"]
    layout = Layout(case["logits"]["shape"], case["config"])
    x = torch.tensor(case["logits"]["data"], dtype=torch.float64).reshape(layout.shape)
    x.requires_grad_()
    t = torch.tensor(case["targets"]["data"]).reshape(layout.target_shape)
    ignore_index = NO_CLASS if case["ignore_index"] is None else case["ignore_index"]
    weights = case["class_weights"]
    if weights is not None:
        weights = torch.tensor(weights, dtype=torch.float64)
    used = t != ignore_index
    if weights is None:
        divisor = used.sum()
    else:
        divisor = torch.where(used, weights[torch.where(used, t, 0)], 0.0).sum()
    infinite = [math.isinf(value) for value in case["none"]["value"]] if "none" in case else [False] * layout.rows
    by_convention = [
        j
        for i in range(layout.rows)
        if zero_row(inner, [case["logits"]["data"][j] for j in layout.places(i)]) or infinite[i]
        for j in layout.places(i)
    ]

    def reduced(name):
        rows = torch_rows(inner, x, t, weights, ignore_index)
        if name == "none":
            return rows
        if name == "mean" and inner["name"] == "cross_entropy":
            value = torch.nn.functional.cross_entropy(
                x, t, weight=weights, ignore_index=ignore_index, label_smoothing=inner["label_smoothing"]
            )
        else:
            value = rows.sum() / divisor if name == "mean" else rows.sum()
        for level in levels:
            value = (value - level).abs() + level
        return value

    for name in ("none", "mean", "sum"):
        if name not in case:
            continue
        ours = case[name]
        if name == "mean" and divisor == 0:  # NaN in PyTorch, where we say 0
            empty = 0.0
            for level in levels:
                empty = abs(empty - level) + level
            assert ours["value"] == empty and not any(ours["gradient"]), (case["name"], name)
            continue
        value = reduced(name)
        (gradient,) = torch.autograd.grad(value.sum(), x)
        gradient = gradient.flatten().tolist()
        for j in by_convention:
            gradient[j] = ours["gradient"][j]
        our_value = ours["value"] if name == "none" else [ours["value"]]
        where = (case["config"], case["name"], name)
        assert close(our_value, value.detach().flatten().tolist()), (*where, "value")
        assert close(ours["gradient"], gradient), (*where, "gradient")


# The cases.


class Suite:
    """The cases of one loss. Random logits are multiples of 1/8 within ±8: exact in every dtype."""

    def __init__(self, loss, limits=(8, 24, 64)):
        self.loss = loss
        self.limits = limits  # of the rows in turn, in eighths
        self.cases = []

    def config(self, **parameters):
        return {"name": self.loss, **parameters}

    def add(
        self,
        name,
        config,
        shape,
        *,
        logits=None,
        targets=None,
        class_weights=None,
        ignore_index=None,
        ignored=(),
        extreme=False,
    ):
        rng = random.Random(f"{self.loss}/{name}")
        layout = Layout(shape, config)
        if logits is None:
            logits = [0.0] * math.prod(shape)
            for row in range(layout.rows):
                limit = self.limits[row % len(self.limits)]
                drawn = [0]
                while not any(drawn) and layout.classes > 1:
                    drawn = [rng.randint(-limit, limit) for _ in layout.places(row)]
                for j, eighths in zip(layout.places(row), drawn):
                    logits[j] = eighths / 8
        if targets is None:
            targets = [i % layout.classes for i in range(layout.rows)]
            rng.shuffle(targets)
        targets = [ignore_index if i in ignored else t for i, t in enumerate(targets)]
        case = {
            "name": name,
            "config": config,
            "class_weights": class_weights,
            "ignore_index": ignore_index,
            "logits": {"shape": shape, "data": [float(x) for x in logits]},
            "targets": {"shape": layout.target_shape, "data": targets},
            "extreme": extreme,
        }
        for number in class_weights or []:
            assert exact_in_bf16(number) and exact_in(number, "<e"), (name, number)
        for number in case["logits"]["data"]:
            assert exact_in(number, "<f") and exact_in(number, "<e"), (name, number)
            assert extreme or exact_in_bf16(number), (name, number)
        assert all(t == ignore_index or 0 <= t < layout.classes for t in targets), name
        assert name not in [c["name"] for c in self.cases], name
        self.cases.append(case)


class SuiteOffTheKinks(Suite):
    """Cases of a loss with kinks, at which no row stands. Log-probabilities are not above 0."""

    def add(self, name, config, shape, *, logits=None, targets=None, ignored=(), **more):
        rng = random.Random(f"{self.loss}/{name}")
        layout, c = Layout(shape, config), filled(config)
        if targets is None:
            targets = [i % layout.classes for i in range(layout.rows)]
            rng.shuffle(targets)
        if logits is None:
            logits = [0.0] * math.prod(shape)
            for row in range(layout.rows):
                limit = max(self.limits[row % len(self.limits)], layout.classes // 2)
                drawn = []
                while not drawn or not off_the_kinks(c, drawn, targets[row]):
                    drawn = [rng.randint(-limit, limit) / 8 for _ in range(layout.classes)]
                for j, x in zip(layout.places(row), drawn):
                    logits[j] = x
        if self.loss == "negative_log_likelihood":
            logits = [-abs(x) for x in logits]
        for row in set(range(layout.rows)) - set(ignored):
            assert off_the_kinks(c, [logits[j] for j in layout.places(row)], targets[row]), (name, row)
        super().add(name, config, shape, logits=logits, targets=targets, ignored=ignored, **more)


def off_the_kinks(c, logits, t):
    rest = others(logits, t)
    if c["name"] == "multiclass_hinge" and rest:
        slack = 1 + max(rest) - logits[t]
        return slack < 0 or (slack > 0 and rest.count(max(rest)) == 1)
    if c["name"] == "multi_margin" and c["p"] == 1:
        return all(c["margin"] - logits[t] + x for x in rest)
    return c["name"] not in ("multiclass_perceptron", "hard_bootstrapping") or logits.count(max(logits)) == 1


class SuiteOfViews(Suite):
    """Cases of a loss of several views: shapes and logits given are those of one of them. View v has the rows given
    turned by v times `turn` classes."""

    def add(self, name, config, shape, *, logits=None, turn=0, **more):
        views, (items, classes, *space) = filled(config)["views"], shape
        if classes > 33:
            items, classes = 1, 33
        if logits is not None:
            assert not space, name
            rows = [logits[i : i + classes] for i in range(0, len(logits), classes)]
            logits = [row[k - v * turn] for v in range(views) for row in rows for k in range(classes)]
        super().add(name, config, [views * items, classes, *space], logits=logits, **more)


WEIGHTS = [1.5, 0.5, 0.0, 2.0, 1.25]

# Rows of five: the target far above, then far below, then beyond what exp can hold.
CONFIDENT = [
    ([30, 0, 0, 0, 0], 0),
    ([0, 60, 0, 0, 0], 1),
    ([0, 0, 88, 0, 0], 2),
    ([0, -1, 0.5, 104, 0], 3),
    ([-30, -60, -88, -104, 0], 4),
    ([0, -60, -60.5, -88, -104], 0),
    ([17, 0.5, 0, -1, 0], 0),
    ([-60, -30, -60, -60, -62], 1),
]
FAR_BELOW = [
    ([30, 0, 0, 0, 0], 1),
    ([0, 60, 0, 0, 0], 3),
    ([0, -1, 0, 0.5, 88], 2),
    ([104, 0, 0, 1, 0], 4),
    ([-30, -60, -88, -104, 0], 0),
    ([-30, -60, -88, -104, 0], 3),
    ([60, 60, 60, 60, -60], 4),
    ([17, 0.5, 0, -1, 0], 2),
]
HUGE = [
    ([10000, -10000, 0, 0, 0], 0),
    ([10000, -10000, 0, 0, 0], 1),
    ([10000, -10000, 0, 0, 0], 3),
    ([-10000, -10000, -10000, -10000, -10000], 2),
    ([10000, 10000, 10000, 10000, 10000], 4),
    ([10000, 9992, 10000, 9968, 0], 1),
    ([-10000, -9992, -9992, -10000, 0], 1),
    ([0, 0, 0, 0, -10000], 0),
]
GAPS = [0.125, 1, 4, 8, 12, 16, 17, 20, 24, 30, 36, 37, 40, 60, 72, 87, 88, 89, 96, 104]
TINY = 2.0**-24  # the smallest positive f16


def add_rows(suite, name, config, rows, **more):
    suite.add(
        name,
        config,
        [len(rows), len(rows[0][0])],
        logits=[x for row, _ in rows for x in row],
        targets=[t for _, t in rows],
        extreme=True,
        **more,
    )


def add_batches(suite, other):
    """What every loss goes through, with its default parameters and with others."""
    default = suite.config()
    suite.add("defaults", default, [6, 5])
    suite.add("class_weights_with_a_zero", default, [6, 5], class_weights=WEIGHTS)
    suite.add("class_weights_other_parameters", other, [6, 5], class_weights=WEIGHTS)
    suite.add("all_targets_of_zero_weight", other, [3, 5], class_weights=WEIGHTS, targets=[2, 2, 2])
    suite.add("ignore_minus_100", default, [6, 5], ignore_index=-100, ignored=(1, 4))
    suite.add("ignore_index_unused", default, [6, 5], ignore_index=-100)
    suite.add("ignore_index_in_range", other, [6, 5], ignore_index=2, ignored=(0, 3))
    suite.add(
        "ignore_with_class_weights",
        other,
        [6, 5],
        class_weights=WEIGHTS,
        ignore_index=-100,
        ignored=(0, 5),
    )
    suite.add(
        "ignore_index_in_range_with_class_weights",
        default,
        [6, 5],
        class_weights=[1.5, 0.5, 0.75, 2.0, 1.25],
        ignore_index=2,
    )
    suite.add("everything_ignored", default, [4, 3], ignore_index=-100, ignored=range(4))
    suite.add(
        "everything_ignored_in_range",
        other,
        [4, 3],
        class_weights=WEIGHTS[:3],
        ignore_index=1,
        ignored=range(4),
    )
    suite.add("spatial", default, [2, 3, 2, 2])
    suite.add(
        "spatial_weights_and_ignore",
        other,
        [2, 3, 2, 2],
        class_weights=[0.5, 2.0, 1.25],
        ignore_index=-100,
        ignored=(2, 5),
    )
    suite.add("sequence", other, [2, 4, 3])
    suite.add("sequence_ignore", default, [2, 4, 3], ignore_index=2, ignored=(1,))
    suite.add("one_row", default, [1, 5])
    suite.add("one_class", default, [3, 1])
    suite.add("one_class_weighted", default, [3, 1], class_weights=[2.0], ignore_index=-100, ignored=(1,))
    suite.add("two_classes", default, [6, 2])
    suite.add("many_short_rows", default, [20, 3])
    suite.add("many_short_rows_other_parameters", other, [20, 3])
    suite.add("long_rows", default, [3, 70])


def add_common(suite, other, equal=0.0):
    """What every loss of a softmax goes through."""
    add_batches(suite, other)
    default = suite.config()
    suite.add(
        "equal_logits",
        default,
        [4, 5],
        logits=[x for x in (equal, 2.5, -8, 0.125) for _ in range(5)],
    )
    add_rows(suite, "confident", default, CONFIDENT)
    add_rows(suite, "confident_class_weights", other, CONFIDENT, class_weights=WEIGHTS)
    add_rows(suite, "far_below", default, FAR_BELOW)
    add_rows(suite, "far_below_other_parameters", other, FAR_BELOW)
    add_rows(suite, "huge_logits", default, HUGE)
    add_rows(suite, "huge_logits_other_parameters", other, HUGE)
    add_rows(suite, "two_classes_gap_ladder", default, [([gap, 0], 0) for gap in GAPS])
    add_rows(suite, "two_classes_gap_ladder_below", default, [([gap, 0], 1) for gap in GAPS])


def add_parameters(suite, sets, extremes=()):
    """A case for each set of parameters, and the extreme rows again for those named."""
    for name, parameters in sets.items():
        suite.add(name, suite.config(**parameters), [6, 5])
    for name in extremes:
        config = suite.config(**sets[name])
        add_rows(suite, f"confident_{name}", config, CONFIDENT)
        add_rows(suite, f"far_below_{name}", config, FAR_BELOW)
        add_rows(suite, f"huge_logits_{name}", config, HUGE)


def add_simple(loss, other, sets, extremes=()):
    suite = Suite(loss)
    add_common(suite, suite.config(**other))
    add_parameters(suite, sets, extremes)
    return suite


def focal_cases():
    sets = {
        "gamma_0": {"gamma": 0},
        "gamma_0_5": {"gamma": 0.5},
        "gamma_1": {"gamma": 1},
        "gamma_5": {"gamma": 5},
        "alpha_0_25": {"alpha": 0.25},
        "gamma_1_5_alpha_0_75": {"gamma": 1.5, "alpha": 0.75},
        "per_class_gamma": {"gamma": [0, 0.5, 1, 2, 5]},
        "per_class_alpha": {"alpha": [0.25, 1, 0.5, 0, 2]},
        "per_class_gamma_and_alpha": {"gamma": [2, 0, 3, 0.5, 1], "alpha": [0.25, 0.75, 1, 1.5, 0.5]},
    }
    extremes = ["gamma_0", "gamma_0_5", "gamma_1", "gamma_5", "per_class_gamma_and_alpha"]
    suite = add_simple("focal", {"gamma": 0.5, "alpha": 0.25}, sets, extremes)
    three = suite.config(gamma=[0.5, 2, 1], alpha=[0.25, 1, 0.75])
    weights = [0.5, 2.0, 1.25]
    suite.add("per_class_spatial", three, [2, 3, 2, 2], ignore_index=-100, ignored=(3,))
    suite.add("per_class_with_class_weights", three, [20, 3], class_weights=weights)
    suite.add("one_class_per_class", suite.config(gamma=[2], alpha=[0.5]), [3, 1])
    return suite


def cross_entropy_cases():
    sets = {f"smoothing_{name}": {"label_smoothing": s} for name, s in (("0_1", 0.1), ("0_5", 0.5), ("1", 1))}
    suite = add_simple("cross_entropy", {"label_smoothing": 0.1}, sets, ["smoothing_0_1"])
    for name, parameters in sets.items():
        suite.add(f"class_weights_{name}", suite.config(**parameters), [6, 5], class_weights=WEIGHTS)
    suite.add("one_class_smoothing", suite.config(label_smoothing=0.5), [3, 1], class_weights=[2.0])
    far = [([10000], 0), ([-10000], 0), ([-104], 0)]
    add_rows(suite, "one_class_far_smoothing", suite.config(label_smoothing=0.5), far)
    return suite


def phuber_cases():
    sets = {"tau_1": {"tau": 1}, "tau_2": {"tau": 2}, "tau_3_5": {"tau": 3.5}, "tau_100": {"tau": 100}}
    suite = add_simple("phuber_cross_entropy", {"tau": 2}, sets, ["tau_1", "tau_100"])
    # p = 1/tau exactly: value and slope of the two pieces are the same there.
    halves = [2, 2, -1, -1, 0, 0]
    suite.add("at_the_join_tau_2", suite.config(tau=2), [3, 2], logits=halves, targets=[0, 1, 0])
    suite.add("at_the_join_tau_10", suite.config(), [2, 10], logits=[0] * 10 + [1.5] * 10, targets=[3, 9])
    assert_both_pieces(suite, ("defaults", "tau_2", "tau_3_5"), lambda c: 1 / c["tau"])
    return suite


def assert_both_pieces(suite, names, join):
    """These cases have rows on both sides of the probability `join(config)`."""
    cases = [case for case in suite.cases if case["name"] in names]
    assert len(cases) == len(names), names
    for case in cases:
        layout, data = Layout(case["logits"]["shape"], case["config"]), case["logits"]["data"]
        rows = [Softmax([mpf(data[j]) for j in layout.places(i)]) for i in range(layout.rows)]
        sides = {row.p(t) <= join(filled(case["config"])) for row, t in zip(rows, case["targets"]["data"])}
        assert sides == {True, False}, f"{suite.loss} {case['name']} does not exercise both pieces"


HALVES = [([2, 2], 0), ([-1, -1], 1), ([0, 0], 0), ([30, 30], 1)]


def truncated_cases():
    sets = {
        "threshold_0": {"threshold": 0},
        "threshold_0_125": {"threshold": 0.125},
        "threshold_0_75_q_1": {"threshold": 0.75, "q": 1},
        "threshold_0_01_q_0_3": {"threshold": 0.01, "q": 0.3},
    }
    other = {"threshold": 0.0625, "q": 0.4}
    suite = add_simple("truncated_generalized_cross_entropy", other, sets, ["threshold_0", "threshold_0_01_q_0_3"])
    # p = threshold exactly: constant (README.md).
    add_rows(suite, "at_the_threshold", suite.config(), HALVES)
    names = ("defaults", "threshold_0_125", "threshold_0_75_q_1", "threshold_0_01_q_0_3")
    assert_both_pieces(suite, names, lambda c: c["threshold"])
    return suite


def phuber_generalized_cases():
    sets = {
        "tau_1": {"tau": 1},
        "tau_1_0625": {"tau": 1.0625},
        "tau_2_q_0_5": {"tau": 2, "q": 0.5},
        "tau_100_q_0_1": {"tau": 100, "q": 0.1},
        "q_1": {"q": 1},
        "tau_1_q_1": {"tau": 1, "q": 1},
    }
    other = {"tau": 1.5, "q": 0.6}
    extremes = ["tau_1", "tau_1_0625", "tau_100_q_0_1", "q_1"]
    suite = add_simple("phuber_generalized_cross_entropy", other, sets, extremes)
    # p = p* = 1/4 exactly: value and slope of the two pieces are the same there.
    quarters = [2, 2, 2, 2, -1, -1, -1, -1, 0, 0, 0, 0]
    suite.add("at_the_join", suite.config(tau=2, q=0.5), [3, 4], logits=quarters, targets=[0, 1, 3])
    names = ("defaults", "two_classes", "tau_2_q_0_5", "tau_100_q_0_1", "many_short_rows_other_parameters")
    assert_both_pieces(suite, names, lambda c: c["tau"] ** (-1 / (1 - c["q"])))
    return suite


def reduced_focal_cases():
    sets = {
        "gamma_0": {"gamma": 0},
        "gamma_0_5": {"gamma": 0.5},
        "gamma_1": {"gamma": 1},
        "gamma_5_threshold_0_25": {"gamma": 5, "threshold": 0.25},
        "threshold_0_125": {"threshold": 0.125},
        "threshold_1": {"threshold": 1},
    }
    extremes = ["gamma_0_5", "gamma_1", "gamma_5_threshold_0_25", "threshold_1"]
    suite = add_simple("reduced_focal", {"gamma": 1.5, "threshold": 0.75}, sets, extremes)
    # p = threshold exactly: the focal side, and so its slope (README.md).
    add_rows(suite, "at_the_threshold", suite.config(), HALVES)
    add_rows(suite, "at_the_threshold_gamma_0_5", suite.config(gamma=0.5), HALVES)
    names = ("many_short_rows", "gamma_1", "gamma_5_threshold_0_25", "threshold_0_125")
    assert_both_pieces(suite, names, lambda c: c["threshold"])
    return suite


def poly1_focal_cases():
    sets = {
        "epsilon_minus_1": {"epsilon": -1},
        "epsilon_minus_0_5_gamma_0_5": {"epsilon": -0.5, "gamma": 0.5},
        "epsilon_0": {"epsilon": 0},
        "gamma_0": {"gamma": 0},
        "epsilon_2_gamma_5": {"epsilon": 2, "gamma": 5},
        "per_class_gamma": {"gamma": [0, 0.5, 1, 2, 5]},
    }
    extremes = ["epsilon_minus_1", "epsilon_minus_0_5_gamma_0_5", "gamma_0", "per_class_gamma"]
    suite = add_simple("poly1_focal", {"epsilon": -0.75, "gamma": 1.5}, sets, extremes)
    three = suite.config(gamma=[0.5, 2, 1], epsilon=-1)
    suite.add("per_class_spatial", three, [2, 3, 2, 2], ignore_index=-100, ignored=(3,))
    return suite


def z_loss_cases():
    sets = {"lambda_0": {"lambda": 0}, "lambda_0_01": {"lambda": 0.01}, "lambda_1": {"lambda": 1}}
    suite = add_simple("z_loss", {"lambda": 0.125}, sets, ["lambda_0_01", "lambda_1"])
    # Unlike all others it sees the logit of a single class, and a constant added to all.
    add_rows(suite, "one_class_far", suite.config(), [([10000], 0), ([-10000], 0), ([88], 0), ([-104], 0)])
    far = [([x + 8, x, x - 16, x], t) for x, t in ((100, 0), (-100, 1), (1000, 2), (-1000, 0), (10000, 1), (-10000, 3))]
    add_rows(suite, "far_from_normalised", suite.config(), far)
    return suite


# For the losses of the logits as they are: no ties, no margin of exactly 1.
SHORT_OF_THE_MARGIN = [
    ([1, TINY, -2, -3, -4], 0),  # as little as there is to lose
    ([TINY, -4, 2 * TINY, -3, -2], 0),
    ([0.5, -0.25, -0.125, 0.25, 0], 0),
    ([8 * TINY, 1, -TINY, 3 * TINY, 5 * TINY], 1),
    ([1 - 2.0**-11, 0.5, 0.25, -TINY, 0], 0),
    ([-1, -TINY, -2, -3, 1 - 2.0**-11], 4),
]
FAR_APART = [
    ([30, 0, 1.5, -2, 8], 0),
    ([30, 0, 1.5, -2, 8], 1),
    ([0, -1, 0.25, 104, 4], 3),
    ([0, -1, 0.25, 104, 4], 2),
    ([-30, -60, -88, -104, 0], 3),
    ([60.5, 60, 59.75, 61, -60], 4),
    ([10000, -10000, 0, 8, -16], 0),
    ([10000, -10000, 0, 8, -16], 1),
    ([-10000, -9992, -9984, -9968, -9936], 0),
    ([10000, 9992, 9984, 9968, 0], 1),
]


def add_without_softmax(loss, sets, ties=False):
    suite = SuiteOffTheKinks(loss)
    add_batches(suite, suite.config(**next(iter(sets.values()), {})))
    add_parameters(suite, sets)
    for name, parameters in {"": {}, **sets}.items():
        config, suffix = suite.config(**parameters), f"_{name}" if name else ""
        add_rows(suite, f"short_of_the_margin{suffix}", config, SHORT_OF_THE_MARGIN)
        add_rows(suite, f"far_apart{suffix}", config, FAR_APART)
        if ties:  # where there is no kink
            add_rows(suite, f"confident{suffix}", config, CONFIDENT)
            add_rows(suite, f"far_below{suffix}", config, FAR_BELOW)
            add_rows(suite, f"huge_logits{suffix}", config, HUGE)
            add_rows(suite, f"equal_logits{suffix}", config, [([x] * 5, 2) for x in (0, 2.5, -8)])
    return suite


SHORT_OF_TWO = [
    ([2 - 2.0**-10, 0, -2, -3, -4], 0),
    ([-1, 1 - 2.0**-11, 0, -0.5, -0.25], 1),
    ([2, 2.0**-20, 3 * TINY, TINY, 0], 0),
    ([0, 2 - 2.0**-7, 2.0**-11, -1, 2.0**-10], 1),
]


def entmax_cases():
    suite = add_without_softmax("multiclass_entmax", {}, ties=True)
    add_rows(suite, "short_of_a_gap_of_two", suite.config(), SHORT_OF_TWO)
    return suite


def hard_bootstrapping_cases():
    sets = {"beta_0": {"beta": 0}, "beta_0_5": {"beta": 0.5}, "beta_1": {"beta": 1}}
    suite = SuiteOffTheKinks("hard_bootstrapping")
    add_batches(suite, suite.config(beta=0.5))
    add_parameters(suite, sets)

    def untied(rows):
        return [(logits, t) for logits, t in rows if logits.count(max(logits)) == 1]

    for name, parameters in {"": {}, **{f"_{name}": parameters for name, parameters in sets.items()}}.items():
        config = suite.config(**parameters)
        add_rows(suite, f"confident{name}", config, CONFIDENT)
        add_rows(suite, f"far_below{name}", config, untied(FAR_BELOW))
        add_rows(suite, f"huge_logits{name}", config, untied(HUGE))
    add_rows(suite, "confident_class_weights", suite.config(), CONFIDENT, class_weights=WEIGHTS)
    add_rows(suite, "two_classes_gap_ladder", suite.config(), [([gap, 0], 0) for gap in GAPS])
    add_rows(suite, "two_classes_gap_ladder_below", suite.config(), [([gap, 0], 1) for gap in GAPS])
    equals = [1.5, 1.5, 0, 1.5, -2, 0, 0, 0, 0, 0, -3, 2, 1, 2, 2]  # the first of the largest (README.md)
    Suite.add(suite, "first_of_the_largest", suite.config(), [3, 5], logits=equals, targets=[3, 2, 0])
    return suite


# Rows are of the true class and sum to 1.
TRANSITION = [
    [0.75, 0.125, 0.0625, 0.03125, 0.03125],
    [0.0625, 0.625, 0.125, 0.125, 0.0625],
    [0.25, 0.125, 0.5, 0.0625, 0.0625],
    [0.015625, 0.234375, 0.125, 0.5625, 0.0625],
    [0.125, 0.25, 0.125, 0.125, 0.375],
]
TRANSITION_WITH_ZEROS = [
    [0.5, 0.25, 0.125, 0.125, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.125, 0.0, 0.75, 0.0625, 0.0625],
    [0.25, 0.25, 0.0, 0.5, 0.0],
    [0.0, 0.5, 0.0, 0.0, 0.5],
]
THREE_WITH_ZEROS = [[0.75, 0.25, 0.0], [0.125, 0.75, 0.125], [0.0, 0.0, 1.0]]
TWO_BY_TWO = [[0.9375, 0.0625], [0.25, 0.75]]
PERMUTATION = [
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 1.0],
]


def correction(loss):
    def cases():
        for lines in (TRANSITION, TRANSITION_WITH_ZEROS, THREE_WITH_ZEROS, TWO_BY_TWO, PERMUTATION):
            assert all(sum(line) == 1 for line in lines), lines
        sets = {
            "rate_0": {"transition": 0},
            "rate_0_375": {"transition": 0.375},
            "rate_0_9": {"transition": 0.9},
            "matrix": {"transition": TRANSITION},
            "matrix_with_zeros": {"transition": TRANSITION_WITH_ZEROS},
            "permutation": {"transition": PERMUTATION},
        }
        suite = add_simple(loss, {"transition": 0.25}, sets, ["rate_0", "matrix", "matrix_with_zeros"])
        weighted = suite.config(transition=TRANSITION_WITH_ZEROS)
        suite.add("matrix_class_weights", weighted, [6, 5], class_weights=WEIGHTS)
        three = suite.config(transition=THREE_WITH_ZEROS)
        suite.add("matrix_spatial", three, [2, 3, 2, 2], ignore_index=-100, ignored=(3,))
        suite.add("matrix_of_two", suite.config(transition=TWO_BY_TWO), [6, 2])
        suite.add("matrix_of_one", suite.config(transition=[[1.0]]), [3, 1])
        return suite

    return cases


def seesaw_cases():
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
    suite = add_simple("seesaw", {"counts": 3, "p": 0.5, "q": 1}, sets, ["q_0", "counts", "counts_far_apart"])
    three = suite.config(counts=[5, 100, 1])
    suite.add("counts_spatial", three, [2, 3, 2, 2], ignore_index=-100, ignored=(3,))
    suite.add("counts_class_weights", suite.config(counts=counts), [6, 5], class_weights=WEIGHTS)
    suite.add("counts_of_one_class", suite.config(counts=[7]), [3, 1])
    return suite


def focal_cosine_cases():
    sets = {
        "weight_0": {"weight": 0},
        "gamma_0": {"gamma": 0},
        "gamma_0_5_weight_1": {"gamma": 0.5, "weight": 1},
        "gamma_1_alpha_0_25_weight_2": {"gamma": 1, "alpha": 0.25, "weight": 2},
        "alpha_0": {"alpha": 0},
    }
    other = {"gamma": 1.5, "weight": 0.5, "alpha": 0.75}
    suite = add_simple("focal_cosine", other, sets, ["weight_0", "gamma_0_5_weight_1"])
    zeros = [0] * 5 + [0.125, 0, 0, 0, 0] + [0] * 5
    suite.add("rows_of_zeros", suite.config(), [3, 5], logits=zeros, targets=[0, 1, 2])
    tiny = [
        ([TINY, 0, -TINY, 2 * TINY, 0], 3),
        ([TINY, 0, 0, 0, 0], 1),
        ([64 * TINY, 3 * TINY, -TINY, 0, TINY], 0),
        ([2.0**-14, -(2.0**-14), 2.0**-13, 0, 0], 4),
    ]
    add_rows(suite, "tiny_rows", suite.config(), tiny)
    near = [([8, 2.0**-10, 0, -(2.0**-10), 0], 0), ([-8, 2.0**-10, 0, 0, 0], 0), ([0, 1, 0, 0, 2.0**-7], 1)]
    add_rows(suite, "along_an_axis", suite.config(), near)
    add_rows(suite, "along_an_axis_weight_0", suite.config(weight=0), near)
    return suite


def bi_tempered_cases():
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
    other = {"t1": 0.5, "t2": 1.5, "label_smoothing": 0.1}
    suite = add_simple("bi_tempered", other, sets, ["t1_1_t2_1", "t2_1", "t1_0_25_t2_4", "t1_0_t2_2_smoothing_0_5"])
    near = suite.config(**sets["t2_1_0009765625"])  # its powers of huge logits are known to fewer digits
    add_rows(suite, "confident_t2_1_0009765625", near, CONFIDENT)
    add_rows(suite, "far_below_t2_1_0009765625", near, FAR_BELOW)
    return suite


def add_views(loss, other, sets, extremes):
    suite = SuiteOfViews(loss)
    add_common(suite, suite.config(**other))
    add_parameters(suite, sets, extremes)
    for name, rows in (("confident", CONFIDENT), ("far_below", FAR_BELOW), ("huge_logits", HUGE)):
        for turn in (1, 2):
            end = f"_views_turned_{turn}"
            add_rows(suite, f"{name}{end}", suite.config(), rows, turn=turn)
            add_rows(suite, f"{name}{end}_other_parameters", suite.config(**other), rows, turn=turn)
    return suite


FOCAL = {"name": "focal", "gamma": 1.5, "alpha": 0.75}
FOCAL_PER_CLASS = {"name": "focal", "gamma": [0, 0.5, 1, 2, 5], "alpha": [0.25, 1, 0.5, 1.5, 2]}
GCE = {"name": "generalized_cross_entropy", "q": 0.3}
SMOOTHED = {"name": "cross_entropy", "label_smoothing": 0.1}


def logit_clip_cases():
    suite = Suite("logit_clip", limits=(2, 64, 3, 24))
    add_common(suite, suite.config(loss=FOCAL, tau=2.5, p=3), equal=-0.125)
    sets = {
        "p_1": {"p": 1},
        "p_3": {"p": 3},
        "p_1_tau_4": {"p": 1, "tau": 4},
        "p_2_tau_2_5": {"tau": 2.5},
        "p_3_tau_0_5": {"p": 3, "tau": 0.5},
        "round_focal": {"loss": FOCAL, "tau": 1.5},
        "round_focal_per_class": {"loss": FOCAL_PER_CLASS, "tau": 1.5},
        "round_generalized_cross_entropy": {"loss": GCE},
        "round_smoothed_cross_entropy": {"loss": SMOOTHED, "p": 3},
        "round_normalized_cross_entropy": {"loss": {"name": "normalized_cross_entropy"}},
    }
    add_parameters(suite, sets)
    for case in suite.cases:
        if case["name"] in sets:
            c, layout = filled(case["config"]), Layout(case["logits"]["shape"], case["config"])
            data = case["logits"]["data"]
            rows = [[mpf(data[j]) for j in layout.places(i)] for i in range(layout.rows)]
            assert {clips(c, row) for row in rows} == {True, False}, f"{case['name']} is one-sided"
    round_norm = {"loss": {"name": "logit_norm", "temperature": 0.5}, "p": 1}
    suite.add("round_logit_norm", suite.config(**round_norm), [6, 5])
    suite.add(
        "class_weights_smoothed", suite.config(loss=SMOOTHED, p=1), [6, 5], class_weights=WEIGHTS
    )
    # A norm of exactly tau: the row is left as it is, and so is its gradient.
    ones = [1, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 1]
    for p in (1, 2, 3):
        suite.add(f"norm_at_tau_p_{p}", suite.config(p=p), [3, 5], logits=ones, targets=[0, 1, 2])
    suite.add(
        "norm_at_tau_3_4_5", suite.config(tau=0.625), [2, 2], logits=[0.375, 0.5, -0.5, 0.375], targets=[0, 0]
    )
    zeros = [0] * 5 + [0.125, 0, 0, 0, 0] + [0] * 5
    suite.add("rows_of_zeros", suite.config(), [3, 5], logits=zeros, targets=[0, 1, 2])
    wide = suite.config(tau=64)  # the gaps of 60 pass as they are, those of 88 and 104 are clipped
    add_rows(suite, "confident_tau_64", wide, CONFIDENT)
    add_rows(suite, "far_below_tau_64", wide, FAR_BELOW)
    add_rows(suite, "confident_tau_64_p_1_focal", suite.config(loss=FOCAL, tau=64, p=1), CONFIDENT)
    add_rows(suite, "huge_logits_p_3", suite.config(p=3), HUGE)
    return suite


def logit_norm_cases():
    suite = Suite("logit_norm")
    add_common(suite, suite.config(loss=GCE, temperature=0.5), equal=-0.125)
    sets = {
        "temperature_1": {"temperature": 1},
        "temperature_0_5": {"temperature": 0.5},
        "temperature_0_01": {"temperature": 0.01},
        "round_focal": {"loss": FOCAL, "temperature": 0.25},
        "round_focal_default_temperature": {"loss": FOCAL},
        "round_focal_per_class": {"loss": FOCAL_PER_CLASS, "temperature": 0.25},
        "round_generalized_cross_entropy": {"loss": GCE, "temperature": 0.25},
        "round_smoothed_cross_entropy": {"loss": SMOOTHED, "temperature": 0.125},
        "round_phuber_cross_entropy": {"loss": {"name": "phuber_cross_entropy"}},
        "round_logit_clip": {"loss": {"name": "logit_clip", "p": 1, "loss": FOCAL}, "temperature": 0.5},
    }
    add_parameters(suite, sets)
    suite.add(
        "class_weights_smoothed",
        suite.config(loss=SMOOTHED, temperature=0.5),
        [6, 5],
        class_weights=WEIGHTS,
    )
    zeros = [0] * 5 + [0.125, 0, 0, 0, 0] + [0] * 5
    suite.add("rows_of_zeros", suite.config(), [3, 5], logits=zeros, targets=[0, 1, 2])
    cold = suite.config(temperature=0.0078125)  # logits of norm 128 after the transform
    add_rows(suite, "confident_temperature_1_over_128", cold, CONFIDENT)
    add_rows(suite, "far_below_temperature_1_over_128", cold, FAR_BELOW)
    tiny = [
        ([TINY, 0, -TINY, 2 * TINY, 0], 3),
        ([TINY, 0, 0, 0, 0], 1),
        ([64 * TINY, 3 * TINY, -TINY, 0, TINY], 0),
        ([2.0**-14, -(2.0**-14), 2.0**-13, 0, 0], 4),
    ]
    add_rows(suite, "norms_near_epsilon", suite.config(), tiny)
    return suite


def flooding_cases():
    suite = Suite("flooding")
    clip_focal = {"name": "logit_clip", "tau": 1.5, "loss": FOCAL}
    add_common(suite, suite.config(loss=clip_focal, level=2), equal=0.0)
    sets = {
        "level_0": {"level": 0},
        "level_above_mean_below_sum": {"level": 6.5},
        "level_above_both": {"level": 40},
        "round_focal": {"loss": FOCAL, "level": 0.25},
        "round_focal_per_class": {"loss": FOCAL_PER_CLASS, "level": 4},
        "round_generalized_cross_entropy": {"loss": GCE, "level": 0.5},
        "round_smoothed_cross_entropy": {"loss": SMOOTHED, "level": 3},
        "round_logit_clip": {"loss": {"name": "logit_clip"}, "level": 2},
        "round_logit_clip_round_focal": {"loss": clip_focal, "level": 0.25},
        "round_logit_norm": {"loss": {"name": "logit_norm", "temperature": 0.5}, "level": 4},
        "round_logit_norm_round_logit_clip_round_focal": {
            "loss": {"name": "logit_norm", "temperature": 0.25, "loss": clip_focal},
            "level": 1.5,
        },
    }
    add_parameters(suite, sets)
    smoothed = suite.config(loss=SMOOTHED, level=2)
    suite.add("class_weights_smoothed", smoothed, [6, 5], class_weights=WEIGHTS)
    return suite


SUITES = {
    "cross_entropy": cross_entropy_cases,
    "focal": focal_cases,
    "class_mae": lambda: add_simple("class_mae", {}, {}),
    "generalized_cross_entropy": lambda: add_simple(
        "generalized_cross_entropy",
        {"q": 0.3},
        {"q_1": {"q": 1}, "q_0_3": {"q": 0.3}, "q_0_5": {"q": 0.5}, "q_0_01": {"q": 0.01}},
        ["q_1", "q_0_01"],
    ),
    "reverse_cross_entropy": lambda: add_simple(
        "reverse_cross_entropy",
        {"log_zero": -2},
        {"log_zero_minus_2": {"log_zero": -2}, "log_zero_ln_1e_4": {"log_zero": -9.210340371976182}},
    ),
    "symmetric_cross_entropy": lambda: add_simple(
        "symmetric_cross_entropy",
        {"alpha": 0.5, "beta": 2, "log_zero": -2},
        {
            "only_forward": {"alpha": 1, "beta": 0},
            "only_reverse": {"alpha": 0, "beta": 1},
            "alpha_6_beta_0_1": {"alpha": 6, "beta": 0.1},
            "alpha_0_01_log_zero_minus_6": {"alpha": 0.01, "beta": 1, "log_zero": -6},
        },
    ),
    "normalized_cross_entropy": lambda: add_simple("normalized_cross_entropy", {}, {}),
    "phuber_cross_entropy": phuber_cases,
    "poly1_cross_entropy": lambda: add_simple(
        "poly1_cross_entropy",
        {"epsilon": -1},
        {"epsilon_minus_1": {"epsilon": -1}, "epsilon_0": {"epsilon": 0}, "epsilon_2": {"epsilon": 2}},
        ["epsilon_minus_1"],
    ),
    "reduced_focal": reduced_focal_cases,
    "poly1_focal": poly1_focal_cases,
    "z_loss": z_loss_cases,
    "unhinged": lambda: add_simple("unhinged", {}, {}),
    "margin_cross_entropy": lambda: add_simple(
        "margin_cross_entropy",
        {"margin": 0.5},
        {
            "margin_0": {"margin": 0},
            "margin_3": {"margin": 3},
            "margin_15": {"margin": 15},
            "per_class_margin": {"margin": [0, 0.25, 1, 2, 4]},
        },
        ["margin_0", "margin_15", "per_class_margin"],
    ),
    "truncated_generalized_cross_entropy": truncated_cases,
    "taylor_cross_entropy": lambda: add_simple(
        "taylor_cross_entropy",
        {"order": 3},
        {"order_1": {"order": 1}, "order_6": {"order": 6}, "order_32": {"order": 32}},
        ["order_1", "order_32"],
    ),
    "normalized_class_mae": lambda: add_simple("normalized_class_mae", {}, {}),
    "asymmetric_generalized_cross_entropy": lambda: add_simple(
        "asymmetric_generalized_cross_entropy",
        {"a": 0.6, "q": 0.6},
        {
            "a_6_q_1_5": {"a": 6, "q": 1.5},
            "a_4_q_0_2": {"a": 4, "q": 0.2},
            "a_0_01_q_0_7": {"a": 0.01, "q": 0.7},
            "a_0_00001_q_3": {"a": 0.00001, "q": 3},
            "q_1": {"q": 1},
        },
        ["a_6_q_1_5", "a_0_01_q_0_7", "a_0_00001_q_3"],
    ),
    "asymmetric_unhinged": lambda: add_simple(
        "asymmetric_unhinged",
        {"a": 5.5, "q": 3},
        {
            "a_5_5_q_3": {"a": 5.5, "q": 3},
            "a_1_0625_q_0_5": {"a": 1.0625, "q": 0.5},
            "a_1_00001_q_0_1": {"a": 1.00001, "q": 0.1},
            "a_1_00001_q_8": {"a": 1.00001, "q": 8},
            "q_1": {"q": 1},
        },
        ["a_5_5_q_3", "a_1_00001_q_0_1", "a_1_00001_q_8"],
    ),
    "asymmetric_exponential": lambda: add_simple(
        "asymmetric_exponential",
        {"a": 0.5},
        {"a_0_125": {"a": 0.125}, "a_0_5": {"a": 0.5}, "a_100": {"a": 100}},
        ["a_0_125", "a_100"],
    ),
    "negative_learning": lambda: add_simple("negative_learning", {}, {}),
    "phuber_generalized_cross_entropy": phuber_generalized_cases,
    "brier": lambda: add_simple("brier", {}, {}),
    "confidence_penalty": lambda: add_simple(
        "confidence_penalty",
        {"beta": 0.5},
        {"beta_0": {"beta": 0}, "beta_1": {"beta": 1}, "beta_3": {"beta": 3}},
        ["beta_0", "beta_3"],
    ),
    "normalized_focal": lambda: add_simple(
        "normalized_focal",
        {"gamma": 2},
        {"gamma_0": {"gamma": 0}, "gamma_1": {"gamma": 1}, "gamma_5": {"gamma": 5}},
        ["gamma_0", "gamma_1", "gamma_5"],
    ),
    "normalized_generalized_cross_entropy": lambda: add_simple(
        "normalized_generalized_cross_entropy",
        {"q": 0.3},
        {"q_1": {"q": 1}, "q_0_5": {"q": 0.5}, "q_0_01": {"q": 0.01}},
        ["q_1", "q_0_01"],
    ),
    "normalized_negative_cross_entropy": lambda: add_simple(
        "normalized_negative_cross_entropy",
        {"log_zero": -5},
        {
            "log_zero_minus_2": {"log_zero": -2},
            "log_zero_minus_8": {"log_zero": -8},
            "log_zero_minus_1000": {"log_zero": -1000},
        },
        ["log_zero_minus_2", "log_zero_minus_1000"],
    ),
    "soft_bootstrapping": lambda: add_simple(
        "soft_bootstrapping",
        {"beta": 0.5},
        {"beta_0": {"beta": 0}, "beta_1": {"beta": 1}, "beta_0_8": {"beta": 0.8}},
        ["beta_0", "beta_1"],
    ),
    "asymmetric_mse": lambda: add_simple(
        "asymmetric_mse",
        {"a": 2.5},
        {"a_0": {"a": 0}, "a_0_5": {"a": 0.5}, "a_10": {"a": 10}},
        ["a_0", "a_10"],
    ),
    "negative_log_likelihood": lambda: add_without_softmax("negative_log_likelihood", {}, ties=True),
    "multiclass_hinge": lambda: add_without_softmax("multiclass_hinge", {}),
    "multi_margin": lambda: add_without_softmax(
        "multi_margin",
        {
            "margin_0_4_p_2": {"margin": 0.4, "p": 2},
            "margin_3_0625": {"margin": 3.0625},
            "margin_2_5_p_2": {"margin": 2.5, "p": 2},
        },
    ),
    "multiclass_perceptron": lambda: add_without_softmax("multiclass_perceptron", {}),
    "multiclass_sparsemax": lambda: add_without_softmax("multiclass_sparsemax", {}, ties=True),
    "multiclass_entmax": entmax_cases,
    "bi_tempered": bi_tempered_cases,
    "hard_bootstrapping": hard_bootstrapping_cases,
    "forward_correction": correction("forward_correction"),
    "backward_correction": correction("backward_correction"),
    "seesaw": seesaw_cases,
    "focal_cosine": focal_cosine_cases,
    "ordinal_emd": lambda: add_simple("ordinal_emd", {}, {}),
    "normalized_negative_focal": lambda: add_simple(
        "normalized_negative_focal",
        {"gamma": 2, "log_zero": -5},
        {
            "gamma_0": {"gamma": 0},
            "gamma_1_log_zero_minus_2": {"gamma": 1, "log_zero": -2},
            "gamma_5_log_zero_minus_8": {"gamma": 5, "log_zero": -8},
            "log_zero_minus_1000": {"log_zero": -1000},
        },
        ["gamma_0", "gamma_1_log_zero_minus_2", "log_zero_minus_1000"],
    ),
    "asymmetric_single_label": lambda: add_simple(
        "asymmetric_single_label",
        {"gamma_positive": 1, "label_smoothing": 0.25},
        {
            "gammas_0_no_smoothing": {"gamma_positive": 0, "gamma_negative": 0, "label_smoothing": 0},
            "gammas_0": {"gamma_positive": 0, "gamma_negative": 0},
            "gammas_fractional": {"gamma_positive": 0.5, "gamma_negative": 2.5, "label_smoothing": 0.5},
            "gammas_1": {"gamma_positive": 1, "gamma_negative": 1},
            "smoothing_1": {"gamma_positive": 2, "label_smoothing": 1},
        },
        ["gammas_0_no_smoothing", "gammas_fractional"],
    ),
    "jsd_cross_entropy": lambda: add_views(
        "jsd_cross_entropy",
        {"alpha": 2.5, "views": 2, "label_smoothing": 0.1},
        {
            "alpha_0": {"alpha": 0},
            "views_2": {"views": 2},
            "views_5_alpha_1": {"views": 5, "alpha": 1},
            "views_16": {"views": 16},
            "smoothing_1": {"label_smoothing": 1, "alpha": 0.5},
        },
        ["views_2", "smoothing_1"],
    ),
    "generalized_jensen_shannon": lambda: add_views(
        "generalized_jensen_shannon",
        {"pi": 0.375, "views": 3},
        {
            "views_1": {"views": 1},
            "views_1_pi_0_5": {"views": 1, "pi": 0.5},
            "pi_0_9": {"pi": 0.9},
            "pi_0_001": {"pi": 0.001},
            "views_16_pi_0_25": {"views": 16, "pi": 0.25},
        },
        ["views_1", "pi_0_001"],
    ),
    "logit_clip": logit_clip_cases,
    "logit_norm": logit_norm_cases,
    "flooding": flooding_cases,
}


# Output.

CASE_KEYS = (
    "name",
    "config",
    "class_weights",
    "ignore_index",
    "logits",
    "targets",
    "none",
    "mean",
    "sum",
    "extreme",
)


def pinned_versions():
    """The versions of requirements.txt, which must be the installed ones."""
    versions = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().split())
    for package, version in versions.items():
        installed = importlib.metadata.version(package).split("+")[0]
        assert installed == version, f"{package} {installed} is installed, {version} is pinned"
    return versions


def check_worked_example():
    """Softmax outputs given in textbooks, to two decimals: 0.36, 0.92, 2.30 and their mean 1.19."""
    outputs = ((".1", ".2", ".7"), (".3", ".4", ".3"), (".1", ".2", ".7"))
    config = filled(CROSS_ENTROPY)
    rows = [Softmax([mp.ln(mpf(p)) for p in row]) for row in outputs]
    losses = [float(cross_entropy(config, row, t, [1] * 3)) for row, t in zip(rows, (2, 1, 0))]
    assert [round(loss, 2) for loss in (*losses, sum(losses) / 3)] == [0.36, 0.92, 2.30, 1.19]


def generate(loss, versions):
    cases = SUITES[loss]().cases
    for case in cases:
        few = loss in SLOW and not case["extreme"]
        case.update(evaluate(case, *((FEWER_DIGITS, LARGER_STEP) if few else (DIGITS, STEP))))
        if case["extreme"]:
            again = evaluate(case, MORE_DIGITS, SMALLER_STEP)
            assert all(case[name] == again[name] for name in again), (loss, case["name"])
        else:
            compare_with_torch(case)
    if loss not in ("flooding", *ALL_CAPPED_WHERE_CERTAIN, *TRANSFORMS, *WITHOUT_SOFTMAX):
        part = "gradient" if loss in NOT_ZERO_WHERE_CERTAIN else "value"
        tiny = [v for case in cases if case["extreme"] for v in case["none"][part] if 0 < abs(v) < 1e-25]
        assert tiny, f"{loss}: the confident rows lost their digits"
    return document(loss, versions, cases, CASE_KEYS), len(cases)


def main(arguments):
    check = "--check" in arguments
    losses = [a for a in arguments if a != "--check"] or [*SUITES, *(loss for module in MODULES for loss in module.SUITES)]
    torch.set_num_threads(1)
    versions = pinned_versions()
    check_worked_example()
    stale = []
    for loss in losses:
        module = next((m for m in MODULES if loss in m.SUITES), None)
        text, count = (module.generate if module else generate)(loss, versions)
        path = HERE / f"{loss}.json"
        if not check:
            path.write_text(text, encoding="ascii", newline="\n")
        elif not path.exists() or path.read_text(encoding="ascii") != text:
            stale.append(loss)
        print(f"{loss}: {count} cases, {len(text) // 1000} kB", flush=True)
    if stale:
        sys.exit(f"not what this script writes: {', '.join(stale)}")


if __name__ == "__main__":
    main(sys.argv[1:])
