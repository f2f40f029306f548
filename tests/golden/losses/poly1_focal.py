"""Poly-1 focal loss: Leng et al. 2022, arXiv:2204.12511."""

from exact import of_class, power


def definition(c, row, t):
    gamma, miss = of_class(c.gamma, t), 1 - row.p(t)
    return power(miss, gamma) * -row.log_p(t) + c.epsilon * power(miss, gamma + 1)


def witness(c, b):
    gamma = b.parameter(c.gamma)
    return -(b.miss**gamma) * b.log_p + c.epsilon * b.miss ** (gamma + 1)


def cases(suite):
    sets = {
        "epsilon_minus_1": {"epsilon": -1},
        "epsilon_minus_0_5_gamma_0_5": {"epsilon": -0.5, "gamma": 0.5},
        "epsilon_0": {"epsilon": 0},
        "gamma_0": {"gamma": 0},
        "epsilon_2_gamma_5": {"epsilon": 2, "gamma": 5},
        "per_class_gamma": {"gamma": [0, 0.5, 1, 2, 5]},
    }
    extremes = ["epsilon_minus_1", "epsilon_minus_0_5_gamma_0_5", "gamma_0", "per_class_gamma"]
    suite.add_all({"epsilon": -0.75, "gamma": 1.5}, sets, extremes)
    three = {"gamma": [0.5, 2, 1], "epsilon": -1}
    suite.add("per_class_spatial", three, [2, 3, 2, 2], ignore_index=-100, ignored=(3,))
