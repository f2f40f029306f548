"""Losses of one value an element: pointwise, binary and distribution losses; tensors of one shape.

A file has `definition` and `witness`:
- pointwise: `definition(c, x, y, centre)` of prediction and target; `witness(c, x, y)`
- distribution: `definition(c, x, s, y, centre)` of location, scale and target; `witness(c, x, s, y)`
- binary: `definition(c, p)`: the losses of a positive and of a negative label, of a `Probability`;
  `witness(c, p, miss, positive, negative)`: the same in PyTorch, of p, 1 - p, -ln p and -ln(1 - p)

`c` are the parameters of the element's class, `centre` the inputs before the difference step. It picks the piece where the
slope at a border is a convention; everywhere else the central difference itself is the rule: the mean of both sides. It may
have
- `LABELS = True`: the target gets no gradient (as of every binary loss)
- `piece(c, x, y)`: on which of `PIECES` (2) pieces an element lies; the default case and that of other parameters have all
- `witness_of_logits(x, y, pos_weight)`: PyTorch's own, of a binary loss
"""

import math
from types import SimpleNamespace

import torch
from mpmath import mp, mpf
from torch.nn import functional as F

import catalogue
import suite
import witness
from exact import exactly, ln, of_class, Term
from rows import LOG_FLOOR, PROBABILITIES, to_the
from signatures import tensors
from signatures.tensors import arrays, check_case, entries, weights_of  # noqa: F401
from suite import LIMITS, eighths, with_and_without

DEFINITIONS = ("definition",)


# Numbers.


def class_of(shape, element):
    """Its place on axis 1."""
    return element // math.prod(shape[2:]) % shape[1] if len(shape) > 1 else 0


class Probability:
    """p, 1 - p and their logarithms, of a logit or of p itself. `centre` is that before the difference step."""

    def __init__(self, x, kind, centre=None):
        self.given = kind == PROBABILITIES
        if self.given:
            self.p, self.miss = x, 1 - x
        else:
            self.p, self.miss = 1 / (1 + mp.exp(-x)), 1 / (1 + mp.exp(x))
        self.centre = self if centre is None else Probability(centre, kind)

    def ln(self, x, centre):
        """Floored where probabilities are given, of slope 0 at the floor."""
        return mpf(LOG_FLOOR) if self.given and (centre == 0 or ln(centre) <= LOG_FLOOR) else ln(x)

    def ln_p(self):
        return self.ln(self.p, self.centre.p)

    def ln_miss(self):
        return self.ln(self.miss, self.centre.miss)

    def p_to(self, exponent):
        return to_the(self.p, exponent, self.centre.p)

    def miss_to(self, exponent):
        return to_the(self.miss, exponent, self.centre.miss)


def of_each_class(config, classes):
    """The parameters of each class."""
    parts = vars(exactly(config))
    return [SimpleNamespace(**{name: of_class(value, k) for name, value in parts.items()}) for k in range(classes)]


def terms(golden, config, shape, kind=None, pos_weight=None, label_smoothing=0, weights=None):
    """One for each element; the inputs are as they come."""
    count, inputs = math.prod(shape), range(3 if golden.kind == "distribution" else 2)
    c = of_each_class(config, shape[1] if len(shape) > 1 else 1)
    definition, s = golden.part("definition"), mpf(label_smoothing)

    def element(k):
        return lambda point, centre: definition(c[k], *point, centre)

    def binary(k):
        positive_weight = mpf(pos_weight[k]) if pos_weight else mpf(1)

        def value(point, centre):
            p = Probability(point[0], kind, None if point is centre else centre[0])
            y = point[1] * (1 - s) + s / 2
            positive, negative = definition(c[k], p)
            loss = mpf(0)  # what counts for nothing may be infinite
            if positive_weight * y:
                loss += positive_weight * y * positive
            if 1 - y:
                loss += (1 - y) * negative
            return loss

        return value

    function = binary if golden.kind == "binary" else element
    return [
        Term([(n, j) for n in inputs], function(class_of(shape, j)), weights[j] if weights else 1) for j in range(count)
    ]


def graded(golden):
    if golden.kind == "distribution":
        return [0, 1, 2]
    return [0] if golden.kind == "binary" or golden.part("LABELS") else [0, 1]


def terms_of(golden, case):
    options = (case[key] for key in ("input", "pos_weight", "label_smoothing"))
    return terms(golden, case["config"], case["inputs"][0]["shape"], *options, weights_of(case))


def check_suite(golden, cases):
    """Elements lie on every piece."""
    piece = golden.part("piece")
    for case in cases if piece else ():
        if case["name"] in ("defaults", "many_short_rows"):
            c = catalogue.plainly(case["config"])
            seen = {piece(c, x, y) for x, y in zip(*arrays(case), strict=True)}
            assert len(seen) == golden.part("PIECES", 2), f"{golden.name} {case['name']} does not exercise every piece"


# The witness.


def compare(golden, case, results):
    shape = case["inputs"][0]["shape"]
    inputs = [witness.tensor(array).requires_grad_(i in graded(golden)) for i, array in enumerate(case["inputs"])]
    c, peer = witness.by_class(case["config"], len(shape)), golden.part("witness")
    weights = witness.tensor(case["weights"]) if case["weights"] else torch.ones(shape, dtype=torch.float64)
    if golden.kind == "binary":
        y = inputs[1] * (1 - case["label_smoothing"]) + case["label_smoothing"] / 2
        pos_weight = witness.along_classes(case["pos_weight"], len(shape)) if case["pos_weight"] else None
        losses = binary_witness(golden, c, inputs[0], y, case["input"], pos_weight)
    else:
        losses = peer(c, *inputs)
    witnessed = witness.Witnessed(weights * losses, weights.sum())
    graded_inputs = [x if x.requires_grad else None for x in inputs]
    witness.compare(witnessed, graded_inputs, results, (), (case["config"], case["name"]))


def binary_witness(golden, c, x, y, kind, pos_weight):
    given = kind == PROBABILITIES
    if not given and golden.has("witness_of_logits"):
        return golden.part("witness_of_logits")(x, y, pos_weight)
    p, miss = (x, 1 - x) if given else (torch.sigmoid(x), torch.sigmoid(-x))
    ones, cross_entropy = torch.ones_like(x), F.binary_cross_entropy if given else F.binary_cross_entropy_with_logits
    sides = (cross_entropy(x, side, reduction="none") for side in (ones, 0 * ones))
    positive, negative = golden.part("witness")(c, p, miss, *sides)
    return (1 if pos_weight is None else pos_weight) * y * positive + (1 - y) * negative


# Random inputs.


def draw_residual(rng, limit, kind):
    return eighths(rng, -limit, limit), eighths(rng, -limit, limit)


def draw_wide(rng, limit, kind):
    return draw_residual(rng, LIMITS[-1], kind)


def draw_some_fine(rng, limit, kind):
    """Every third residual is within 1/4."""
    x, y = draw_residual(rng, limit, kind)
    return (x / 8, y / 8) if limit == LIMITS[0] else (x, y)


def draw_positive(rng, limit, kind):
    return eighths(rng, 1, limit), eighths(rng, 1, limit)


def draw_relative(rng, limit, kind):
    return eighths(rng, -limit, limit), eighths(rng, 1, limit) * rng.choice((-1, 1))


def draw_log_mean(rng, limit, kind):
    return eighths(rng, -24, 24), eighths(rng, 1, limit)


def draw_sides(rng, limit, kind):
    return eighths(rng, -limit, limit), rng.choice((-1.0, 1.0))


def draw_binary(rng, limit, kind):
    y = rng.choice((0.0, 1.0, 0.0, 1.0, rng.randint(1, 7) / 8))
    return rng.randint(1, 63) / 64 if kind == PROBABILITIES else eighths(rng, -limit, limit), y


def draw_distribution(rng, limit, kind):
    return eighths(rng, -limit, limit), eighths(rng, 1, limit), eighths(rng, -limit, limit)


# The cases.

WEIGHTS = [1.5, 0.5, 0.0, 2.0, 1.25, 0.0, 1.0]
EQUAL = [(0, 0), (1, 1), (-8, -8), (0.125, 0.125), (60000, 60000)]
TINY = [
    (2.0**-24, 0),
    (-(2.0**-24), 0),
    (0, 2.0**-40),
    (0, -(2.0**-40)),
    (2.0**-40, 0),
    (1 + 2.0**-20, 1),
    (1, 1 + 2.0**-23),
    (3 * 2.0**-30, -(2.0**-30)),
    (-2, -2 + 2.0**-12),
    (2.0**-12, 0),
    (2.0**-7, 0),
]
HUGE = [
    (10000, 0),
    (-10000, 0),
    (60000, -60000),
    (-60000, 60000),
    (0, 60000),
    (0.125, -60000),
    (10000, 9999.5),
    (104, 0),
    (0, 88),
]
# The products of score and side.
MARGINS = [0, 0.125, -0.125, 1, -1, 0.875, 1.125, -0.875, -1.125, 2, -2, 8, -8]
MARGINS_TINY = [2.0**-24, 2.0**-40, 1 - 2.0**-24, 1 + 2.0**-23, 1 - 2.0**-12, -1 + 2.0**-24, -1 - 2.0**-23]
MARGINS_FAR = [17, 30, 60, 88, 104, 10000, 60000]
# Logits of labels, and probabilities near the ends, exact in f32.
CERTAIN = [0, 2.0**-24, 2.0**-40, 0.125, 4, 12, 17, 24, 30, 37, 60, 88, 104, 10000, 60000]
NEAR_ZERO = [2.0**-100, 2.0**-60, 2.0**-40, 2.0**-24, 2.0**-12, 2.0**-7]
NEAR_ONE = [1 - 2.0**-24, 1 - 2.0**-23, 1 - 2.0**-16, 1 - 2.0**-7]
BELOW_FLOOR = 2.0**-145  # ln = -100.5


def around(joint):
    """Residuals at the joint of two pieces and beside it, of both signs and with either input at 0."""
    sizes = [joint, joint - 2.0**-8, joint + 2.0**-8, joint - 0.125, joint + 0.125]
    return [(s * r, 0) for r in sizes for s in (1, -1)] + [(0, joint), (0, -joint), (1 + joint, 1)]


class Suite(tensors.Suite):
    """The cases of one loss. A maker below is called first, or `draw` is set."""

    draw = None  # of the random numbers, the limit in eighths and what the scores are, the inputs of one element
    jumps = None  # of the parameters: the sizes of a residual where the slope jumps without a convention

    def at_jump(self, config, point):
        return bool(self.jumps) and abs(point[0] - point[1]) in self.jumps(catalogue.plainly(config))

    def drawn(self, name, config, count, draw, kind=None):
        rng, inputs = self.rng(name), []
        while len(inputs) < count:
            point = (draw or self.draw)(rng, LIMITS[len(inputs) % len(LIMITS)], kind)
            if not self.at_jump(config, point):
                inputs.append(point)
        return inputs

    def add(
        self,
        name,
        parameters,
        shape,
        *,
        inputs=None,
        weights=None,
        draw=None,
        kind=None,
        pos_weight=None,
        label_smoothing=0.0,
        extreme=False,
    ):
        config, count = self.config(parameters), math.prod(shape)
        inputs = self.drawn(name, config, count, draw, kind) if inputs is None else inputs
        assert len(inputs) == count, (name, len(inputs), shape)
        assert not any(self.at_jump(config, point) for point in inputs), (self.loss, name)
        lists = [v for v in config.values() if isinstance(v, list)] + ([pos_weight] if pos_weight else [])
        assert all(len(numbers) == shape[1] for numbers in lists), name
        if weights is not None:
            weights = suite.array(shape, [float(weights[i % len(weights)]) for i in range(count)])
        options = {"kind": kind, "pos_weight": pos_weight, "label_smoothing": label_smoothing, "weights": weights}
        self.put_tensors(name, parameters, shape, zip(*inputs, strict=True), extreme=extreme, **options)

    def add_extreme(self, name, parameters, inputs, **more):
        """Inputs of elements, as given."""
        self.add(name, parameters, [len(inputs), 1], inputs=inputs, extreme=True, **more)

    def add_drawn_extreme(self, name, parameters, shape):
        """Random inputs, with parameters that make them extreme."""
        inputs = self.drawn(name, self.config(parameters), math.prod(shape), None)
        self.add(name, parameters, shape, inputs=inputs, extreme=True)

    def add_common(self, other, **more):
        """What every loss goes through, with its default parameters and with others."""
        self.add("defaults", {}, [6, 5], **more)
        self.add("weights_with_zeros", other, [6, 5], weights=WEIGHTS, **more)
        self.add("all_weights_zero", {}, [3, 5], weights=[0], **more)
        self.add("spatial", other, [2, 3, 2, 2], **more)
        self.add("spatial_weights", {}, [2, 3, 2, 2], weights=WEIGHTS, **more)
        self.add("one_element", {}, [1, 1], **more)
        self.add("many_short_rows", other, [20, 3], **more)
        if self.golden.kind == "pointwise":
            self.add("one_dimension", {}, [7], **more)

    def add_sets(self, sets):
        for name, parameters in sets.items():
            self.add(name, parameters, [6, 5])

    def residual(
        self, other, sets, extremes=(), joints=None, draw=draw_residual, jumps=None, equal=EQUAL, tiny=TINY, huge=HUGE
    ):
        """A loss of the residual: other parameters than the defaults, more sets of them by name, and the names of those that
        see the extreme residuals, too. `joints` maps the name of a case to its parameters and its joint."""
        self.draw, self.jumps = draw, jumps
        self.add_common(other)
        self.add_sets(sets)
        for end, parameters in with_and_without({name: sets[name] for name in extremes}).items():
            self.add_extreme(f"equal{end}", parameters, equal)
            self.add_extreme(f"tiny_residuals{end}", parameters, tiny)
            self.add_extreme(f"huge_residuals{end}", parameters, huge)
        for name, (parameters, joint) in (joints or {}).items():
            self.add_extreme(name, parameters, around(joint))

    def quantiles(self, other, sets, joints=None):
        """A loss of the residual with a tau for each class."""
        per_class = {"tau": [0.1, 0.25, 0.5, 0.75, 0.95]}
        self.residual(other, {**sets, "per_class": per_class}, [next(iter(sets))], joints)
        three = {**other, "tau": [0.05, 0.5, 0.9]}
        self.add("per_class_spatial", three, [2, 3, 2, 2])
        self.add("per_class_spatial_weights", three, [2, 3, 2, 2], weights=WEIGHTS)

    def log_mean(self, other, sets, far):
        """A loss of a logarithm of the mean and of what was observed."""
        self.draw = draw_log_mean
        self.add_common(other)
        self.add_sets(sets)
        for end, parameters in with_and_without(sets).items():
            self.add_extreme(f"targets_of_zero{end}", parameters, [(x, 0) for x in (0, 1, -1, 8, -8)])
            close_ones = [(x, y) for x in (0, 2.0**-24, -(2.0**-40)) for y in (1, 1 + 2.0**-20, 0.125)]
            self.add_extreme(f"tiny_inputs{end}", parameters, close_ones)
            self.add_extreme(f"far{end}", parameters, far)

    def margin(self, sets=None):
        """A loss of the product of score and side."""
        sets = sets or {}
        self.draw = draw_sides
        self.add_common(next(iter(sets.values()), {}))
        self.add("more_rows", {}, [6, 5])
        self.add_sets(sets)
        for end, parameters in with_and_without(sets).items():
            scale = parameters.get("margin", 1)
            self.add_extreme(f"at_the_kinks{end}", parameters, [(scale * x, y) for x in MARGINS for y in (1, -1)])
            tiny = [(s * x, y) for x in MARGINS_TINY for y in (1, -1) for s in (1, -1)]
            self.add_extreme(f"tiny{end}", parameters, tiny)
            far = [(s * x, y) for x in MARGINS_FAR for y in (1, -1) for s in (1, -1)]
            self.add_extreme(f"far{end}", parameters, far)

    def binary(self, other, sets, per_class=None):
        """A binary loss, of logits and of probabilities."""
        self.draw = draw_binary
        self.add_common(other, kind="logits")
        five, three = [1.5, 0.5, 1, 4, 0.25], [2, 0.5, 1.25]
        everything = {"pos_weight": three, "label_smoothing": 0.25, "weights": WEIGHTS}
        for kind, end in (("logits", ""), (PROBABILITIES, "_probabilities")):
            if end:
                self.add(f"defaults{end}", {}, [6, 5], kind=kind)
                self.add(f"weights_with_zeros{end}", other, [6, 5], weights=WEIGHTS, kind=kind)
                self.add(f"spatial{end}", other, [2, 3, 2, 2], kind=kind)
            self.add(f"pos_weight{end}", {}, [6, 5], pos_weight=five, kind=kind)
            self.add(f"label_smoothing_0_1{end}", {}, [6, 5], label_smoothing=0.1, kind=kind)
            self.add(f"spatial_everything{end}", other, [2, 3, 2, 2], kind=kind, **everything)
            for name, parameters in sets.items():
                self.add(f"{name}{end}", parameters, [6, 5], kind=kind)
            if per_class:
                self.add(f"per_class{end}", per_class, [6, 5], kind=kind)
                self.add(f"per_class_pos_weight{end}", per_class, [6, 5], pos_weight=five, kind=kind)
                first = {name: numbers[1:4] for name, numbers in per_class.items()}
                self.add(f"per_class_spatial{end}", first, [2, 3, 2, 2], weights=WEIGHTS, kind=kind)
        self.add("label_smoothing_1", {}, [6, 5], label_smoothing=1.0, kind="logits")
        self.add("pos_weight_zero", {}, [6, 5], pos_weight=[0.0, 1.0, 0.0, 2.0, 0.5], kind="logits")
        for end, parameters in with_and_without(sets).items():
            right = [(s * x, float(s > 0)) for x in CERTAIN for s in (1, -1)]
            self.add_extreme(f"certain_and_right{end}", parameters, right, kind="logits")
            wrong = [(x, 1 - y) for x, y in right]
            self.add_extreme(f"certain_and_wrong{end}", parameters, wrong, kind="logits")
            soft = [(x, y) for x, _ in right[-20:] for y in (0.5, 0.125)]
            self.add_extreme(f"certain_soft_targets{end}", parameters, soft, kind="logits")
            ends = [(p, y) for p in (*NEAR_ZERO, *NEAR_ONE) for y in (0, 1, 0.25)]
            self.add_extreme(f"near_the_ends_probabilities{end}", parameters, ends, kind=PROBABILITIES)
            corners = [(p, y) for p in (0, 1, BELOW_FLOOR, 0.5) for y in (0, 1, 0.25)]
            self.add_extreme(f"at_the_ends_probabilities{end}", parameters, corners, kind=PROBABILITIES)

    def distribution(self, other, sets):
        """A loss of location, scale and target."""
        self.draw = draw_distribution
        self.add_common(other)
        self.add_sets(sets)
        for end, parameters in with_and_without(sets).items():
            equal = [(x, s, y) for x, y in EQUAL for s in (0.125, 1, 8)]
            self.add_extreme(f"equal{end}", parameters, equal)
            tiny = [(x, s, y) for x, y in TINY for s in (1, 0.125, 4)]
            self.add_extreme(f"tiny_residuals{end}", parameters, tiny)
            huge = [(x, s, y) for x, y in HUGE for s in (1, 60000, 2.0**-6)]
            self.add_extreme(f"huge_residuals{end}", parameters, huge)
        below = [(x, s, 0) for x in (0, 1, -3) for s in (0, 2.0**-24, 2.0**-20, 2.0**-18, 2.0**-40)]
        self.add_extreme("scales_near_epsilon", {}, below)
        self.add_extreme("negative_scales", {}, [(1, -1, 0), (0, -0.5, 2), (3, -8, 3), (0, -(2.0**-20), 0)])
        at = [(x, s, 1) for x in (0, 1, 1.5) for s in (0.125, 0.125 - 2.0**-12, 0.125 + 2.0**-12, 0, 1)]
        self.add_extreme("scales_at_epsilon", {**other, "epsilon": 0.125}, at)
