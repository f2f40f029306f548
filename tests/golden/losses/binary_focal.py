"""Binary focal loss: Lin et al. 2017, arXiv:1708.02002."""


def definition(c, p):
    return -c.alpha * p.miss_to(c.gamma) * p.ln_p(), -(1 - c.alpha) * p.p_to(c.gamma) * p.ln_miss()


def witness(c, p, miss, positive, negative):
    return c.alpha * miss**c.gamma * positive, (1 - c.alpha) * p**c.gamma * negative


def cases(suite):
    sets = {
        "gamma_0": {"gamma": 0},
        "gamma_0_5": {"gamma": 0.5},
        "gamma_1_alpha_1": {"gamma": 1, "alpha": 1},
        "gamma_5_alpha_0": {"gamma": 5, "alpha": 0},
    }
    per_class = {"alpha": [0.25, 0.5, 0.75, 1, 0], "gamma": [0, 0.5, 1, 2, 5]}
    suite.binary({"alpha": 0.75, "gamma": 1.5}, sets, per_class)
