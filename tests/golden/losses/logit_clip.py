"""Logit clipping, round any loss of a softmax: Wei et al. 2023, arXiv:2212.04055.

At a norm of exactly tau the row is left as it is, and so is its gradient. The norm of p = 1 has slope 0 in an entry of 0.
"""

import torch
from mpmath import mp

from exact import exactly
from signatures.classes import CONFIDENT, FAR_BELOW, FOCAL, FOCAL_PER_CLASS, GCE, HUGE, ROWS_OF_ZEROS, SMOOTHED, WEIGHTS
from signatures.classes import Layout, Suite as ClassSuite

NORMED = {"name": "logit_norm", "temperature": 0.5}


class Suite(ClassSuite):
    limits = (2, 64, 3, 24)


def clips(c, logits):
    """Whether the norm of these logits is above tau."""
    return sum(abs(x) ** c.p for x in logits) > c.tau**c.p


def transform(c, logits, centre):
    if not clips(c, centre):
        return logits
    norm = mp.root(sum(abs(x) ** c.p for x in logits), int(c.p))
    return [x * c.tau / norm for x in logits]


def witness(c, x):
    norm = torch.linalg.vector_norm(x, ord=c.p, dim=1, keepdim=True)
    above = norm > c.tau
    return x * torch.where(above, c.tau / torch.where(above, norm, 1.0), 1.0)


def assert_both_sides(suite, names):
    """These cases have rows above tau, and rows under it."""
    for case in suite.cases:
        if case["name"] in names:
            layout, data = Layout(case["logits"]["shape"], case["config"]), case["logits"]["data"]
            c = exactly(case["config"])
            rows = [[data[j] for j in layout.places(i)] for i in range(layout.rows)]
            assert {clips(c, row) for row in rows} == {True, False}, f"{case['name']} is one-sided"


def cases(suite):
    suite.add_common({"loss": FOCAL, "tau": 2.5, "p": 3}, equal=-0.125)
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
    suite.add_sets(sets)
    assert_both_sides(suite, sets)
    suite.add("round_logit_norm", {"loss": NORMED, "p": 1}, [6, 5])
    suite.add("class_weights_smoothed", {"loss": SMOOTHED, "p": 1}, [6, 5], class_weights=WEIGHTS)
    ones = [1, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 1]
    for p in (1, 2, 3):
        suite.add(f"norm_at_tau_p_{p}", {"p": p}, [3, 5], logits=ones, targets=[0, 1, 2])
    suite.add("norm_at_tau_3_4_5", {"tau": 0.625}, [2, 2], logits=[0.375, 0.5, -0.5, 0.375], targets=[0, 0])
    suite.add("rows_of_zeros", {}, [3, 5], logits=ROWS_OF_ZEROS, targets=[0, 1, 2])
    wide = {"tau": 64}  # the gaps of 60 pass as they are, those of 88 and 104 are clipped
    suite.add_rows("confident_tau_64", wide, CONFIDENT)
    suite.add_rows("far_below_tau_64", wide, FAR_BELOW)
    suite.add_rows("confident_tau_64_p_1_focal", {"loss": FOCAL, "tau": 64, "p": 1}, CONFIDENT)
    suite.add_rows("huge_logits_p_3", {"p": 3}, HUGE)
