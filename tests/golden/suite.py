"""What the cases of every signature have in common."""

import random

from writing import exact_in, exact_in_all

LIMITS = (8, 24, 64)  # of the random numbers of the rows in turn, in eighths
TINY = 2.0**-24  # the smallest positive f16


def eighths(rng, low, high):
    return rng.randint(low, high) / 8


def array(shape, data):
    return {"shape": list(shape), "data": list(data)}


class Suite:
    """The cases of one loss. Random numbers come from the names of the loss and the case, and every dtype has them
    exactly: multiples of 1/8 within 8, probabilities multiples of 1/64."""

    def __init__(self, golden):
        self.loss = golden.name
        self.golden = golden
        self.cases = []

    def rng(self, name):
        return random.Random(f"{self.loss}/{name}")

    def config(self, parameters):
        return {"name": self.loss, **parameters}

    def put(self, case, numbers, weights=(), extreme_kinds=("<f",)):
        """A case, its inputs and its weights. Inputs of extreme cases need not be exact in every dtype."""
        name, extreme = case["name"], case["extreme"]
        assert name not in [other["name"] for other in self.cases], name
        for number in numbers:
            assert all(exact_in(number, kind) for kind in extreme_kinds), (name, number)
            assert extreme or exact_in_all(number), (name, number)
        for number in weights:
            assert exact_in_all(number), (name, number)
        self.cases.append(case)


def with_and_without(sets, default=""):
    """Endings of names of cases, with parameters: the defaults, then each of the sets."""
    return {default: {}, **{f"_{name}": parameters for name, parameters in sets.items()}}
