"""Cross-entropy, with label smoothing: Szegedy et al. 2016, arXiv:1512.00567; class weights as in PyTorch."""

from types import SimpleNamespace

from mpmath import mp, mpf
from torch.nn import functional as F

from rows import LOGITS, Row
from signatures.classes import WEIGHTS
from signatures.soft import ALL_ZEROS, Expected


def weighted_definition(c, row, t, w):
    smoothing = c.label_smoothing
    return (1 - smoothing) * w[t] * -row.log_p(t) + smoothing / len(row) * sum(w[k] * -row.log_p(k) for k in row.classes)


def witness(c, b):
    options = {"weight": b.weights, "label_smoothing": c.label_smoothing, "ignore_index": b.ignore_index}
    return F.cross_entropy(b.x, b.t.where(b.used, b.ignore_index), reduction="none", **options)


def witness_mean(c, b):
    options = {"weight": b.weights, "label_smoothing": c.label_smoothing, "ignore_index": b.ignore_index}
    return F.cross_entropy(b.x, b.t.where(b.used, b.ignore_index), **options)


def check_worked_example():
    """Softmax outputs given in textbooks, to two decimals: 0.36, 0.92, 2.30 and their mean 1.19."""
    outputs = ((".1", ".2", ".7"), (".3", ".4", ".3"), (".1", ".2", ".7"))
    rows = [Row([mp.ln(mpf(p)) for p in row]) for row in outputs]
    c = SimpleNamespace(label_smoothing=mpf(0))
    losses = [float(weighted_definition(c, row, t, [1] * 3)) for row, t in zip(rows, (2, 1, 0))]
    assert [round(loss, 2) for loss in (*losses, sum(losses) / 3)] == [0.36, 0.92, 2.30, 1.19]


def cases(suite):
    check_worked_example()
    sets = {f"smoothing_{name}": {"label_smoothing": s} for name, s in (("0_1", 0.1), ("0_5", 0.5), ("1", 1))}
    suite.add_all({"label_smoothing": 0.1}, sets, ["smoothing_0_1"])
    for name, parameters in sets.items():
        suite.add(f"class_weights_{name}", parameters, [6, 5], class_weights=WEIGHTS)
    suite.add("one_class_smoothing", {"label_smoothing": 0.5}, [3, 1], class_weights=[2.0])
    far = [([10000], 0), ([-10000], 0), ([-104], 0)]
    suite.add_rows("one_class_far_smoothing", {"label_smoothing": 0.5}, far)


soft_definition = Expected(lambda c, row, k: -row.log_p(k))


def soft_witness(c, b):
    if b.kind == LOGITS:
        return F.cross_entropy(b.x, b.q, weight=b.class_weights, reduction="none")
    return -b.log_p


def soft_cases(suite):
    suite.add_all(zeros=ALL_ZEROS)
    suite.add_floor()
