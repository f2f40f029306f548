"""One row of scores in mpmath, as definitions see it: p, 1 - p and ln p of each class, and the targets q."""

from functools import cached_property

from mpmath import mp, mpf

from exact import exp, ln, power

LOG_FLOOR = -100  # of ln p where probabilities are given
LOGITS, PROBABILITIES, LOG_PROBABILITIES = "logits", "probabilities", "log_probabilities"


class Row:
    """One row. `centre` is the row before the difference step: it picks the piece of a loss that is not smooth where two
    pieces meet, and holds still what has no slope by convention."""

    def __init__(self, scores, centre=None, kind=LOGITS, targets=None):
        self.logits = self.scores = scores
        self.centre = centre or self
        self.kind = kind
        self.targets = targets
        self.classes = range(len(scores))

    def __len__(self):
        return len(self.scores)

    @cached_property
    def exps(self):
        return [exp(x) for x in self.scores]

    @cached_property
    def sum(self):
        return sum(self.exps)

    @cached_property
    def log_sum(self):
        return ln(self.sum)

    def p(self, k):
        if self.kind == LOGITS:
            return self.exps[k] / self.sum
        return self.scores[k] if self.kind == PROBABILITIES else self.exps[k]

    def miss(self, k):
        """1 - p, which keeps its digits where p is nearly 1 to more digits than there are."""
        if self.kind == LOGITS:
            return sum(e for n, e in enumerate(self.exps) if n != k) / self.sum
        return 1 - self.scores[k] if self.kind == PROBABILITIES else -mp.expm1(self.scores[k])

    def log_p(self, k):
        if self.kind == LOGITS:
            return self.scores[k] - self.log_sum
        if self.kind == LOG_PROBABILITIES:
            return self.scores[k]
        centre = self.centre.scores[k]
        return mpf(LOG_FLOOR) if centre == 0 or ln(centre) <= LOG_FLOOR else ln(self.scores[k])

    def p_to(self, k, exponent):
        return to_the(self.p(k), exponent, self.centre.p(k))

    def miss_to(self, k, exponent):
        return to_the(self.miss(k), exponent, self.centre.miss(k))

    def q(self, k):
        return self.targets[k]

    def q_to(self, k, exponent):
        return to_the(self.targets[k], exponent, self.centre.targets[k])

    def q_log_q(self, k):
        """0 with slope 0 at 0."""
        return self.targets[k] * ln(self.targets[k]) if self.centre.targets[k] else mpf(0)


def to_the(x, exponent, centre):
    """x^exponent: x^0 = 1; at 0 the slope is 0, except that of x^1."""
    if centre or exponent == 1:
        return power(x, exponent)
    assert exponent >= 0, "infinite"
    return mpf(exponent == 0)
