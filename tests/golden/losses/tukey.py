"""Tukey's biweight: Beaton and Tukey 1974."""


def definition(c, x, y, _):
    r = x - y
    return c.c**2 / 6 * (1 - (1 - (r / c.c) ** 2) ** 3 if abs(r) <= c.c else 1)


def witness(c, x, y):
    return c.c**2 / 6 * (1 - (1 - ((x - y) / c.c).clamp(-1, 1) ** 2) ** 3)


def piece(c, x, y):
    return abs(x - y) <= c.c


def cases(suite):
    joints = {"at_the_joint": ({"c": 4.5}, 4.5), "near_the_joint": ({}, 4.6875)}
    suite.residual({"c": 2.5}, {"c_0_1": {"c": 0.1}, "c_10": {"c": 10}}, ["c_0_1", "c_10"], joints)
