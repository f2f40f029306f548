"""Logit normalisation, round any loss of a softmax: Wei et al. 2022, arXiv:2205.09310.

A row of zeros gets the gradient 0. This is a choice, not the derivative, which is inner/(temperature·1e-7) there.
"""

import torch
from mpmath import mp, mpf

from signatures.classes import CONFIDENT, FAR_BELOW, FOCAL, FOCAL_PER_CLASS, GCE, ROWS_OF_ZEROS, SMOOTHED, TINY_ROWS, WEIGHTS

EPSILON = 1e-7  # the authors'


def transform(c, logits, centre):
    norm = mp.sqrt(sum(x**2 for x in logits))
    return [x / (c.temperature * (norm + mpf(EPSILON))) for x in logits]


def has_slope(logits):
    return any(logits)


def witness(c, x):
    norm = torch.linalg.vector_norm(x, dim=1, keepdim=True) + EPSILON
    return x / norm / c.temperature


def cases(suite):
    suite.add_common({"loss": GCE, "temperature": 0.5}, equal=-0.125)
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
    suite.add_sets(sets)
    suite.add("class_weights_smoothed", {"loss": SMOOTHED, "temperature": 0.5}, [6, 5], class_weights=WEIGHTS)
    suite.add("rows_of_zeros", {}, [3, 5], logits=ROWS_OF_ZEROS, targets=[0, 1, 2])
    cold = {"temperature": 0.0078125}  # logits of norm 128 after the transform
    suite.add_rows("confident_temperature_1_over_128", cold, CONFIDENT)
    suite.add_rows("far_below_temperature_1_over_128", cold, FAR_BELOW)
    suite.add_rows("norms_near_epsilon", {}, TINY_ROWS)
