"""Root mean squared error of a batch. The root has slope 0 at 0, as the central difference has."""

from mpmath import mp
from torch.nn import functional as F

from signatures.whole import BATCH, draw_pair, root

PER = BATCH


def definition(c, x, y, _):
    return mp.sqrt(sum((a - b) ** 2 for a, b in zip(x, y)) / len(x) + c.epsilon)


def witness(c, x, y):
    return root(F.mse_loss(x, y, reduction="none").mean(dim=1) + c.epsilon)


def cases(suite):
    suite.draw = draw_pair
    suite.add_common({"epsilon": 0.5})
    suite.add("epsilon_0_001", {"epsilon": 0.001}, [6, 5])
    big = 2.0**100
    equal = [(0, 0), (1, 1), (-8, -8), (60000, 60000)]
    tiny = [
        [(2.0**-24, 0), (0, 2.0**-24), (1, 1)],
        [(2.0**-40, 0), (0, 0), (-8, -8)],
        [(1 + 2.0**-23, 1), (1, 1), (-2, -2 + 2.0**-12)],
    ]
    huge = [
        [(10000, 0), (0.125, 0), (-60000, 60000)],
        [(60000, 59999.5), (104, -104)],
        [(big, 0), (-big, big), (0, 1)],
    ]
    for end, parameters in (("", {}), ("_epsilon_0_25", {"epsilon": 0.25})):
        suite.add_batches(f"equal{end}", parameters, [equal])
        suite.add_batches(f"tiny{end}", parameters, tiny)
        suite.add_batches(f"huge{end}", parameters, huge)
    suite.add_batches("tinier", {}, [[(2.0**-80, 0), (0, 2.0**-81), (0, 0)]])
    suite.add_batches("one_differs", {}, [[(3, 3), (0, -4), (1, 1), (0, 0)]])
