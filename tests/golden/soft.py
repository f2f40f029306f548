"""Golden vectors of the losses of soft classes: scores and targets of one shape, class axis 1, one value a row.

`generate.py` runs this. Values come from the definitions, evaluated by mpmath; gradients are central
differences of those values, so no derivative is written down. Where a definition has no derivative, README.md
names the convention; here each stands in a function that is handed the undisturbed number and holds the result
still: `Row.log_p`, `x_log_x` and `power`.
"""

import math
import random
import struct
from functools import lru_cache

import torch
from mpmath import mp, mpf

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

LOG_FLOOR = -100  # of ln p where probabilities are given
LOGITS, PROBABILITIES, LOG_PROBABILITIES = "logits", "probabilities", "log_probabilities"

DEFAULTS = {
    "cross_entropy": {},
    "focal": {"gamma": 2, "alpha": 1},
    "generalized_cross_entropy": {"q": 0.7},
    "brier": {},
    "kl_divergence": {},
    "jeffreys": {},
    "skew_kl": {"alpha": 0.5},
    "skew_jensen_shannon": {"alpha": 0.5},
    "weighted_jensen_shannon": {"alpha": 0.5},
    "alpha_divergence": {"alpha": 0.5},
    "renyi": {"alpha": 0.5},
    "squared_hellinger": {},
    "bhattacharyya": {},
    "total_variation": {},
    "generalized_kl": {},
}
MIXTURES = ("skew_kl", "skew_jensen_shannon", "weighted_jensen_shannon")
# The expected losses of a class drawn from the target: class weights multiply each class's term. Every other row is
# multiplied by the mean weight of a class drawn from its target.
EXPECTED = ("cross_entropy", "focal", "generalized_cross_entropy")
# What is 0 where p and q are alike, and how nearly.
COMPARING = tuple(loss for loss in DEFAULTS if loss not in EXPECTED)


def filled(config):
    unknown = config.keys() - DEFAULTS[config["name"]].keys() - {"name"}
    assert not unknown, f"{config['name']} has no {unknown}"
    return {**DEFAULTS[config["name"]], **config}


# The definitions.


# A difference step moves one number; what it leaves as it was need not be computed again.
exp, ln, exact_power = (lru_cache(maxsize=200_000)(function) for function in (mp.exp, mp.ln, mp.power))


class Row:
    """One row: p of each kind of scores, and the targets q. `centre` is the row before the difference step."""

    def __init__(self, kind, scores, targets, centre=None):
        self.kind, self.scores, self.q = kind, scores, targets
        self.centre = self if centre is None else centre
        self.classes = range(len(targets))
        if kind == LOGITS:
            self.exps = [exp(x) for x in scores]
            self.sum = sum(self.exps)
            self.log_sum = None
            self.p = [e / self.sum for e in self.exps]
        else:
            self.p = scores if kind == PROBABILITIES else [exp(x) for x in scores]

    def log_p(self, k):
        if self.kind == LOG_PROBABILITIES:
            return self.scores[k]
        if self.kind == PROBABILITIES:
            centre = self.centre.p[k]
            return mpf(LOG_FLOOR) if centre == 0 or ln(centre) <= LOG_FLOOR else ln(self.p[k])
        if self.log_sum is None:
            self.log_sum = ln(self.sum)
        return self.scores[k] - self.log_sum

    def miss(self, k):
        """1 - p, which keeps its digits where p is nearly 1 to more digits than there are."""
        if self.kind == LOGITS:
            return sum(e for n, e in enumerate(self.exps) if n != k) / self.sum
        return 1 - self.p[k] if self.kind == PROBABILITIES else -mp.expm1(self.scores[k])

    def q_log_q(self, k):
        return x_log_x(self.q[k], self.centre.q[k])

    def p_power(self, k, exponent):
        return power(self.p[k], exponent, self.centre.p[k])

    def q_power(self, k, exponent):
        return power(self.q[k], exponent, self.centre.q[k])


def x_log_x(x, centre):
    """0 with slope 0 at 0."""
    return x * ln(x) if centre else mpf(0)


def power(x, exponent, centre):
    """x^0 = 1; at 0 the slope is 0, but that of x^1."""
    if centre or exponent == 1:
        return exact_power(x, exponent)
    assert exponent >= 0, "infinite"
    return mpf(exponent == 0)


def cross_entropy(_, row, k):
    return -row.q[k] * row.log_p(k)


def focal(c, row, k):
    gamma, alpha = mpf(of_class(c["gamma"], k)), mpf(of_class(c["alpha"], k))
    return -row.q[k] * alpha * power(row.miss(k), gamma, row.centre.miss(k)) * row.log_p(k)


def generalized_cross_entropy(c, row, k):
    q = mpf(c["q"])
    return row.q[k] * (1 - row.p_power(k, q)) / q


def brier(_, row, k):
    return (row.p[k] - row.q[k]) ** 2


def kl_divergence(_, row, k):
    return row.q_log_q(k) - row.q[k] * row.log_p(k)


def jeffreys(_, row, k):
    assert row.centre.q[k], "infinite"
    return (row.q[k] - row.p[k]) * (ln(row.q[k]) - row.log_p(k))


def mixture(row, k, of_p, of_q):
    m = of_p * row.p[k] + of_q * row.q[k]
    assert m > 0, "no mixture"
    return m


def skew_kl(c, row, k):
    alpha = mpf(c["alpha"])
    return row.q_log_q(k) - row.q[k] * ln(mixture(row, k, alpha, 1 - alpha))


def p_log_p_over(row, k, m):
    return row.p[k] * (row.log_p(k) - ln(m))


def skew_jensen_shannon(c, row, k):
    alpha = mpf(c["alpha"])
    return (skew_kl(c, row, k) + p_log_p_over(row, k, mixture(row, k, 1 - alpha, alpha))) / 2


def weighted_jensen_shannon(c, row, k):
    alpha = mpf(c["alpha"])
    m = mixture(row, k, alpha, 1 - alpha)
    return (1 - alpha) * (row.q_log_q(k) - row.q[k] * ln(m)) + alpha * p_log_p_over(row, k, m)


def q_to_the_alpha(row, k, alpha):
    """q^alpha p^(1 - alpha), which is 0 where q is."""
    return row.q_power(k, alpha) * row.p_power(k, 1 - alpha) if row.centre.q[k] else mpf(0)


def alpha_divergence(c, row, k):
    alpha = mpf(c["alpha"])
    if alpha == 1:
        return generalized_kl(c, row, k)
    if alpha <= 0:
        assert row.centre.q[k], "infinite"
    if alpha == 0:
        return p_log_p_over(row, k, row.q[k]) - row.p[k] + row.q[k]
    powers = q_to_the_alpha(row, k, alpha)
    return (powers - alpha * row.q[k] - (1 - alpha) * row.p[k]) / (alpha * (alpha - 1))


def renyi(c, row, k):
    return q_to_the_alpha(row, k, mpf(c["alpha"]))


def squared_hellinger(_, row, k):
    half = mpf(1) / 2
    return half * (row.p_power(k, half) - row.q_power(k, half)) ** 2


def bhattacharyya(_, row, k):
    half = mpf(1) / 2
    return row.p_power(k, half) * row.q_power(k, half)


def total_variation(_, row, k):
    return abs(row.p[k] - row.q[k]) / 2


def generalized_kl(c, row, k):
    return kl_divergence(c, row, k) - row.q[k] + row.p[k]


TERMS = {
    f.__name__: f
    for f in (
        cross_entropy,
        focal,
        generalized_cross_entropy,
        brier,
        kl_divergence,
        jeffreys,
        skew_kl,
        skew_jensen_shannon,
        weighted_jensen_shannon,
        alpha_divergence,
        renyi,
        squared_hellinger,
        bhattacharyya,
        total_variation,
        generalized_kl,
    )
}
OF_THE_SUM = {
    "renyi": lambda c, total: ln(total) / (mpf(c["alpha"]) - 1),
    "bhattacharyya": lambda _, total: -ln(total),
}


def row_value(c, row, class_weights):
    name = c["name"]
    terms = [TERMS[name](c, row, k) for k in row.classes]
    if name in EXPECTED:
        return sum(v * term for v, term in zip(class_weights, terms))
    loss = OF_THE_SUM[name](c, sum(terms)) if name in OF_THE_SUM else sum(terms)
    # Not of 1, which Σ q need not be.
    return loss * sum(v * q for v, q in zip(class_weights, row.q)) if class_weights else loss


# Whole batches.


def places_of(shape):
    """The places of each row (class axis 1) in the flat row-major data."""
    classes, space = shape[1], math.prod(shape[2:])
    return [[(n * classes + k) * space + s for k in range(classes)] for n in range(shape[0]) for s in range(space)]


def evaluate(case, digits, step):
    """The entries none, mean and sum of the case, as f64."""
    with mp.workdps(digits):
        for function in (exp, ln, exact_power):
            function.cache_clear()  # what they hold was computed with other digits
        h = mpf(step)
        config, kind = filled(case["config"]), case["input"]
        shape = case["inputs"][0]["shape"]
        data = [[mpf(x) for x in array["data"]] for array in case["inputs"]]
        rows = places_of(shape)
        class_weights = [mpf(v) for v in case["class_weights"] or ([1] * shape[1] if config["name"] in EXPECTED else [])]
        weights = [mpf(w) for w in case["weights"]["data"]] if case["weights"] else [mpf(1)] * len(rows)
        divisor = sum(weights)

        values = [mpf(0)] * len(rows)
        gradients = [[mpf(0)] * len(data[0]) for _ in data]
        for i, places in enumerate(rows):
            if not weights[i]:
                continue
            arrays = [[array[j] for j in places] for array in data]
            centre = Row(kind, *arrays)
            values[i] = weights[i] * row_value(config, centre, class_weights)
            for n, array in enumerate(arrays):
                for k, j in enumerate(places):
                    moved = [
                        [*arrays[:n], [x + move if m == k else x for m, x in enumerate(array)], *arrays[n + 1 :]]
                        for move in (-h, h)
                    ]
                    low, high = (row_value(config, Row(kind, *arrays, centre), class_weights) for arrays in moved)
                    gradients[n][j] = weights[i] * (high - low) / (2 * h)

        def rounded(number):
            return float(number) + 0.0  # no negative zero

        def entry(value, divisor):
            over = [[rounded(g / divisor) if divisor else 0.0 for g in array] for array in gradients]
            return {"value": value, "gradients": over}

        total = sum(values)
        return {
            "none": entry([rounded(value) for value in values], 1),
            "mean": entry(rounded(total / divisor) if divisor else 0.0, divisor),
            "sum": entry(rounded(total), 1),
        }


# The comparison with PyTorch.


def torch_rows(c, kind, x, q, class_weights):
    """One value a row by the published formulas. What has no derivative is masked before it is differentiated."""
    name, weights = c["name"], torch.tensor(class_weights or [1.0] * x.shape[1], dtype=torch.float64)
    of_classes = [1, -1, *([1] * (x.dim() - 2))]

    def of_rows(losses):
        return losses * (q * weights.reshape(of_classes)).sum(dim=1) if class_weights else losses

    def log(x):
        return torch.where(x > 0, x, 1.0).log()

    def to_the(x, exponent):
        power = torch.where(x == 0, 1.0, x) ** exponent
        return torch.where(x == 0, float(exponent == 0), power) if exponent != 1 else x

    def per_class(parameter):
        if isinstance(parameter, list):
            return torch.tensor(parameter, dtype=torch.float64).reshape(of_classes)
        return parameter

    if kind == LOGITS:
        log_p = torch.log_softmax(x, dim=1)
        p, miss = log_p.exp(), -torch.expm1(log_p)
    elif kind == PROBABILITIES:
        p, miss = x, 1 - x
        low = x <= math.exp(LOG_FLOOR)
        log_p = torch.where(low, float(LOG_FLOOR), torch.where(low, 1.0, x).log())
    else:
        log_p, p, miss = x, x.exp(), -torch.expm1(x)
    alpha = c.get("alpha")
    if name == "cross_entropy":
        terms = -q * log_p
    elif name == "focal":
        gamma = per_class(c["gamma"])
        certain = miss == 0
        factor = torch.where(certain, 1.0, miss) ** gamma
        at_one = torch.as_tensor(gamma == 0, dtype=torch.float64)
        factor = torch.where(certain & ~torch.as_tensor(gamma == 1), at_one, torch.where(certain, miss, factor))
        terms = -q * per_class(alpha) * factor * log_p
    elif name == "generalized_cross_entropy":
        terms = q * (1 - to_the(p, c["q"])) / c["q"]
    elif name == "brier":
        terms = torch.nn.functional.mse_loss(p, q, reduction="none")
    elif name == "kl_divergence":
        terms = q * log(q) - q * log_p
        if not (q == 0).any():
            terms = torch.nn.functional.kl_div(log_p, q, reduction="none")
    elif name == "jeffreys":
        kl_div = torch.nn.functional.kl_div
        if kind == PROBABILITIES and (p == 0).any():
            terms = (q - p) * (q.log() - log_p)
        else:
            terms = kl_div(log_p, q, reduction="none") + kl_div(q.log(), p, reduction="none")
    elif name == "skew_kl":
        terms = q * (log(q) - (alpha * p + (1 - alpha) * q).log())
    elif name == "skew_jensen_shannon":
        other_way = p * (log_p - (alpha * q + (1 - alpha) * p).log())
        terms = 0.5 * (q * (log(q) - (alpha * p + (1 - alpha) * q).log()) + other_way)
    elif name == "weighted_jensen_shannon":
        # As a difference of entropies.
        m = alpha * p + (1 - alpha) * q
        terms = -m * m.log() + (1 - alpha) * q * log(q) + alpha * p * log_p
        if kind == LOG_PROBABILITIES:  # the entropies of what is not normalised are no different
            assert torch.allclose(terms, (1 - alpha) * q * (log(q) - m.log()) + alpha * p * (log_p - m.log()))
    elif name == "alpha_divergence" and alpha == 1:
        terms = q * log(q) - q * log_p - q + p
    elif name == "alpha_divergence" and alpha == 0:
        terms = p * (log_p - q.log()) - p + q
    elif name == "alpha_divergence":
        powers = torch.where(q == 0, 0.0, to_the(q, alpha) * to_the(torch.where(q == 0, 1.0, p), 1 - alpha))
        terms = (powers - alpha * q - (1 - alpha) * p) / (alpha * (alpha - 1))
    elif name == "renyi":
        terms = torch.where(q == 0, 0.0, to_the(q, alpha) * to_the(torch.where(q == 0, 1.0, p), 1 - alpha))
        return of_rows(terms.sum(dim=1).log() / (alpha - 1))
    elif name == "squared_hellinger":
        terms = 0.5 * (to_the(p, 0.5) - to_the(q, 0.5)) ** 2
    elif name == "bhattacharyya":
        return of_rows(-(to_the(p, 0.5) * to_the(q, 0.5)).sum(dim=1).log())
    elif name == "total_variation":
        terms = torch.nn.functional.l1_loss(p, q, reduction="none") / 2
    elif name == "generalized_kl":
        terms = q * log(q) - q * log_p - q + p
    return (terms * weights.reshape(of_classes)).sum(dim=1) if name in EXPECTED else of_rows(terms.sum(dim=1))


def compare_with_torch(case):
    c, kind = filled(case["config"]), case["input"]
    arrays = [torch.tensor(a["data"], dtype=torch.float64).reshape(a["shape"]) for a in case["inputs"]]
    for array in arrays:
        array.requires_grad_()
    x, q = arrays
    class_weights = case["class_weights"]
    where = (case["config"], case["name"])
    rows = torch_rows(c, kind, x, q, class_weights)
    if c["name"] == "cross_entropy" and kind == LOGITS:
        v = torch.tensor(class_weights or [1.0] * x.shape[1], dtype=torch.float64)
        rows = torch.nn.functional.cross_entropy(x, q, weight=v, reduction="none")
        assert torch.allclose(rows, torch_rows(c, kind, x, q, class_weights), rtol=1e-12, atol=1e-12), where
    divisor = float(rows.numel())
    if case["weights"]:
        weights = torch.tensor(case["weights"]["data"], dtype=torch.float64).reshape(rows.shape)
        rows, divisor = rows * weights, weights.sum().item()
    gradients = [g.flatten().tolist() for g in torch.autograd.grad(rows.sum(), arrays)]
    rows = rows.flatten().tolist()
    for name, values, over in (
        ("none", rows, 1.0),
        ("mean", [math.fsum(rows) / (divisor or 1)], divisor or 1),
        ("sum", [math.fsum(rows)], 1.0),
    ):
        ours = case[name]["value"] if name == "none" else [case[name]["value"]]
        assert close(ours, values), (*where, name, "value")
        for n, theirs in enumerate(gradients):
            assert close(case[name]["gradients"][n], [g / over for g in theirs]), (*where, name, n)


# The cases.

WEIGHTS = [1.5, 0.0, 0.5, 2.0, 1.25, 0.0]
CLASS_WEIGHTS = [1.5, 0.5, 0.0, 2.0, 1.25]
TINY = 2.0**-24


class Suite:
    """The cases of one loss. Random logits are multiples of 1/8 within ±8, random probabilities and targets
    multiples of 1/64 that sum to 1, log-probabilities multiples of 1/8 not above 0, which do not."""

    def __init__(self, loss, zeros=True):
        self.loss = loss
        self.zeros = zeros  # whether a target may be 0
        self.cases = []

    def config(self, **parameters):
        return {"name": self.loss, **parameters}

    def distribution(self, rng, classes, zeros):
        """Cuts of 64 places: parts are 0 now and then, where zeros may be, else never."""
        if zeros:
            cuts = sorted(rng.choice((0, rng.randint(0, 64), rng.randint(0, 64))) for _ in range(classes - 1))
        else:
            cuts = sorted(rng.sample(range(1, 64), classes - 1))
        parts = [(high - low) / 64 for low, high in zip([0, *cuts], [*cuts, 64])]
        rng.shuffle(parts)
        return parts

    def add(
        self,
        name,
        config,
        shape,
        *,
        kind=LOGITS,
        scores=None,
        targets=None,
        weights=None,
        class_weights=None,
        zeros=True,
        limits=(8, 24, 64),
        extreme=False,
    ):
        rng = random.Random(f"{self.loss}/{name}")
        rows = places_of(shape)
        if scores is None:
            scores = [0.0] * math.prod(shape)
            for row, places in enumerate(rows):
                limit = limits[row % 3]  # in eighths
                if kind == PROBABILITIES:
                    drawn = self.distribution(rng, shape[1], False)
                elif kind == LOGITS:
                    drawn = [rng.randint(-limit, limit) / 8 for _ in places]
                else:
                    drawn = [rng.randint(-limit, 0) / 8 for _ in places]
                for j, x in zip(places, drawn):
                    scores[j] = x
        if targets is None:
            targets = [0.0] * math.prod(shape)
            for places in rows:
                for j, x in zip(places, self.distribution(rng, shape[1], zeros and self.zeros)):
                    targets[j] = x
        row_shape = [shape[0], *shape[2:]]
        case = {
            "name": name,
            "config": config,
            "input": kind,
            "pos_weight": None,
            "label_smoothing": 0.0,
            "class_weights": class_weights,
            "weights": None if weights is None else {"shape": row_shape, "data": weights},
            "inputs": [{"shape": shape, "data": [float(x) for x in data]} for data in (scores, targets)],
            "extreme": extreme,
        }
        for number in [*(class_weights or []), *(weights or [])]:
            assert exact_in_bf16(number) and exact_in(number, "<e"), (name, number)
        for array in case["inputs"]:
            assert len(array["data"]) == math.prod(shape), name
            for number in array["data"]:
                assert exact_in(number, "<f"), (name, number)
                assert extreme or (exact_in_bf16(number) and exact_in(number, "<e")), (name, number)
        assert weights is None or len(weights) == len(rows), name
        assert name not in [c["name"] for c in self.cases], name
        self.cases.append(case)

    def add_rows(self, name, config, rows, **more):
        """Rows of scores and targets, as given."""
        scores, targets = ([x for row in rows for x in row[n]] for n in (0, 1))
        self.add(name, config, [len(rows), len(rows[0][0])], scores=scores, targets=targets, **more)


def one_hot(t, classes=5):
    return [float(k == t) for k in range(classes)]


# Logits of which the target is far above, far below, and beyond what exp can hold.
CONFIDENT = [
    ([30, 0, 0, 0, 0], 0),
    ([0, 60, 0, 0, 0], 1),
    ([0, -1, 0.5, 104, 0], 3),
    ([-30, -60, -88, -104, 0], 4),
    ([17, 0.5, 0, -1, 0], 0),
    ([-60, -30, -60, -60, -62], 1),
]
FAR_BELOW = [
    ([30, 0, 0, 0, 0], 1),
    ([0, -1, 0, 0.5, 88], 2),
    ([104, 0, 0, 1, 0], 4),
    ([-30, -60, -88, -104, 0], 0),
    ([60, 60, 60, 60, -60], 4),
    ([17, 0.5, 0, -1, 0], 2),
]
HUGE = [
    ([10000, -10000, 0, 0, 0], 0),
    ([10000, -10000, 0, 0, 0], 1),
    ([10000, 10000, 10000, 10000, 10000], 4),
    ([10000, 9992, 10000, 9968, 0], 1),
    ([-10000, -9992, -9992, -10000, 0], 1),
]
# Under e^-745 there is no f64; a target of 0 beside e^-10000 would need a smaller difference step.
FAR = [
    ([760, 0, 0, 0, 0], 0),
    ([760, 0, 0, 0, 0], 1),
    ([0, 360, 0, -400, 0], 3),
    ([10000, 10000, 10000, 10000, 10000], 4),
    ([10000, 9992, 10000, 9968, 9248], 1),
    ([-10000, -9992, -9992, -10000, -9240], 1),
]
SPREAD = [0.5, 0.25, 0.125, 0.09375, 0.03125]
GAPS = [0.125, 1, 4, 8, 12, 16, 17, 20, 30, 36, 40, 60, 80]


def turned(numbers, by):
    return [*numbers[by:], *numbers[:by]]


def hard(rows):
    return [(logits, one_hot(t)) for logits, t in rows]


def soft(rows, zeros=True):
    """The same logits with a target that is spread, one class of which is 0 where it may be."""
    spread = [0.5, 0.25, 0.1875, 0.0625, 0.0] if zeros else SPREAD
    return [(logits, turned(spread, -t)) for logits, t in rows]


def within(rows, gap):
    return [(logits, t) for logits, t in rows if max(logits) - min(logits) <= gap]


NEARLY_EQUAL = [
    ([TINY, 0, 0, 0], [0.25] * 4),
    ([2.0**-12, -(2.0**-12), 0, 0], [0.25] * 4),
    ([0, 0, 0, 0], [0.25 + 2.0**-20, 0.25 - 2.0**-20, 0.25, 0.25]),
    ([2.0**-7, 0, 0, -(2.0**-7)], [0.25, 0.25 + 2.0**-9, 0.25 - 2.0**-9, 0.25]),
]


def in_f32(numbers):
    return [struct.unpack("<f", struct.pack("<f", x))[0] for x in numbers]


# Distributions that differ by less than a rounding error of f32 would let a sum of logarithms tell. The second does not
# sum to 1 exactly.
DISTRIBUTIONS = [[0.5, 0.25, 0.125, 0.125], in_f32([0.3, 0.2, 0.1, 0.4])]
CHANGES = [(1, -1, 0.5, 0), (-0.5, 0.25, 1, -1)]
NEXT_TO_EQUAL = [
    (in_f32(math.log(x) + size * change for x, change in zip(q, changes)), q)
    for size in (1e-3, 1e-4, 2e-5)
    for q, changes in zip(DISTRIBUTIONS, CHANGES)
]
NEXT_TO_EQUAL_PROBABILITIES = [
    ([0.25 + 2.0**-11, 0.25, 0.25 - 2.0**-11, 0.25], [0.25] * 4),
    ([0.5 - 2.0**-14, 0.25, 0.125 + 2.0**-14, 0.125], DISTRIBUTIONS[0]),
    ([0.5, 0.25 + 2.0**-17, 0.125 - 2.0**-17, 0.125], DISTRIBUTIONS[0]),
]

# Probabilities and targets with zeros, in each of the ways that a loss may bear.
ONLY_P_ZERO = [
    ([0, 0.5, 0.25, 0.25], [0.25, 0.5, 0.125, 0.125]),
    ([0, 0, 0.625, 0.375], [0.125, 0.25, 0.0625, 0.5625]),
    ([0.015625, 0, 0, 0.984375], [0.5, 0.015625, 0.234375, 0.25]),
]
ONLY_Q_ZERO = [
    ([0.25, 0.5, 0.125, 0.125], [0, 0.5, 0.25, 0.25]),
    ([0.125, 0.25, 0.0625, 0.5625], [1, 0, 0, 0]),
    ([0.5, 0.015625, 0.234375, 0.25], [0.984375, 0, 0, 0.015625]),
]
EITHER_ZERO = [
    ([0, 0.5, 0.5, 0], [0.25, 0, 0.5, 0.25]),
    ([0.75, 0, 0, 0.25], [0, 0.375, 0.5, 0.125]),
]
BOTH_ZERO = [
    ([0, 0.5, 0.5, 0], [0, 0.75, 0.125, 0.125]),
    ([0, 0, 0.25, 0.75], [0.5, 0, 0.5, 0]),
]
CERTAIN = [
    ([1, 0, 0, 0], [1, 0, 0, 0]),
    ([0, 1, 0, 0], [0.5, 0.5, 0, 0]),
]
DISJOINT = [([0, 1, 0, 0], [1, 0, 0, 0]), ([0.5, 0, 0.5, 0], [0, 0.25, 0, 0.75])]
SMALL = 2.0**-120
TINY_PROBABILITIES = [
    ([SMALL, TINY, 0.5, 0.5], [0.25, 0.25, 0.25, 0.25]),
    ([2.0**-60, 1 - TINY, 2.0**-30, TINY], [TINY, 1 - TINY, SMALL, 2.0**-40]),
    ([0.25, 0.5, 2.0**-12, 0.25], [SMALL, 2.0**-60, 0.75, 0.25]),
]


def add_common(suite, other, sets=None, *, p_q_zeros=(), most=math.inf, infinite_where_q_is_0=False):
    """What every loss goes through; `sets` are parameters by name, `p_q_zeros` the rows it bears,
    `most` the largest gap of the logits of which its value is within f32."""
    default, zeros = suite.config(), not infinite_where_q_is_0
    other = suite.config(**other)
    suite.add("defaults", default, [6, 5])
    suite.add("defaults_positive_targets", default, [6, 5], zeros=False)
    suite.add("weights_with_zeros", default, [6, 5], weights=WEIGHTS)
    suite.add("all_weights_zero", other, [3, 4], weights=[0.0] * 3)
    suite.add("spatial", default, [2, 3, 2, 2])
    suite.add("spatial_weights", other, [2, 3, 2, 2], weights=[0.5, 0.0, 2.0, 1.0, 1.25, 0.75, 0.0, 3.0])
    suite.add("one_class", default, [2, 1])
    suite.add("many_short_rows", other, [20, 3])
    suite.add("long_rows", default, [2, 33])
    equal = [([x] * 4, [0.25] * 4) for x in (0, 2.5, -8)] + [([0] * 4, [0.5, 0.25, 0.125, 0.125])]
    suite.add_rows("equal", default, equal)
    suite.add("class_weights", default, [6, 5], class_weights=CLASS_WEIGHTS)
    suite.add("class_weights_and_weights", other, [6, 5], class_weights=CLASS_WEIGHTS, weights=WEIGHTS)
    suite.add("class_weights_spatial", other, [2, 3, 2, 2], class_weights=[0.5, 2.0, 1.25])
    weighted = {"class_weights": CLASS_WEIGHTS}
    suite.add("probabilities", default, [6, 5], kind=PROBABILITIES, **weighted)
    suite.add("probabilities_spatial_weights", other, [2, 3, 2], kind=PROBABILITIES, weights=[1.0, 0.0, 2.5, 0.5])
    suite.add("log_probabilities", default, [6, 5], kind=LOG_PROBABILITIES, **weighted)
    suite.add("log_probabilities_other_parameters", other, [6, 5], kind=LOG_PROBABILITIES, weights=WEIGHTS)
    for name, parameters in (sets or {}).items():
        suite.add(name, suite.config(**parameters), [6, 5])
    if p_q_zeros:
        suite.add_rows("probabilities_with_zeros", default, p_q_zeros, kind=PROBABILITIES)
        if other != default:
            suite.add_rows("probabilities_with_zeros_other_parameters", other, p_q_zeros, kind=PROBABILITIES)
    suite.add_rows("nearly_equal", default, NEARLY_EQUAL, extreme=True)
    if suite.loss in COMPARING:
        for what, config in (("", default), ("_other_parameters", other)):
            if not what or other != default:
                suite.add_rows(f"next_to_equal{what}", config, NEXT_TO_EQUAL, extreme=True)
                given = f"next_to_equal_probabilities{what}"
                suite.add_rows(given, config, NEXT_TO_EQUAL_PROBABILITIES, kind=PROBABILITIES, extreme=True)
    add_extremes(suite, "", default, zeros, most)
    if other != default:
        add_extremes(suite, "_other_parameters", other, zeros, most)


def add_extremes(suite, suffix, config, zeros=True, most=math.inf):
    for name, rows in (("confident", CONFIDENT), ("far_below", FAR_BELOW), ("huge_logits", HUGE)):
        rows = within(rows, most)
        mixed = zeros and suite.loss in MIXTURES and name == "huge_logits"
        if rows and zeros and not mixed:
            suite.add_rows(f"{name}_one_hot{suffix}", config, hard(rows), extreme=True)
        if rows:
            suite.add_rows(f"{name}_soft{suffix}", config, soft(rows, zeros and not mixed), extreme=True)
        if mixed:
            suite.add_rows(f"far_apart_one_hot{suffix}", config, hard(FAR), extreme=True)
            suite.add_rows(f"far_apart_soft{suffix}", config, soft(FAR), extreme=True)
    if zeros:
        ladder = [([gap, 0], one_hot(0, 2)) for gap in GAPS]
        suite.add_rows(f"gap_ladder{suffix}", config, ladder, extreme=True)


def cross_entropy_cases():
    suite = Suite("cross_entropy")
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT]
    add_common(suite, {}, p_q_zeros=zeros)
    add_floor(suite)
    return suite


def add_floor(suite, **parameters):
    """ln p is floored between 2^-144 and 2^-145."""
    rows = [([2.0**-149, 0.5, 2.0**-120, 0.5], [0.25] * 4), ([0.25, 0, 0.5, 0.25], [0, 0.75, 0, 0.25])]
    config = suite.config(**parameters)
    suite.add_rows("probabilities_at_the_floor", config, rows, kind=PROBABILITIES, extreme=True)
    suite.add_rows("tiny_probabilities", config, TINY_PROBABILITIES, kind=PROBABILITIES, extreme=True)


def focal_cases():
    suite = Suite("focal")
    sets = {
        "gamma_0": {"gamma": 0},
        "gamma_1": {"gamma": 1},
        "gamma_5_alpha_0_25": {"gamma": 5, "alpha": 0.25},
        "per_class_gamma_and_alpha": {"gamma": [2, 0, 3, 0.5, 1], "alpha": [0.25, 0.75, 1, 1.5, 0.5]},
    }
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT]
    add_common(suite, {"gamma": 0.5, "alpha": 0.75}, sets, p_q_zeros=zeros)
    for gamma in (0, 1):
        config = suite.config(gamma=gamma)
        suite.add_rows(f"probabilities_certain_gamma_{gamma}", config, [*CERTAIN, *DISJOINT], kind=PROBABILITIES)
    add_extremes(suite, "_gamma_1", suite.config(gamma=1))
    suite.add_rows("tiny_probabilities", suite.config(), TINY_PROBABILITIES, kind=PROBABILITIES, extreme=True)
    return suite


def generalized_cross_entropy_cases():
    suite = Suite("generalized_cross_entropy")
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT]
    sets = {"q_1": {"q": 1}, "q_0_5": {"q": 0.5}, "q_0_01": {"q": 0.01}}
    add_common(suite, {"q": 0.3}, sets, p_q_zeros=zeros)
    suite.add_rows("probabilities_with_zeros_q_1", suite.config(q=1), zeros, kind=PROBABILITIES)
    add_extremes(suite, "_q_1", suite.config(q=1))
    return suite


def brier_cases():
    suite = Suite("brier")
    add_common(suite, {}, p_q_zeros=[*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT])
    return suite


def kl_divergence_cases():
    suite = Suite("kl_divergence")
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT]
    add_common(suite, {}, p_q_zeros=zeros)
    add_floor(suite)
    return suite


def jeffreys_cases():
    suite = Suite("jeffreys", zeros=False)
    add_common(suite, {}, p_q_zeros=ONLY_P_ZERO, infinite_where_q_is_0=True)
    suite.add_rows("tiny_probabilities", suite.config(), TINY_PROBABILITIES, kind=PROBABILITIES, extreme=True)
    return suite


MIXED_ZEROS = [*ONLY_P_ZERO, *ONLY_Q_ZERO, ([0.5, 0.25, 0, 0.25], [0, 0.25, 0.5, 0.25])]


def skew_kl_cases():
    suite = Suite("skew_kl")
    sets = {"alpha_0_01": {"alpha": 0.01}, "alpha_0_9": {"alpha": 0.9}, "alpha_1": {"alpha": 1}}
    add_common(suite, {"alpha": 0.125}, sets, p_q_zeros=MIXED_ZEROS)
    add_extremes(suite, "_alpha_1", suite.config(alpha=1))
    suite.add_rows("tiny_probabilities", suite.config(), TINY_PROBABILITIES, kind=PROBABILITIES, extreme=True)
    return suite


def skew_jensen_shannon_cases():
    suite = Suite("skew_jensen_shannon")
    sets = {"alpha_0_01": {"alpha": 0.01}, "alpha_0_9": {"alpha": 0.9}}
    add_common(suite, {"alpha": 0.125}, sets, p_q_zeros=MIXED_ZEROS)
    # Half of Jeffreys: infinite where a target is 0.
    suite.add("alpha_1", suite.config(alpha=1), [6, 5], zeros=False)
    add_extremes(suite, "_alpha_1", suite.config(alpha=1), zeros=False)
    suite.add_rows("tiny_probabilities", suite.config(), TINY_PROBABILITIES, kind=PROBABILITIES, extreme=True)
    return suite


def weighted_jensen_shannon_cases():
    suite = Suite("weighted_jensen_shannon")
    sets = {"alpha_0_01": {"alpha": 0.01}, "alpha_0_9": {"alpha": 0.9}}
    add_common(suite, {"alpha": 0.125}, sets, p_q_zeros=MIXED_ZEROS)
    suite.add_rows("tiny_probabilities", suite.config(), TINY_PROBABILITIES, kind=PROBABILITIES, extreme=True)
    return suite


def alpha_divergence_cases():
    suite = Suite("alpha_divergence")
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT]
    sets = {
        "alpha_1": {"alpha": 1},
        "alpha_0_9375": {"alpha": 0.9375},
        "alpha_1_0009765625": {"alpha": 1.0009765625},
    }
    add_common(suite, {"alpha": 0.25}, sets, p_q_zeros=zeros)
    for alpha in (2, 3):  # q^alpha/p^(alpha - 1) within f16
        suite.add(f"alpha_{alpha}", suite.config(alpha=alpha), [6, 5], limits=(8, 12, 16))
    for name, alpha in (("0", 0), ("minus_0_0009765625", -0.0009765625), ("minus_1", -1), ("minus_2_5", -2.5)):
        suite.add(f"alpha_{name}", suite.config(alpha=alpha), [6, 5], zeros=False)
    only_p = [*ONLY_P_ZERO, ([0.5, 0.25, 0.25, 0], [0.25] * 4)]
    for name, alpha in (("0", 0), ("minus_1", -1)):
        config = suite.config(alpha=alpha)
        suite.add_rows(f"probabilities_with_zeros_alpha_{name}", config, only_p, kind=PROBABILITIES)
        add_extremes(suite, f"_alpha_{name}", config, zeros=False)
    suite.add_rows("probabilities_with_zeros_alpha_1", suite.config(alpha=1), zeros, kind=PROBABILITIES)
    add_extremes(suite, "_alpha_1", suite.config(alpha=1))
    add_extremes(suite, "_alpha_2", suite.config(alpha=2), most=60)
    both = [([0, 0.5, 0.5, 0], [0, 0.75, 0.25, 0]), *CERTAIN[:1], *ONLY_Q_ZERO]
    suite.add_rows("probabilities_with_zeros_alpha_2", suite.config(alpha=2), both, kind=PROBABILITIES)
    suite.add("probabilities_alpha_2", suite.config(alpha=2), [6, 5], kind=PROBABILITIES)
    suite.add("log_probabilities_alpha_1", suite.config(alpha=1), [6, 5], kind=LOG_PROBABILITIES)
    zero = suite.config(alpha=0)
    suite.add("log_probabilities_alpha_0", zero, [6, 5], kind=LOG_PROBABILITIES, zeros=False)
    return suite


def renyi_cases():
    suite = Suite("renyi")
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN]
    sets = {
        "alpha_0_9375": {"alpha": 0.9375},
        "alpha_1_0009765625": {"alpha": 1.0009765625},
        "alpha_2": {"alpha": 2},
        "alpha_5": {"alpha": 5},
    }
    add_common(suite, {"alpha": 0.25}, sets, p_q_zeros=zeros)
    add_extremes(suite, "_alpha_2", suite.config(alpha=2))
    both = [([0, 0.5, 0.5, 0], [0, 0.75, 0.25, 0]), *CERTAIN[:1], *ONLY_Q_ZERO]
    suite.add_rows("probabilities_with_zeros_alpha_2", suite.config(alpha=2), both, kind=PROBABILITIES)
    suite.add("probabilities_alpha_2", suite.config(alpha=2), [6, 5], kind=PROBABILITIES)
    return suite


def squared_hellinger_cases():
    suite = Suite("squared_hellinger")
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT]
    add_common(suite, {}, p_q_zeros=zeros)
    return suite


def bhattacharyya_cases():
    suite = Suite("bhattacharyya")
    add_common(suite, {}, p_q_zeros=[*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN])
    return suite


def total_variation_cases():
    suite = Suite("total_variation")
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT]
    add_common(suite, {}, p_q_zeros=zeros)
    return suite


def generalized_kl_cases():
    suite = Suite("generalized_kl")
    zeros = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN, *DISJOINT]
    add_common(suite, {}, p_q_zeros=zeros)
    rows = [
        ([2.5, 0.125, 7, 1], [3, 0.125, 8, 0]),
        ([8, 0.25, 0, 3.5], [0.5, 6, 1.25, 0]),
        ([1, 2, 3, 4], [4, 3, 2, 1]),
    ]
    suite.add_rows("measures", suite.config(), rows, kind=PROBABILITIES)
    add_floor(suite)
    return suite


SUITES = {
    f"{name.removesuffix('_cases')}.soft": cases
    for name, cases in list(globals().items())
    if name.endswith("_cases") and callable(cases)
}
assert [f"{loss}.soft" for loss in DEFAULTS] == list(SUITES)


def generate(file, versions):
    cases = SUITES[file]().cases
    loss = file.removesuffix(".soft")
    for case in cases:
        case.update(evaluate(case, DIGITS, STEP))
        for number in (x for array in case["none"]["gradients"] for x in array):
            assert math.isfinite(number), (loss, case["name"])
        assert all(map(math.isfinite, case["none"]["value"])), (loss, case["name"])
        if case["extreme"]:
            again = evaluate(case, MORE_DIGITS, SMALLER_STEP)
            assert all(case[name] == again[name] for name in again), (loss, case["name"])
        else:
            compare_with_torch(case)
    return document(loss, versions, cases, CASE_KEYS), len(cases)
