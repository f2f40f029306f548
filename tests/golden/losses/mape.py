"""Mean absolute percentage error: as in Keras. max(|y|, ε) has slope 0 at ε."""

from exact import above
from signatures.elements import EQUAL, HUGE, draw_relative


def definition(c, x, y, centre):
    return 100 * abs(x - y) / above(abs(y), abs(centre[1]), c.epsilon)


def witness(c, x, y):
    return 100 * (x - y).abs() / y.abs().clamp(min=c.epsilon)


def cases(suite):
    suite.draw = draw_relative
    suite.add_common({"epsilon": 0.5})
    suite.add("epsilon_3", {"epsilon": 3}, [6, 5])
    suite.add("targets_of_zero", {}, [7], inputs=[(x, 0) for x in (0.5, -8, 1, 0, 0.125, -0.125, 4)], extreme=True)
    suite.add_extreme("equal", {}, [*EQUAL, (2.0**-20, 2.0**-20), (2.0**-30, 2.0**-30)])
    tiny = [(1, 2.0**-20), (1, -(2.0**-20)), (2.0**-30, 2.0**-20), (1, 2.0**-30), (2.0**-40, -(2.0**-40))]
    suite.add_extreme("tiny_targets", {}, tiny)
    suite.add_extreme("tiny_residuals", {}, [(y + r, y) for y in (1, -2, 0.5) for r in (2.0**-22, -(2.0**-20))])
    suite.add_extreme("huge", {}, [*HUGE, (60000, 1), (60000, 0.125), (1, 60000)])
    at = [(x, s * y) for x in (0.5, -1, 0.125) for y in (0.125, 0.125 + 2.0**-10, 0.125 - 2.0**-10) for s in (1, -1)]
    suite.add_extreme("targets_at_epsilon", {"epsilon": 0.125}, at)
