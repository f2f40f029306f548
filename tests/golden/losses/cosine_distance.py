"""Cosine distance: as in PyTorch. max(norm, ε) has slope 0 at ε.

Of a row of zeros the distance is 1, and its slope -y/(ε·max(‖y‖₂, ε)). Where a norm is under ε, PyTorch's slope is another: it
has that of the norm.
"""

import torch
from mpmath import mp
from torch.nn import functional as F

from exact import above
from signatures.whole import draw_pair
from witness import equal_values


def norm(a):
    return mp.sqrt(sum(number**2 for number in a))


def definition(c, x, y, centre):
    sizes = [above(norm(a), norm(before), c.epsilon) for a, before in zip((x, y), centre)]
    return 1 - sum(a * b for a, b in zip(x, y)) / (sizes[0] * sizes[1])


def witness(c, x, y):
    theirs = 1 - F.cosine_similarity(x, y, dim=1, eps=c.epsilon)
    norms = [torch.linalg.vector_norm(a, dim=1) for a in (x, y)]
    if all((norm > c.epsilon).all() for norm in norms):
        return theirs
    norms = [norm.clamp(min=c.epsilon) for norm in norms]
    return equal_values(1 - (x * y).sum(dim=1) / (norms[0] * norms[1]), theirs)


# Norms of 5/8.
EPSILON_NORM = [([0.375, 0.5, 0], [1, 2, 2]), ([1, 2, 2], [0, -0.375, 0.5]), ([0.375, 0, 0.5], [0.375, 0.5, 0])]


def cases(suite):
    suite.draw = draw_pair
    suite.add_common({"epsilon": 3.0625})
    suite.add("epsilon_0_5", {"epsilon": 0.5}, [6, 5])
    suite.add_rows("identical", {}, [([x, 2 * x, -x, 0.5], [x, 2 * x, -x, 0.5]) for x in (1, 0.125, -8, 10000)])
    suite.add_rows("parallel", {}, [([1, 2, -3, 0], [2, 4, -6, 0]), ([0, 0, 5, 0], [0, 0, 0.125, 0])])
    suite.add_rows("opposite", {}, [([1, 2, -3, 0.5], [-1, -2, 3, -0.5]), ([2, 0, 0, 0], [-8, 0, 0, 0])])
    suite.add_rows("orthogonal", {}, [([1, 0, 0], [0, 1, 0]), ([1, 1, 0], [-3, 3, 5]), ([2, -4, 1], [1, 0.5, 0])])
    near = [([1, 2, -3, 4], [1 + step, 2, -3, 4]) for step in (2.0**-23, 2.0**-20, 2.0**-16, 2.0**-12, 2.0**-7)]
    near += [([1, 2, -3, 4], [2, 4 + step, -6, 8]) for step in (2.0**-21, 2.0**-10)]
    near += [([8, 0, 0, 0], [1, step, 0, 0]) for step in (2.0**-40, 2.0**-24, 2.0**-12, 2.0**-7)]
    suite.add_rows("nearly_parallel", {}, near)
    suite.add_rows("nearly_opposite", {}, [(x, [-b for b in y]) for x, y in near])
    zeros = [([0, 0, 0], [1, -2, 0.5]), ([1, -2, 0.5], [0, 0, 0]), ([0, 0, 0], [0, 0, 0])]
    suite.add_rows("zero_vectors", {}, zeros)
    suite.add_rows("zero_vectors_epsilon_0_5", {"epsilon": 0.5}, zeros)
    below = [([2.0**-30, 0, 0], [1, 2, 3]), ([2.0**-30, -(2.0**-31), 0], [2.0**-40, 2.0**-30, 0])]
    below += [([2.0**-24, 0, 2.0**-24], [1, 2, 3]), ([2.0**-20, 2.0**-24, 0], [2.0**-22, 0, 2.0**-20])]
    suite.add_rows("near_epsilon", {}, below)
    suite.add_rows("norms_at_epsilon", {"epsilon": 0.625}, EPSILON_NORM)
    big = 2.0**100
    far = [([big, 2 * big, -big], [big, big, big]), ([big, 1, 0], [0.5, 8, 1]), ([60000, 1, 0], [60000, 0, 1])]
    far += [([10000, -60000, 104], [1, 0, 0.125]), ([3 * big, 0, -4 * big], [6 * big, 0, -8 * big])]
    suite.add_rows("huge", {}, far)
