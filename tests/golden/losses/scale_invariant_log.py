"""Scale-invariant logarithmic error: Eigen et al. 2014, arXiv:1406.2283. max(a, ε) has slope 0 at ε."""

from exact import above, ln
from signatures.whole import ITEM, draw_pair, draw_positive
from suite import with_and_without

PER = ITEM


def log_ratios(c, x, y, centre, plus):
    """The difference of the logarithms, with the numbers under epsilon counted as it."""

    def logarithms(numbers, before):
        return [ln(plus + above(number, was, c.epsilon)) for number, was in zip(numbers, before)]

    return [a - b for a, b in zip(logarithms(x, centre[0]), logarithms(y, centre[1]))]


def definition(c, x, y, centre):
    d = log_ratios(c, x, y, centre, 0)
    return sum(number**2 for number in d) / len(d) - c.lambda_ * (sum(d) / len(d)) ** 2


def witness(c, x, y):
    # The variance, and what is left of the squared mean.
    d = x.clamp(min=c.epsilon).log() - y.clamp(min=c.epsilon).log()
    return d.var(dim=1, unbiased=False) + (1 - c.lambda_) * d.mean(dim=1) ** 2


def cases(suite):
    suite.draw = draw_positive
    suite.add_common({"lambda": 0.875, "epsilon": 0.25})
    ends = {"lambda_0": {"lambda": 0}, "lambda_1": {"lambda": 1}}
    suite.add("both_signs", {}, [6, 5], draw=draw_pair)
    for name, parameters in ends.items():
        suite.add(name, parameters, [6, 5])
        suite.add(f"{name}_spatial", parameters, [2, 3, 2, 2])
    equal = [([0, 1, 0.125, 60000], [0, 1, 0.125, 60000]), ([2.0**-20, -1, 3, 8], [2.0**-20, -2, 3, 8])]
    scaled = [([2, 4, 6, 0.25], [1, 2, 3, 0.125]), ([1, 2, 3, 0.5], [1024, 2048, 3072, 512])]
    nearly = [([1 + 2.0**-20, 2, 3, 8], [1, 2, 3, 8]), ([2, 4 + 2.0**-12, 6, 0.25], [1, 2, 3, 0.125])]
    nearly += [([2.0**20, 2.0**21 + 4, 3, 5], [1, 2, 3 * 2.0**-20, 5 * 2.0**-20])]
    far = [([60000, 2.0**-20, 1, 104], [2.0**-20, 60000, 1, 88]), ([2.0**100, 1, 1, 1], [1, 1, 1, 2.0**100])]
    for end, parameters in with_and_without(ends).items():
        suite.add_rows(f"equal{end}", parameters, equal)
        suite.add_rows(f"scaled{end}", parameters, scaled)
        suite.add_rows(f"nearly_scaled{end}", parameters, nearly)
        suite.add_rows(f"far{end}", parameters, far)
    below = [([0, 1, -1, 2], [1, 0, 2, -60000]), ([0, 0, 0, 0], [1, 1, 1, 1]), ([-1, -2, -3, 0], [0, -1, -8, 0])]
    suite.add_rows("zero_or_below", {}, below)
    at = [([0.125, 0.25, 0, 1], [0.125, 1, 0.125, 0.125]), ([1, 0.125, 0.125, 0.125], [0.125, 0.125, 0.25, 0])]
    suite.add_rows("at_epsilon", {"epsilon": 0.125}, at)
