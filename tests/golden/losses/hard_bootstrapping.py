"""Hard bootstrapping: Reed et al. 2015, arXiv:1412.6596.

The largest class does not move with the logits, and is the first of the largest.
"""

from signatures.classes import CONFIDENT, FAR_BELOW, HUGE, WEIGHTS
from signatures.classes import OffTheKinks as Suite
from suite import with_and_without


def definition(c, row, t):
    best = row.centre.logits.index(max(row.centre.logits))
    return -(c.beta * row.log_p(t) + (1 - c.beta) * row.log_p(best))


def witness(c, b):
    of_best = b.log_p_all.gather(1, b.x.argmax(dim=1, keepdim=True)).squeeze(1)
    return -c.beta * b.log_p - (1 - c.beta) * of_best


def is_smooth(c, logits, t):
    return logits.count(max(logits)) == 1


def cases(suite):
    sets = {"beta_0": {"beta": 0}, "beta_0_5": {"beta": 0.5}, "beta_1": {"beta": 1}}
    suite.add_batches({"beta": 0.5})
    suite.add_sets(sets)

    def untied(rows):
        return [(logits, t) for logits, t in rows if is_smooth(None, logits, t)]

    for end, parameters in with_and_without(sets).items():
        suite.add_rows(f"confident{end}", parameters, CONFIDENT)
        suite.add_rows(f"far_below{end}", parameters, untied(FAR_BELOW))
        suite.add_rows(f"huge_logits{end}", parameters, untied(HUGE))
    suite.add_rows("confident_class_weights", {}, CONFIDENT, class_weights=WEIGHTS)
    suite.add_gap_ladder()
    equals = [1.5, 1.5, 0, 1.5, -2, 0, 0, 0, 0, 0, -3, 2, 1, 2, 2]
    suite.add("first_of_the_largest", {}, [3, 5], logits=equals, targets=[3, 2, 0], on_a_kink=True)
