"""Asymmetric generalized cross-entropy: Zhou et al. 2021, arXiv:2106.03110."""

from exact import power


def definition(c, row, t):
    return (power(c.a + 1, c.q) - power(c.a + row.p(t), c.q)) / c.q


def witness(c, b):
    return ((c.a + 1) ** c.q - (c.a + b.p) ** c.q) / c.q


def cases(suite):
    sets = {
        "a_6_q_1_5": {"a": 6, "q": 1.5},
        "a_4_q_0_2": {"a": 4, "q": 0.2},
        "a_0_01_q_0_7": {"a": 0.01, "q": 0.7},
        "a_0_00001_q_3": {"a": 0.00001, "q": 3},
        "q_1": {"q": 1},
    }
    suite.add_all({"a": 0.6, "q": 0.6}, sets, ["a_6_q_1_5", "a_0_01_q_0_7", "a_0_00001_q_3"])
