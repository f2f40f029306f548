"""Focal loss: Lin et al. 2017, arXiv:1708.02002."""

from exact import of_class
from signatures.soft import ALL_ZEROS, CERTAIN, DISJOINT, Expected, to_the


def definition(c, row, t):
    return of_class(c.alpha, t) * row.miss_to(t, of_class(c.gamma, t)) * -row.log_p(t)


def witness(c, b):
    return -b.parameter(c.alpha) * b.miss ** b.parameter(c.gamma) * b.log_p


def cases(suite):
    sets = {
        "gamma_0": {"gamma": 0},
        "gamma_0_5": {"gamma": 0.5},
        "gamma_1": {"gamma": 1},
        "gamma_5": {"gamma": 5},
        "alpha_0_25": {"alpha": 0.25},
        "gamma_1_5_alpha_0_75": {"gamma": 1.5, "alpha": 0.75},
        "per_class_gamma": {"gamma": [0, 0.5, 1, 2, 5]},
        "per_class_alpha": {"alpha": [0.25, 1, 0.5, 0, 2]},
        "per_class_gamma_and_alpha": {"gamma": [2, 0, 3, 0.5, 1], "alpha": [0.25, 0.75, 1, 1.5, 0.5]},
    }
    extremes = ["gamma_0", "gamma_0_5", "gamma_1", "gamma_5", "per_class_gamma_and_alpha"]
    suite.add_all({"gamma": 0.5, "alpha": 0.25}, sets, extremes)
    three = {"gamma": [0.5, 2, 1], "alpha": [0.25, 1, 0.75]}
    suite.add("per_class_spatial", three, [2, 3, 2, 2], ignore_index=-100, ignored=(3,))
    suite.add("per_class_with_class_weights", three, [20, 3], class_weights=[0.5, 2.0, 1.25])
    suite.add("one_class_per_class", {"gamma": [2], "alpha": [0.5]}, [3, 1])


soft_definition = Expected(definition)


def soft_witness(c, b):
    return -c.alpha * to_the(b.miss, c.gamma) * b.log_p


def soft_cases(suite):
    sets = {
        "gamma_0": {"gamma": 0},
        "gamma_1": {"gamma": 1},
        "gamma_5_alpha_0_25": {"gamma": 5, "alpha": 0.25},
        "per_class_gamma_and_alpha": {"gamma": [2, 0, 3, 0.5, 1], "alpha": [0.25, 0.75, 1, 1.5, 0.5]},
    }
    suite.add_all({"gamma": 0.5, "alpha": 0.75}, sets, ALL_ZEROS)
    for gamma in (0, 1):
        suite.add_probabilities(f"probabilities_certain_gamma_{gamma}", {"gamma": gamma}, [*CERTAIN, *DISJOINT])
    suite.add_extremes("_gamma_1", {"gamma": 1})
    suite.add_tiny_probabilities()
