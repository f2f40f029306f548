"""Taylor cross-entropy: Feng et al. 2020, IJCAI."""


def definition(c, row, t):
    return sum((1 - row.p(t)) ** j / j for j in range(1, int(c.order) + 1))


def witness(c, b):
    return sum(b.miss**j / j for j in range(1, c.order + 1))


def cases(suite):
    sets = {"order_1": {"order": 1}, "order_6": {"order": 6}, "order_32": {"order": 32}}
    suite.add_all({"order": 3}, sets, ["order_1", "order_32"])
