"""Asymmetric unhinged loss: Zhou et al. 2021, arXiv:2106.03110."""

from exact import power


def definition(c, row, t):
    return (power(c.a - row.p(t), c.q) - power(c.a - 1, c.q)) / c.q


def witness(c, b):
    return ((c.a - b.p) ** c.q - (c.a - 1) ** c.q) / c.q


def cases(suite):
    sets = {
        "a_5_5_q_3": {"a": 5.5, "q": 3},
        "a_1_0625_q_0_5": {"a": 1.0625, "q": 0.5},
        "a_1_00001_q_0_1": {"a": 1.00001, "q": 0.1},
        "a_1_00001_q_8": {"a": 1.00001, "q": 8},
        "q_1": {"q": 1},
    }
    suite.add_all({"a": 5.5, "q": 3}, sets, ["a_5_5_q_3", "a_1_00001_q_0_1", "a_1_00001_q_8"])
