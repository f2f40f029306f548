"""Symmetric mean absolute percentage error: Makridakis 1993."""

from signatures.elements import EQUAL, HUGE, TINY, draw_relative


def definition(c, x, y, _):
    return 2 * abs(x - y) / (abs(y) + abs(x) + c.epsilon)


def witness(c, x, y):
    return 2 * (x - y).abs() / (y.abs() + x.abs() + c.epsilon)


def cases(suite):
    suite.draw = draw_relative
    suite.add_common({"epsilon": 0.5})
    suite.add("epsilon_0_001", {"epsilon": 0.001}, [6, 5])
    suite.add("epsilon_3", {"epsilon": 3}, [6, 5])
    zeros = [(0, 0), (1, 0), (-1, 0), (0, 2), (0, -0.125), (8, 0), (0, 8)]
    suite.add_extreme("zeros", {}, zeros)
    suite.add_extreme("zeros_epsilon_0_5", {"epsilon": 0.5}, zeros)
    suite.add_extreme("equal", {}, [*EQUAL, (2.0**-20, 2.0**-20)])
    suite.add_extreme("tiny", {}, [*TINY, (2.0**-20, 2.0**-21), (-(2.0**-30), 2.0**-24), (2.0**-26, 2.0**-27)])
    suite.add_extreme("huge", {}, HUGE)
