"""Losses of scores and targets that are probabilities, of one shape `[N, C, …]`; one value a row.

The file of a loss has one of
- `soft_definition(c, row)`: the loss of one row (rows.py) with targets q; class weights multiply it by Σ v·q
- `soft_definition = Expected(definition)`: Σ v·q times the loss of each class
and `soft_witness`: of the same in PyTorch, by a `Batch`; of an expected loss, that of each class. It may have
- `INFINITE_WHERE_Q_IS_0 = True`: then its targets are positive
- `MIXES = True`: a mixture of p and q stands in it, of which there is no logarithm where both are 0

Where a definition has no derivative, `Row` holds the result still: its `log_p`, `p_to`, `q_to`, `q_log_q`.
"""

import math
import struct
from functools import cached_property

import torch
from mpmath import mpf

import suite
import witness
from exact import exactly, Term
from rows import LOG_FLOOR, LOG_PROBABILITIES, LOGITS, PROBABILITIES, Row
from signatures import tensors
from signatures.tensors import arrays, check_case, entries, weights_of  # noqa: F401
from suite import LIMITS, TINY

DEFINITIONS = ("definition",)


class Expected:
    """The expected loss of a class drawn from the targets, each class's term times its weight."""

    def __init__(self, definition):
        self.definition = definition

    def __call__(self, c, row, weights):
        return sum(v * row.q(k) * self.definition(c, row, k) for k, v in zip(row.classes, weights))


def mixture(row, k, of_p, of_q):
    m = of_p * row.p(k) + of_q * row.q(k)
    assert m > 0, "no mixture"
    return m


# Numbers.


def places_of(shape):
    """The places of each row (class axis 1) in the flat row-major data."""
    classes, space = shape[1], math.prod(shape[2:])
    return [[(n * classes + k) * space + s for k in range(classes)] for n in range(shape[0]) for s in range(space)]


def terms(golden, config, shape, kind=LOGITS, class_weights=None, weights=None):
    """One for each row; inputs 0 and 1 are scores and targets."""
    c, definition = exactly(config), golden.part("definition")
    v = [mpf(weight) for weight in class_weights] if class_weights else None

    def value(point, centre):
        half = len(point) // 2
        before = None if point is centre else Row(centre[:half], None, kind, centre[half:])
        row = Row(point[:half], before, kind, point[half:])
        if isinstance(definition, Expected):
            return definition(c, row, v or [mpf(1)] * half)
        loss = definition(c, row)
        # Not of 1, which Σ q need not be.
        return loss * sum(weight * q for weight, q in zip(v, row.targets)) if v else loss

    return [
        Term([(n, j) for n in (0, 1) for j in places], value, weights[i] if weights else 1)
        for i, places in enumerate(places_of(shape))
    ]


def graded(golden):
    return [0, 1]


def terms_of(golden, case):
    options = case["input"], case["class_weights"], weights_of(case)
    return terms(golden, case["config"], case["inputs"][0]["shape"], *options)


# The witness.


class Batch:
    """Scores and targets `[N, C, …]` in PyTorch. What has no derivative is masked before it is differentiated."""

    def __init__(self, kind, x, q, class_weights):
        self.kind, self.x, self.q, self.class_weights = kind, x, q, class_weights

    @cached_property
    def log_p(self):
        if self.kind == LOGITS:
            return torch.log_softmax(self.x, dim=1)
        if self.kind == LOG_PROBABILITIES:
            return self.x
        low = self.x <= math.exp(LOG_FLOOR)
        return torch.where(low, float(LOG_FLOOR), torch.where(low, 1.0, self.x).log())

    @cached_property
    def p(self):
        return self.x if self.kind == PROBABILITIES else self.log_p.exp()

    @cached_property
    def miss(self):
        return 1 - self.x if self.kind == PROBABILITIES else -torch.expm1(self.log_p)

    @property
    def q_log_q(self):
        return self.q * log(self.q)


def log(x):
    """0 at 0."""
    return torch.where(x > 0, x, 1.0).log()


def to_the(x, exponent):
    """x^exponent, of slope 0 at 0, except that of x^1."""
    exponent = torch.as_tensor(exponent, dtype=torch.float64)
    power = torch.where(x == 0, 1.0, x) ** exponent
    return torch.where(exponent == 1, x, torch.where(x == 0, (exponent == 0).double(), power))


def compare(golden, case, results):
    x, q = (witness.tensor(array).requires_grad_() for array in case["inputs"])
    v = witness.along_classes(case["class_weights"] or [1.0] * x.shape[1], x.dim())
    batch = Batch(case["input"], x, q, v.flatten())
    losses = golden.part("witness")(witness.by_class(case["config"], x.dim()), batch)
    if isinstance(golden.part("definition"), Expected):
        if losses.dim() == x.dim():
            losses = (v * q * losses).sum(dim=1)
    elif case["class_weights"]:
        losses = losses * (v * q).sum(dim=1)
    weights = torch.ones_like(losses)
    if case["weights"]:
        weights = witness.tensor(case["weights"])
    where = (case["config"], case["name"])
    witness.compare(witness.Witnessed(losses * weights, weights.sum()), [x, q], results, (), where)


# The cases.

WEIGHTS = [1.5, 0.0, 0.5, 2.0, 1.25, 0.0]
CLASS_WEIGHTS = [1.5, 0.5, 0.0, 2.0, 1.25]

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
SPREAD_WITH_A_ZERO = [0.5, 0.25, 0.1875, 0.0625, 0.0]
GAPS = [0.125, 1, 4, 8, 12, 16, 17, 20, 30, 36, 40, 60, 80]


def one_hot(t, classes=5):
    return [float(k == t) for k in range(classes)]


def turned(numbers, by):
    return [*numbers[by:], *numbers[:by]]


def hard(rows):
    return [(logits, one_hot(t)) for logits, t in rows]


def soft(rows, zeros=True):
    """The same logits with a target that is spread, one class of which is 0 where it may be."""
    return [(logits, turned(SPREAD_WITH_A_ZERO if zeros else SPREAD, -t)) for logits, t in rows]


def within(rows, gap):
    return [(logits, t) for logits, t in rows if max(logits) - min(logits) <= gap]


EQUAL = [([x] * 4, [0.25] * 4) for x in (0, 2.5, -8)] + [([0] * 4, [0.5, 0.25, 0.125, 0.125])]
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
OVERLAPPING_ZEROS = [*ONLY_P_ZERO, *ONLY_Q_ZERO, *EITHER_ZERO, *BOTH_ZERO, *CERTAIN]
ALL_ZEROS = [*OVERLAPPING_ZEROS, *DISJOINT]
MIXED_ZEROS = [*ONLY_P_ZERO, *ONLY_Q_ZERO, ([0.5, 0.25, 0, 0.25], [0, 0.25, 0.5, 0.25])]
NO_ZERO_TO_A_NEGATIVE_POWER = [([0, 0.5, 0.5, 0], [0, 0.75, 0.25, 0]), *CERTAIN[:1], *ONLY_Q_ZERO]
SMALL = 2.0**-120
TINY_PROBABILITIES = [
    ([SMALL, TINY, 0.5, 0.5], [0.25, 0.25, 0.25, 0.25]),
    ([2.0**-60, 1 - TINY, 2.0**-30, TINY], [TINY, 1 - TINY, SMALL, 2.0**-40]),
    ([0.25, 0.5, 2.0**-12, 0.25], [SMALL, 2.0**-60, 0.75, 0.25]),
]
# ln p is floored between 2^-144 and 2^-145.
AT_THE_FLOOR = [([2.0**-149, 0.5, 2.0**-120, 0.5], [0.25] * 4), ([0.25, 0, 0.5, 0.25], [0, 0.75, 0, 0.25])]


class Suite(tensors.Suite):
    """The cases of one loss. Random log-probabilities are not above 0, and do not sum to 1."""

    def __init__(self, golden):
        super().__init__(golden)
        self.zeros = not golden.part("INFINITE_WHERE_Q_IS_0", False)  # whether a target may be 0
        self.compares = not isinstance(golden.part("definition"), Expected)  # 0 where p and q are alike
        self.mixes = golden.part("MIXES", False)

    def distribution(self, rng, classes, zeros):
        """Cuts of 64 places: parts are 0 now and then, where zeros may be, else never."""
        if zeros:
            cuts = sorted(rng.choice((0, rng.randint(0, 64), rng.randint(0, 64))) for _ in range(classes - 1))
        else:
            cuts = sorted(rng.sample(range(1, 64), classes - 1))
        parts = [(high - low) / 64 for low, high in zip([0, *cuts], [*cuts, 64])]
        rng.shuffle(parts)
        return parts

    def draw_scores(self, rng, kind, classes, limit):
        if kind == PROBABILITIES:
            return self.distribution(rng, classes, False)
        return [rng.randint(-limit, limit if kind == LOGITS else 0) / 8 for _ in range(classes)]

    def add(
        self,
        name,
        parameters,
        shape,
        *,
        kind=LOGITS,
        scores=None,
        targets=None,
        weights=None,
        class_weights=None,
        zeros=True,
        limits=LIMITS,
        extreme=False,
    ):
        rng, rows = self.rng(name), places_of(shape)
        if scores is None:
            scores = [0.0] * math.prod(shape)
            for row, places in enumerate(rows):
                for j, x in zip(places, self.draw_scores(rng, kind, shape[1], limits[row % 3])):
                    scores[j] = x
        if targets is None:
            targets = [0.0] * math.prod(shape)
            for places in rows:
                for j, x in zip(places, self.distribution(rng, shape[1], zeros and self.zeros)):
                    targets[j] = x
        assert weights is None or len(weights) == len(rows), name
        if weights is not None:
            weights = suite.array([shape[0], *shape[2:]], weights)
        options = {"kind": kind, "class_weights": class_weights, "weights": weights}
        self.put_tensors(name, parameters, shape, (scores, targets), extreme=extreme, **options)

    def add_rows(self, name, parameters, rows, **more):
        """Rows of scores and targets, as given."""
        scores, targets = ([x for row in rows for x in row[n]] for n in (0, 1))
        self.add(name, parameters, [len(rows), len(rows[0][0])], scores=scores, targets=targets, **more)

    def add_probabilities(self, name, parameters, rows, **more):
        self.add_rows(name, parameters, rows, kind=PROBABILITIES, **more)

    def add_all(self, other=None, sets=None, zeros=(), most=math.inf):
        """What every loss goes through: other parameters than the defaults, more sets of them by name, the rows with zeros
        that it bears, and the largest gap of the logits of which its value is within f32."""
        other = other or {}
        both = {"": {}, **({"_other_parameters": other} if other else {})}
        self.add("defaults", {}, [6, 5])
        self.add("defaults_positive_targets", {}, [6, 5], zeros=False)
        self.add("weights_with_zeros", {}, [6, 5], weights=WEIGHTS)
        self.add("all_weights_zero", other, [3, 4], weights=[0.0] * 3)
        self.add("spatial", {}, [2, 3, 2, 2])
        self.add("spatial_weights", other, [2, 3, 2, 2], weights=[0.5, 0.0, 2.0, 1.0, 1.25, 0.75, 0.0, 3.0])
        self.add("one_class", {}, [2, 1])
        self.add("many_short_rows", other, [20, 3])
        self.add("long_rows", {}, [2, 33])
        self.add_rows("equal", {}, EQUAL)
        self.add("class_weights", {}, [6, 5], class_weights=CLASS_WEIGHTS)
        self.add("class_weights_and_weights", other, [6, 5], class_weights=CLASS_WEIGHTS, weights=WEIGHTS)
        self.add("class_weights_spatial", other, [2, 3, 2, 2], class_weights=[0.5, 2.0, 1.25])
        self.add("probabilities", {}, [6, 5], kind=PROBABILITIES, class_weights=CLASS_WEIGHTS)
        self.add("probabilities_spatial_weights", other, [2, 3, 2], kind=PROBABILITIES, weights=[1.0, 0.0, 2.5, 0.5])
        self.add("log_probabilities", {}, [6, 5], kind=LOG_PROBABILITIES, class_weights=CLASS_WEIGHTS)
        self.add("log_probabilities_other_parameters", other, [6, 5], kind=LOG_PROBABILITIES, weights=WEIGHTS)
        for name, parameters in (sets or {}).items():
            self.add(name, parameters, [6, 5])
        if zeros:
            for end, parameters in both.items():
                self.add_probabilities(f"probabilities_with_zeros{end}", parameters, zeros)
        self.add_rows("nearly_equal", {}, NEARLY_EQUAL, extreme=True)
        if self.compares:
            for end, parameters in both.items():
                self.add_rows(f"next_to_equal{end}", parameters, NEXT_TO_EQUAL, extreme=True)
                name = f"next_to_equal_probabilities{end}"
                self.add_probabilities(name, parameters, NEXT_TO_EQUAL_PROBABILITIES, extreme=True)
        for end, parameters in both.items():
            self.add_extremes(end, parameters, self.zeros, most)

    def add_extremes(self, end, parameters, zeros=True, most=math.inf):
        for name, rows in (("confident", CONFIDENT), ("far_below", FAR_BELOW), ("huge_logits", HUGE)):
            rows = within(rows, most)
            mixed = zeros and self.mixes and name == "huge_logits"
            if rows and zeros and not mixed:
                self.add_rows(f"{name}_one_hot{end}", parameters, hard(rows), extreme=True)
            if rows:
                self.add_rows(f"{name}_soft{end}", parameters, soft(rows, zeros and not mixed), extreme=True)
            if mixed:
                self.add_rows(f"far_apart_one_hot{end}", parameters, hard(FAR), extreme=True)
                self.add_rows(f"far_apart_soft{end}", parameters, soft(FAR), extreme=True)
        if zeros:
            ladder = [([gap, 0], one_hot(0, 2)) for gap in GAPS]
            self.add_rows(f"gap_ladder{end}", parameters, ladder, extreme=True)

    def add_tiny_probabilities(self):
        self.add_probabilities("tiny_probabilities", {}, TINY_PROBABILITIES, extreme=True)

    def add_floor(self):
        """The logarithm of a probability has a floor."""
        self.add_probabilities("probabilities_at_the_floor", {}, AT_THE_FLOOR, extreme=True)
        self.add_tiny_probabilities()
