"""Golden vectors of the losses that need several elements at once: of a row (class axis 1), an item or the batch.

`generate.py` runs this; the numbers are made as described there: values from the definitions by mpmath, gradients by
central differences. A definition gets `centre`, the inputs before the difference step; it picks the piece wherever
README.md states a convention, so that both neighbours lie on one piece.
"""

import math
import random
from functools import lru_cache

import torch
from mpmath import mp, mpf
from torch.nn import functional as F

from common import (
    CASE_KEYS,
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
from elementwise import above

DEFAULTS = {
    "multilabel_margin": {"margin": 1},
    "multilabel_soft_margin": {"weight": 1},
    "zlpr": {},
    "image_balanced_binary_cross_entropy": {},
    "cosine_distance": {"epsilon": 1e-8},
    "rmse": {"epsilon": 0},
    "rmsle": {"epsilon": 1e-7},
    "scale_invariant_log": {"lambda": 0.5, "epsilon": 1e-7},
}
ROW, ITEM, BATCH = "row", "item", "batch"
PER = dict.fromkeys(DEFAULTS, ROW) | {
    "image_balanced_binary_cross_entropy": ITEM,
    "rmse": BATCH,
    "rmsle": BATCH,
    "scale_invariant_log": ITEM,
}
MULTILABEL = list(DEFAULTS)[:4]  # targets are labels and get no gradient


def filled(config):
    unknown = config.keys() - DEFAULTS[config["name"]].keys() - {"name"}
    assert not unknown, f"{config['name']} has no {unknown}"
    return {**DEFAULTS[config["name"]], **config}


# The definitions: x is the prediction, y the target, of one row, item or batch.


# A difference step moves one number; what it leaves as it was need not be computed again.
exp, ln = (lru_cache(maxsize=200_000)(function) for function in (mp.exp, mp.ln))


@lru_cache(maxsize=200_000)
def softplus(x):
    """-ln of the sigmoid of -x."""
    return mp.log1p(exp(x))


def labels(y):
    """Where it is yes, and where no."""
    yes = [k for k, label in enumerate(y) if label > 0.5]
    return yes, [k for k in range(len(y)) if k not in yes]


def multilabel_margin(c, x, y, centre):
    yes, no = labels(y)
    margin, before = mpf(c["margin"]), centre[0]
    slacks = [
        above(margin - (x[j] - x[i]), margin - (before[j] - before[i]), mpf(0)) for j in yes for i in no
    ]
    return sum(slacks, mpf(0)) / len(x)


def multilabel_soft_margin(c, x, y, centre):
    terms = [
        mpf(of_class(c["weight"], k)) * (label * softplus(-score) + (1 - label) * softplus(score))
        for k, (score, label) in enumerate(zip(x, y))
    ]
    return sum(terms) / len(x)


def zlpr(c, x, y, centre):
    yes, no = labels(y)
    return mp.log1p(sum((exp(-x[k]) for k in yes), mpf(0))) + mp.log1p(sum((exp(x[k]) for k in no), mpf(0)))


def image_balanced_binary_cross_entropy(c, x, y, centre):
    beta = 1 - sum(y) / len(y)
    terms = [
        beta * label * softplus(-score) + (1 - beta) * (1 - label) * softplus(score) for score, label in zip(x, y)
    ]
    return sum(terms) / len(x)


def norm(a):
    return mp.sqrt(sum(number**2 for number in a))


def cosine_distance(c, x, y, centre):
    epsilon = mpf(c["epsilon"])
    sizes = [above(norm(a), norm(before), epsilon) for a, before in zip((x, y), centre)]
    return 1 - sum(a * b for a, b in zip(x, y)) / (sizes[0] * sizes[1])


def rmse(c, x, y, centre):
    # At 0 the central difference of the root gives slope 0.
    return mp.sqrt(sum((a - b) ** 2 for a, b in zip(x, y)) / len(x) + mpf(c["epsilon"]))


def logarithms(numbers, before, epsilon, plus):
    return [ln(plus + above(number, was, epsilon)) for number, was in zip(numbers, before)]


def log_ratios(c, x, y, centre, plus):
    """The difference of the logarithms, with the numbers under epsilon counted as it."""
    ours, theirs = (logarithms(a, before, mpf(c["epsilon"]), plus) for a, before in zip((x, y), centre))
    return [a - b for a, b in zip(ours, theirs)]


def rmsle(c, x, y, centre):
    return mp.sqrt(sum(d**2 for d in log_ratios(c, x, y, centre, 1)) / len(x))


def scale_invariant_log(c, x, y, centre):
    d = log_ratios(c, x, y, centre, 0)
    return sum(number**2 for number in d) / len(d) - mpf(c["lambda"]) * (sum(d) / len(d)) ** 2


FORMULAS = {loss: globals()[loss] for loss in DEFAULTS}


# Whole batches.


def layout(loss, shape):
    """The places of the elements of each loss in the flat row-major data, and the shape of the losses. What has no
    axis 1 is one row."""
    count, per = math.prod(shape), PER[loss]
    if len(shape) == 1 or per == BATCH:
        return [list(range(count))], [1] * len(shape)
    space = math.prod(shape[2:])
    if per == ITEM:
        each = count // shape[0]
        return [list(range(n * each, (n + 1) * each)) for n in range(shape[0])], [shape[0]] + [1] * (len(shape) - 1)
    rows = [
        [(n * shape[1] + k) * space + s for k in range(shape[1])] for n in range(shape[0]) for s in range(space)
    ]
    return rows, [shape[0], 1, *shape[2:]]


def evaluate(case, digits, step):
    """The entries none, mean and sum of the case, as f64."""
    with mp.workdps(digits):
        for function in (exp, ln, softplus):
            function.cache_clear()  # what they hold was computed with other digits
        h = mpf(step)
        config, shape = filled(case["config"]), case["inputs"][0]["shape"]
        formula = FORMULAS[config["name"]]
        data = [[mpf(x) for x in array["data"]] for array in case["inputs"]]
        groups, _ = layout(config["name"], shape)
        weights = [mpf(w) for w in case["weights"]["data"]] if case["weights"] else [mpf(1)] * len(groups)
        divisor = sum(weights)
        values = [mpf(0)] * len(groups)
        gradients = [[mpf(0)] * len(data[0]) for _ in range(1 if config["name"] in MULTILABEL else 2)]
        for i, places in enumerate(groups):
            if not weights[i]:
                continue
            centre = [[array[j] for j in places] for array in data]
            values[i] = weights[i] * formula(config, *centre, centre)
            for n, gradient in enumerate(gradients):
                for k, j in enumerate(places):
                    ends = []
                    for move in (-h, h):
                        moved = [list(array) for array in centre]
                        moved[n][k] += move
                        ends.append(formula(config, *moved, centre))
                    gradient[j] = weights[i] * (ends[1] - ends[0]) / (2 * h)

        def rounded(number):
            number = float(number) + 0.0  # no negative zero
            assert abs(number) < 3e38, (config["name"], case["name"])
            return number

        def entry(value, divisor):
            lists = [[rounded(g / divisor) if divisor else 0.0 for g in gradient] for gradient in gradients]
            return {"value": value, "gradients": lists + [None] * (2 - len(lists))}

        total = sum(values)
        return {
            "none": entry([rounded(value) for value in values], 1),
            "mean": entry(rounded(total / divisor) if divisor else 0.0, divisor),
            "sum": entry(rounded(total), 1),
        }


# The comparison with PyTorch.


def root(x):
    """Of slope 0 at 0."""
    return torch.where(x == 0, 0.0, torch.where(x == 0, 1.0, x).sqrt())


def torch_losses(c, x, y):
    """One value for each of the rows of x and y, which have two axes."""
    name = c["name"]
    if name == "multilabel_margin":
        # PyTorch takes the indices, ended by -1, and has no margin but 1.
        places = [[k for k, label in enumerate(row) if label > 0.5] for row in y.tolist()]
        lists = torch.tensor([row + [-1] * (y.shape[1] - len(row)) for row in places])
        return c["margin"] * F.multilabel_margin_loss(x / c["margin"], lists, reduction="none")
    if name == "multilabel_soft_margin":
        weight = torch.tensor(c["weight"], dtype=torch.float64).expand(x.shape[1])
        return F.multilabel_soft_margin_loss(x, y, weight=weight, reduction="none")
    if name == "zlpr":
        # As its authors have it: what does not belong goes to minus infinity.
        yes = y > 0.5
        zero = torch.zeros_like(x[:, :1])
        of_yes = torch.cat([torch.where(yes, -x, -math.inf), zero], dim=1)
        of_no = torch.cat([torch.where(yes, -math.inf, x), zero], dim=1)
        return torch.logsumexp(of_yes, dim=1) + torch.logsumexp(of_no, dim=1)
    if name == "image_balanced_binary_cross_entropy":
        beta = 1 - y.mean(dim=1, keepdim=True)
        none = beta == 1  # of the label; then the loss is 0
        positive = beta / torch.where(none, 1.0, 1 - beta)
        return F.binary_cross_entropy_with_logits(x, y, 1 - beta, pos_weight=positive, reduction="none").mean(dim=1)
    if name == "cosine_distance":
        theirs = 1 - F.cosine_similarity(x, y, dim=1, eps=c["epsilon"])
        norms = [torch.linalg.vector_norm(a, dim=1) for a in (x, y)]
        if all((norm > c["epsilon"]).all() for norm in norms):
            return theirs
        # PyTorch's own gradient is that of the norm even where it is under epsilon.
        norms = [norm.clamp(min=c["epsilon"]) for norm in norms]
        ours = 1 - (x * y).sum(dim=1) / (norms[0] * norms[1])
        assert torch.allclose(ours, theirs, rtol=1e-12, atol=1e-12)
        return ours
    if name == "rmse":
        return root(F.mse_loss(x, y, reduction="none").mean(dim=1) + c["epsilon"])
    x, y = x.clamp(min=c["epsilon"]), y.clamp(min=c["epsilon"])
    if name == "rmsle":
        return root(F.mse_loss(x.log1p(), y.log1p(), reduction="none").mean(dim=1))
    # The variance, and what is left of the squared mean.
    d = x.log() - y.log()
    return d.var(dim=1, unbiased=False) + (1 - c["lambda"]) * d.mean(dim=1) ** 2


def compare_with_torch(case):
    c, shape = filled(case["config"]), case["inputs"][0]["shape"]
    x, y = (torch.tensor(array["data"], dtype=torch.float64).reshape(shape) for array in case["inputs"])
    inputs = [x.requires_grad_()] if c["name"] in MULTILABEL else [x.requires_grad_(), y.requires_grad_()]

    def rows(array):
        if len(shape) == 1 or PER[c["name"]] == BATCH:
            return array.reshape(1, -1)
        return array.flatten(1) if PER[c["name"]] == ITEM else array.movedim(1, -1).flatten(0, -2)

    losses = torch_losses(c, rows(x), rows(y))
    divisor = float(losses.numel())
    if case["weights"]:
        weights = torch.tensor(case["weights"]["data"], dtype=torch.float64)
        losses, divisor = losses * weights, weights.sum().item()
    gradients = [g.flatten().tolist() for g in torch.autograd.grad(losses.sum(), inputs)]
    losses, where = losses.tolist(), (case["config"], case["name"])
    for name, values, over in (
        ("none", losses, 1.0),
        ("mean", [math.fsum(losses) / (divisor or 1)], divisor or 1),
        ("sum", [math.fsum(losses)], 1.0),
    ):
        ours = case[name]["value"] if name == "none" else [case[name]["value"]]
        assert close(ours, values), (*where, name, "value")
        for n, theirs in enumerate(gradients):
            assert close(case[name]["gradients"][n], [g / over for g in theirs]), (*where, name, n)


# The cases.

LIMITS = (8, 24, 64)  # of the random numbers in turn, in eighths
WEIGHTS = [1.5, 0.0, 0.5, 2.0, 1.25, 0.0]


def eighths(rng, low, high):
    return rng.randint(low, high) / 8


def draw_labels(rng, limit):
    return eighths(rng, -limit, limit), float(rng.random() < 0.4)


def draw_pair(rng, limit):
    return eighths(rng, -limit, limit), eighths(rng, -limit, limit)


def draw_positive(rng, limit):
    return eighths(rng, 1, limit), eighths(rng, 1, limit)


class Suite:
    """The cases of one loss. Random inputs are multiples of 1/8 within 8: exact in every dtype."""

    def __init__(self, loss, draw):
        self.loss = loss
        self.draw = draw
        self.cases = []

    def add(self, name, parameters, shape, *, inputs=None, weights=None, draw=None, extreme=False):
        config, count = {"name": self.loss, **parameters}, math.prod(shape)
        groups, losses = layout(self.loss, shape)
        if inputs is None:
            rng = random.Random(f"{self.loss}/{name}")
            inputs = [(0.0, 0.0)] * count
            for i, places in enumerate(groups):
                for j in places:
                    inputs[j] = (draw or self.draw)(rng, LIMITS[i % len(LIMITS)])
        assert len(inputs) == count, (name, len(inputs), shape)
        if weights is not None:
            weights = {"shape": losses, "data": [float(weights[i % len(weights)]) for i in range(len(groups))]}
        arrays = [{"shape": shape, "data": [float(x) for x in array]} for array in zip(*inputs, strict=True)]
        for number in [x for array in arrays for x in array["data"]] + (weights["data"] if weights else []):
            assert exact_in(number, "<f"), (name, number)
            assert extreme or exact_in_bf16(number), (name, number)
        assert all(len(v) == shape[1] for v in config.values() if isinstance(v, list)), name
        assert name not in [case["name"] for case in self.cases], name
        self.cases.append(
            {
                "name": name,
                "config": config,
                "input": None,
                "pos_weight": None,
                "label_smoothing": 0.0,
                "class_weights": None,
                "weights": weights,
                "inputs": arrays,
                "extreme": extreme,
            }
        )

    def extreme(self, name, parameters, rows, **more):
        """Rows of predictions and targets, as given; the predictions and the targets of a row are lists."""
        inputs = [pair for x, y in rows for pair in zip(x, y, strict=True)]
        self.add(name, parameters, [len(rows), len(rows[0][0])], inputs=inputs, extreme=True, **more)

    def extreme_batches(self, name, parameters, pairs):
        """Pairs of numbers that are a batch; a case for each."""
        for number, batch in enumerate(pairs, 1):
            self.add(f"{name}_{number}", parameters, [len(batch), 1], inputs=batch, extreme=True)


def add_common(suite, other, **more):
    """What every loss goes through, with its default parameters and with others."""
    some = WEIGHTS if PER[suite.loss] != BATCH else [2.5]
    suite.add("defaults", {}, [6, 5], **more)
    suite.add("other_parameters" if other else "more_rows", other, [6, 5], **more)
    suite.add("weights_with_zeros", other, [6, 5], weights=some, **more)
    suite.add("all_weights_zero", {}, [3, 4], weights=[0], **more)
    suite.add("spatial", other, [2, 3, 2, 2], **more)
    suite.add("spatial_weights", {}, [2, 3, 2, 2], weights=some, **more)
    suite.add("sequence", {}, [2, 4, 3], **more)
    suite.add("one_element", {}, [1, 1], **more)
    suite.add("one_class", other, [4, 1], **more)
    suite.add("many_short_rows", other, [20, 3], **more)
    suite.add("long_rows", {}, [2, 33], **more)
    suite.add("one_dimension", {}, [7], **more)
    suite.add("one_dimension_weights", other, [5], weights=[0.75], **more)


# Labels and scores that agree with them by far, or do not.
RIGHT = [
    ([30, -30, -30, -30, -30], [1, 0, 0, 0, 0]),
    ([60, 60, -60, 60, -60], [1, 1, 0, 1, 0]),
    ([-88, 104, -104, 88, -60], [0, 1, 0, 1, 0]),
    ([17, -17, -24, 20, -17], [1, 0, 0, 1, 0]),
    ([-104, -88, -60, -30, -17], [0, 0, 0, 0, 0]),
    ([104, 88, 60, 30, 17], [1, 1, 1, 1, 1]),
]
WRONG = [(scores, [1 - label for label in labels]) for scores, labels in RIGHT] + [
    ([104, 0, -104, 0.5, -0.5], [0, 0, 1, 1, 0]),
    ([60, 59, 58.5, -60, -59], [0, 0, 0, 1, 1]),
]
FAR = [
    ([10000, -10000, 0, 8, -16], [1, 0, 0, 1, 0]),
    ([10000, -10000, 0, 8, -16], [0, 1, 1, 0, 1]),
    ([10000, 9992, 10000, 9968, 0], [1, 1, 0, 0, 0]),
    ([-10000, -9992, -9984, -9968, -9936], [1, 0, 1, 0, 0]),
    ([60000, -60000, 59999.5, -60000, 0], [0, 1, 1, 0, 0]),
    ([-60000, -60000, -60000, -60000, -60000], [0, 0, 0, 0, 0]),
    ([60000, 60000, 60000, 60000, 60000], [1, 1, 1, 1, 1]),
]
SMALL = [
    ([2.0**-24, -(2.0**-24), 2.0**-40, 0, 0], [1, 0, 1, 0, 1]),
    ([0, 0, 0, 0, 0], [1, 1, 0, 0, 0]),
    ([1 + 2.0**-20, 1, 1 - 2.0**-23, -1, 2.0**-12], [1, 0, 0, 1, 1]),
]
ALL_OR_NONE = [
    ([1, -0.5, 2, 0, -3], [0, 0, 0, 0, 0]),
    ([1, -0.5, 2, 0, -3], [1, 1, 1, 1, 1]),
    ([0.5, 0.5, 0.5, 0.5, 0.5], [0, 0, 0, 0, 0]),
]
GAPS = [0.125, 1, 4, 8, 12, 16, 17, 20, 24, 30, 36, 37, 40, 60, 72, 87, 88, 89, 96, 104]


def multilabel(loss, other, sets):
    def cases():
        suite = Suite(loss, draw_labels)
        add_common(suite, other)
        suite.add("all_or_none", {}, [3, 5], inputs=[pair for x, y in ALL_OR_NONE for pair in zip(x, y)])
        for name, parameters in sets.items():
            suite.add(name, parameters, [6, 5])
        for end, parameters in {"": {}, **{f"_{name}": p for name, p in sets.items()}}.items():
            for name, rows in (("right", RIGHT), ("wrong", WRONG), ("far", FAR), ("small", SMALL)):
                suite.extreme(f"{name}{end}", parameters, rows)
        ladder = [([gap, -gap], [label, 1 - label]) for gap in GAPS for label in (1, 0)]
        suite.extreme("gap_ladder", {}, ladder)
        return suite

    return cases


def draw_label_in_between(rng, limit):
    return eighths(rng, -limit, limit), eighths(rng, 0, 8)


def draw_rare_label(rng, limit):
    return eighths(rng, -limit, limit), float(rng.random() < 0.1)


def multilabel_margin_cases():
    suite = multilabel("multilabel_margin", {"margin": 0.4}, {"margin_3": {"margin": 3}})()
    kinks = [
        ([1, 0, -1, 2, 0.5], [1, 0, 0, 1, 0]),
        ([1 + 2.0**-23, 0, 2.0**-23, -1, 5], [1, 0, 0, 0, 1]),
        ([1 - 2.0**-24, 0, -(2.0**-24), 2.0**-12, 0], [1, 0, 0, 0, 0]),
        ([8, 7, 7, 7, 7], [1, 0, 0, 0, 0]),
    ]
    suite.extreme("at_the_margin", {}, kinks)
    cut = [([1, -0.5, 2, 0, 0.25], [0.75, 0.25, 0.5, 1, 0]), ([0, 3, -1, 0.5, 2], [0.5, 0.625, 0, 0.375, 1])]
    suite.extreme("labels_in_between", {}, cut)
    return suite


def soft_margin_cases():
    three, five = [2, 0.5, 1.25], [1.5, 0, 0.25, 1, 4]
    sets = {"weight_of_each": {"weight": five}}
    suite = multilabel("multilabel_soft_margin", {"weight": 0.5}, sets)()
    suite.add("weight_of_each_spatial", {"weight": three}, [2, 3, 2, 2], weights=WEIGHTS)
    suite.add("weights_all_zero_of_classes", {"weight": [0, 0, 0, 0, 0]}, [2, 5])
    suite.add("labels_in_between", {}, [6, 5], draw=draw_label_in_between)
    suite.add("labels_in_between_weight_of_each", {"weight": five}, [6, 5], draw=draw_label_in_between)
    between = [(x, [0.5, 0.25, 1, 0, 0.75]) for x, _ in (*RIGHT, *FAR)]
    suite.extreme("far_labels_in_between", {}, between)
    return suite


def zlpr_cases():
    suite = multilabel("zlpr", {}, {})()
    cut = [([1, -0.5, 2, 0, 0.25], [0.75, 0.25, 0.5, 1, 0]), ([0, 3, -1, 0.5, 2], [0.5, 0.625, 0, 0.375, 1])]
    suite.extreme("labels_in_between", {}, cut)
    return suite


def image_balanced_cases():
    suite = multilabel("image_balanced_binary_cross_entropy", {}, {})()
    suite.add("labels_in_between", {}, [6, 5], draw=draw_label_in_between)
    suite.add("rare_labels", {}, [2, 1, 4, 4], draw=draw_rare_label)
    return suite


# Norms of 5/8.
EPSILON_NORM = [([0.375, 0.5, 0], [1, 2, 2]), ([1, 2, 2], [0, -0.375, 0.5]), ([0.375, 0, 0.5], [0.375, 0.5, 0])]


def cosine_cases():
    suite = Suite("cosine_distance", draw_pair)
    add_common(suite, {"epsilon": 3.0625})
    suite.add("epsilon_0_5", {"epsilon": 0.5}, [6, 5])
    suite.extreme("identical", {}, [([x, 2 * x, -x, 0.5], [x, 2 * x, -x, 0.5]) for x in (1, 0.125, -8, 10000)])
    suite.extreme("parallel", {}, [([1, 2, -3, 0], [2, 4, -6, 0]), ([0, 0, 5, 0], [0, 0, 0.125, 0])])
    suite.extreme("opposite", {}, [([1, 2, -3, 0.5], [-1, -2, 3, -0.5]), ([2, 0, 0, 0], [-8, 0, 0, 0])])
    suite.extreme("orthogonal", {}, [([1, 0, 0], [0, 1, 0]), ([1, 1, 0], [-3, 3, 5]), ([2, -4, 1], [1, 0.5, 0])])
    near = [([1, 2, -3, 4], [1 + step, 2, -3, 4]) for step in (2.0**-23, 2.0**-20, 2.0**-16, 2.0**-12, 2.0**-7)]
    near += [([1, 2, -3, 4], [2, 4 + step, -6, 8]) for step in (2.0**-21, 2.0**-10)]
    near += [([8, 0, 0, 0], [1, step, 0, 0]) for step in (2.0**-40, 2.0**-24, 2.0**-12, 2.0**-7)]
    suite.extreme("nearly_parallel", {}, near)
    suite.extreme("nearly_opposite", {}, [(x, [-b for b in y]) for x, y in near])
    zeros = [([0, 0, 0], [1, -2, 0.5]), ([1, -2, 0.5], [0, 0, 0]), ([0, 0, 0], [0, 0, 0])]
    suite.extreme("zero_vectors", {}, zeros)
    suite.extreme("zero_vectors_epsilon_0_5", {"epsilon": 0.5}, zeros)
    below = [([2.0**-30, 0, 0], [1, 2, 3]), ([2.0**-30, -(2.0**-31), 0], [2.0**-40, 2.0**-30, 0])]
    below += [([2.0**-24, 0, 2.0**-24], [1, 2, 3]), ([2.0**-20, 2.0**-24, 0], [2.0**-22, 0, 2.0**-20])]
    suite.extreme("near_epsilon", {}, below)
    suite.extreme("norms_at_epsilon", {"epsilon": 0.625}, EPSILON_NORM)
    big = 2.0**100
    far = [([big, 2 * big, -big], [big, big, big]), ([big, 1, 0], [0.5, 8, 1]), ([60000, 1, 0], [60000, 0, 1])]
    far += [([10000, -60000, 104], [1, 0, 0.125]), ([3 * big, 0, -4 * big], [6 * big, 0, -8 * big])]
    suite.extreme("huge", {}, far)
    return suite


def rmse_cases():
    suite = Suite("rmse", draw_pair)
    add_common(suite, {"epsilon": 0.5})
    suite.add("epsilon_0_001", {"epsilon": 0.001}, [6, 5])
    equal = [(0, 0), (1, 1), (-8, -8), (60000, 60000)]
    for end, parameters in (("", {}), ("_epsilon_0_25", {"epsilon": 0.25})):
        suite.extreme_batches(f"equal{end}", parameters, [equal])
        tiny = [
            [(2.0**-24, 0), (0, 2.0**-24), (1, 1)],
            [(2.0**-40, 0), (0, 0), (-8, -8)],
            [(1 + 2.0**-23, 1), (1, 1), (-2, -2 + 2.0**-12)],
        ]
        suite.extreme_batches(f"tiny{end}", parameters, tiny)
        big = 2.0**100
        huge = [
            [(10000, 0), (0.125, 0), (-60000, 60000)],
            [(60000, 59999.5), (104, -104)],
            [(big, 0), (-big, big), (0, 1)],
        ]
        suite.extreme_batches(f"huge{end}", parameters, huge)
    suite.extreme_batches("tinier", {}, [[(2.0**-80, 0), (0, 2.0**-81), (0, 0)]])
    suite.extreme_batches("one_differs", {}, [[(3, 3), (0, -4), (1, 1), (0, 0)]])
    return suite


def rmsle_cases():
    suite = Suite("rmsle", draw_positive)
    add_common(suite, {"epsilon": 0.5})
    suite.add("both_signs", {}, [6, 5], draw=draw_pair)
    suite.add("epsilon_2", {"epsilon": 2.0625}, [6, 5])
    equal = [(0, 0), (1, 1), (0.125, 0.125), (60000, 60000), (2.0**-20, 2.0**-20)]
    suite.extreme_batches("equal", {}, [equal, [(-1, -8), (0, -0.5), (2, 2)]])
    suite.extreme_batches("zero_or_below", {}, [[(0, 1), (1, 0), (-1, 2), (2, -1), (-60000, 1), (0, 0)]])
    at = [(x, y) for x in (0.125, 0.25, 0) for y in (0.125, 1, 0.25)]
    suite.extreme_batches("at_epsilon", {"epsilon": 0.125}, [at])
    close_ones = [[(1 + 2.0**-20, 1), (0.5, 0.5), (4, 4)], [(1, 1 + 2.0**-12), (0.5 + 2.0**-20, 0.5)]]
    suite.extreme_batches("tiny_residuals", {}, close_ones)
    tiny = [[(2.0**-20, 2.0**-21), (2.0**-40, 2.0**-20)], [(2.0**-22, 2.0**-23), (2.0**-24, 2.0**-24)]]
    suite.extreme_batches("tiny", {}, tiny)
    huge = [[(60000, 1), (1, 60000), (60000, 59999)], [(10000, 0), (2.0**100, 1), (2.0**-100, 0)]]
    suite.extreme_batches("huge", {}, huge)
    return suite


def scale_invariant_log_cases():
    suite = Suite("scale_invariant_log", draw_positive)
    add_common(suite, {"lambda": 0.875, "epsilon": 0.25})
    ends = {"lambda_0": {"lambda": 0}, "lambda_1": {"lambda": 1}}
    suite.add("both_signs", {}, [6, 5], draw=draw_pair)
    for name, parameters in ends.items():
        suite.add(name, parameters, [6, 5])
        suite.add(f"{name}_spatial", parameters, [2, 3, 2, 2])
    for end, parameters in {"": {}, **{f"_{name}": p for name, p in ends.items()}}.items():
        equal = [([0, 1, 0.125, 60000], [0, 1, 0.125, 60000]), ([2.0**-20, -1, 3, 8], [2.0**-20, -2, 3, 8])]
        suite.extreme(f"equal{end}", parameters, equal)
        scaled = [([2, 4, 6, 0.25], [1, 2, 3, 0.125]), ([1, 2, 3, 0.5], [1024, 2048, 3072, 512])]
        suite.extreme(f"scaled{end}", parameters, scaled)
        nearly = [([1 + 2.0**-20, 2, 3, 8], [1, 2, 3, 8]), ([2, 4 + 2.0**-12, 6, 0.25], [1, 2, 3, 0.125])]
        nearly += [([2.0**20, 2.0**21 + 4, 3, 5], [1, 2, 3 * 2.0**-20, 5 * 2.0**-20])]
        suite.extreme(f"nearly_scaled{end}", parameters, nearly)
        far = [([60000, 2.0**-20, 1, 104], [2.0**-20, 60000, 1, 88]), ([2.0**100, 1, 1, 1], [1, 1, 1, 2.0**100])]
        suite.extreme(f"far{end}", parameters, far)
    below = [([0, 1, -1, 2], [1, 0, 2, -60000]), ([0, 0, 0, 0], [1, 1, 1, 1]), ([-1, -2, -3, 0], [0, -1, -8, 0])]
    suite.extreme("zero_or_below", {}, below)
    at = [([0.125, 0.25, 0, 1], [0.125, 1, 0.125, 0.125]), ([1, 0.125, 0.125, 0.125], [0.125, 0.125, 0.25, 0])]
    suite.extreme("at_epsilon", {"epsilon": 0.125}, at)
    return suite


SUITES = {
    "multilabel_margin": multilabel_margin_cases,
    "multilabel_soft_margin": soft_margin_cases,
    "zlpr": zlpr_cases,
    "image_balanced_binary_cross_entropy": image_balanced_cases,
    "cosine_distance": cosine_cases,
    "rmse": rmse_cases,
    "rmsle": rmsle_cases,
    "scale_invariant_log": scale_invariant_log_cases,
}
assert SUITES.keys() == DEFAULTS.keys()


def generate(loss, versions):
    cases = SUITES[loss]().cases
    for case in cases:
        case.update(evaluate(case, DIGITS, STEP))
        if case["extreme"]:
            again = evaluate(case, MORE_DIGITS, SMALLER_STEP)
            assert all(case[name] == again[name] for name in again), (loss, case["name"])
        else:
            compare_with_torch(case)
    return document(loss, versions, cases, CASE_KEYS), len(cases)
