"""Arithmetic with more digits than the numbers that are written have: values, and gradients by central differences.

The truncation error of a difference (STEP squared) and its rounding error (10^-DIGITS / STEP) both lie under the smallest
f64, so a gradient is the true one, rounded once, and an exact zero is 0.0.
"""

import math
from functools import lru_cache, wraps
from typing import NamedTuple

from mpmath import mp, mpf

import catalogue


class Precision(NamedTuple):
    digits: int
    step: str


USUAL = Precision(720, "1e-350")
MORE = Precision(900, "1e-420")  # has to give the same f64s
FEWER = Precision(240, "1e-100")  # for a loss that is slow to compute, where nothing is extreme
# Results are rounded to these before f64: noise may not decide where the true number lies halfway between two f64s.
TIE_DIGITS = 200

forgetful = []


def remembered(function):
    """The function with a memory: a difference step moves one number, and what it leaves alone is not computed again."""
    kept = lru_cache(maxsize=200_000)(function)
    forgetful.append(kept)
    return wraps(function)(lambda *arguments: kept(*arguments))


def forget():
    """What is remembered was computed with other digits."""
    for kept in forgetful:
        kept.cache_clear()


exp, ln, power, log1p = (remembered(function) for function in (mp.exp, mp.ln, mp.power, mp.log1p))


def exactly(config):
    """The parameters of a loss as the f64 numbers they are."""
    return catalogue.parameters(config, mpf)


def above(x, centre, limit):
    """max(x, limit), of slope 0 at the limit."""
    return x if centre > limit else limit


def of_class(parameter, k):
    """The number of class k, where there is one for each."""
    return parameter[k] if isinstance(parameter, list) else parameter


class Term:
    """One loss of a batch: a function of some of the numbers of the inputs.

    `function` gets these numbers, and those before the difference step: the centre. Where the definition has pieces and
    the slope at their border is a convention, the centre picks the piece, so that both neighbours lie on it.
    """

    def __init__(self, places, function, weight=1, share=None, has_slope=lambda point: True):
        self.places = places  # pairs: which input, and where in its data
        self.function = function  # None for an ignored target, whose loss is 0
        self.weight = mpf(weight)  # what the loss is multiplied by
        self.share = self.weight if share is None else mpf(share)  # what it adds to the divisor of the mean
        self.has_slope = has_slope  # False of numbers where the gradient is 0 by convention

    def value(self, point, centre):
        return self.weight * self.function(point, centre)

    def ends(self, centre, k, step):
        """The values at both ends of a step of the k-th number."""
        return [self.value([x + move if n == k else x for n, x in enumerate(centre)], centre) for move in (-step, step)]


def power_of_two(step):
    """The largest one that is not above the step, so that x - h and x + h are exact."""
    return mpf(2) ** int(mp.floor(mp.log(mpf(step), 2)))


def evaluate(terms_of, arrays, graded, precision, finish=None, noisy_ties=False):
    """Value and gradients of each reduction: none, mean and sum, as f64. `terms_of` makes the terms, `arrays` are the data
    of the inputs, `graded` the inputs that get a gradient. `finish` is applied to a reduced value. `noisy_ties`: see
    losses/multi_margin.py."""

    def rounded(number):
        """As f64, without a negative zero."""
        with mp.workdps(precision.digits if noisy_ties else TIE_DIGITS):
            return float(+number) + 0.0

    with mp.workdps(precision.digits):
        forget()
        h = mpf(precision.step) if noisy_ties else power_of_two(precision.step)
        terms = terms_of()
        data = [[mpf(x) for x in array] for array in arrays]
        values, ends = [], []  # ends: term, input, place, values
        for i, term in enumerate(terms):
            if term.function is None or not term.weight:
                values.append(mpf(0))
                continue
            point = [data[n][j] for n, j in term.places]
            values.append(term.value(point, point))
            if term.has_slope(point) and not mp.isinf(values[i]):
                for k, (n, j) in enumerate(term.places):
                    if n in graded:
                        ends.append((i, n, j, *term.ends(point, k, h)))
        total = sum(values, mpf(0))
        divisor = sum((term.share for term in terms if term.function), mpf(0))

        def mean(total):
            return total / divisor if divisor else mpf(0)

        def finished(value):
            return finish(value) if finish else value

        def gradients(reduce, linear):
            result = [[0.0] * len(array) if n in graded else None for n, array in enumerate(data)]
            for i, n, j, low, high in ends:
                if linear:
                    slope = reduce((high - low) / (2 * h))
                else:
                    rest = total - values[i]
                    slope = (finished(reduce(rest + high)) - finished(reduce(rest + low))) / (2 * h)
                result[n][j] = rounded(slope)
            return result

        results = {"none": ([rounded(value) for value in values], gradients(lambda slope: slope, True))}
        for name, reduce in (("mean", mean), ("sum", lambda total: total)):
            linear = finish is None and not noisy_ties
            results[name] = (rounded(finished(reduce(total))), gradients(reduce, linear))
    return results


def is_within_f32(results):
    """Whether no value and no gradient is infinite, or beyond f32."""
    numbers = [x for value, gradients in results.values() for x in (value if isinstance(value, list) else [value])]
    numbers += [x for _, gradients in results.values() for gradient in gradients if gradient for x in gradient]
    return all(math.isfinite(x) and abs(x) < 3e38 for x in numbers)
