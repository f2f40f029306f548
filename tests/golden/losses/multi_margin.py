"""Multi-margin loss: as in PyTorch. With p = 2 it has no kink."""

from mpmath import mpf
from torch.nn import functional as F

from signatures.classes import Scores as Suite

# Some slopes of margin 0.4 lie halfway between two f64s. Which of them was written the noise of this arithmetic decides,
# and not the rule of all other losses, to the even one: without it, 17 numbers change in their last place.
NOISY_TIES = True


def slacks(c, logits, t):
    return [c.margin - logits[t] + x for k, x in enumerate(logits) if k != t]


def definition(c, row, t):
    return sum(max(slack, mpf(0)) ** c.p for slack in slacks(c, row.logits, t)) / len(row)


def witness(c, b):
    return F.multi_margin_loss(*b.rows, p=c.p, margin=c.margin, reduction="none").reshape(b.t.shape)


def is_smooth(c, logits, t):
    return c.p == 2 or all(slacks(c, logits, t))


def cases(suite):
    sets = {
        "margin_0_4_p_2": {"margin": 0.4, "p": 2},
        "margin_3_0625": {"margin": 3.0625},
        "margin_2_5_p_2": {"margin": 2.5, "p": 2},
    }
    suite.add_all(sets)
