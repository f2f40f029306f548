"""Flooding, of the reduced value of any loss: Ishida et al. 2020, arXiv:2002.08709.

A batch where everything is ignored has the value 0 before it, so 2·level after it, of gradient 0.
"""

from signatures.classes import FOCAL, FOCAL_PER_CLASS, GCE, SMOOTHED, WEIGHTS

CLIPPED = {"name": "logit_clip", "tau": 1.5, "loss": FOCAL}


def finish(c, value):
    return abs(value - c.level) + c.level


def witness(c, value):
    return (value - c.level).abs() + c.level


def cases(suite):
    suite.add_common({"loss": CLIPPED, "level": 2})
    sets = {
        "level_0": {"level": 0},
        "level_above_mean_below_sum": {"level": 6.5},
        "level_above_both": {"level": 40},
        "round_focal": {"loss": FOCAL, "level": 0.25},
        "round_focal_per_class": {"loss": FOCAL_PER_CLASS, "level": 4},
        "round_generalized_cross_entropy": {"loss": GCE, "level": 0.5},
        "round_smoothed_cross_entropy": {"loss": SMOOTHED, "level": 3},
        "round_logit_clip": {"loss": {"name": "logit_clip"}, "level": 2},
        "round_logit_clip_round_focal": {"loss": CLIPPED, "level": 0.25},
        "round_logit_norm": {"loss": {"name": "logit_norm", "temperature": 0.5}, "level": 4},
        "round_logit_norm_round_logit_clip_round_focal": {
            "loss": {"name": "logit_norm", "temperature": 0.25, "loss": CLIPPED},
            "level": 1.5,
        },
    }
    suite.add_sets(sets)
    suite.add("class_weights_smoothed", {"loss": SMOOTHED, "level": 2}, [6, 5], class_weights=WEIGHTS)
