"""Poly-1 binary cross-entropy: Leng et al. 2022, arXiv:2204.12511."""


def definition(c, p):
    return -p.ln_p() + c.epsilon * p.miss, -p.ln_miss() + c.epsilon * p.p


def witness(c, p, miss, positive, negative):
    return positive + c.epsilon * (1 - p), negative + c.epsilon * p


def cases(suite):
    sets = {"epsilon_0": {"epsilon": 0}, "epsilon_minus_1": {"epsilon": -1}, "epsilon_minus_0_9": {"epsilon": -0.9}}
    suite.binary({"epsilon": 2.5}, sets)
