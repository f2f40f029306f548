"""Losses of one class a target: logits `[N, C, …]`, class numbers `[N, …]`. Wrappers, too, round any of them.

A file has one of
- `definition(c, row, t)`: the loss of one row (rows.py) and its class; with a parameter `views`, of a list of rows
- `weighted_definition(c, row, t, w)`: where the class weights are more than a factor w[t]
- `transform(c, logits, centre)`: of a wrapper, the logits it hands on
- `finish(c, value)`: of a wrapper of the reduced value
and `witness`: of the same in PyTorch, by a `Batch`; of a wrapper it has the same arguments without the centre. It may have
- `soft_definition = Expected(definition)`: see soft.py
- `witness_mean(batch)`: PyTorch's own mean
- `Suite`: the class of its suite, if it is another one of this file
- `has_slope(logits)`: of a wrapper, False where the gradient is 0 by convention
- `SMALL_WHERE_CERTAIN`: "value", unless set; "gradient", or None: what of confident rows has to come out tiny, not 0
- `PRECISION`: the digits that are enough where nothing is extreme
"""

import math
from functools import cached_property

import torch
from mpmath import mpf
from torch.nn import functional as F

import catalogue
import discovery
import suite
import witness
from exact import Term, exactly
from rows import Row
from suite import TINY

DEFINITIONS = ("definition", "weighted_definition", "transform", "finish")
NO_CLASS = -100  # PyTorch's default ignore_index


# Numbers.


class Layout:
    """Where the rows and their targets lie in the flat row-major data. A row has the logits of all views of its target, one
    after another; all items of a view lie together."""

    def __init__(self, shape, config):
        self.shape = shape
        self.views = catalogue.filled(config).get("views", 1)
        self.items, self.classes = shape[0] // self.views, shape[1]
        self.space = math.prod(shape[2:])
        self.rows = self.items * self.space
        self.target_shape = [self.items, *shape[2:]]
        assert self.items * self.views == shape[0], shape

    def places(self, row):
        n, s = divmod(row, self.space)
        items = (v * self.items + n for v in range(self.views))
        return [(item * self.classes + k) * self.space + s for item in items for k in range(self.classes)]


class Nest:
    """The loss inside of wrappers, and what these do."""

    def __init__(self, config, parameters=exactly):
        self.transforms, self.finishes = [], []
        config = catalogue.filled(config)
        while "loss" in config:
            file, c = discovery.file_of(config["name"]), parameters(config)
            if hasattr(file, "transform"):
                self.transforms.append((file, c))
            else:
                self.finishes.insert(0, (file, c))
            config = config["loss"]
        self.config, self.file, self.c = config, discovery.file_of(config["name"]), parameters(config)

    def transformed(self, logits, centre):
        """The logits the loss inside gets, and those before the difference step."""
        is_centre = logits is centre
        for file, c in self.transforms:
            logits, centre = file.transform(c, logits, centre), None if is_centre else file.transform(c, centre, centre)
            centre = logits if is_centre else centre
        return logits, centre

    def has_slope(self, logits):
        return all(file.has_slope(logits) for file, _ in self.transforms if hasattr(file, "has_slope"))

    def finish(self):
        """What the wrappers do to the reduced value, if they do anything."""

        def finish(value):
            for file, c in self.finishes:
                value = file.finish(c, value)
            return value

        return finish if self.finishes else None


def terms(config, shape, targets, class_weights=None, ignore_index=None):
    """One for each target; input 0 are the logits."""
    layout, nest = Layout(shape, config), Nest(config)
    w = [mpf(weight) for weight in class_weights or [1] * layout.classes]
    weighted = hasattr(nest.file, "weighted_definition")

    def value_for(t):
        def value(logits, centre):
            logits, centre = nest.transformed(logits, centre)
            if hasattr(nest.c, "views"):
                views = [Row(logits[i : i + len(w)]) for i in range(0, len(logits), len(w))]
                return nest.file.definition(nest.c, views, t)
            row = Row(logits, None if logits is centre else Row(centre))
            if weighted:
                return nest.file.weighted_definition(nest.c, row, t, w)
            return nest.file.definition(nest.c, row, t)

        return value

    return [
        Term([(0, j) for j in layout.places(i)], None)
        if t == ignore_index
        else Term([(0, j) for j in layout.places(i)], value_for(t), 1 if weighted else w[t], w[t], nest.has_slope)
        for i, t in enumerate(targets)
    ]


def smoothed(c, t, classes):
    """The target's distribution."""
    return [(1 - c.label_smoothing) * (k == t) + c.label_smoothing / classes for k in range(classes)]


def arrays(case):
    return [case["logits"]["data"]]


def graded(golden):
    return [0]


def terms_of(golden, case):
    options = case["class_weights"], case["ignore_index"]
    return terms(case["config"], case["logits"]["shape"], case["targets"]["data"], *options)


def finish_of(case):
    return Nest(case["config"]).finish()


def entries(golden, results):
    """What the case says of the results."""
    if hasattr(golden.module, "finish"):  # a wrapper of the reduced value only
        results = {name: result for name, result in results.items() if name != "none"}
    return {name: {"value": value, "gradient": gradient} for name, (value, (gradient,)) in results.items()}


def check_suite(golden, cases):
    """Confident rows keep their digits."""
    if issubclass(golden.suite_class, Scores) or golden.kind == "any":
        return
    part = golden.part("SMALL_WHERE_CERTAIN", "value")
    if part:
        tiny = [v for case in cases if case["extreme"] for v in case["none"][part] if 0 < abs(v) < 1e-25]
        assert tiny, f"{golden.name}: the confident rows lost their digits"


# The witness.


class Batch:
    """Logits `[N, C, …]` and classes `[N, …]` in PyTorch. What is of the target has its shape."""

    def __init__(self, x, t, weights=None, used=None, ignore_index=NO_CLASS):
        self.x, self.t, self.weights, self.used, self.ignore_index = x, t, weights, used, ignore_index
        self.classes = x.shape[1]

    def of_target(self, each):
        """Of numbers along the classes, those of the targets."""
        return each.gather(1, self.t.unsqueeze(1)).squeeze(1)

    def parameter(self, parameter):
        """The number of the target's class, where there is one for each."""
        return witness.numbers(parameter)[self.t] if isinstance(parameter, list) else parameter

    @cached_property
    def log_p_all(self):
        return torch.log_softmax(self.x, dim=1)

    @cached_property
    def p_all(self):
        return self.log_p_all.exp()

    @cached_property
    def log_p(self):
        return self.of_target(self.log_p_all)

    @cached_property
    def p(self):
        return self.log_p.exp()

    @cached_property
    def miss(self):
        return -torch.expm1(self.log_p)

    @cached_property
    def ones(self):
        """1 at the targets, along the classes."""
        return F.one_hot(self.t, self.classes).movedim(-1, 1).double()

    def smoothed(self, c):
        return (1 - c.label_smoothing) * self.ones + c.label_smoothing / self.classes

    @property
    def rows(self):
        """The logits with the classes last, and the targets: two axes and one, for what PyTorch has of no more."""
        return self.x.movedim(1, -1).flatten(0, -2), self.t.flatten()


def compare(golden, case, results):
    layout, nest = Layout(case["logits"]["shape"], case["config"]), Nest(case["config"], catalogue.plainly)
    logits = witness.tensor(case["logits"]).requires_grad_()
    t = torch.tensor(case["targets"]["data"]).reshape(layout.target_shape)
    ignore_index = NO_CLASS if case["ignore_index"] is None else case["ignore_index"]
    weights = None if case["class_weights"] is None else witness.numbers(case["class_weights"])
    x = logits
    for file, c in nest.transforms:
        x = file.witness(c, x)
    used = t != ignore_index
    batch = Batch(x, torch.where(used, t, 0), weights, used, ignore_index)
    shares = used.double() if weights is None else torch.where(used, weights[batch.t], 0.0)
    if hasattr(nest.file, "weighted_definition"):
        losses = nest.file.witness(nest.c, batch)
    else:
        losses = nest.file.witness(nest.c, batch) * (1 if weights is None else weights[batch.t])
    own_mean = nest.file.witness_mean(nest.c, batch) if hasattr(nest.file, "witness_mean") and not nest.transforms else None

    def finish(value):
        for file, c in nest.finishes:
            value = file.witness(c, value)
        return value

    by_convention = [
        j
        for i, value in enumerate(results["none"][0])
        if math.isinf(value) or not nest.has_slope([case["logits"]["data"][j] for j in layout.places(i)])
        for j in layout.places(i)
    ]
    if hasattr(golden.module, "finish"):
        results = {name: result for name, result in results.items() if name != "none"}
    witnessed = witness.Witnessed(torch.where(used, losses, 0.0), shares.sum(), own_mean, finish)
    witness.compare(witnessed, [logits], results, by_convention, (case["config"], case["name"]))


# The cases.


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
HALVES = [([2, 2], 0), ([-1, -1], 1), ([0, 0], 0), ([30, 30], 1)]  # p is 1/2
ROWS_OF_ZEROS = [0] * 5 + [0.125, 0, 0, 0, 0] + [0] * 5
TINY_ROWS = [
    ([TINY, 0, -TINY, 2 * TINY, 0], 3),
    ([TINY, 0, 0, 0, 0], 1),
    ([64 * TINY, 3 * TINY, -TINY, 0, TINY], 0),
    ([2.0**-14, -(2.0**-14), 2.0**-13, 0, 0], 4),
]
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


class Suite(suite.Suite):
    """The cases of a loss of a softmax."""

    limits = suite.LIMITS

    def draw(self, rng, name, shape, config):
        """Logits and classes. No row is all zeros."""
        layout = Layout(shape, config)
        logits = [0.0] * math.prod(shape)
        for row in range(layout.rows):
            limit = self.limits[row % len(self.limits)]
            drawn = [0]
            while not any(drawn) and layout.classes > 1:
                drawn = [rng.randint(-limit, limit) for _ in layout.places(row)]
            for j, eighths in zip(layout.places(row), drawn):
                logits[j] = eighths / 8
        return logits

    def draw_targets(self, rng, layout):
        targets = [i % layout.classes for i in range(layout.rows)]
        rng.shuffle(targets)
        return targets

    def drawn(self, name, shape, config, logits, targets):
        """What is not given is drawn: the logits first."""
        rng, layout = self.rng(name), Layout(shape, config)
        logits = self.draw(rng, name, shape, config) if logits is None else logits
        return logits, self.draw_targets(rng, layout) if targets is None else targets

    def add(
        self,
        name,
        parameters,
        shape,
        *,
        logits=None,
        targets=None,
        class_weights=None,
        ignore_index=None,
        ignored=(),
        extreme=False,
    ):
        config = self.config(parameters)
        layout = Layout(shape, config)
        logits, targets = self.drawn(name, shape, config, logits, targets)
        targets = [ignore_index if i in ignored else t for i, t in enumerate(targets)]
        assert all(t == ignore_index or 0 <= t < layout.classes for t in targets), name
        case = {
            "name": name,
            "config": config,
            "class_weights": class_weights,
            "ignore_index": ignore_index,
            "logits": suite.array(shape, [float(x) for x in logits]),
            "targets": suite.array(layout.target_shape, targets),
            "extreme": extreme,
        }
        self.put(case, case["logits"]["data"], class_weights or (), ("<f", "<e"))

    def add_rows(self, name, parameters, rows, **more):
        """Rows of logits and their classes, as given: an extreme case."""
        self.add(
            name,
            parameters,
            [len(rows), len(rows[0][0])],
            logits=[x for row, _ in rows for x in row],
            targets=[t for _, t in rows],
            extreme=True,
            **more,
        )

    def add_batches(self, other):
        """What every loss goes through, with its default parameters and with others."""
        ignore = {"ignore_index": -100}
        three, without_zero = [0.5, 2.0, 1.25], [1.5, 0.5, 0.75, 2.0, 1.25]
        self.add("defaults", {}, [6, 5])
        self.add("class_weights_with_a_zero", {}, [6, 5], class_weights=WEIGHTS)
        self.add("class_weights_other_parameters", other, [6, 5], class_weights=WEIGHTS)
        self.add("all_targets_of_zero_weight", other, [3, 5], class_weights=WEIGHTS, targets=[2, 2, 2])
        self.add("ignore_minus_100", {}, [6, 5], ignored=(1, 4), **ignore)
        self.add("ignore_index_unused", {}, [6, 5], **ignore)
        self.add("ignore_index_in_range", other, [6, 5], ignore_index=2, ignored=(0, 3))
        self.add("ignore_with_class_weights", other, [6, 5], class_weights=WEIGHTS, ignored=(0, 5), **ignore)
        in_range = "ignore_index_in_range_with_class_weights"
        self.add(in_range, {}, [6, 5], class_weights=without_zero, ignore_index=2)
        self.add("everything_ignored", {}, [4, 3], ignored=range(4), **ignore)
        in_range = "everything_ignored_in_range"
        self.add(in_range, other, [4, 3], class_weights=WEIGHTS[:3], ignore_index=1, ignored=range(4))
        self.add("spatial", {}, [2, 3, 2, 2])
        self.add("spatial_weights_and_ignore", other, [2, 3, 2, 2], class_weights=three, ignored=(2, 5), **ignore)
        self.add("sequence", other, [2, 4, 3])
        self.add("sequence_ignore", {}, [2, 4, 3], ignore_index=2, ignored=(1,))
        self.add("one_row", {}, [1, 5])
        self.add("one_class", {}, [3, 1])
        self.add("one_class_weighted", {}, [3, 1], class_weights=[2.0], ignored=(1,), **ignore)
        self.add("two_classes", {}, [6, 2])
        self.add("many_short_rows", {}, [20, 3])
        self.add("many_short_rows_other_parameters", other, [20, 3])
        self.add("long_rows", {}, [3, 70])

    def add_gap_ladder(self):
        self.add_rows("two_classes_gap_ladder", {}, [([gap, 0], 0) for gap in GAPS])
        self.add_rows("two_classes_gap_ladder_below", {}, [([gap, 0], 1) for gap in GAPS])

    def add_common(self, other, equal=0.0):
        """What every loss of a softmax goes through."""
        self.add_batches(other)
        self.add("equal_logits", {}, [4, 5], logits=[x for x in (equal, 2.5, -8, 0.125) for _ in range(5)])
        self.add_rows("confident", {}, CONFIDENT)
        self.add_rows("confident_class_weights", other, CONFIDENT, class_weights=WEIGHTS)
        self.add_rows("far_below", {}, FAR_BELOW)
        self.add_rows("far_below_other_parameters", other, FAR_BELOW)
        self.add_rows("huge_logits", {}, HUGE)
        self.add_rows("huge_logits_other_parameters", other, HUGE)
        self.add_gap_ladder()

    def add_sets(self, sets, extremes=()):
        """A case for each set of parameters, and the extreme rows again for those named."""
        for name, parameters in sets.items():
            self.add(name, parameters, [6, 5])
        for name in extremes:
            self.add_rows(f"confident_{name}", sets[name], CONFIDENT)
            self.add_rows(f"far_below_{name}", sets[name], FAR_BELOW)
            self.add_rows(f"huge_logits_{name}", sets[name], HUGE)

    def add_all(self, other=None, sets=None, extremes=()):
        """What is enough for most losses: other parameters than the defaults, more sets of them by name, and the names of
        those that see the extreme rows, too."""
        self.add_common(other or {})
        self.add_sets(sets or {}, extremes)

    def assert_both_pieces(self, names, border):
        """These cases have rows on both sides of the probability `border(c)`."""
        cases = [case for case in self.cases if case["name"] in names]
        assert len(cases) == len(names), names
        for case in cases:
            layout, data = Layout(case["logits"]["shape"], case["config"]), case["logits"]["data"]
            rows = [Row([mpf(data[j]) for j in layout.places(i)]) for i in range(layout.rows)]
            limit = border(catalogue.plainly(case["config"]))
            sides = {row.p(t) <= limit for row, t in zip(rows, case["targets"]["data"])}
            assert sides == {True, False}, f"{self.loss} {case['name']} does not exercise both pieces"


class OffTheKinks(Suite):
    """Cases of a loss with kinks, at which no row stands: the file has `is_smooth(c, logits, t)`."""

    def allowed(self, config, logits, t):
        is_smooth = self.golden.part("is_smooth")
        return is_smooth is None or is_smooth(catalogue.plainly(config), logits, t)

    def drawn(self, name, shape, config, logits, targets):
        """What is not given is drawn: the classes first."""
        rng, layout = self.rng(name), Layout(shape, config)
        targets = self.draw_targets(rng, layout) if targets is None else targets
        if logits is None:
            logits = [0.0] * math.prod(shape)
            for row in range(layout.rows):
                limit = max(self.limits[row % len(self.limits)], layout.classes // 2)
                drawn = []
                while not drawn or not self.allowed(config, drawn, targets[row]):
                    drawn = [rng.randint(-limit, limit) / 8 for _ in range(layout.classes)]
                for j, x in zip(layout.places(row), drawn):
                    logits[j] = x
        return logits, targets

    def add(self, name, parameters, shape, *, on_a_kink=False, **more):
        super().add(name, parameters, shape, **more)
        case, layout = self.cases[-1], Layout(shape, self.config(parameters))
        for row, t in enumerate(case["targets"]["data"]):
            logits = [case["logits"]["data"][j] for j in layout.places(row)]
            ignored = t == case["ignore_index"]
            assert ignored or on_a_kink or self.allowed(case["config"], logits, t), (name, row)


class Scores(OffTheKinks):
    """Cases of a loss of the logits as they are, without a softmax."""

    def add_all(self, sets=None, ties=False):
        sets = sets or {}
        self.add_batches(next(iter(sets.values()), {}))
        self.add_sets(sets)
        for end, parameters in suite.with_and_without(sets).items():
            self.add_rows(f"short_of_the_margin{end}", parameters, SHORT_OF_THE_MARGIN)
            self.add_rows(f"far_apart{end}", parameters, FAR_APART)
            if ties:  # where there is no kink
                self.add_rows(f"confident{end}", parameters, CONFIDENT)
                self.add_rows(f"far_below{end}", parameters, FAR_BELOW)
                self.add_rows(f"huge_logits{end}", parameters, HUGE)
                self.add_rows(f"equal_logits{end}", parameters, [([x] * 5, 2) for x in (0, 2.5, -8)])


class Views(Suite):
    """Cases of a loss of several views: shapes and logits given are those of one of them. View v has the rows given
    turned by v times `turn` classes."""

    def add(self, name, parameters, shape, *, logits=None, turn=0, **more):
        views, (items, classes, *space) = catalogue.filled(self.config(parameters))["views"], shape
        if classes > 33:
            items, classes = 1, 33
        if logits is not None:
            assert not space, name
            rows = [logits[i : i + classes] for i in range(0, len(logits), classes)]
            logits = [row[k - v * turn] for v in range(views) for row in rows for k in range(classes)]
        super().add(name, parameters, [views * items, classes, *space], logits=logits, **more)

    def add_all(self, other=None, sets=None, extremes=()):
        super().add_all(other, sets, extremes)
        for name, rows in (("confident", CONFIDENT), ("far_below", FAR_BELOW), ("huge_logits", HUGE)):
            for turn in (1, 2):
                end = f"_views_turned_{turn}"
                self.add_rows(f"{name}{end}", {}, rows, turn=turn)
                self.add_rows(f"{name}{end}_other_parameters", other, rows, turn=turn)


# Losses inside of wrappers.
FOCAL = {"name": "focal", "gamma": 1.5, "alpha": 0.75}
FOCAL_PER_CLASS = {"name": "focal", "gamma": [0, 0.5, 1, 2, 5], "alpha": [0.25, 1, 0.5, 1.5, 2]}
GCE = {"name": "generalized_cross_entropy", "q": 0.3}
SMOOTHED = {"name": "cross_entropy", "label_smoothing": 0.1}
