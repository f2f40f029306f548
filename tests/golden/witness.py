"""The comparison of a case with a peer, which is PyTorch in f64: values by its formula, gradients by autograd."""

import math
from types import SimpleNamespace

import torch

import catalogue


def close(ours, theirs):
    scale = max([1.0, *(abs(a) for a in ours if math.isfinite(a))])
    pairs = zip(ours, theirs, strict=True)
    return all(a == b or abs(a - b) <= 1e-11 * abs(a) + 1e-13 * scale for a, b in pairs)


def numbers(data):
    return torch.tensor(data, dtype=torch.float64)


def tensor(array):
    return numbers(array["data"]).reshape(array["shape"])


def along_classes(data, dimensions):
    """One number a class, to go with tensors whose axis 1 is that of the classes."""
    return numbers(data).reshape([1, len(data)] + [1] * (dimensions - 2))


def by_class(config, dimensions):
    """The parameters, lists as tensors along the classes."""
    parts = vars(catalogue.plainly(config))
    lists = {name: along_classes(value, dimensions) for name, value in parts.items() if isinstance(value, list)}
    return SimpleNamespace(**{**parts, **lists})


def equal_values(ours, theirs):
    """Ours, of which PyTorch has the same values, but a slope that is another convention, or none."""
    assert torch.allclose(ours, theirs, rtol=1e-11, atol=1e-12)
    return ours


class Witnessed:
    """What the peer says: the losses times their weights, and what their sum is divided by for the mean. `own_mean` is its
    own mean, where it has one; `finish` is applied to reduced values."""

    def __init__(self, losses, divisor, own_mean=None, finish=None):
        self.losses, self.divisor, self.own_mean = losses, float(divisor), own_mean
        self.finish = finish or (lambda value: value)

    def reduced(self, name):
        if name == "none":
            return self.losses
        total = self.losses.sum()
        if name == "sum":
            return self.finish(total)
        if not self.divisor:
            return self.finish(0 * total)  # NaN in PyTorch, where we say 0
        return self.finish(total / self.divisor if self.own_mean is None else self.own_mean)


def compare(witnessed, inputs, results, by_convention, where):
    """`inputs` are the tensors with a gradient or None; `by_convention` the places of the first input whose slopes are
    conventions and are not compared."""
    with_gradient = [x for x in inputs if x is not None]
    for name, (value, gradients) in results.items():
        theirs = witnessed.reduced(name)
        slopes = iter(torch.autograd.grad(theirs.sum(), with_gradient, retain_graph=True))
        values = value if name == "none" else [value]
        assert close(values, theirs.detach().flatten().tolist()), ("definition and witness disagree", *where, name, "value")
        for x, ours in zip(inputs, gradients, strict=True):
            if x is None:
                assert ours is None
                continue
            slope = next(slopes).flatten().tolist()
            for j in by_convention if x is inputs[0] else ():
                slope[j] = ours[j]
            assert close(ours, slope), ("definition and witness disagree", *where, name, "gradient")
