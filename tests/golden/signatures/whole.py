"""Losses that need several elements at once, of one shape `[N, C, …]`: of a row (along axis 1), an item or the batch.

A file has `definition(c, x, y, centre)`: x and y are the numbers of one row, item or batch, `centre` the same before the
difference step, which picks the piece where a slope is a convention; and `witness(c, x, y)` of the same in PyTorch, of all
of them at once: two axes, the second that of the numbers of one. It may have
- `PER`: ROW, unless set; ITEM or BATCH
Targets of multilabel losses are labels and get no gradient.
"""

import math

import torch

import catalogue
import suite
import witness
from exact import exactly, Term
from signatures import tensors
from signatures.tensors import arrays, check_case, entries, weights_of  # noqa: F401
from suite import LIMITS, eighths, with_and_without

DEFINITIONS = ("definition",)
ROW, ITEM, BATCH = "row", "item", "batch"


# Numbers.


def per(golden):
    return golden.part("PER", ROW)


def layout(golden, shape):
    """The places of the elements of each loss in the flat row-major data, and the shape of the losses. What has no
    axis 1 is one row."""
    count = math.prod(shape)
    if len(shape) == 1 or per(golden) == BATCH:
        return [list(range(count))], [1] * len(shape)
    space = math.prod(shape[2:])
    if per(golden) == ITEM:
        each = count // shape[0]
        return [list(range(n * each, (n + 1) * each)) for n in range(shape[0])], [shape[0]] + [1] * (len(shape) - 1)
    rows = [[(n * shape[1] + k) * space + s for k in range(shape[1])] for n in range(shape[0]) for s in range(space)]
    return rows, [shape[0], 1, *shape[2:]]


def terms(golden, config, shape, weights=None):
    """One for each loss; inputs 0 and 1 are prediction and target."""
    c, definition = exactly(config), golden.part("definition")

    def value(point, centre):
        half = len(point) // 2
        return definition(c, point[:half], point[half:], (centre[:half], centre[half:]))

    groups, _ = layout(golden, shape)
    return [
        Term([(n, j) for n in (0, 1) for j in places], value, weights[i] if weights else 1)
        for i, places in enumerate(groups)
    ]


def graded(golden):
    return [0] if golden.kind == "multilabel" else [0, 1]


def terms_of(golden, case):
    return terms(golden, case["config"], case["inputs"][0]["shape"], weights_of(case))


# The witness.


def compare(golden, case, results):
    shape = case["inputs"][0]["shape"]
    inputs = [witness.tensor(array).requires_grad_(n in graded(golden)) for n, array in enumerate(case["inputs"])]

    def rows(array):
        if len(shape) == 1 or per(golden) == BATCH:
            return array.reshape(1, -1)
        return array.flatten(1) if per(golden) == ITEM else array.movedim(1, -1).flatten(0, -2)

    losses = golden.part("witness")(catalogue.plainly(case["config"]), *(rows(array) for array in inputs))
    weights = witness.numbers(case["weights"]["data"]) if case["weights"] else torch.ones_like(losses)
    graded_inputs = [x if x.requires_grad else None for x in inputs]
    witness.compare(
        witness.Witnessed(losses * weights, weights.sum()), graded_inputs, results, (), (case["config"], case["name"])
    )


def root(x):
    """The square root, of slope 0 at 0."""
    return torch.where(x == 0, 0.0, torch.where(x == 0, 1.0, x).sqrt())


# Random inputs.


def draw_labels(rng, limit):
    return eighths(rng, -limit, limit), float(rng.random() < 0.4)


def draw_label_in_between(rng, limit):
    return eighths(rng, -limit, limit), eighths(rng, 0, 8)


def draw_pair(rng, limit):
    return eighths(rng, -limit, limit), eighths(rng, -limit, limit)


def draw_positive(rng, limit):
    return eighths(rng, 1, limit), eighths(rng, 1, limit)


# The cases.

WEIGHTS = [1.5, 0.0, 0.5, 2.0, 1.25, 0.0]
# Scores, and labels that agree with them by far, or do not.
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
IN_BETWEEN = [([1, -0.5, 2, 0, 0.25], [0.75, 0.25, 0.5, 1, 0]), ([0, 3, -1, 0.5, 2], [0.5, 0.625, 0, 0.375, 1])]
GAPS = [0.125, 1, 4, 8, 12, 16, 17, 20, 24, 30, 36, 37, 40, 60, 72, 87, 88, 89, 96, 104]


class Suite(tensors.Suite):
    """The cases of one loss. `draw` is set, or a maker called, first."""

    draw = None  # of the random numbers and the limit in eighths, a prediction and a target

    def add(self, name, parameters, shape, *, inputs=None, weights=None, draw=None, extreme=False):
        config, count = self.config(parameters), math.prod(shape)
        groups, losses = layout(self.golden, shape)
        if inputs is None:
            rng = self.rng(name)
            inputs = [(0.0, 0.0)] * count
            for i, places in enumerate(groups):
                for j in places:
                    inputs[j] = (draw or self.draw)(rng, LIMITS[i % len(LIMITS)])
        assert len(inputs) == count, (name, len(inputs), shape)
        assert all(len(v) == shape[1] for v in config.values() if isinstance(v, list)), name
        if weights is not None:
            weights = suite.array(losses, [float(weights[i % len(weights)]) for i in range(len(groups))])
        self.put_tensors(name, parameters, shape, zip(*inputs, strict=True), extreme=extreme, weights=weights)

    def add_rows(self, name, parameters, rows, **more):
        """Rows of predictions and targets, as given: an extreme case."""
        inputs = [pair for x, y in rows for pair in zip(x, y, strict=True)]
        self.add(name, parameters, [len(rows), len(rows[0][0])], inputs=inputs, extreme=True, **more)

    def add_batches(self, name, parameters, batches):
        """Pairs of numbers that are a batch; an extreme case for each."""
        for number, batch in enumerate(batches, 1):
            self.add(f"{name}_{number}", parameters, [len(batch), 1], inputs=batch, extreme=True)

    def add_common(self, other, **more):
        """What every loss goes through, with its default parameters and with others."""
        some = WEIGHTS if per(self.golden) != BATCH else [2.5]
        self.add("defaults", {}, [6, 5], **more)
        self.add("other_parameters" if other else "more_rows", other, [6, 5], **more)
        self.add("weights_with_zeros", other, [6, 5], weights=some, **more)
        self.add("all_weights_zero", {}, [3, 4], weights=[0], **more)
        self.add("spatial", other, [2, 3, 2, 2], **more)
        self.add("spatial_weights", {}, [2, 3, 2, 2], weights=some, **more)
        self.add("sequence", {}, [2, 4, 3], **more)
        self.add("one_element", {}, [1, 1], **more)
        self.add("one_class", other, [4, 1], **more)
        self.add("many_short_rows", other, [20, 3], **more)
        self.add("long_rows", {}, [2, 33], **more)
        self.add("one_dimension", {}, [7], **more)
        self.add("one_dimension_weights", other, [5], weights=[0.75], **more)

    def add_sets(self, sets):
        for name, parameters in sets.items():
            self.add(name, parameters, [6, 5])

    def multilabel(self, other=None, sets=None):
        """A loss of the scores and labels of a row or an item: other parameters than the defaults, more sets of them by
        name."""
        sets = sets or {}
        self.draw = draw_labels
        self.add_common(other or {})
        self.add("all_or_none", {}, [3, 5], inputs=[pair for x, y in ALL_OR_NONE for pair in zip(x, y)])
        self.add_sets(sets)
        for end, parameters in with_and_without(sets).items():
            for name, rows in (("right", RIGHT), ("wrong", WRONG), ("far", FAR), ("small", SMALL)):
                self.add_rows(f"{name}{end}", parameters, rows)
        ladder = [([gap, -gap], [label, 1 - label]) for gap in GAPS for label in (1, 0)]
        self.add_rows("gap_ladder", {}, ladder)
