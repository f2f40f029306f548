"""The right answers to requests for `loss-lab eval` that once were answered wrongly: one JSON file per kind of fault.

    python generate.py                write every file
    python generate.py infinities     write only the named kinds
    python generate.py --check        write nothing; fail if a file differs from what would be written

The definitions are those of ../losses, in mpmath, and the names and defaults of the losses those of the program
(`--catalogue FILE`, as of ../generate.py); no derivative is written down. Where an input is infinite, value and slopes are limits: of finite inputs that grow without end, along
paths of different speed where two inputs grow; what has no limit there is left out (`settled`). What else is left out
says so where it is. PyTorch is the witness of whatever it has, where it is right (`witness`).
"""

import argparse
import json
import math
import pathlib
import sys
from decimal import ROUND_CEILING, Decimal

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import torch  # noqa: E402
from mpmath import mp, mpf  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import catalogue  # noqa: E402
import discovery  # noqa: E402
import exact  # noqa: E402
from losses import backward_correction, bi_tempered  # noqa: E402
from signatures import classes, elements, soft, whole  # noqa: E402
from writing import as_json, exact_in, exact_in_bf16, pinned_versions  # noqa: E402

PARSER = argparse.ArgumentParser(description="The right answers to requests that once were answered wrongly.")
PARSER.add_argument("kinds", nargs="*", help="the kinds of faults; all of them unless given")
PARSER.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
PARSER.add_argument("--left-out", action="store_true", help="say what has no limit, and is in no file")
PARSER.add_argument("--catalogue", metavar="FILE", help="what `loss-lab list --json` wrote, or -; it is run unless given")
ARGUMENTS = PARSER.parse_args()

INF, NAN = math.inf, math.nan
ALL = ("f64", "f32", "f16", "bf16")
WIDE = ("f64", "f32")
EXACT = {
    "f64": lambda x: True,
    "f32": lambda x: abs(x) < 3.5e38 and exact_in(x, "<f"),
    "f16": lambda x: abs(x) < 65520 and exact_in(x, "<e"),
    "bf16": lambda x: abs(x) < 3.4e38 and exact_in_bf16(x),
}


# Losses, as sums of terms: each term is one loss, a function of some of the numbers of the inputs.


class Term:
    def __init__(self, places, function):
        self.places = places  # pairs of an input's name and a place in it
        self.function = function  # of the numbers there, and of those before a step


def array(shape, data):
    return {"shape": list(shape), "data": list(data)}


def golden(name, of_probabilities=False):
    """The definition of a loss, of classes or of targets that are probabilities."""
    return next(golden for golden in discovery.of(name) if (golden.kind == "soft") == of_probabilities)


def terms_of(config, inputs, kind="logits", weights=None, ignored=None):
    """A term for each loss of a request."""
    signature, names = SIGNATURES.get(config["name"], "class"), list(inputs)
    shape = inputs[names[0]]["shape"]
    if is_soft(inputs, signature):
        terms = soft.terms(golden(config["name"], True), config, shape, kind, weights)
    elif signature == "class":
        terms = classes.terms(config, shape, inputs["targets"]["data"], weights, ignored)
    elif signature in ("whole", "multilabel"):
        terms = whole.terms(golden(config["name"]), config, shape)
    else:
        terms = elements.terms(golden(config["name"]), config, shape, kind)
    return [Term([(names[n], j) for n, j in term.places], term.function and term.value) for term in terms]


def is_soft(inputs, signature):
    return signature == "class" and inputs["targets"]["shape"] == inputs["logits"]["shape"]


# Their values and slopes.


def slope(term, point, k, step):
    low, high = (
        term.function([x + move if n == k else x for n, x in enumerate(point)], point) for move in (-step, step)
    )
    return (high - low) / (2 * step)


def is_real(number):
    return not isinstance(number, mp.mpc) and not mp.isnan(number)


def tempered_softmax_far_out(row, t):
    """As the other, which begins with too few digits for logits like these."""
    if t == 1:
        return [row.p(k) for k in range(len(row.logits))]
    start = max(row.centre.logits)
    number = bi_tempered.tempered_log_sum(tuple(row.logits), t, start, mp.dps)
    return [bi_tempered.tempered_exp(x - number, t) for x in row.logits]


class NoLimit(Exception):
    pass


def settled(a, b, c):
    """Where three numbers of a sequence lead: each is as far from the start as the two before taken together."""
    if not all(is_real(number) for number in (a, b, c)):
        raise NoLimit
    if abs(c - b) <= mpf(10) ** -30 * abs(c):
        return float(c)
    # What is left of numbers that cancel.
    if max(abs(a), abs(b), abs(c)) < mpf(10) ** -100:
        return 0.0
    # As slowly as the logarithms, which double.
    if abs(c) >= abs(b) * mpf("1.2") and abs(b) >= abs(a) * mpf("1.2") and c * b > 0:
        return INF if c > 0 else -INF
    if abs(c) <= abs(b) / mpf("1.2") and abs(b) <= abs(a) / mpf("1.2"):
        return 0.0
    raise NoLimit


# ln T has to grow where a loss is of logarithms, and 2^(10^80) is too far where it is of exponentials. Beside e^T all else is
# lost unless there are more digits than that.
OF_LOGARITHMS = ("msle", "rmsle", "scale_invariant_log")
OF_EXPONENTIALS = ("poisson_nll", "tweedie_nll", "gamma_nll", "gaussian_kl")
LIMIT_DIGITS, LIMIT_STEP, LIMIT_SHARE = 500, "1e-150", "1e-100"


def at_infinity(term, point, far, by):
    """Value and slopes by some of the numbers, where some numbers of the point are infinite."""
    infinite = [k for k, x in enumerate(point) if math.isinf(x)]
    results = []
    for speeds in ([1, 1], [1, 3], [5, 1]) if len(infinite) > 1 else ([1],):
        steps = []
        for size in far:
            at = [mpf(x) if math.isfinite(x) else None for x in point]
            for n, k in enumerate(infinite):
                at[k] = size * speeds[min(n, len(speeds) - 1)] * (1 if point[k] > 0 else -1)
            slopes = [
                slope(term, at, k, abs(at[k]) * mpf(LIMIT_SHARE) if k in infinite else mpf(LIMIT_STEP))
                for k in by
            ]
            steps.append([term.function(at, at), *slopes])
        results.append([settled(*numbers) for numbers in zip(*steps)])
    if any(other != results[0] for other in results):
        raise NoLimit
    return results[0]


def evaluate(config, terms, inputs, graded, digits=None, step=None):
    """The value of every term, and the gradients of their sum by the inputs that have one; of a NaN only the value."""
    values, gradients = [], {n: [0.0] * len(inputs[n]["data"]) for n in graded}
    gradients = gradients or None
    for term in terms:
        if term.function is None:
            values.append(0.0)
            continue
        point = [inputs[n]["data"][j] for n, j in term.places]
        by = [k for k, (n, _) in enumerate(term.places) if gradients and n in gradients]
        if any(math.isnan(x) for x in point):
            values.append(NAN)
            gradients = None
            continue
        if any(math.isinf(x) for x in point):
            with mp.workdps(LIMIT_DIGITS if config["name"] not in OF_EXPONENTIALS else 3 * LIMIT_DIGITS):
                exact.forget()
                far = [mpf(10) ** n for n in (20, 40, 80)]
                if config["name"] in OF_LOGARITHMS:
                    far = [mp.ldexp(1, 10**n) for n in (20, 40, 80)]
                if config["name"] in OF_EXPONENTIALS:
                    far = [mpf(150), mpf(300), mpf(600)]
                usual, bi_tempered.tempered_softmax = bi_tempered.tempered_softmax, tempered_softmax_far_out
                try:
                    value, *slopes = at_infinity(term, point, far, by)
                finally:
                    bi_tempered.tempered_softmax = usual
        else:
            with mp.workdps(digits or 720):
                exact.forget()
                at = [mpf(x) for x in point]
                numbers = [term.function(at, at)]
                numbers += [slope(term, at, k, mpf(step or "1e-350")) for k in by]
                if not all(is_real(number) for number in numbers):
                    raise NoLimit
                value, *slopes = (float(number) for number in numbers)
        values.append(value + 0.0)
        for k, number in zip(by, slopes, strict=True):
            n, j = term.places[k]
            gradients[n][j] = number + 0.0  # no negative zero
    return values, gradients


NAMES = {
    "pointwise": ("prediction", "target"),
    "binary": ("scores", "targets"),
    "multilabel": ("scores", "targets"),
    "whole": ("prediction", "target"),
    "distribution": ("location", "scale", "target"),
}
catalogue.read(ARGUMENTS.catalogue)
SIGNATURES = {name: entry["signature"] for name, entry in sorted(catalogue.ENTRIES.items()) if entry["signature"] != "any"}


def names_of(*kinds):
    """Of the losses whose targets are such, in the alphabet's order, so that the files do not depend on the program's."""
    return sorted(golden.name for golden in discovery.all_of_them() if golden.kind in kinds)


CLASS, SOFT = names_of("class"), names_of("soft")
ONLY_SOFT = [name for name in SOFT if name not in CLASS]
VIEWS = [name for name in CLASS if "views" in catalogue.filled({"name": name})]
POINTWISE, BINARY, DISTRIBUTION = names_of("pointwise"), names_of("binary"), names_of("distribution")
MULTILABEL, WHOLE = names_of("multilabel"), names_of("multilabel", "whole")


def graded_of(config):
    """The inputs that have a gradient."""
    name = config["name"]
    signature = SIGNATURES.get(name, "class")
    if signature == "class":
        return ["logits"]
    names = list(NAMES[signature])
    return names[:1] if signature in ("binary", "multilabel") or name == "hinge_embedding" else names


class Suite:
    """The cases of a kind."""

    def __init__(self):
        self.cases = []
        self.left_out = []

    def put(self, name, request, dtypes, *, answer=None, error=None, **more):
        assert name not in [case["name"] for case in self.cases], name
        case = {"name": name, "request": request}
        if dtypes:
            request["dtype"] = dtypes[0]
            case["dtypes"] = list(dtypes)
            for array in request["inputs"].values():
                for x in array["data"]:
                    for dtype in dtypes:
                        assert not math.isfinite(x) or EXACT[dtype](x), (name, x, dtype)
        if answer is not None:
            case["answer"] = answer
        if error is not None:
            case["error"] = error
        self.cases.append(case | more)

    def error(self, name, request, words):
        self.put(name, request, None, error=words)

    def add(self, name, config, inputs, *, dtypes=ALL, by="none", digits=None, step=None, values_only=False, **options):
        """A case by the definitions; `options` are of the request, and `case`, what else the case says."""
        case = options.pop("case", {})
        signature = SIGNATURES.get(config["name"], "class")
        kind = options.get("input", "logits")
        weights = options.get("class_weights")
        terms = terms_of(config, inputs, kind, weights, options.get("ignore_index"))
        of_probabilities = is_soft(inputs, signature)
        graded = ["logits", "targets"] if of_probabilities else graded_of(config)
        try:
            digits = digits or (60 if values_only else None)
            values, gradients = evaluate(config, terms, inputs, [] if values_only else graded, digits, step)
        except (NoLimit, ZeroDivisionError, OverflowError, AssertionError) as reason:
            self.left_out.append(f"{name}: {type(reason).__name__}")
            return
        first = next(iter(inputs.values()))["shape"]
        if by == "none":
            shape = inputs["targets"]["shape"] if signature == "class" and not of_probabilities else first
            if of_probabilities:
                shape = [first[0], *first[2:]]
            if signature in ("whole", "multilabel"):
                shape = whole.layout(golden(config["name"]), first)[1]
            data = values
        else:
            shape, data = [1], [math.fsum(values)]
            if by == "mean":
                divisor = len(values)
                if signature == "class" and not of_probabilities:
                    divisor = sum((weights or [1] * first[1])[t] for t in inputs["targets"]["data"])
                data = [data[0] / divisor]
                gradients = {n: [g / divisor for g in gradient] for n, gradient in gradients.items()}
        answer = {"value": array(shape, data)}
        answer["gradients"] = {}
        if gradients and not values_only:
            answer["gradients"] = {n: array(inputs[n]["shape"], gradient) for n, gradient in gradients.items()}
        request = {"loss": dict(config), **options, "reduction": by, "inputs": inputs}
        self.put(name, request, dtypes, answer=answer, **case)

    def known(self, name, loss, inputs, value, gradients, *, dtypes=ALL, by="none", shape=None, **options):
        """A case whose answer is given."""
        case = options.pop("case", {})
        first = next(iter(inputs.values()))["shape"]
        shape = shape or ([1] if by != "none" else first)
        answer = {
            "value": array(shape, [float(x) for x in value]),
            "gradients": {n: array(inputs[n]["shape"], [float(g) for g in gs]) for n, gs in gradients.items()},
        }
        self.put(name, {"loss": loss, **options, "reduction": by, "inputs": inputs}, dtypes, answer=answer, **case)


def pairs(signature, rows):
    """The inputs of elements that stand side by side."""
    return {n: array([len(rows)], [float(row[i]) for row in rows]) for i, n in enumerate(NAMES[signature])}


def logits_of(rows, targets, name="cross_entropy"):
    """Rows of logits, of several views where the loss has them: then each view is shifted by another row."""
    views = catalogue.filled({"name": name}).get("views", 1)
    of_views = [rows[(i + v) % len(rows)] for v in range(views) for i in range(len(rows))]
    flat = [float(x) for row in of_views for x in row]
    return {"logits": array([len(of_views), len(rows[0])], flat), "targets": array([len(targets)], targets)}


# Kind 1.


def row_of_uniform_inverse(transition, t, digits):
    """Of a matrix with one number on its diagonal and one beside it, in rows that sum to 1."""
    beside = transition[0][1]
    return [((k == t) - beside) / (transition[0][0] - beside) for k in range(len(transition))]


def class_numbers():
    suite = Suite()
    usual = backward_correction.row_of_inverse
    few = ((mpf("0.75"), mpf("0.125"), mpf("0.125")), (mpf("0.125"), mpf("0.75"), mpf("0.125")), (mpf("0.125"),) * 2 + (mpf("0.75"),))
    for pair in zip(usual(few, 1, mp.dps), row_of_uniform_inverse(few, 1, mp.dps)):
        assert abs(pair[0] - pair[1]) < 1e-12
    backward_correction.row_of_inverse = row_of_uniform_inverse
    try:
        of_many_classes(suite)
    finally:
        backward_correction.row_of_inverse = usual
    return suite


def of_many_classes(suite):
    for name in CLASS:
        views = catalogue.filled({"name": name}).get("views", 1)
        for dtype, count, targets in (("u8", 256, [1, 255]), ("i8", 160, [1, 127])):
            rows = [[0.0] * count for _ in range(len(targets) * views)]
            for i, row in enumerate(rows):
                row[3], row[count - 1], row[targets[i % len(targets)]] = 0.5, 0.25, -0.5 if i else 0.0
            flat = [x for row in rows for x in row]
            if name == "negative_log_likelihood":
                flat = [x - 1 for x in flat]
            inputs = {"logits": array([len(rows), count], flat), "targets": array([len(targets)], targets)}
            if name == "multiclass_perceptron":
                del inputs
                continue  # no gradient at a tie, and no class number in its formula
            suite.add(f"{name}_{dtype}", {"name": name}, inputs, dtypes=WIDE, targets_dtype=dtype, values_only=True)
    zeros = {"logits": array([1, 256], [0] * 256), "targets": array([1], [1])}
    suite.known("multi_margin_of_256", {"name": "multi_margin"}, zeros, [255 / 256], {}, targets_dtype="u8", shape=[1])
    many = {"logits": array([1, 32800], [0] * 32800), "targets": array([1], [32767])}
    suite.known(
        "multi_margin_i16", {"name": "multi_margin"}, many, [1 - 1 / 32800], {}, targets_dtype="i16", shape=[1], dtypes=WIDE
    )
    rows, targets = [[0.5, -1.25, 2.0], [1.0, 0.25, -0.5], [-0.75, 0.0, 1.5]], [2, 0, 1]
    for dtype in ("u8", "u16", "u32", "i8", "i16", "i32", "i64"):
        for ignored in (-100, 256, 0):
            for name in ("cross_entropy", "brier", "multi_margin", "seesaw", "ordinal_emd"):
                suite.add(
                    f"{name}_{dtype}_ignores_{ignored}",
                    {"name": name},
                    logits_of(rows, targets),
                    targets_dtype=dtype,
                    ignore_index=ignored,
                    dtypes=WIDE,
                )
            for wrapper, setting in (("top_k", {"ratio": 1.0}), ("small_loss", {"ratio": 1.0}), ("individual_flooding", {"level": 0.0})):
                inner = Suite()
                inner.add("inner", {"name": "cross_entropy"}, logits_of(rows, targets), ignore_index=ignored, by="mean" if ignored != 0 else "none")
                answer = inner.cases[0]["answer"]
                value, gradient = answer["value"]["data"], answer["gradients"]["logits"]["data"]
                suite.known(
                    f"{wrapper}_{dtype}_ignores_{ignored}",
                    {"name": wrapper, **setting, "loss": "cross_entropy"},
                    logits_of(rows, targets),
                    value,
                    {"logits": gradient},
                    by="mean" if ignored != 0 else "none",
                    shape=[1] if ignored != 0 else [3],
                    targets_dtype=dtype,
                    ignore_index=ignored,
                    dtypes=WIDE,
                )


# Kind 2. Ranks beyond 2^24 do not fit into a line.


def share_of(ratio, n):
    """The ceiling of the ratio, as it is written, times n."""
    return int((Decimal(repr(ratio)) * n).to_integral_value(ROUND_CEILING))


def counts_and_ranks():
    suite = Suite()
    wrong = [(n, percent) for n in (50, 100, 150) for percent in range(1, 100) if math.ceil(torch.tensor(percent / 100, dtype=torch.float32).item() * n - 1e-6) != share_of(percent / 100, n)]
    chosen = [(100, 60), (100, 7), (100, 14), (100, 28), (100, 29), (100, 55), (100, 57), (100, 58), (25, 4), (50, 2), (10, 1), (10, 11), (3, 33), (3, 34), (7, 99), (1, 1)]
    for n, percent in dict.fromkeys(chosen + wrong[:10]):
        ratio, kept = percent / 100, share_of(percent / 100, n)
        sizes = [((7 * i) % n + 1) / 8 for i in range(n)] if math.gcd(7, n) == 1 else [(i + 1) / 8 for i in range(n)]
        inputs = pairs("pointwise", [(size, 0) for size in sizes])
        for wrapper, largest in (("top_k", True), ("small_loss", False)):
            chosen_sizes = sorted(sizes, reverse=largest)[:kept]
            limit = chosen_sizes[-1]
            moved = [float(size >= limit if largest else size <= limit) for size in sizes]
            assert sum(moved) == kept
            suite.known(
                f"{wrapper}_{percent}_percent_of_{n}",
                {"name": wrapper, "ratio": ratio, "loss": "l1"},
                inputs,
                [math.fsum(chosen_sizes)],
                {"prediction": moved, "target": [-g for g in moved]},
                by="sum",
            )
    # What is ignored is not of n: 3 of 5 rows count, and 60 % of these are 2.
    rows = [[x, 0.0] for x in (0.5, -1.0, 2.0, -2.5, 1.0)]
    inner = Suite()
    kept = {"top_k": [1, 3], "small_loss": [0, 3]}
    # Losses of class 0 grow as the logit falls: of rows 0, 1 and 3.
    for wrapper, selected in {"top_k": [3, 1], "small_loss": [0, 1]}.items():
        targets = [0, 0, -100, 0, -100]
        inner.add(wrapper, {"name": "cross_entropy"}, logits_of(rows, [t if i in selected else -100 for i, t in enumerate(targets)]), ignore_index=-100)
        answer = inner.cases[-1]["answer"]
        suite.known(
            f"{wrapper}_of_those_that_count",
            {"name": wrapper, "ratio": 0.6, "loss": "cross_entropy"},
            logits_of(rows, targets),
            answer["value"]["data"],
            {"logits": answer["gradients"]["logits"]["data"]},
            shape=[5],
            ignore_index=-100,
        )
    return suite


# Kind 3. In f16 the sum of the losses, or of what they count, leaves the dtype, and the mean does not.


def wide_sums():
    suite = Suite()
    for wrapper, setting in (("top_k", {"ratio": 1.0}), ("small_loss", {"ratio": 1.0}), ("individual_flooding", {"level": 0.0})):
        loss = {"name": wrapper, **setting, "loss": "l1"}

        def mean(name, sizes, dtypes):
            n = len(sizes)
            suite.known(
                f"{wrapper}_{name}",
                loss,
                pairs("pointwise", [(size, 0) for size in sizes]),
                [float(sum(mpf(size) for size in sizes) / n)],
                {"prediction": [1 / n] * n, "target": [-1 / n] * n},
                dtypes=dtypes,
                by="mean",
            )

        mean("of_two_40000", [40000.0] * 2, ("f16", "f32", "f64"))
        mean("of_three_2_to_127", [2.0**127] * 3, ("f32", "f64", "bf16"))
        mean("of_three_2_to_1023", [2.0**1023] * 3, ("f64",))
        mean("of_many_14", [14.0] * 5000, ("f16", "bf16"))
        f32 = torch.tensor(3e38, dtype=torch.float32).item()
        mean("of_three_3e38", [f32] * 3, WIDE)
    # A sum of the losses is infinite where it leaves the dtype.
    two = pairs("pointwise", [(40000, 0)] * 2)
    suite.known("top_k_sum", {"name": "top_k", "ratio": 1.0, "loss": "l1"}, two, [80000], {"prediction": [1, 1]}, by="sum", dtypes=("f16", "f32"))
    half = pairs("pointwise", [(40000, 0)] * 3 + [(1, 0)])
    suite.known("top_k_of_half", {"name": "top_k", "ratio": 0.5, "loss": "l1"}, half, [40000], {}, by="mean", dtypes=("f16", "f32"))
    return suite


# Kind 4.


def left_out():
    suite = Suite()
    # What is not selected has slope 0, however steep it is.
    steep = [
        ({"name": "poisson_nll"}, (0, 0), (200, 0)),
        ({"name": "poisson_nll"}, (0, 1), (4096, 0)),
        ({"name": "gamma_nll"}, (0, 1), (-200, 1)),
        ({"name": "gamma_nll"}, (0, 1), (-4096, 2)),
        ({"name": "tweedie_nll"}, (0, 1), (1024, 1)),
        ({"name": "tweedie_nll"}, (0, 1), (-1024, 1)),
        ({"name": "gaussian_kl"}, (0, 1), (1, 2048)),
        ({"name": "mse"}, (1, 0), (INF, 0)),
        ({"name": "msle"}, (1, 0), (INF, 0)),
        ({"name": "lp", "p": 3}, (1, 0), (2.0**127, 0)),
        ({"name": "l1"}, (1, 0), (NAN, 0)),
    ]
    for config, kept, dropped in steep:
        inner = Suite()
        inner.add("kept", config, pairs("pointwise", [kept]), dtypes=("f64",))
        answer = inner.cases[0]["answer"]
        value = answer["value"]["data"][0]
        slopes = {n: gradient["data"] + [0.0] for n, gradient in answer["gradients"].items()}
        if math.isnan(dropped[0]):
            continue  # which of the two losses is the smaller is not known
        for by in ("none", "mean", "sum"):
            suite.known(
                f"small_loss_{config['name']}_{dropped[0]}_{dropped[1]}_{kept[1]}_{by}",
                {"name": "small_loss", "ratio": 0.5, "loss": config},
                pairs("pointwise", [kept, dropped]),
                [value, 0.0] if by == "none" else [value],
                slopes,
                by=by,
                dtypes=WIDE,
            )
    # An ignored row, whatever stands in it; a row of weight 0, likewise.
    for name in CLASS:
        rows = [[0.5, -1.25, 2.0], [1.0, 0.25, -0.5]]
        for poison in (NAN, INF, -INF):
            inputs = logits_of(rows, [2, 1], name)
            inner = Suite()
            clean = dict(inputs, targets=array([2], [2, -100]))
            inner.add("clean", {"name": name}, clean, ignore_index=-100, dtypes=("f64",))
            if not inner.cases:
                continue
            answer = inner.cases[0]["answer"]
            views = inputs["logits"]["shape"][0] // 2
            logits = list(inputs["logits"]["data"])
            for view in range(views):
                logits[3 * (2 * view + 1) : 3 * (2 * view + 2)] = [poison] * 3
            inputs = {"logits": array(inputs["logits"]["shape"], logits), "targets": clean["targets"]}
            what = "nan" if math.isnan(poison) else "plus_inf" if poison > 0 else "minus_inf"
            gradients = {"logits": answer["gradients"]["logits"]["data"]}
            suite.known(f"{name}_ignores_{what}", {"name": name}, inputs, answer["value"]["data"], gradients, ignore_index=-100, shape=[2])
            if "label_smoothing" in catalogue.filled({"name": name}) and name != "cross_entropy":
                continue
            weighted = dict(inputs, targets=array([2], [2, 1]))
            suite.known(f"{name}_weight_0_of_{what}", {"name": name}, weighted, answer["value"]["data"], gradients, class_weights=[1.0, 0.0, 1.0], shape=[2])
    for name in ("logit_norm", "logit_clip"):
        rows = [[0.5, -1.25, 2.0], [NAN, NAN, NAN]]
        clean = [[0.5, -1.25, 2.0], [0.5, 0.0, 0.25]]
        for inner_name in ("cross_entropy", "focal", "multi_margin", "brier"):
            config = {"name": name, "loss": {"name": inner_name}}
            inner = Suite()
            inner.add("clean", config, logits_of(clean, [2, -100]), ignore_index=-100, dtypes=("f64",))
            answer = inner.cases[0]["answer"]
            for by in ("none", "mean"):
                suite.known(
                    f"{name}_{inner_name}_ignores_nan_{by}",
                    config,
                    logits_of(rows, [2, -100]),
                    answer["value"]["data"] if by == "none" else answer["value"]["data"][:1],
                    {"logits": answer["gradients"]["logits"]["data"]},
                    ignore_index=-100,
                    by=by,
                    shape=[2] if by == "none" else [1],
                )
    return suite


# Kind 5. Left out are: targets of adaptive_wing, which are in 0 … 1; negative counts; negative rates of poisson_nll, which
# have no logarithm; labels, which are 0 and 1, or −1 and 1; and what has no limit: prediction and target at the same
# infinity, two logits at +inf, a scale and a residual that are both infinite.

OTHERS = {
    "msle": (0.5, 2, 0),
    "poisson_nll": (0, 2, 1),
    "tweedie_nll": (0, 2, 0.5),
    "gamma_nll": (0, 2, 0.5),
    "adaptive_wing": (0.25, 0.5, 1),
}
SETTINGS = [
    {"name": "smooth_l1", "beta": 0},
    {"name": "general_robust", "alpha": 0},
    {"name": "general_robust", "alpha": 2},
    {"name": "general_robust", "alpha": -2},
    {"name": "general_robust", "alpha": 1.5, "c": 2},
    {"name": "lp", "p": 0.5},
    {"name": "lp", "p": 1},
    {"name": "lp", "p": 3},
    {"name": "pseudo_huber", "delta": 2, "delta_power": 0},
    {"name": "pseudo_huber", "delta": 2, "delta_power": 1},
    {"name": "quantile", "tau": 0.25},
    {"name": "quantile_huber", "tau": 0.25},
    {"name": "expectile", "tau": 0.25},
    {"name": "poisson_nll", "full": True},
    {"name": "poisson_nll", "log_input": False},
    {"name": "gaussian_nll", "full": True},
    {"name": "beta_nll", "beta": 1},
    {"name": "beta_nll", "beta": 0},
    {"name": "student_t_nll", "nu": 1},
]
BINARY_SETTINGS = [
    {"name": "binary_focal", "gamma": 0},
    {"name": "binary_focal", "gamma": 1, "alpha": 0.75},
    {"name": "binary_focal", "gamma": 0.5},
    {"name": "asymmetric", "margin": 0},
    {"name": "asymmetric", "gamma_negative": 0},
    {"name": "asymmetric", "gamma_positive": 0, "gamma_negative": 1},
    {"name": "poly1_binary_cross_entropy", "epsilon": -1},
    {"name": "balanced_binary_cross_entropy", "beta": 0.75},
]
CLASS_SETTINGS = [
    {"name": "cross_entropy", "label_smoothing": 0.25},
    {"name": "focal", "gamma": 0},
    {"name": "focal", "gamma": 0.5},
    {"name": "focal", "gamma": 1, "alpha": 0.25},
    {"name": "poly1_cross_entropy", "epsilon": -1},
    {"name": "poly1_focal", "gamma": 0.5},
    {"name": "normalized_focal", "gamma": 0},
    {"name": "normalized_focal", "gamma": 2},
    {"name": "multi_margin", "p": 2},
    {"name": "bi_tempered", "t1": 1, "t2": 1},
    {"name": "seesaw", "q": 0},
    {"name": "asymmetric_single_label", "gamma_positive": 1, "gamma_negative": 0},
    {"name": "reduced_focal", "gamma": 0.5},
]


def titled(config):
    parts = [f"{k}_{v}" for k, v in config.items() if k != "name"]
    return "_".join([config["name"], *parts]).replace("-", "minus_").replace(".", "_").lower()


def add_each(suite, config, signature, rows, title=None, **options):
    """The rows that have a limit, in one case; each is tried by itself."""
    title = title or titled(config)
    good, values, slopes = [], [], {n: [] for n in graded_of(config)}
    for row in rows:
        alone = Suite()
        alone.add("alone", config, pairs(signature, [row]), **options)
        if alone.cases:
            good.append(row)
            answer = alone.cases[0]["answer"]
            values += answer["value"]["data"]
            for n, gradient in answer["gradients"].items():
                slopes[n] += gradient["data"]
        else:
            suite.left_out.append(f"{title} {row}")
    if good:
        suite.known(title, config, pairs(signature, good), values, slopes, **options)


def infinities():
    suite = Suite()
    both = [(INF, -INF), (-INF, INF), (INF, INF), (-INF, -INF)]
    configs = [{"name": name} for name in POINTWISE] + [c for c in SETTINGS if c["name"] in POINTWISE]
    margins = ("hinge", "squared_hinge", "modified_huber", "perceptron", "soft_margin", "sparsemax_hinge", "hinge_embedding")
    for config in configs:
        name = config["name"]
        if name in margins:
            rows = [(x, y) for x in (INF, -INF) for y in (1, -1)]
        else:
            others = OTHERS.get(name, (0, 1, -0.5))
            rows = [(x, y) for x in (INF, -INF) for y in others]
            if name != "adaptive_wing":
                counted = name in ("poisson_nll", "tweedie_nll", "gamma_nll")
                targets = (INF,) if counted else (INF, -INF)
                firsts = (1, -0.5) if name != "poisson_nll" or config.get("log_input", True) else (1, 2)
                rows += [(x, y) for x in firsts for y in targets]
                rows += both if not counted else []
            if config.get("log_input") is False:
                rows = [row for row in rows if row[0] != -INF]
        add_each(suite, config, "pointwise", rows)
    for config in [{"name": name} for name in BINARY] + BINARY_SETTINGS:
        rows = [(x, y) for x in (INF, -INF) for y in (0, 1, 0.25)]
        add_each(suite, config, "binary", rows)
    distributions = [{"name": name} for name in DISTRIBUTION]
    for config in distributions + [c for c in SETTINGS if c["name"] in DISTRIBUTION]:
        rows = [(x, s, y) for x, y in ((INF, 0), (-INF, 1), (0.5, INF), (0.5, -INF), (INF, -INF), (-INF, INF)) for s in (1, 4)]
        rows += [(x, s, y) for x, y in ((0, 0), (1, -0.5)) for s in (INF, -INF)]
        add_each(suite, config, "distribution", rows)
    ordinary = [0.5, -1.25, 2.0, 0.25]
    changes = [{0: INF}, {0: -INF}, {1: INF}, {1: -INF}, {1: -INF, 2: -INF}, {0: -INF, 1: INF}, {0: INF, 1: -INF}]
    changes += [{1: -INF, 2: -INF, 3: -INF}, {0: -INF, 1: -INF}]
    for config in [{"name": name} for name in CLASS] + CLASS_SETTINGS:
        name = config["name"]
        if name == "negative_log_likelihood":
            rows = [[-abs(x) for x in ordinary], [-INF, -1, -1, -1], [-1, -INF, -1, -1]]
            suite.add(name, config, logits_of(rows, [0] * len(rows)))
            continue
        good, values, slopes = [], [], []
        for change in changes:
            row = [change.get(k, x) for k, x in enumerate(ordinary)]
            alone = Suite()
            # Several views: the first has it, the others are ordinary.
            views = catalogue.filled(config).get("views", 1)
            flat = row + ordinary * (views - 1)
            inputs = {"logits": array([views, 4], flat), "targets": array([1], [0])}
            alone.add("alone", config, inputs)
            if alone.cases:
                good.append(row)
                answer = alone.cases[0]["answer"]
                values += answer["value"]["data"]
                slopes.append(answer["gradients"]["logits"]["data"])
            else:
                suite.left_out.append(f"{titled(config)} {row}")
        flat = [x for row in good for x in row] + ordinary * (len(good) * (views - 1))
        inputs = {"logits": array([len(good) * views, 4], flat), "targets": array([len(good)], [0] * len(good))}
        gradient = [x for view in range(views) for row in slopes for x in row[4 * view : 4 * view + 4]]
        suite.known(titled(config), config, inputs, values, {"logits": gradient}, shape=[len(good)])
    issue = [[0.25, 0.75, 0.125, -0.5, -INF]]
    for name in ("multiclass_sparsemax", "normalized_focal", "multiclass_entmax", "normalized_cross_entropy"):
        suite.add(f"{name}_of_the_issue", {"name": name}, logits_of(issue, [0]))
    case = next(case for case in suite.cases if case["name"] == "multiclass_sparsemax_of_the_issue")
    assert abs(case["answer"]["value"]["data"][0] - 0.5677083) < 1e-7
    # Rows and batches.
    for name in WHOLE:
        signature = SIGNATURES[name]
        x, y = [0.5, 1.25, 2.0], [1.0, 0.0, 0.0] if signature == "multilabel" else [0.25, 3.0, 1.5]
        for at in range(3):
            for sign in (INF, -INF):
                moved = [sign if k == at else number for k, number in enumerate(x)]
                names = NAMES[signature]
                what = f"{at}_{'plus' if sign > 0 else 'minus'}"
                suite.add(f"{name}_{names[0]}_{what}", {"name": name}, {names[0]: array([1, 3], moved), names[1]: array([1, 3], y)})
                if signature == "whole":
                    moved = [sign if k == at else number for k, number in enumerate(y)]
                    suite.add(f"{name}_{names[1]}_{what}", {"name": name}, {names[0]: array([1, 3], x), names[1]: array([1, 3], moved)})
        if signature == "multilabel":
            for k, row in enumerate(([INF, -INF, -INF], [-INF, INF, INF], [-INF, INF, 0.5], [INF, INF, 0.5])):
                suite.add(f"{name}_several_{k}", {"name": name}, {"scores": array([1, 3], row), "targets": array([1, 3], y)})
    # Targets that are probabilities.
    for config in [{"name": name} for name in SOFT] + [{"name": "renyi", "alpha": 2}, {"name": "alpha_divergence", "alpha": 2}]:
        for k, (row, q) in enumerate(
            (
                ([0.5, -INF, 1.0], [0.25, 0.25, 0.5]),
                ([0.5, -INF, 1.0], [0.5, 0.0, 0.5]),
                ([0.5, INF, 1.0], [0.25, 0.25, 0.5]),
                ([0.5, INF, 1.0], [0.0, 1.0, 0.0]),
            )
        ):
            before = len(suite.cases)
            # Classes that all lie infinitely far behind keep their differences in the slopes of this limit; sums do not.
            if config == {"name": "renyi", "alpha": 2} and k == 2:
                continue
            suite.add(f"{titled(config)}_soft_{k}", config, {"logits": array([1, 3], row), "targets": array([1, 3], q)})
            # The slopes by targets of 0 are conventions.
            for case in suite.cases[before:]:
                case["answer"]["gradients"].pop("targets")
    zeros = {"logits": array([1, 3], [0.0, 0.25, 0.75]), "targets": array([1, 3], [0.0, 0.5, 0.5])}
    two = Suite()
    two.add("two", {"name": "jeffreys"}, {"logits": array([1, 2], [0.25, 0.75]), "targets": array([1, 2], [0.5, 0.5])}, input="probabilities")
    value = two.cases[0]["answer"]["value"]["data"]
    suite.known("jeffreys_where_both_are_0", {"name": "jeffreys"}, zeros, value, {}, input="probabilities", shape=[1])
    # (q − p)·(ln q − ln p) at q = 0: infinite, of slope +inf by p and −inf by q.
    one = {"logits": array([1, 2], [0.25, 0.75]), "targets": array([1, 2], [0.0, 1.0])}
    rest = Suite()
    rest.add("rest", {"name": "jeffreys"}, {"logits": array([1, 1], [0.75]), "targets": array([1, 1], [1.0])}, input="probabilities")
    slopes = {n: g["data"][0] for n, g in rest.cases[0]["answer"]["gradients"].items()}
    suite.known(
        "jeffreys_where_only_q_is_0",
        {"name": "jeffreys"},
        one,
        [INF],
        {"logits": [INF, slopes["logits"]], "targets": [-INF, slopes["targets"]]},
        input="probabilities",
        shape=[1],
    )
    witness(suite)
    return suite


def witness(suite):
    """PyTorch's values, where it has the loss and gives a number."""
    losses = {
        "l1": F.l1_loss,
        "mse": F.mse_loss,
        "smooth_l1": F.smooth_l1_loss,
        "huber": F.huber_loss,
        "soft_margin": F.soft_margin_loss,
    }
    for name, loss in losses.items():
        case = next(case for case in suite.cases if case["name"] == name)
        x, y = (torch.tensor(case["request"]["inputs"][n]["data"], dtype=torch.float64) for n in ("prediction", "target"))
        for got, expected in zip(loss(x, y, reduction="none").tolist(), case["answer"]["value"]["data"], strict=True):
            assert math.isnan(got) or got == expected, (name, got, expected)
    case = next(case for case in suite.cases if case["name"] == "cross_entropy")
    x = torch.tensor(case["request"]["inputs"]["logits"]["data"], dtype=torch.float64).reshape(-1, 4)
    t = torch.tensor(case["request"]["inputs"]["targets"]["data"])
    for got, expected in zip(F.cross_entropy(x, t, reduction="none").tolist(), case["answer"]["value"]["data"], strict=True):
        assert math.isnan(got) or got == expected or abs(got - expected) < 1e-12, (got, expected)


# Kind 6.


def nan():
    suite = Suite()
    for name, signature in SIGNATURES.items():
        if signature == "class":
            continue
        if signature in ("whole", "multilabel"):
            x, y = [0.5, 1.25, 2.0], [1.0, 0.0, 1.0]
            for n, which in enumerate(NAMES[signature]):
                data = [list(x), list(y)]
                data[n][1] = NAN
                inputs = {k: array([1, 3], numbers) for k, numbers in zip(NAMES[signature], data)}
                suite.add(f"{name}_{which}", {"name": name}, inputs)
                suite.add(f"{name}_{which}_mean", {"name": name}, inputs, by="sum")
            continue
        fine = {"distribution": (0.5, 2, 1), "binary": (0.5, 1)}.get(signature, (0.5, 1))
        for n, which in enumerate(NAMES[signature]):
            broken = tuple(NAN if k == n else x for k, x in enumerate(fine))
            suite.add(f"{name}_{which}", {"name": name}, pairs(signature, [broken, fine]))
            suite.add(f"{name}_{which}_sum", {"name": name}, pairs(signature, [broken, fine]), by="sum")
    for target in (1, -1):
        inputs = pairs("pointwise", [(NAN, target), (0.5, NAN)])
        suite.known(f"hinge_embedding_beside_{target}", {"name": "hinge_embedding"}, inputs, [NAN, NAN], {})
    for name in CLASS:
        if name == "negative_log_likelihood":
            continue  # only the logit of the target counts
        for k in range(3):
            rows = [[NAN if n == k else x for n, x in enumerate((-0.5, -1.25, -2.0))], [-1.0, -0.25, -0.5]]
            if name in VIEWS:
                continue  # the views of the second row hold the first one, too
            suite.add(f"{name}_logit_{k}", {"name": name}, logits_of(rows, [0, 1]))
    return suite


# Kind 7.


def cancellation():
    suite = Suite()

    def f32(x):
        return torch.tensor(x, dtype=torch.float32).item()

    # The support of sparsemax has one class from a margin of 1 on.
    for k, margin in enumerate((0.9999, 0.99999, 1 - 2.0**-20, 1.0, 1 + 2.0**-20, 0.999)):
        rows = [[f32(0.3 + margin), f32(0.3)], [f32(margin), 0.0], [f32(8 + margin), 8.0]]
        suite.add(f"sparsemax_{k}", {"name": "multiclass_sparsemax"}, logits_of(rows, [0, 0, 0]), dtypes=WIDE)
        # A slope is what the next class has of the support.
    suite.add("sparsemax_of_the_issue", {"name": "multiclass_sparsemax"}, logits_of([[f32(1.2999), f32(0.3)]], [0]), dtypes=WIDE)
    # Distributions that are nearly equal. As probabilities they are exact, and so is their difference.
    near = [
        {"name": name}
        for name in ("kl_divergence", "jeffreys", "skew_kl", "skew_jensen_shannon", "weighted_jensen_shannon", "alpha_divergence", "renyi", "squared_hellinger", "bhattacharyya", "total_variation", "generalized_kl", "brier")
    ]
    near += [{"name": "renyi", "alpha": 2}, {"name": "renyi", "alpha": 0.25}, {"name": "alpha_divergence", "alpha": 2}, {"name": "alpha_divergence", "alpha": 0}, {"name": "alpha_divergence", "alpha": 1}]
    for config in near:
        for power in (10, 13, 17):
            d = 2.0**-power
            q = [0.25, 0.5, 0.25]
            p = [0.25 + d, 0.5 - 2 * d, 0.25 + d]
            inputs = {"logits": array([1, 3], p), "targets": array([1, 3], q)}
            # Only values: the definition's slopes by one p alone are of numbers that do not sum to 1.
            relative = {"f32": 1e-4, "f64": 1e-10}
            suite.add(f"{titled(config)}_near_{power}", config, inputs, input="probabilities", dtypes=WIDE, values_only=True, case={"relative": relative})
            # Of logits the softmax is rounded first, which costs ε·p of a difference of d.
            row = [0.0, math.log(2), 0.0]
            row = [f32(x) for x in row]
            row[1] -= 2.0**-(power - 2)
            row = [f32(x) for x in row]
            inputs = {"logits": array([1, 3], row), "targets": array([1, 3], q)}
            relative = {"f32": 2.0**-24 * 32 * 2.0 ** (power - 2), "f64": 2.0**-53 * 32 * 2.0 ** (power - 2)}
            suite.add(f"{titled(config)}_near_{power}_logits", config, inputs, dtypes=WIDE, values_only=True, case={"relative": relative})
    for alpha in (1.0, 1e3, 1e6, 1e9):
        rows = [(-3.0, 0), (0.5, 0), (1.0, 0), (0.001953125, 0)]
        suite.add(f"balanced_l1_alpha_{alpha:g}", {"name": "balanced_l1", "alpha": alpha}, pairs("pointwise", rows), dtypes=WIDE)
    three = Suite()
    three.add("three", {"name": "balanced_l1", "alpha": 1e6}, pairs("pointwise", [(-3.0, 0)]))
    assert abs(three.cases[0]["answer"]["value"]["data"][0] - 3.75) < 1e-5
    # Their like: small residuals under a root, a logarithm, an exponential.
    tiny = [(2.0**-k, 0) for k in (6, 10, 14)]
    for config in (
        {"name": "pseudo_huber"},
        {"name": "pseudo_huber", "delta": 1024},
        {"name": "cauchy"},
        {"name": "cauchy", "c": 1024},
        {"name": "welsch"},
        {"name": "welsch", "c": 1024},
        {"name": "tukey", "c": 1024},
        {"name": "general_robust"},
        {"name": "general_robust", "alpha": 0},
        {"name": "general_robust", "alpha": 1e-6},
        {"name": "general_robust", "alpha": 1.999999},
        {"name": "log_cosh"},
        {"name": "wing", "width": 1024},
        {"name": "geman_mcclure"},
        {"name": "mse"},
    ):
        suite.add(f"{titled(config)}_tiny", config, pairs("pointwise", tiny), dtypes=WIDE)
    return suite


# Kind 8. A sentence is right, too: the range may end before.

RANGES = {
    # low, whether it belongs to it, high, whether it does
    "soft_bootstrapping": {"beta": (0, True, 1, True)},
    "asymmetric_single_label": {"gamma_positive": (0, True, INF, False), "gamma_negative": (0, True, INF, False), "label_smoothing": (0, True, 1, True)},
    "normalized_generalized_cross_entropy": {"q": (0, False, 1, True)},
    "asymmetric_mse": {"a": (0, True, INF, False)},
    "confidence_penalty": {"beta": (0, True, INF, False)},
    "normalized_negative_focal": {"gamma": (0, True, INF, False), "log_zero": (-INF, False, 0, False)},
    "normalized_focal": {"gamma": (0, True, INF, False)},
    "normalized_negative_cross_entropy": {"log_zero": (-INF, False, 0, False)},
    "phuber_cross_entropy": {"tau": (1, True, INF, False)},
    "symmetric_cross_entropy": {"alpha": (0, True, INF, False), "beta": (0, True, INF, False), "log_zero": (-INF, False, 0, False)},
    "reduced_focal": {"gamma": (0, True, INF, False), "threshold": (0, False, 1, True)},
    "reverse_cross_entropy": {"log_zero": (-INF, False, 0, False)},
    "asymmetric_exponential": {"a": (0, False, INF, False)},
    "margin_cross_entropy": {"margin": (0, True, INF, False)},
    "asymmetric_unhinged": {"a": (1, False, INF, False), "q": (0, False, INF, False)},
    "asymmetric_generalized_cross_entropy": {"a": (0, False, INF, False), "q": (0, False, INF, False)},
    "generalized_cross_entropy": {"q": (0, False, 1, True)},
    "cross_entropy": {"label_smoothing": (0, True, 1, True)},
    "focal": {"gamma": (0, True, INF, False), "alpha": (0, True, INF, False)},
    "z_loss": {"lambda": (0, True, INF, False)},
    "phuber_generalized_cross_entropy": {"q": (0, False, 1, True), "tau": (1, True, INF, False)},
    "truncated_generalized_cross_entropy": {"q": (0, False, 1, True), "threshold": (0, True, 1, False)},
    "poly1_focal": {"epsilon": (-1, True, INF, False), "gamma": (0, True, INF, False)},
    "poly1_cross_entropy": {"epsilon": (-1, True, INF, False)},
    "hard_bootstrapping": {"beta": (0, True, 1, True)},
    "forward_correction": {"transition": (0, True, 1, False)},
    "generalized_jensen_shannon": {"pi": (0, False, 1, False)},
    "seesaw": {"counts": (0, False, INF, False), "p": (0, True, INF, False), "q": (0, True, INF, False)},
    "multi_margin": {"margin": (0, False, INF, False)},
    "focal_cosine": {"gamma": (0, True, INF, False), "weight": (0, True, INF, False), "alpha": (0, True, INF, False)},
    "jsd_cross_entropy": {"alpha": (0, True, INF, False), "label_smoothing": (0, True, 1, True)},
    "binary_focal": {"alpha": (0, True, 1, True), "gamma": (0, True, INF, False)},
    "asymmetric": {"gamma_positive": (0, True, INF, False), "gamma_negative": (0, True, INF, False), "margin": (0, True, 1, False)},
    "balanced_binary_cross_entropy": {"beta": (0, True, 1, True)},
    "poly1_binary_cross_entropy": {"epsilon": (-1, True, INF, False)},
    "multilabel_margin": {"margin": (0, False, INF, False)},
    "multilabel_soft_margin": {"weight": (0, True, INF, False)},
    "scale_invariant_log": {"lambda": (0, True, 1, True), "epsilon": (0, False, INF, False)},
    "rmsle": {"epsilon": (0, False, INF, False)},
    "rmse": {"epsilon": (0, True, INF, False)},
    "cosine_distance": {"epsilon": (0, False, INF, False)},
    "hinge_embedding": {"margin": (0, False, INF, False)},
    "epsilon_insensitive": {"epsilon": (0, True, INF, False)},
    "mse": {"scale": (0, False, INF, False)},
    "huber": {"delta": (0, False, INF, False)},
    "charbonnier": {"epsilon": (0, False, INF, False)},
    "smape": {"epsilon": (0, False, INF, False)},
    "adaptive_wing": {"omega": (0, False, INF, False), "theta": (0, False, INF, False), "epsilon": (0, False, INF, False), "alpha": (1, False, INF, False)},
    "cauchy": {"c": (0, False, INF, False)},
    "geman_mcclure": {"c": (0, False, INF, False)},
    "quantile_huber": {"tau": (0, False, 1, False), "kappa": (0, False, INF, False)},
    "poisson_nll": {"epsilon": (0, False, INF, False)},
    "squared_epsilon_insensitive": {"epsilon": (0, True, INF, False)},
    "smooth_l1": {"beta": (0, True, INF, False)},
    "tweedie_nll": {"power": (1, False, 2, False)},
    "expectile": {"tau": (0, False, 1, False)},
    "general_robust": {"alpha": (-INF, False, 2, True), "c": (0, False, INF, False)},
    "lp": {"p": (0, False, INF, False)},
    "mape": {"epsilon": (0, False, INF, False)},
    "msle": {"epsilon": (0, False, INF, False)},
    "pseudo_huber": {"delta": (0, False, INF, False), "delta_power": (0, True, 2, True)},
    "welsch": {"c": (0, False, INF, False)},
    "wing": {"width": (0, False, INF, False), "curvature": (0, False, INF, False)},
    "quantile": {"tau": (0, False, 1, False)},
    "tukey": {"c": (0, False, INF, False)},
    "balanced_l1": {"alpha": (0, False, INF, False), "gamma": (0, False, INF, False), "beta": (0, False, INF, False)},
    "gaussian_crps": {"epsilon": (0, False, INF, False)},
    "beta_nll": {"beta": (0, True, 1, True), "epsilon": (0, False, INF, False)},
    "laplace_nll": {"epsilon": (0, False, INF, False)},
    "student_t_nll": {"nu": (0, False, INF, False), "epsilon": (0, False, INF, False)},
    "gaussian_nll": {"epsilon": (0, False, INF, False)},
}
# A step of 1e-1000 under numbers of 1e±600.
END_DIGITS, END_STEP = 2600, "1e-1000"


def ends(low, has_low, high, has_high):
    values = [1e-300, 1e-30, 1e30, 1e300]
    values += [-x for x in values]
    if math.isfinite(low):
        values.append(float(low) if has_low else math.nextafter(low, INF))
    if math.isfinite(high):
        values.append(float(high) if has_high else math.nextafter(high, -INF))
    return sorted({x for x in values if (low < x or has_low and x == low) and (x < high or has_high and x == high)})


def ordinary_inputs(name):
    signature = SIGNATURES[name]
    if signature == "class":
        rows = [[0.5, -1.25, 2.0], [1.0, 0.25, -0.5]]
        return logits_of(rows, [2, 1], name)
    if signature in ("whole", "multilabel"):
        y = [1.0, 0.0, 0.0] if signature == "multilabel" else [0.25, 3.0, 1.5]
        names = NAMES[signature]
        return {names[0]: array([1, 3], [0.5, 1.25, 2.0]), names[1]: array([1, 3], y)}
    rows = {
        "binary": [(0.5, 1), (-1.25, 0), (2, 0), (-0.5, 1), (0.25, 0.25)],
        "distribution": [(0.5, 1, 2), (-1.25, 0.5, 0.5), (2, 4, -1)],
    }.get(signature, [(0.5, 1), (-1.25, 0.5), (2, 1.5), (3, 0.25)])
    if name in ("msle",):
        rows = [(abs(x), y) for x, y in rows]
    if name in ("hinge_embedding",):
        rows = [(x, (-1) ** k) for k, (x, _) in enumerate(rows)]
    if name == "adaptive_wing":
        rows = [(0.75, 0.5), (-1.25, 0.5), (1.5, 0.75), (0.5, 0.25)]
    return pairs(signature, rows)


# Where mpmath gives no number in time, or the definition none: weights that all are log_zero's, and what follows from a
# transition that tells no classes apart.
NOT_AT_THE_END = {("normalized_negative_cross_entropy", "log_zero"), ("normalized_negative_focal", "log_zero")}


def parameter_ends():
    suite = Suite()
    for name, its in RANGES.items():
        for parameter, bounds in its.items():
            for value in ends(*bounds):
                if (name, parameter) in NOT_AT_THE_END and value > -1e-3:
                    continue
                config = {"name": name, parameter: value}
                title = f"{name}_{parameter}_{value!r}"
                more = {"or_error": True, "beside": True}
                suite.add(title, config, ordinary_inputs(name), digits=END_DIGITS, step=END_STEP, case=more)
    named = [
        ({"name": "balanced_l1", "alpha": 0.01, "gamma": 1.5}, [(0.5, 0), (3, 0), (0.015625, 0)]),
        ({"name": "pseudo_huber", "delta": 2e19}, [(0.5, 0), (3, 0)]),
        ({"name": "cauchy", "c": 2e19}, [(0.5, 0), (3, 0)]),
        ({"name": "tukey", "c": 2e19}, [(0.5, 0), (3, 0)]),
        ({"name": "welsch", "c": 2e19}, [(0.5, 0), (3, 0)]),
        ({"name": "geman_mcclure", "c": 2e19}, [(0.5, 0), (3, 0)]),
        ({"name": "general_robust", "c": 2e19}, [(0.5, 0), (3, 0)]),
        ({"name": "charbonnier", "epsilon": 2e19}, [(0.5, 0), (3, 0)]),
    ]
    for config, rows in named:
        # A range may end before.
        more = {"or_error": True} if config["name"] in ("general_robust", "charbonnier") else {}
        suite.add(f"of_the_issue_{titled(config)}", config, pairs("pointwise", rows), digits=END_DIGITS, step=END_STEP, dtypes=WIDE, case=more)
    half = suite.cases[[case["name"] for case in suite.cases].index("of_the_issue_balanced_l1_alpha_0_01_gamma_1_5")]
    assert abs(half["answer"]["value"]["data"][0] - 0.741534) < 1e-6
    # A common factor of the class weights cancels in the mean.
    for name in CLASS:
        views = catalogue.filled({"name": name}).get("views", 1)
        rows = [[-0.5, -1.25, -2.0], [-1.0, -0.25, -0.5]]
        inputs = logits_of(rows, [2, 1], name)
        for factor in (2.0, 1e-60, 1e300):
            plain = Suite()
            plain.add("plain", {"name": name}, inputs, by="mean", class_weights=[1.0, 2.0, 0.5], dtypes=("f64",))
            answer = plain.cases[0]["answer"]
            weights = [factor, 2 * factor, 0.5 * factor]
            suite.known(
                f"{name}_class_weights_times_{factor:g}",
                {"name": name},
                inputs,
                answer["value"]["data"],
                {"logits": answer["gradients"]["logits"]["data"]},
                by="mean",
                class_weights=weights,
                case={"beside": True},
            )
        del views
    rows = [[0.5, -1.25], [1.0, 0.25]]
    for factor in (1e-60, 1e300):
        plain = Suite()
        plain.add("plain", {"name": "cross_entropy"}, logits_of(rows, [0, 1]), by="mean", dtypes=("f64",))
        answer = plain.cases[0]["answer"]
        suite.known(f"two_class_weights_of_{factor:g}", {"name": "cross_entropy"}, logits_of(rows, [0, 1]), answer["value"]["data"], {"logits": answer["gradients"]["logits"]["data"]}, by="mean", class_weights=[factor] * 2)
    suite.add("seesaw_counts_1e300", {"name": "seesaw", "counts": [1e300, 1e300, 1.0]}, ordinary_inputs("seesaw"), digits=END_DIGITS, step=END_STEP, case={"or_error": True, "beside": True})
    suite.add("seesaw_counts_1e_300", {"name": "seesaw", "counts": [1e-300, 1.0, 1e300]}, ordinary_inputs("seesaw"), digits=END_DIGITS, step=END_STEP, case={"or_error": True, "beside": True})
    return suite


# Kind 9.


def empty():
    suite = Suite()
    for wrapper, setting in (("top_k", {}), ("small_loss", {}), ("individual_flooding", {})):
        for shape in ([2, 4, 0], [2, 0], [0, 4], [0], [2, 0, 3], [0, 0]):
            what = "x".join(map(str, shape))
            for by in ("mean", "sum"):
                for inner in ("l1", "mse", "gamma_nll", "binary_cross_entropy", "gaussian_nll"):
                    signature = SIGNATURES[inner]
                    inputs = {n: array(shape, []) for n in NAMES[signature]}
                    suite.known(f"{wrapper}_{inner}_{what}_{by}", {"name": wrapper, **setting, "loss": inner}, inputs, [0], {n: [] for n in graded_of({"name": inner})}, by=by)
            if len(shape) < 2 or shape[1] == 0:
                continue
            inputs = {"logits": array(shape, []), "targets": array([shape[0], *shape[2:]], [])}
            for inner in ("cross_entropy", "brier", "multi_margin"):
                suite.known(f"{wrapper}_{inner}_{what}", {"name": wrapper, **setting, "loss": inner}, inputs, [0], {"logits": []}, by="mean")
    return suite


# Kind 10. One value a row: what the mean divides by is another question.


def class_weights_soft():
    suite = Suite()
    one_hot = [0.0, 1.0, 0.0]
    rows = {"uniform": ([0.0, 0.0], [0.5, 0.5]), "other": ([0.5, -1.25], [0.25, 0.75])}
    for config in [{"name": name} for name in SOFT] + [{"name": "renyi", "alpha": 2}]:
        title = titled(config)
        for what, (row, q) in rows.items():
            for weights in ([2.0, 2.0], [0.5, 4.0]):
                inputs = {"logits": array([1, 2], row), "targets": array([1, 2], q)}
                # The slopes by the targets depend on whether they are held to sum to 1: values and slopes by the logits.
                name = f"{title}_{what}_{weights[0]:g}_{weights[1]:g}"
                before = len(suite.cases)
                suite.add(name, config, inputs, class_weights=weights, case={"beside": True})
                for case in suite.cases[before:]:
                    case["answer"]["gradients"].pop("targets")
        if config["name"] not in ("jeffreys",):
            row = [0.5, -1.25, 0.25]
            inputs = {"logits": array([1, 3], row), "targets": array([1, 3], one_hot)}
            before = len(suite.cases)
            suite.add(f"{title}_one_hot", config, inputs, class_weights=[0.5, 4.0, 1.0], case={"beside": True})
            for case in suite.cases[before:]:
                case["answer"]["gradients"].pop("targets")
    # Of losses that are divided by a sum over the classes, with equal weights: twice the loss, for every target.
    for name in ("normalized_focal", "normalized_generalized_cross_entropy", "normalized_negative_cross_entropy", "normalized_negative_focal", "confidence_penalty", "soft_bootstrapping", "asymmetric_mse", "asymmetric_single_label"):
        row = [0.5, -1.25, 0.25]
        for t in range(3):
            inputs = {"logits": array([1, 3], row), "targets": array([1, 3], [float(k == t) for k in range(3)])}
            inner = Suite()
            inner.add("classes", {"name": name}, logits_of([row], [t]), class_weights=[2.0] * 3, dtypes=("f64",))
            answer = inner.cases[0]["answer"]
            suite.known(f"{name}_of_class_{t}", {"name": name}, inputs, answer["value"]["data"], {"logits": answer["gradients"]["logits"]["data"]}, class_weights=[2.0] * 3, shape=[1], case={"beside": True})
    check = [case for case in suite.cases if case["name"] == "bhattacharyya_uniform_2_2"]
    assert check[0]["answer"]["value"]["data"] == [0.0]
    return suite


# Kind 11. The exponential ramp is of a step, which a request does not have.


def limits():
    suite = Suite()
    unequal = {"logits": array([1, 2], [0.25, 0.375]), "targets": array([1, 2], [0.3125, 0.3125])}
    of_the_issue = {"logits": array([1, 2], [0.2, 0.4]), "targets": array([1, 2], [0.3, 0.3])}

    def divergence(alpha):
        """The limits at α = 1 and 0, of numbers that need not sum to 1."""

        def value(x, centre):
            p, q = x[: len(x) // 2], x[len(x) // 2 :]
            if alpha == 1:
                return sum(b * mp.ln(b / a) - b + a for a, b in zip(p, q))
            return sum(a * mp.ln(a / b) - a + b for a, b in zip(p, q))

        return value

    for alpha in (0, 1):
        for what, inputs, dtypes in (("exact", unequal, ALL), ("of_the_issue", of_the_issue, ("f64",))):
            places = [(n, j) for n in ("logits", "targets") for j in range(2)]
            values, gradients = evaluate({"name": "alpha_divergence"}, [Term(places, divergence(alpha))], inputs, ["logits", "targets"])
            # The same as α nears it.
            near = Suite()
            near.add("near", {"name": "alpha_divergence", "alpha": alpha + 1e-12}, inputs, input="probabilities", dtypes=("f64",))
            assert abs(near.cases[0]["answer"]["value"]["data"][0] - values[0]) < 1e-9
            suite.known(f"alpha_divergence_{alpha}_{what}", {"name": "alpha_divergence", "alpha": float(alpha)}, inputs, values, gradients, input="probabilities", shape=[1], dtypes=dtypes)
            suite.known(f"alpha_divergence_{alpha}_{what}_sum", {"name": "alpha_divergence", "alpha": float(alpha)}, inputs, values, gradients, input="probabilities", by="sum", dtypes=dtypes)
            # And beside it, where powers of α all but cancel.
            for beside in (1e-3, 1e-6, -1e-6):
                if what == "exact":
                    suite.add(f"alpha_divergence_{alpha}_and_{beside:g}", {"name": "alpha_divergence", "alpha": alpha + beside}, inputs, input="probabilities", dtypes=WIDE, case={"beside": True})
    # Numbers near the end of the dtype.
    f32 = torch.tensor([3e38, 2e38, 1e38, 1e-44], dtype=torch.float32).tolist()
    large = {("f32", "f64"): f32[:3], ("f64",): [1.5e308, 1e308, 5e307], ("f16", "f32"): [65504.0, 40000.0, 20000.0]}
    residuals = [name for name in POINTWISE if name not in OTHERS and name not in ("gaussian_kl", "lp", "hinge", "squared_hinge", "modified_huber", "perceptron", "soft_margin", "sparsemax_hinge", "hinge_embedding", "adaptive_wing")]
    for dtypes, (a, b, c) in large.items():
        rows = [(a, b), (a, c), (b, 0), (-a, 0), (0, a), (c, -c)]
        for name in [*residuals, "msle"]:
            some = [(x, y) for x, y in rows if x >= 0 and y >= 0] if name == "msle" else rows
            suite.add(f"{name}_{dtypes[0]}_{a:g}", {"name": name}, pairs("pointwise", some), dtypes=dtypes, digits=1500)
        for x in (a, -a):
            for name in ("hinge", "squared_hinge", "modified_huber", "perceptron", "soft_margin", "sparsemax_hinge"):
                suite.add(f"{name}_{dtypes[0]}_{x:g}", {"name": name}, pairs("pointwise", [(x, 1), (x, -1)]), dtypes=dtypes)
        for name in DISTRIBUTION:
            rows = [(a, 1, 0), (b, a, 0), (0, a, 0), (a, b, c)]
            suite.add(f"{name}_{dtypes[0]}_{a:g}", {"name": name}, pairs("distribution", rows), dtypes=dtypes, digits=1500)
        for name in ("rmse", "cosine_distance", "rmsle", "scale_invariant_log"):
            inputs = {"prediction": array([1, 3], [a, b, 1.0]), "target": array([1, 3], [c, 1.0, a])}
            suite.add(f"{name}_{dtypes[0]}_{a:g}", {"name": name}, inputs, dtypes=dtypes, digits=1500)
        for name in ("logit_norm", "logit_clip"):
            for p in (1, 2, 3) if name == "logit_clip" else (None,):
                config = {"name": name, "loss": {"name": "cross_entropy"}, **({"p": p} if p else {})}
                suite.add(f"{titled({'name': name, **({'p': p} if p else {})})}_{dtypes[0]}_{a:g}", config, logits_of([[a, -a], [c, b], [a, 0.0]], [0, 1, 0]), dtypes=dtypes, digits=1500)
        for name in CLASS:
            # The loss of negative_learning is told from infinity up to 1e30; mpmath is slow for bi_tempered.
            if name in ("negative_log_likelihood", "negative_learning", "bi_tempered", *VIEWS):
                continue
            # The sum of several logarithms leaves the dtype.
            if name in ("normalized_cross_entropy", "normalized_focal") and dtypes[0] != "f16":
                continue
            suite.add(f"{name}_{dtypes[0]}_{a:g}", {"name": name}, logits_of([[b, 0.0, -c], [0.0, b, c], [-b, c, 0.0]], [0, 0, 0]), dtypes=dtypes, digits=1500)
    for dtypes, tiny in ((WIDE, f32[3]), (("f64",), 5e-324 * 8), (("f16", "f32"), 2.0**-23)):
        for name in ("logit_norm", "logit_clip"):
            config = {"name": name, "loss": {"name": "cross_entropy"}}
            suite.add(f"{name}_{dtypes[0]}_{tiny:g}", config, logits_of([[tiny, -tiny], [tiny, 0.0]], [0, 1]), dtypes=dtypes, digits=1500, step="1e-700")
        inputs = {"prediction": array([1, 3], [tiny, 0.0, -tiny]), "target": array([1, 3], [tiny, tiny, 0.0])}
        suite.add(f"rmse_{dtypes[0]}_{tiny:g}", {"name": "rmse"}, inputs, dtypes=dtypes, digits=1500, step="1e-700")
        suite.add(f"smape_{dtypes[0]}_{tiny:g}", {"name": "smape"}, pairs("pointwise", [(tiny, 0), (2 * tiny, tiny)]), dtypes=dtypes, digits=1500, step="1e-700")
    smape = Suite()
    smape.add("smape", {"name": "smape"}, pairs("pointwise", [(f32[0], f32[1])]), dtypes=WIDE)
    assert abs(smape.cases[0]["answer"]["value"]["data"][0] - 0.4) < 1e-6
    return suite


# Kind 12.


def label_checks():
    suite = Suite()

    def wrong(name, config, label, words=None):
        signature = SIGNATURES[config["name"]]
        names = NAMES[signature]
        shape = [1, 2] if signature == "multilabel" else [2]
        inputs = {names[0]: array(shape, [1.0, 0.5]), names[1]: array(shape, [1.0, label])}
        suite.error(f"{name}_{label}", {"loss": config, "inputs": inputs}, words or [f"{label:g}"])

    for name in [*BINARY, *MULTILABEL]:
        for label in (255.0, -1.0, 1.5, 2.0, INF, -INF):
            wrong(name, {"name": name}, label)
    for name in ("hinge", "squared_hinge", "modified_huber", "perceptron", "soft_margin", "sparsemax_hinge", "hinge_embedding"):
        for label in (255.0, -255.0, 2.0, INF):
            wrong(name, {"name": name}, label)
    for name in BINARY:
        inputs = {"scores": array([2], [1.0, 0.5]), "targets": array([2], [1.0, 255.0])}
        suite.error(f"top_k_{name}", {"loss": {"name": "top_k", "ratio": 1.0, "loss": name}, "inputs": inputs}, ["255"])
    return suite


# Kind 13. A request that is no object stands here as the line itself.


def inputs():
    suite = Suite()
    one = '{"shape": [1], "data": [0.5]}'
    pair = f'{{"prediction": {one}, "target": {one}}}'
    lines = {
        "no_json": ("mse", ["JSON"]),
        "cut_off": ('{"loss": "mse"', ["JSON"]),
        "an_array": ("[1]", []),
        "a_number": ("3", []),
        "null": ("null", []),
        "nothing": ("{}", ["loss"]),
        "no_inputs": ('{"loss": "mse"}', ["inputs"]),
        "two_losses": (f'{{"loss": "mse", "loss": "l1", "inputs": {pair}}}', ["loss"]),
        "two_dtypes": (f'{{"loss": "mse", "dtype": "f32", "dtype": "f64", "inputs": {pair}}}', ["dtype"]),
        "two_predictions": (f'{{"loss": "mse", "inputs": {{"prediction": {one}, "prediction": {one}, "target": {one}}}}}', ["prediction"]),
        "two_shapes": (f'{{"loss": "mse", "inputs": {{"prediction": {{"shape": [1], "shape": [1], "data": [1]}}, "target": {one}}}}}', ["shape"]),
        "two_gammas": ('{"loss": {"name": "focal", "gamma": 1, "gamma": 2}, "inputs": {"logits": {"shape": [1, 2], "data": [0, 0]}, "targets": {"shape": [1], "data": [0]}}}', ["gamma"]),
        "unknown_field": (f'{{"loss": "mse", "colour": 1, "inputs": {pair}}}', ["colour"]),
        "unknown_loss": (f'{{"loss": "mess", "inputs": {pair}}}', ["mess"]),
        "unknown_dtype": (f'{{"loss": "mse", "dtype": "f8", "inputs": {pair}}}', ["f8"]),
        "unknown_device": (f'{{"loss": "mse", "device": "abacus", "inputs": {pair}}}', ["abacus"]),
        "unknown_reduction": (f'{{"loss": "mse", "reduction": "max", "inputs": {pair}}}', ["max"]),
        "nan_bare": ('{"loss": "mse", "inputs": {"prediction": {"shape": [1], "data": [NaN]}, "target": {"shape": [1], "data": [1]}}}', ["JSON"]),
        "a_word_for_a_number": ('{"loss": "mse", "inputs": {"prediction": {"shape": [1], "data": ["one"]}, "target": {"shape": [1], "data": [1]}}}', ["data"]),
        "a_negative_axis": ('{"loss": "mse", "inputs": {"prediction": {"shape": [-1], "data": [1]}, "target": {"shape": [1], "data": [1]}}}', []),
        "half_an_axis": ('{"loss": "mse", "inputs": {"prediction": {"shape": [1.5], "data": [1]}, "target": {"shape": [1], "data": [1]}}}', []),
        "too_few_numbers": ('{"loss": "mse", "inputs": {"prediction": {"shape": [2], "data": [1]}, "target": {"shape": [2], "data": [1, 2]}}}', ["prediction"]),
        "shape_that_overflows": ('{"loss": "mse", "inputs": {"prediction": {"shape": [4294967296, 4294967296], "data": []}, "target": {"shape": [4294967296, 4294967296], "data": []}}}', ["prediction"]),
        "deep": ("[" * 300 + "]" * 300, ["JSON"]),
        "half_a_class": ('{"loss": "cross_entropy", "inputs": {"logits": {"shape": [1, 2], "data": [0, 0]}, "targets": {"shape": [1], "data": [0.5]}}}', ["0.5"]),
        "a_class_too_many": ('{"loss": "cross_entropy", "inputs": {"logits": {"shape": [1, 2], "data": [0, 0]}, "targets": {"shape": [1], "data": [2]}}}', ["2"]),
        "a_negative_class": ('{"loss": "cross_entropy", "inputs": {"logits": {"shape": [1, 2], "data": [0, 0]}, "targets": {"shape": [1], "data": [-1]}}}', ["-1"]),
        "no_class": ('{"loss": "cross_entropy", "inputs": {"logits": {"shape": [1, 0], "data": []}, "targets": {"shape": [1], "data": [0]}}}', []),
        "weights_of_other_classes": ('{"loss": "cross_entropy", "class_weights": [1, 1, 1], "inputs": {"logits": {"shape": [1, 2], "data": [0, 0]}, "targets": {"shape": [1], "data": [0]}}}', ["3"]),
        "a_negative_weight": ('{"loss": "cross_entropy", "class_weights": [1, -1], "inputs": {"logits": {"shape": [1, 2], "data": [0, 0]}, "targets": {"shape": [1], "data": [0]}}}', ["-1"]),
    }
    for name, (line, words) in lines.items():
        suite.cases.append({"name": name, "request": line, "error": words})
    # What holds no number but has a shape of very many: any answer, but an answer.
    huge = 100_000_000_000
    for name in (*WHOLE, "l1", "binary_cross_entropy", "gaussian_nll", "top_k", "individual_flooding"):
        signature = SIGNATURES.get(name, "pointwise")
        for shape in ([huge, 0], [0, huge], [huge, 0, huge], [2, 0, huge], [2**63, 0]):
            for by in ("mean", "none"):
                line = {"loss": name if name in SIGNATURES else {"name": name, "loss": "l1"}, "reduction": by, "inputs": {n: array(shape, []) for n in NAMES[signature]}}
                suite.cases.append({"name": f"{name}_{'x'.join(map(str, shape))}_{by}", "request": json.dumps(line), "any": True})
    for name in ("cross_entropy", "brier", "multi_margin", "bi_tempered"):
        for shape in ([huge, 0], [0, huge], [huge, 4, 0], [0, 4, huge]):
            line = {"loss": name, "inputs": {"logits": array(shape, []), "targets": array([shape[0], *shape[2:]], [])}}
            suite.cases.append({"name": f"{name}_{'x'.join(map(str, shape))}", "request": json.dumps(line), "any": True})
    return suite


KINDS = {
    "class_numbers": class_numbers,
    "counts_and_ranks": counts_and_ranks,
    "wide_sums": wide_sums,
    "left_out": left_out,
    "infinities": infinities,
    "nan": nan,
    "cancellation": cancellation,
    "parameter_ends": parameter_ends,
    "empty": empty,
    "class_weights_soft": class_weights_soft,
    "limits": limits,
    "label_checks": label_checks,
    "inputs": inputs,
}
KEYS = ("name", "request", "dtypes", "answer", "error", "any", "or_error", "beside", "relative")


def document(kind, versions, suite):
    def block(case):
        return "    {" + ", ".join(f'"{key}": {as_json(case[key])}' for key in KEYS if key in case) + "}"

    for case in suite.cases:
        assert case.keys() <= set(KEYS), case.keys()
    head = f'{{\n  "kind": "{kind}",\n  "generator": "generate.py",\n  "versions": {as_json(versions)},\n'
    return head + '  "cases": [\n' + ",\n".join(block(case) for case in suite.cases) + "\n  ]\n}\n"


def main():
    kinds = ARGUMENTS.kinds or list(KINDS)
    torch.set_num_threads(1)
    versions = pinned_versions()
    stale = []
    for kind in kinds:
        suite = KINDS[kind]()
        text = document(kind, versions, suite)
        path = HERE / f"{kind}.json"
        if not ARGUMENTS.check:
            path.write_text(text, encoding="ascii", newline="\n")
        elif not path.exists() or path.read_text(encoding="ascii") != text:
            stale.append(kind)
        print(f"faults/{kind}: {len(suite.cases)} cases, {len(text) // 1000} kB, without {len(suite.left_out)}", flush=True)
        if ARGUMENTS.left_out:
            print("\n".join(suite.left_out))
    if stale:
        sys.exit(f"not what this script writes: {', '.join(stale)}")


if __name__ == "__main__":
    main()
