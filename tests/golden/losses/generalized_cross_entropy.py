"""Generalized cross-entropy: Zhang and Sabuncu 2018, arXiv:1805.07836."""

from signatures.soft import ALL_ZEROS, Expected, to_the


def definition(c, row, t):
    return (1 - row.p_to(t, c.q)) / c.q


def witness(c, b):
    return (1 - b.p**c.q) / c.q


def cases(suite):
    sets = {"q_1": {"q": 1}, "q_0_3": {"q": 0.3}, "q_0_5": {"q": 0.5}, "q_0_01": {"q": 0.01}}
    suite.add_all({"q": 0.3}, sets, ["q_1", "q_0_01"])


soft_definition = Expected(definition)


def soft_witness(c, b):
    return (1 - to_the(b.p, c.q)) / c.q


def soft_cases(suite):
    suite.add_all({"q": 0.3}, {"q_1": {"q": 1}, "q_0_5": {"q": 0.5}, "q_0_01": {"q": 0.01}}, ALL_ZEROS)
    suite.add_probabilities("probabilities_with_zeros_q_1", {"q": 1}, ALL_ZEROS)
    suite.add_extremes("_q_1", {"q": 1})
