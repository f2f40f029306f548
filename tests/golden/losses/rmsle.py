"""Root mean squared logarithmic error of a batch. max(a, ε) has slope 0 at ε, the root at 0."""

from mpmath import mp
from torch.nn import functional as F

from losses.scale_invariant_log import log_ratios
from signatures.whole import BATCH, draw_pair, draw_positive, root

PER = BATCH


def definition(c, x, y, centre):
    return mp.sqrt(sum(d**2 for d in log_ratios(c, x, y, centre, 1)) / len(x))


def witness(c, x, y):
    x, y = (a.clamp(min=c.epsilon).log1p() for a in (x, y))
    return root(F.mse_loss(x, y, reduction="none").mean(dim=1))


def cases(suite):
    suite.draw = draw_positive
    suite.add_common({"epsilon": 0.5})
    suite.add("both_signs", {}, [6, 5], draw=draw_pair)
    suite.add("epsilon_2", {"epsilon": 2.0625}, [6, 5])
    equal = [(0, 0), (1, 1), (0.125, 0.125), (60000, 60000), (2.0**-20, 2.0**-20)]
    suite.add_batches("equal", {}, [equal, [(-1, -8), (0, -0.5), (2, 2)]])
    suite.add_batches("zero_or_below", {}, [[(0, 1), (1, 0), (-1, 2), (2, -1), (-60000, 1), (0, 0)]])
    at = [(x, y) for x in (0.125, 0.25, 0) for y in (0.125, 1, 0.25)]
    suite.add_batches("at_epsilon", {"epsilon": 0.125}, [at])
    close_ones = [[(1 + 2.0**-20, 1), (0.5, 0.5), (4, 4)], [(1, 1 + 2.0**-12), (0.5 + 2.0**-20, 0.5)]]
    suite.add_batches("tiny_residuals", {}, close_ones)
    tiny = [[(2.0**-20, 2.0**-21), (2.0**-40, 2.0**-20)], [(2.0**-22, 2.0**-23), (2.0**-24, 2.0**-24)]]
    suite.add_batches("tiny", {}, tiny)
    huge = [[(60000, 1), (1, 60000), (60000, 59999)], [(10000, 0), (2.0**100, 1), (2.0**-100, 0)]]
    suite.add_batches("huge", {}, huge)
