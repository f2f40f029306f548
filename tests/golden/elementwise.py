"""Golden vectors of the losses that give one value an element: pointwise, binary and distribution losses.

`generate.py` runs this; the numbers are made as described there, element by element: values from the
definitions by mpmath, gradients by central differences. A definition gets `centre`, the inputs before the
difference step; it picks the piece wherever README.md states a convention, so that both neighbours lie on
one piece. Everywhere else the central difference itself is the rule (the mean of both sides at a kink).
"""

import math
import random
from functools import lru_cache
from types import SimpleNamespace

import torch
from mpmath import mp, mpf
from torch.nn import functional as F

from common import (
    CASE_KEYS,
    DIGITS,
    MORE_DIGITS,
    SMALLER_STEP,
    STEP,
    close,
    document,
    exact_in,
    exact_in_bf16,
    of_class,
)

POINTWISE = {
    "l1": {},
    "mse": {"scale": 1},
    "smooth_l1": {"beta": 1},
    "huber": {"delta": 1},
    "pseudo_huber": {"delta": 1, "delta_power": 2},
    "log_cosh": {},
    "quantile": {"tau": 0.5},
    "quantile_huber": {"tau": 0.5, "kappa": 1},
    "expectile": {"tau": 0.5},
    "epsilon_insensitive": {"epsilon": 0.1},
    "squared_epsilon_insensitive": {"epsilon": 0.1},
    "mape": {"epsilon": 1e-7},
    "smape": {"epsilon": 1e-8},
    "msle": {"epsilon": 1e-7},
    "charbonnier": {"epsilon": 1e-3},
    "cauchy": {"c": 1},
    "welsch": {"c": 1},
    "geman_mcclure": {"c": 1},
    "tukey": {"c": 4.685},
    "general_robust": {"alpha": 1, "c": 1},
    "wing": {"width": 10, "curvature": 2},
    "adaptive_wing": {"omega": 14, "theta": 0.5, "epsilon": 1, "alpha": 2.1},
    "balanced_l1": {"alpha": 0.5, "gamma": 1.5, "beta": 1},
    "lp": {"p": 2},
    "poisson_nll": {"log_input": True, "full": False, "epsilon": 1e-8},
    "tweedie_nll": {"power": 1.5},
    "gamma_nll": {},
    "gaussian_kl": {},
    "hinge": {},
    "squared_hinge": {},
    "modified_huber": {},
    "perceptron": {},
    "soft_margin": {},
    "sparsemax_hinge": {},
    "hinge_embedding": {"margin": 1},
}
BINARY = {
    "binary_cross_entropy": {},
    "balanced_binary_cross_entropy": {"beta": 0.5},
    "binary_focal": {"alpha": 0.25, "gamma": 2},
    "poly1_binary_cross_entropy": {"epsilon": 1},
    "asymmetric": {"gamma_positive": 1, "gamma_negative": 4, "margin": 0.05},
}
DISTRIBUTION = {
    "gaussian_nll": {"full": False, "epsilon": 1e-6},
    "beta_nll": {"beta": 0.5, "epsilon": 1e-6},
    "laplace_nll": {"epsilon": 1e-6},
    "student_t_nll": {"nu": 3, "epsilon": 1e-6},
    "gaussian_crps": {"epsilon": 1e-6},
}
DEFAULTS = POINTWISE | BINARY | DISTRIBUTION
TIE_DIGITS = 200  # to which numbers are rounded before f64: where the true one lies halfway between two f64s
FLOOR = -100  # of the logarithm of a probability that is given


def filled(config):
    unknown = config.keys() - DEFAULTS[config["name"]].keys() - {"name"}
    assert not unknown, f"{config['name']} has no {unknown}"
    return {**DEFAULTS[config["name"]], **config}


def no_gradient(loss, index):
    """Whether the specification gives this input no gradient: the targets of these."""
    return index == 1 and (loss in BINARY or loss == "hinge_embedding")


# The definitions. `c` are the parameters of the element's class, as exact numbers.


def above(x, centre, limit):
    """max(x, limit), of slope 0 at the limit."""
    return x if centre > limit else limit


def pinball(c, u):
    return abs(c.tau - (u < 0))


def huber_of(r, delta):
    return r**2 / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


def l1(c, x, y, centre):
    return abs(x - y)


def mse(c, x, y, centre):
    return c.scale * (x - y) ** 2


def smooth_l1(c, x, y, centre):
    r = x - y
    return r**2 / 2 / c.beta if abs(r) < c.beta else abs(r) - c.beta / 2


def huber(c, x, y, centre):
    return huber_of(x - y, c.delta)


def pseudo_huber(c, x, y, centre):
    return mp.power(c.delta, c.delta_power) * (mp.sqrt(1 + ((x - y) / c.delta) ** 2) - 1)


def log_cosh(c, x, y, centre):
    return mp.ln(mp.cosh(x - y))


def quantile(c, x, y, centre):
    return pinball(c, y - x) * abs(y - x)


def quantile_huber(c, x, y, centre):
    return pinball(c, y - x) * huber_of(y - x, c.kappa) / c.kappa


def expectile(c, x, y, centre):
    return pinball(c, y - x) * (y - x) ** 2


def epsilon_insensitive(c, x, y, centre):
    return abs(x - y) - c.epsilon if abs(centre[0] - centre[1]) > c.epsilon else mpf(0)


def squared_epsilon_insensitive(c, x, y, centre):
    return epsilon_insensitive(c, x, y, centre) ** 2


def mape(c, x, y, centre):
    return 100 * abs(x - y) / above(abs(y), abs(centre[1]), c.epsilon)


def smape(c, x, y, centre):
    return 2 * abs(x - y) / (abs(y) + abs(x) + c.epsilon)


def msle(c, x, y, centre):
    return (mp.ln(1 + above(x, centre[0], c.epsilon)) - mp.ln(1 + above(y, centre[1], c.epsilon))) ** 2


def charbonnier(c, x, y, centre):
    return mp.sqrt((x - y) ** 2 + c.epsilon**2)


def cauchy(c, x, y, centre):
    return c.c**2 / 2 * mp.ln(1 + ((x - y) / c.c) ** 2)


def welsch(c, x, y, centre):
    return 1 - mp.exp(-(((x - y) / c.c) ** 2) / 2)


def geman_mcclure(c, x, y, centre):
    z = ((x - y) / c.c) ** 2
    return 2 * z / (z + 4)


def tukey(c, x, y, centre):
    r = x - y
    return c.c**2 / 6 * (1 - (1 - (r / c.c) ** 2) ** 3 if abs(r) <= c.c else 1)


def general_robust(c, x, y, centre):
    z = ((x - y) / c.c) ** 2
    if c.alpha == 2:
        return z / 2
    if c.alpha == 0:
        return mp.ln(z / 2 + 1)
    b = abs(c.alpha - 2)
    return b / c.alpha * (mp.power(z / b + 1, c.alpha / 2) - 1)


def wing(c, x, y, centre):
    size, w = abs(x - y), c.width
    if abs(centre[0] - centre[1]) < w:
        return w * mp.ln(1 + size / c.curvature)
    return size - (w - w * mp.ln(1 + w / c.curvature))


def adaptive_wing(c, x, y, centre):
    if centre[0] == centre[1]:
        return mpf(0)  # and so all slopes (README.md)
    size, e, ratio = abs(x - y), c.alpha - y, c.theta / c.epsilon
    at_theta = mp.power(ratio, e)
    if size < c.theta:
        return c.omega * mp.ln(1 + mp.power(size / c.epsilon, e))
    slope = c.omega / (1 + at_theta) * e * mp.power(ratio, e - 1) / c.epsilon
    return slope * size - (c.theta * slope - c.omega * mp.ln(1 + at_theta))


def balanced_l1(c, x, y, centre):
    size, b = abs(x - y), mp.exp(c.gamma / c.alpha) - 1
    if size < c.beta:
        return c.alpha / b * (b * size + 1) * mp.ln(b * size / c.beta + 1) - c.alpha * size
    return c.gamma * size + c.gamma / b - c.alpha * c.beta


def lp(c, x, y, centre):
    return mp.power(abs(x - y), c.p)


def poisson_nll(c, x, y, centre):
    loss = mp.exp(x) - y * x if c.log_input else x - y * mp.ln(x + c.epsilon)
    if c.full and centre[1] > 1:
        loss += y * mp.ln(y) - y + mp.ln(2 * mp.pi * y) / 2
    return loss


def tweedie_nll(c, x, y, centre):
    p = c.power
    return -y * mp.exp(x * (1 - p)) / (1 - p) + mp.exp(x * (2 - p)) / (2 - p)


def gamma_nll(c, x, y, centre):
    return y * mp.exp(-x) + x


def gaussian_kl(c, m, s, centre):
    return -(1 + s - m**2 - mp.exp(s)) / 2


def hinge(c, x, y, centre):
    return above(1 - y * x, 1 - centre[1] * centre[0], mpf(0))


def squared_hinge(c, x, y, centre):
    return max(1 - y * x, mpf(0)) ** 2


def modified_huber(c, x, y, centre):
    return max(1 - y * x, mpf(0)) ** 2 if y * x >= -1 else -4 * y * x


def perceptron(c, x, y, centre):
    return above(-y * x, -centre[1] * centre[0], mpf(0))


def soft_margin(c, x, y, centre):
    return mp.ln(1 + mp.exp(-y * x))


def sparsemax_hinge(c, x, y, centre):
    z = y * x
    return mpf(0) if z >= 1 else -z if z <= -1 else (z - 1) ** 2 / 4


def hinge_embedding(c, x, y, centre):
    return x if y == 1 else above(c.margin - x, c.margin - centre[0], mpf(0))


class Probability:
    """p, 1 - p and their logarithms, of a logit or of p itself."""

    def __init__(self, x, kind, centre=None):
        self.given = kind == "probabilities"
        if self.given:
            self.p, self.miss = x, 1 - x
        else:
            self.p, self.miss = 1 / (1 + mp.exp(-x)), 1 / (1 + mp.exp(x))
        self.centre = self if centre is None else Probability(centre, kind)

    def ln(self, x, centre):
        """Floored where probabilities are given, of slope 0 at the floor."""
        return mpf(FLOOR) if self.given and (centre == 0 or mp.ln(centre) <= FLOOR) else mp.ln(x)

    def ln_p(self):
        return self.ln(self.p, self.centre.p)

    def ln_miss(self):
        return self.ln(self.miss, self.centre.miss)


def power(x, e, centre):
    """x^e, where a base of 0 has 0^0 = 1 and slope 0 except at e = 1."""
    return mp.power(x, e) if centre != 0 or e == 1 else mpf(e == 0)


def binary_cross_entropy(c, p, side):
    return -p.ln_p() if side else -p.ln_miss()


def balanced_binary_cross_entropy(c, p, side):
    return -c.beta * p.ln_p() if side else -(1 - c.beta) * p.ln_miss()


def binary_focal(c, p, side):
    if side:
        return -c.alpha * power(p.miss, c.gamma, p.centre.miss) * p.ln_p()
    return -(1 - c.alpha) * power(p.p, c.gamma, p.centre.p) * p.ln_miss()


def poly1_binary_cross_entropy(c, p, side):
    return -p.ln_p() + c.epsilon * p.miss if side else -p.ln_miss() + c.epsilon * p.p


def asymmetric(c, p, side):
    if side:
        return -power(p.miss, c.gamma_positive, p.centre.miss) * p.ln_p()
    if p.centre.p <= c.margin:
        return mpf(0)
    return -mp.power(p.p - c.margin, c.gamma_negative) * p.ln(p.miss + c.margin, p.centre.miss + c.margin)


def gaussian_nll(c, m, v, y, centre):
    v = above(v, centre[1], c.epsilon)
    return (mp.ln(v) + (m - y) ** 2 / v + (mp.ln(2 * mp.pi) if c.full else 0)) / 2


def beta_nll(c, m, v, y, centre):
    v, fixed = above(v, centre[1], c.epsilon), above(centre[1], centre[1], c.epsilon)
    return mp.power(fixed, c.beta) * (mp.ln(v) + (m - y) ** 2 / v) / 2


def laplace_nll(c, m, b, y, centre):
    b = above(b, centre[1], c.epsilon)
    return abs(m - y) / b + mp.ln(2 * b)


@lru_cache(maxsize=100)
def student_t_constant(nu, digits):
    return mp.loggamma(nu / 2) - mp.loggamma((nu + 1) / 2) + mp.ln(nu * mp.pi) / 2


def student_t_nll(c, m, s, y, centre):
    s = above(s, centre[1], c.epsilon)
    tail = (c.nu + 1) / 2 * mp.ln(1 + ((m - y) / s) ** 2 / c.nu)
    return tail + mp.ln(s) + student_t_constant(c.nu, mp.dps)


def gaussian_crps(c, m, s, y, centre):
    s = above(s, centre[1], c.epsilon)
    w = (y - m) / s
    density = mp.exp(-(w**2) / 2) / mp.sqrt(2 * mp.pi)
    return s * (w * mp.erf(w / mp.sqrt(2)) + 2 * density - 1 / mp.sqrt(mp.pi))


FORMULAS = {loss: globals()[loss] for loss in DEFAULTS}


def element_value(case, c, k, inputs, centre):
    """The value of one element of class k, before its weight."""
    formula = FORMULAS[case["config"]["name"]]
    if case["config"]["name"] not in BINARY:
        return formula(c, *inputs, centre)
    p = Probability(inputs[0], case["input"], centre[0])
    s = mpf(case["label_smoothing"])
    y = inputs[1] * (1 - s) + s / 2
    positive = mpf(case["pos_weight"][k]) if case["pos_weight"] else mpf(1)
    loss = mpf(0)
    if positive * y:
        loss += positive * y * formula(c, p, True)
    if 1 - y:
        loss += (1 - y) * formula(c, p, False)
    return loss


# Whole batches.


def class_of(shape, element):
    """Its place on axis 1."""
    return element // math.prod(shape[2:]) % shape[1] if len(shape) > 1 else 0


def evaluate(case, digits, step):
    """The entries none, mean and sum of the case, as f64."""
    with mp.workdps(digits):
        h = mpf(2) ** int(mp.floor(mp.log(mpf(step), 2)))  # x - h and x + h are exact
        loss, shape = case["config"]["name"], case["inputs"][0]["shape"]
        count, config = math.prod(shape), filled(case["config"])

        def parameters(k):
            parts = {key: of_class(value, k) for key, value in config.items() if key != "name"}
            return SimpleNamespace(**{n: v if isinstance(v, bool) else mpf(v) for n, v in parts.items()})

        of_each_class = [parameters(k) for k in range(shape[1] if len(shape) > 1 else 1)]
        inputs = [[mpf(x) for x in array["data"]] for array in case["inputs"]]
        weights = [mpf(w) for w in case["weights"]["data"]] if case["weights"] else [mpf(1)] * count
        values = [mpf(0)] * count
        gradients = [None if no_gradient(loss, i) else [mpf(0)] * count for i in range(len(inputs))]
        for j in range(count):
            if not weights[j]:
                continue
            k = class_of(shape, j)
            centre = [array[j] for array in inputs]

            def value(point):
                return weights[j] * element_value(case, of_each_class[k], k, point, centre)

            values[j] = value(centre)
            for i, gradient in enumerate(gradients):
                if gradient is not None:
                    low, high = (
                        value([x + move if n == i else x for n, x in enumerate(centre)]) for move in (-h, h)
                    )
                    gradient[j] = (high - low) / (2 * h)
        total, divisor = sum(values), sum(weights)
        share = 1 / divisor if divisor else mpf(0)

        def rounded(number):
            with mp.workdps(TIE_DIGITS):
                number = float(+number) + 0.0  # no negative zero
            assert math.isfinite(number), (loss, case["name"])
            return number

        def entry(value, factor):
            lists = [g and [rounded(factor * slope) for slope in g] for g in gradients]
            return {"value": value, "gradients": lists}

        return {
            "none": entry([rounded(v) for v in values], 1),
            "mean": entry(rounded(share * total), share),
            "sum": entry(rounded(total), 1),
        }


# The comparison with PyTorch.


def equal_values(ours, theirs):
    assert torch.allclose(ours, theirs, rtol=1e-11, atol=1e-12)
    return ours


def torch_pointwise(name, c, x, y):
    r = x - y
    under = (y < x).double()  # u = y - x < 0
    if name == "l1":
        return F.l1_loss(x, y, reduction="none")
    if name == "mse":
        return c.scale * F.mse_loss(x, y, reduction="none")
    if name == "smooth_l1":
        return F.smooth_l1_loss(x, y, beta=c.beta, reduction="none")
    if name == "huber":
        return F.huber_loss(x, y, delta=c.delta, reduction="none")
    if name == "pseudo_huber":
        return c.delta**c.delta_power * ((1 + (r / c.delta) ** 2).sqrt() - 1)
    if name == "log_cosh":
        return r + F.softplus(-2 * r, threshold=1000) - math.log(2)
    if name == "quantile":
        return torch.maximum(c.tau * -r, (c.tau - 1) * -r)
    if name == "quantile_huber":
        return abs(c.tau - under) * F.huber_loss(x, y, delta=c.kappa, reduction="none") / c.kappa
    if name == "expectile":
        return abs(c.tau - under) * F.mse_loss(x, y, reduction="none")
    if name == "epsilon_insensitive":
        return F.relu(r.abs() - c.epsilon)
    if name == "squared_epsilon_insensitive":
        return F.relu(r.abs() - c.epsilon) ** 2
    if name == "mape":
        return 100 * r.abs() / y.abs().clamp(min=c.epsilon)
    if name == "smape":
        return 2 * r.abs() / (y.abs() + x.abs() + c.epsilon)
    if name == "msle":
        return (torch.log1p(x.clamp(min=c.epsilon)) - torch.log1p(y.clamp(min=c.epsilon))) ** 2
    if name == "charbonnier":
        return torch.sqrt(r**2 + c.epsilon**2)
    if name == "cauchy":
        return c.c**2 / 2 * torch.log1p((r / c.c) ** 2)
    if name == "welsch":
        return -torch.expm1(-0.5 * (r / c.c) ** 2)
    if name == "geman_mcclure":
        z = (r / c.c) ** 2
        return 2 * z / (z + 4)
    if name == "tukey":
        inside = (1 - (r / c.c).clamp(-1, 1) ** 2) ** 3
        return c.c**2 / 6 * (1 - inside)
    if name == "general_robust":
        z = (r / c.c) ** 2
        if c.alpha == 2:
            return z / 2
        if c.alpha == 0:
            return torch.log1p(z / 2)
        b = abs(c.alpha - 2)
        return b / c.alpha * torch.expm1(c.alpha / 2 * torch.log1p(z / b))
    if name == "wing":
        size, constant = r.abs(), c.width - c.width * math.log(1 + c.width / c.curvature)
        return torch.where(size < c.width, c.width * torch.log(1 + size / c.curvature), size - constant)
    if name == "adaptive_wing":
        e, size, ratio = c.alpha - y, r.abs(), torch.tensor(c.theta / c.epsilon, dtype=torch.float64)
        a = c.omega * (1 / (1 + ratio**e)) * e * ratio ** (e - 1) / c.epsilon
        inner = c.omega * torch.log(1 + (size / c.epsilon) ** e)
        return torch.where(size < c.theta, inner, a * size - (c.theta * a - c.omega * torch.log(1 + ratio**e)))
    if name == "balanced_l1":
        size, b = r.abs(), math.exp(c.gamma / c.alpha) - 1
        inner = c.alpha / b * (b * size + 1) * torch.log(b * size / c.beta + 1) - c.alpha * size
        return torch.where(size < c.beta, inner, c.gamma * size + c.gamma / b - c.alpha * c.beta)
    if name == "lp":
        zero = r == 0
        return torch.where(zero, 0.0, torch.where(zero, 1.0, r).abs() ** c.p)
    if name == "poisson_nll":
        options = {"log_input": c.log_input, "eps": c.epsilon, "reduction": "none"}
        loss = F.poisson_nll_loss(x, y, full=False, **options)
        if not c.full:
            return loss
        # PyTorch's own gradient with respect to a target of 0 is NaN here.
        large = torch.where(y > 1, y, 2.0)
        stirling = large * large.log() - large + 0.5 * torch.log(2 * math.pi * large)
        whole = loss + torch.where(y > 1, stirling, 0.0)
        return equal_values(whole, F.poisson_nll_loss(x, y, full=True, **options))
    if name == "tweedie_nll":
        mu, p = x.exp(), c.power
        return -y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p)
    if name == "gamma_nll":
        mu = x.exp()
        return y / mu + mu.log()
    if name == "gaussian_kl":
        normal = torch.distributions.Normal
        zero = torch.zeros_like(x)
        return torch.distributions.kl_divergence(normal(x, (y / 2).exp()), normal(zero, zero + 1))
    if name == "hinge":
        return F.relu(1 - y * x)
    if name == "squared_hinge":
        return F.relu(1 - y * x) ** 2
    if name == "modified_huber":
        return torch.where(y * x >= -1, F.relu(1 - y * x) ** 2, -4 * y * x)
    if name == "perceptron":
        return F.relu(-y * x)
    if name == "soft_margin":
        return equal_values(F.softplus(-y * x), F.soft_margin_loss(x, y.detach(), reduction="none"))
    if name == "sparsemax_hinge":
        z = y * x
        return torch.where(z >= 1, 0.0, torch.where(z <= -1, -z, (z - 1) ** 2 / 4))
    if name == "hinge_embedding":
        return F.hinge_embedding_loss(x, y.detach(), margin=c.margin, reduction="none")
    raise KeyError(name)


def torch_binary(name, c, x, y, kind, pos_weight):
    p = x if kind == "probabilities" else torch.sigmoid(x)
    miss = 1 - x if kind == "probabilities" else torch.sigmoid(-x)
    ones = torch.ones_like(x)
    if kind == "probabilities":
        plus = F.binary_cross_entropy(x, ones, reduction="none")
        minus = F.binary_cross_entropy(x, 0 * ones, reduction="none")
    else:
        plus = F.binary_cross_entropy_with_logits(x, ones, reduction="none")
        minus = F.binary_cross_entropy_with_logits(x, 0 * ones, reduction="none")
    if name == "binary_cross_entropy" and kind == "logits":
        return F.binary_cross_entropy_with_logits(x, y, pos_weight=pos_weight, reduction="none")
    if name == "balanced_binary_cross_entropy":
        plus, minus = c.beta * plus, (1 - c.beta) * minus
    elif name == "binary_focal":
        plus, minus = c.alpha * miss**c.gamma * plus, (1 - c.alpha) * p**c.gamma * minus
    elif name == "poly1_binary_cross_entropy":
        plus, minus = plus + c.epsilon * (1 - p), minus + c.epsilon * p
    elif name == "asymmetric":
        shifted = (miss + c.margin).clamp(max=1)
        plus = miss**c.gamma_positive * plus
        minus = torch.where(p > c.margin, (1 - shifted) ** c.gamma_negative, 0.0) * -shifted.log()
    return (1 if pos_weight is None else pos_weight) * y * plus + (1 - y) * minus


def torch_distribution(name, c, m, scale, y):
    scale = scale.clamp(min=c.epsilon)
    if name == "gaussian_nll":
        return F.gaussian_nll_loss(m, y, scale, full=c.full, eps=c.epsilon, reduction="none")
    if name == "beta_nll":
        return scale.detach() ** c.beta * F.gaussian_nll_loss(m, y, scale, eps=c.epsilon, reduction="none")
    if name == "laplace_nll":
        return -torch.distributions.Laplace(m, scale, validate_args=False).log_prob(y)
    if name == "student_t_nll":
        return -torch.distributions.StudentT(c.nu, m, scale, validate_args=False).log_prob(y)
    if name == "gaussian_crps":
        w, normal = (y - m) / scale, torch.distributions.Normal(0, 1)
        return scale * (w * (2 * normal.cdf(w) - 1) + 2 * normal.log_prob(w).exp() - 1 / math.sqrt(math.pi))
    raise KeyError(name)


def compare_with_torch(case):
    loss, shape = case["config"]["name"], case["inputs"][0]["shape"]
    inputs = [
        torch.tensor(array["data"], dtype=torch.float64).reshape(shape).requires_grad_(not no_gradient(loss, i))
        for i, array in enumerate(case["inputs"])
    ]
    with_gradient = [x for x in inputs if x.requires_grad]

    def along_classes(numbers):
        return torch.tensor(numbers, dtype=torch.float64).reshape([1, len(numbers)] + [1] * (len(shape) - 2))

    config = {k: v for k, v in filled(case["config"]).items() if k != "name"}
    c = SimpleNamespace(**{k: along_classes(v) if isinstance(v, list) else v for k, v in config.items()})
    weights = torch.ones(shape, dtype=torch.float64)
    if case["weights"]:
        weights = torch.tensor(case["weights"]["data"], dtype=torch.float64).reshape(shape)
    for name in ("none", "mean", "sum"):
        ours = case[name]
        if loss in POINTWISE:
            rows = torch_pointwise(loss, c, *inputs)
        elif loss in DISTRIBUTION:
            rows = torch_distribution(loss, c, *inputs)
        else:
            y = inputs[1] * (1 - case["label_smoothing"]) + case["label_smoothing"] / 2
            pos_weight = along_classes(case["pos_weight"]) if case["pos_weight"] else None
            rows = torch_binary(loss, c, inputs[0], y, case["input"], pos_weight)
        rows = weights * rows
        value = rows if name == "none" else rows.sum()
        if name == "mean":
            value = value / weights.sum() if weights.sum() else 0 * value  # NaN in PyTorch, where we say 0
        gradients = iter(torch.autograd.grad(value.sum(), with_gradient))
        where = (case["config"], case["name"], name)
        our_value = ours["value"] if name == "none" else [ours["value"]]
        assert close(our_value, value.detach().flatten().tolist()), (*where, "value")
        for x, gradient in zip(inputs, ours["gradients"], strict=True):
            if gradient is None:
                assert not x.requires_grad
            else:
                assert close(gradient, next(gradients).flatten().tolist()), (*where, "gradient")


# The cases.

LIMITS = (8, 24, 64)  # of the random numbers in turn, in eighths
SOME_WEIGHTS = [1.5, 0.5, 0.0, 2.0, 1.25, 0.0, 1.0]


def eighths(rng, low, high):
    return rng.randint(low, high) / 8


def draw_residual(rng, limit, kind):
    return eighths(rng, -limit, limit), eighths(rng, -limit, limit)


def draw_wide(rng, limit, kind):
    return draw_residual(rng, LIMITS[-1], kind)


def draw_some_fine(rng, limit, kind):
    """Every third residual is within 1/4."""
    x, y = draw_residual(rng, limit, kind)
    return (x / 8, y / 8) if limit == LIMITS[0] else (x, y)


def draw_positive_pair(rng, limit, kind):
    return eighths(rng, 1, limit), eighths(rng, 1, limit)


def draw_relative(rng, limit, kind):
    return eighths(rng, -limit, limit), eighths(rng, 1, limit) * rng.choice((-1, 1))


def draw_rates(rng, limit, kind):
    return eighths(rng, 1, limit), float(rng.randint(0, 8))


def draw_log_rates(rng, limit, kind):
    return eighths(rng, -24, 24), float(rng.randint(0, 8))


def draw_log_mean(rng, limit, kind):
    return eighths(rng, -24, 24), eighths(rng, 1, limit)


def draw_sides(rng, limit, kind):
    return eighths(rng, -limit, limit), rng.choice((-1.0, 1.0))


def draw_heatmap(rng, limit, kind):
    y = eighths(rng, 0, 8)
    r = eighths(rng, 1, min(limit, 24)) * rng.choice((-1, 1))
    return y + r, y


def draw_binary(rng, limit, kind):
    y = rng.choice((0.0, 1.0, 0.0, 1.0, rng.randint(1, 7) / 8))
    return rng.randint(1, 63) / 64 if kind == "probabilities" else eighths(rng, -limit, limit), y


def draw_distribution(rng, limit, kind):
    return eighths(rng, -limit, limit), eighths(rng, 1, limit), eighths(rng, -limit, limit)


class Suite:
    """The cases of one loss. Random inputs are multiples of 1/8 (probabilities: 1/64): exact in every dtype."""

    def __init__(self, loss, draw, jumps=None):
        self.loss = loss
        self.draw = draw
        self.jumps = jumps  # the sizes of a residual where a config's slope jumps without a convention
        self.cases = []

    def at_jump(self, config, point):
        return bool(self.jumps) and abs(point[0] - point[1]) in self.jumps(SimpleNamespace(**filled(config)))

    def add(
        self,
        name,
        parameters,
        shape,
        *,
        inputs=None,
        weights=None,
        draw=None,
        kind=None,
        pos_weight=None,
        label_smoothing=0.0,
        extreme=False,
    ):
        config = {"name": self.loss, **parameters}
        count = math.prod(shape)
        if inputs is None:
            rng = random.Random(f"{self.loss}/{name}")
            inputs = []
            while len(inputs) < count:
                drawn = (draw or self.draw)(rng, LIMITS[len(inputs) % len(LIMITS)], kind)
                if not self.at_jump(config, drawn):
                    inputs.append(drawn)
        assert len(inputs) == count, (name, len(inputs), shape)
        if weights is not None:
            weights = {"shape": shape, "data": [float(weights[i % len(weights)]) for i in range(count)]}
        arrays = [{"shape": shape, "data": [float(x) for x in array]} for array in zip(*inputs, strict=True)]
        for number in [x for array in arrays for x in array["data"]]:
            assert exact_in(number, "<f"), (name, number)
            assert extreme or exact_in_bf16(number), (name, number)
        lists = [v for v in config.values() if isinstance(v, list)] + ([pos_weight] if pos_weight else [])
        assert all(len(numbers) == shape[1] for numbers in lists), name
        assert name not in [case["name"] for case in self.cases], name
        assert not any(self.at_jump(config, point) for point in inputs), (self.loss, name)
        self.cases.append(
            {
                "name": name,
                "config": config,
                "input": kind,
                "pos_weight": pos_weight,
                "label_smoothing": label_smoothing,
                "class_weights": None,
                "weights": weights,
                "inputs": arrays,
                "extreme": extreme,
            }
        )

    def extreme(self, name, parameters, inputs, **more):
        self.add(name, parameters, [len(inputs), 1], inputs=inputs, extreme=True, **more)


def add_common(suite, other, **more):
    """What every loss goes through, with its default parameters and with others."""
    suite.add("defaults", {}, [6, 5], **more)
    suite.add("weights_with_zeros", other, [6, 5], weights=SOME_WEIGHTS, **more)
    suite.add("all_weights_zero", {}, [3, 5], weights=[0], **more)
    suite.add("spatial", other, [2, 3, 2, 2], **more)
    suite.add("spatial_weights", {}, [2, 3, 2, 2], weights=SOME_WEIGHTS, **more)
    suite.add("one_element", {}, [1, 1], **more)
    suite.add("many_short_rows", other, [20, 3], **more)
    if suite.loss in POINTWISE:
        suite.add("one_dimension", {}, [7], **more)


EQUAL = [(0, 0), (1, 1), (-8, -8), (0.125, 0.125), (60000, 60000)]
TINY = [
    (2.0**-24, 0),
    (-(2.0**-24), 0),
    (0, 2.0**-40),
    (0, -(2.0**-40)),
    (2.0**-40, 0),
    (1 + 2.0**-20, 1),
    (1, 1 + 2.0**-23),
    (3 * 2.0**-30, -(2.0**-30)),
    (-2, -2 + 2.0**-12),
    (2.0**-12, 0),
    (2.0**-7, 0),
]
HUGE = [
    (10000, 0),
    (-10000, 0),
    (60000, -60000),
    (-60000, 60000),
    (0, 60000),
    (0.125, -60000),
    (10000, 9999.5),
    (104, 0),
    (0, 88),
]
HEATMAP_TINY = [(y + r, y) for y in (0, 0.5, 1) for r in (2.0**-23, 2.0**-20, -(2.0**-12))] + [
    (-(2.0**-24), 0),
    (2.0**-40, 0),
    (1 - 2.0**-24, 1),
]
HEATMAP_HUGE = [(x, y) for y in (0, 0.25, 1) for x in (10000, -10000, 60000, 104)]


def around(joint):
    """Residuals at the joint of two pieces and beside it, of both signs and with either input at 0."""
    sizes = [joint, joint - 2.0**-8, joint + 2.0**-8, joint - 0.125, joint + 0.125]
    return [(s * r, 0) for r in sizes for s in (1, -1)] + [(0, joint), (0, -joint), (1 + joint, 1)]


def residual(
    loss, other, sets, extremes=(), joints=None, draw=draw_residual, jumps=None, equal=EQUAL, tiny=TINY, huge=HUGE
):
    """A loss of the residual. `joints` maps the name of a case to its parameters and its joint."""

    def cases():
        suite = Suite(loss, draw, jumps)
        add_common(suite, other)
        for name, parameters in sets.items():
            suite.add(name, parameters, [6, 5])
        for end, parameters in {"": {}, **{f"_{name}": sets[name] for name in extremes}}.items():
            suite.extreme(f"equal{end}", parameters, equal)
            suite.extreme(f"tiny_residuals{end}", parameters, tiny)
            suite.extreme(f"huge_residuals{end}", parameters, huge)
        for name, (parameters, joint) in (joints or {}).items():
            suite.extreme(name, parameters, around(joint))
        return suite

    return cases


PER_CLASS_TAU = {"tau": [0.1, 0.25, 0.5, 0.75, 0.95]}


def quantiles(loss, other, sets, joints=None):
    """The losses with a tau for each class."""

    def cases():
        suite = residual(loss, other, {**sets, "per_class": PER_CLASS_TAU}, [next(iter(sets))], joints)()
        three = {**other, "tau": [0.05, 0.5, 0.9]}
        suite.add("per_class_spatial", three, [2, 3, 2, 2])
        suite.add("per_class_spatial_weights", three, [2, 3, 2, 2], weights=SOME_WEIGHTS)
        return suite

    return cases


def mape_cases():
    suite = Suite("mape", draw_relative)
    add_common(suite, {"epsilon": 0.5})
    suite.add("epsilon_3", {"epsilon": 3}, [6, 5])
    suite.add("targets_of_zero", {}, [7], inputs=[(x, 0) for x in (0.5, -8, 1, 0, 0.125, -0.125, 4)], extreme=True)
    suite.extreme("equal", {}, [*EQUAL, (2.0**-20, 2.0**-20), (2.0**-30, 2.0**-30)])
    tiny = [(1, 2.0**-20), (1, -(2.0**-20)), (2.0**-30, 2.0**-20), (1, 2.0**-30), (2.0**-40, -(2.0**-40))]
    suite.extreme("tiny_targets", {}, tiny)
    suite.extreme("tiny_residuals", {}, [(y + r, y) for y in (1, -2, 0.5) for r in (2.0**-22, -(2.0**-20))])
    suite.extreme("huge", {}, [*HUGE, (60000, 1), (60000, 0.125), (1, 60000)])
    at = [(x, s * y) for x in (0.5, -1, 0.125) for y in (0.125, 0.125 + 2.0**-10, 0.125 - 2.0**-10) for s in (1, -1)]
    suite.extreme("targets_at_epsilon", {"epsilon": 0.125}, at)
    return suite


def smape_cases():
    suite = Suite("smape", draw_relative)
    add_common(suite, {"epsilon": 0.5})
    suite.add("epsilon_0_001", {"epsilon": 0.001}, [6, 5])
    suite.add("epsilon_3", {"epsilon": 3}, [6, 5])
    zeros = [(0, 0), (1, 0), (-1, 0), (0, 2), (0, -0.125), (8, 0), (0, 8)]
    suite.extreme("zeros", {}, zeros)
    suite.extreme("zeros_epsilon_0_5", {"epsilon": 0.5}, zeros)
    suite.extreme("equal", {}, [*EQUAL, (2.0**-20, 2.0**-20)])
    suite.extreme("tiny", {}, [*TINY, (2.0**-20, 2.0**-21), (-(2.0**-30), 2.0**-24), (2.0**-26, 2.0**-27)])
    suite.extreme("huge", {}, HUGE)
    return suite


def msle_cases():
    suite = Suite("msle", draw_positive_pair)
    add_common(suite, {"epsilon": 0.5})
    suite.add("both_signs", {}, [6, 5], draw=draw_relative)
    suite.add("epsilon_2", {"epsilon": 2.0625}, [6, 5])
    suite.extreme("equal", {}, [*EQUAL, (2.0**-20, 2.0**-20)])
    suite.extreme("zero_or_below", {}, [(0, 1), (1, 0), (-1, 2), (2, -1), (-1, -2), (0, 0), (-60000, 1), (-0.5, 0)])
    suite.extreme("at_epsilon", {"epsilon": 0.125}, [(x, y) for x in (0.125, 0.25, 0) for y in (0.125, 1, 0.25)])
    close_ones = [(y + r, y) for y in (1, 0.5, 4) for r in (2.0**-20, -(2.0**-20), 2.0**-12)]
    suite.extreme("tiny_residuals", {}, close_ones)
    tiny = [(2.0**-20, 2.0**-21), (2.0**-20, 2.0**-22), (2.0**-40, 2.0**-20), (2.0**-24, 1), (2.0**-23, 2.0**-23)]
    suite.extreme("tiny", {}, tiny)
    suite.extreme("huge", {}, [(60000, 1), (1, 60000), (60000, 59999), (10000, 0), (10000, 60000)])
    return suite


def poisson_cases():
    suite = Suite("poisson_nll", draw_log_rates)
    add_common(suite, {"full": True})
    counts = [0, 1, 2, 3, 20, 1000, 60000]
    for full in (False, True):
        end = "_full" if full else ""
        suite.add(f"rates{end}", {"log_input": False, "full": full}, [6, 5], draw=draw_rates)
        suite.add(f"fractional_targets{end}", {"full": full}, [6, 5], draw=draw_log_mean)
        suite.extreme(f"large_counts{end}", {"full": full}, [(x, y) for y in counts for x in (0, 10, -2)])
        rates = {"log_input": False, "full": full}
        suite.extreme(f"rates_of_zero{end}", rates, [(0, y) for y in counts[:5]])
        suite.extreme(f"far_rates{end}", rates, [(x, y) for x in (2.0**-30, 2.0**-20, 60000) for y in counts])
    suite.add("rates_weights", {"log_input": False}, [6, 5], draw=draw_rates, weights=SOME_WEIGHTS)
    suite.add("rates_epsilon_0_5", {"log_input": False, "epsilon": 0.5}, [6, 5], draw=draw_rates)
    suite.extreme("tiny_inputs", {}, [(x, y) for x in (0, 2.0**-24, -(2.0**-24), 2.0**-40) for y in (0, 1, 2)])
    suite.extreme("far", {}, [(x, y) for x in (-10000, -104, -88, -60, 60, 80) for y in (0, 1, 5)])
    targets = (0.875, 1, 1.125, 0.5, 0.125, 1 + 2.0**-20)
    suite.extreme("targets_near_1_full", {"full": True}, [(0.5, y) for y in targets])
    return suite


def log_mean(loss, other, sets, far):
    def cases():
        suite = Suite(loss, draw_log_mean)
        add_common(suite, other)
        for name, parameters in sets.items():
            suite.add(name, parameters, [6, 5])
        for end, parameters in {"": {}, **{f"_{name}": p for name, p in sets.items()}}.items():
            suite.extreme(f"targets_of_zero{end}", parameters, [(x, 0) for x in (0, 1, -1, 8, -8)])
            close_ones = [(x, y) for x in (0, 2.0**-24, -(2.0**-40)) for y in (1, 1 + 2.0**-20, 0.125)]
            suite.extreme(f"tiny_inputs{end}", parameters, close_ones)
            suite.extreme(f"far{end}", parameters, far)
        return suite

    return cases


def gaussian_kl_cases():
    suite = Suite("gaussian_kl", lambda rng, limit, kind: (eighths(rng, -limit, limit), eighths(rng, -24, 24)))
    add_common(suite, {})
    suite.add("more_rows", {}, [6, 5])
    small = [0, 2.0**-7, -(2.0**-7), 2.0**-12, 2.0**-24, -(2.0**-24), 2.0**-40, -(2.0**-40)]
    suite.extreme("zeros", {}, [(0, 0), (1, 0), (-8, 0), (0, 1), (0, -8)])
    suite.extreme("tiny", {}, [(m, s) for m in small for s in small])
    suite.extreme("small_log_variance", {}, [(0, s / 64) for s in (*range(-40, 0, 3), *range(1, 40, 3))])
    far = [(100, 0), (-60000, 0), (0, 80), (0, 60), (3, -60), (0, -104), (0, -10000), (10000, -10000), (0.125, 30)]
    suite.extreme("far", {}, far)
    return suite


MARGINS = [0, 0.125, -0.125, 1, -1, 0.875, 1.125, -0.875, -1.125, 2, -2, 8, -8]
MARGINS_TINY = [2.0**-24, 2.0**-40, 1 - 2.0**-24, 1 + 2.0**-23, 1 - 2.0**-12, -1 + 2.0**-24, -1 - 2.0**-23]
MARGINS_FAR = [17, 30, 60, 88, 104, 10000, 60000]


def margin(loss, sets=None):
    """A loss of the product of score and side."""

    def cases():
        suite = Suite(loss, draw_sides)
        add_common(suite, next(iter((sets or {}).values()), {}))
        suite.add("more_rows", {}, [6, 5])
        for name, parameters in (sets or {}).items():
            suite.add(name, parameters, [6, 5])
        for end, parameters in {"": {}, **{f"_{name}": p for name, p in (sets or {}).items()}}.items():
            scale = parameters.get("margin", 1)
            suite.extreme(f"at_the_kinks{end}", parameters, [(scale * x, y) for x in MARGINS for y in (1, -1)])
            tiny = [(s * x, y) for x in MARGINS_TINY for y in (1, -1) for s in (1, -1)]
            suite.extreme(f"tiny{end}", parameters, tiny)
            suite.extreme(f"far{end}", parameters, [(s * x, y) for x in MARGINS_FAR for y in (1, -1) for s in (1, -1)])
        return suite

    return cases


CERTAIN = [0, 2.0**-24, 2.0**-40, 0.125, 4, 12, 17, 24, 30, 37, 60, 88, 104, 10000, 60000]
# Probabilities near the ends, exact in f32.
NEAR_ZERO = [2.0**-100, 2.0**-60, 2.0**-40, 2.0**-24, 2.0**-12, 2.0**-7]
NEAR_ONE = [1 - 2.0**-24, 1 - 2.0**-23, 1 - 2.0**-16, 1 - 2.0**-7]
BELOW_FLOOR = 2.0**-145  # ln = -100.5


def binary(loss, other, sets, per_class=None, margins=()):
    def cases():
        suite = Suite(loss, draw_binary)
        add_common(suite, other, kind="logits")
        five, three = [1.5, 0.5, 1, 4, 0.25], [2, 0.5, 1.25]
        for kind, end in (("logits", ""), ("probabilities", "_probabilities")):
            if end:
                suite.add(f"defaults{end}", {}, [6, 5], kind=kind)
                suite.add(f"weights_with_zeros{end}", other, [6, 5], weights=SOME_WEIGHTS, kind=kind)
                suite.add(f"spatial{end}", other, [2, 3, 2, 2], kind=kind)
            suite.add(f"pos_weight{end}", {}, [6, 5], pos_weight=five, kind=kind)
            suite.add(f"label_smoothing_0_1{end}", {}, [6, 5], label_smoothing=0.1, kind=kind)
            suite.add(
                f"spatial_everything{end}",
                other,
                [2, 3, 2, 2],
                pos_weight=three,
                label_smoothing=0.25,
                weights=SOME_WEIGHTS,
                kind=kind,
            )
            for name, parameters in sets.items():
                suite.add(f"{name}{end}", parameters, [6, 5], kind=kind)
            if per_class:
                suite.add(f"per_class{end}", per_class, [6, 5], kind=kind)
                suite.add(f"per_class_pos_weight{end}", per_class, [6, 5], pos_weight=five, kind=kind)
                first = {name: numbers[1:4] for name, numbers in per_class.items()}
                suite.add(f"per_class_spatial{end}", first, [2, 3, 2, 2], weights=SOME_WEIGHTS, kind=kind)
        suite.add("label_smoothing_1", {}, [6, 5], label_smoothing=1.0, kind="logits")
        suite.add("pos_weight_zero", {}, [6, 5], pos_weight=[0.0, 1.0, 0.0, 2.0, 0.5], kind="logits")
        for end, parameters in {"": {}, **{f"_{name}": p for name, p in sets.items()}}.items():
            right = [(s * x, float(s > 0)) for x in CERTAIN for s in (1, -1)]
            suite.extreme(f"certain_and_right{end}", parameters, right, kind="logits")
            wrong = [(x, 1 - y) for x, y in right]
            suite.extreme(f"certain_and_wrong{end}", parameters, wrong, kind="logits")
            soft = [(x, y) for x, _ in right[-20:] for y in (0.5, 0.125)]
            suite.extreme(f"certain_soft_targets{end}", parameters, soft, kind="logits")
            ends = [(p, y) for p in (*NEAR_ZERO, *NEAR_ONE) for y in (0, 1, 0.25)]
            suite.extreme(f"near_the_ends_probabilities{end}", parameters, ends, kind="probabilities")
            corners = [(p, y) for p in (0, 1, BELOW_FLOOR, 0.5) for y in (0, 1, 0.25)]
            suite.extreme(f"at_the_ends_probabilities{end}", parameters, corners, kind="probabilities")
        return suite

    def asymmetric_cases():
        suite = cases()
        # p exactly at the margin, and beside it.
        half = [(x, y) for x in (0, 2.0**-7, -(2.0**-7), 0.125, -0.125, 1, -1) for y in (0, 0.5, 1)]
        suite.extreme("at_the_margin", {"margin": 0.5}, half, kind="logits")
        suite.extreme("at_the_margin_gamma_1", {"margin": 0.5, "gamma_negative": 1}, half, kind="logits")
        suite.extreme("at_the_margin_gamma_0", {"margin": 0.5, "gamma_negative": 0}, half, kind="logits")
        given = [(p, y) for p in (0.25, 0.25 + 2.0**-20, 0.25 - 2.0**-20, 0.5, 0.125, 0, 1) for y in (0, 0.5, 1)]
        suite.extreme("at_the_margin_probabilities", {"margin": 0.25}, given, kind="probabilities")
        return suite

    return asymmetric_cases if margins else cases


def distribution(loss, other, sets):
    def cases():
        suite = Suite(loss, draw_distribution)
        add_common(suite, other)
        for name, parameters in sets.items():
            suite.add(name, parameters, [6, 5])
        for end, parameters in {"": {}, **{f"_{name}": p for name, p in sets.items()}}.items():
            equal = [(x, s, y) for x, y in EQUAL for s in (0.125, 1, 8)]
            suite.extreme(f"equal{end}", parameters, equal)
            tiny = [(x, s, y) for x, y in TINY for s in (1, 0.125, 4)]
            suite.extreme(f"tiny_residuals{end}", parameters, tiny)
            huge = [(x, s, y) for x, y in HUGE for s in (1, 60000, 2.0**-6)]
            suite.extreme(f"huge_residuals{end}", parameters, huge)
        below = [(x, s, 0) for x in (0, 1, -3) for s in (0, 2.0**-24, 2.0**-20, 2.0**-18, 2.0**-40)]
        suite.extreme("scales_near_epsilon", {}, below)
        suite.extreme("negative_scales", {}, [(1, -1, 0), (0, -0.5, 2), (3, -8, 3), (0, -(2.0**-20), 0)])
        at = [(x, s, 1) for x in (0, 1, 1.5) for s in (0.125, 0.125 - 2.0**-12, 0.125 + 2.0**-12, 0, 1)]
        suite.extreme("scales_at_epsilon", {**other, "epsilon": 0.125}, at)
        return suite

    return cases


def general_robust_cases():
    sets = {
        "alpha_2": {"alpha": 2},
        "alpha_0": {"alpha": 0},
        "alpha_minus_2": {"alpha": -2},
        "alpha_0_5_c_2": {"alpha": 0.5, "c": 2},
        "alpha_1_5": {"alpha": 1.5, "c": 0.5},
        "alpha_minus_1_c_3": {"alpha": -1, "c": 3},
    }
    suite = residual("general_robust", {"alpha": -0.5, "c": 1.5}, sets, list(sets))()
    near = {
        "alpha_1e_8": {"alpha": 1e-8},
        "alpha_minus_1e_5": {"alpha": -1e-5},
        "alpha_near_2": {"alpha": 2 - 2.0**-20},
        "alpha_nearer_2": {"alpha": 2 - 2.0**-40},
        "alpha_minus_1000": {"alpha": -1000, "c": 2},
        "alpha_minus_1e_9": {"alpha": -1e9},
    }
    for name, parameters in near.items():
        rng = random.Random(f"general_robust/{name}")
        drawn = [draw_residual(rng, LIMITS[i % 3], None) for i in range(30)]
        suite.add(name, parameters, [6, 5], inputs=drawn, extreme=True)
        suite.extreme(f"tiny_residuals_{name}", parameters, TINY)
        suite.extreme(f"huge_residuals_{name}", parameters, HUGE)
    return suite


def student_t_cases():
    sets = {"nu_1": {"nu": 1}, "nu_30_5": {"nu": 30.5}, "nu_0_5": {"nu": 0.5}}
    suite = distribution("student_t_nll", {"nu": 5}, sets)()
    for name, parameters in {"nu_2_to_20": {"nu": 2**20}, "nu_0_001": {"nu": 0.001}, "nu_1e_9": {"nu": 1e9}}.items():
        rng = random.Random(f"student_t_nll/{name}")
        drawn = [draw_distribution(rng, LIMITS[i % 3], None) for i in range(15)]
        suite.add(name, parameters, [3, 5], inputs=drawn, extreme=True)
    return suite


ADAPTIVE_WING = {"omega": 10, "theta": 0.75, "epsilon": 2, "alpha": 1.5}
FOCAL_PER_CLASS = {"alpha": [0.25, 0.5, 0.75, 1, 0], "gamma": [0, 0.5, 1, 2, 5]}

SUITES = {
    "l1": residual("l1", {}, {"more_rows": {}}),
    "mse": residual("mse", {"scale": 0.5}, {"scale_3": {"scale": 3}, "scale_0_1": {"scale": 0.1}}, ["scale_0_1"]),
    "smooth_l1": residual(
        "smooth_l1",
        {"beta": 2.5},
        {"beta_0": {"beta": 0}, "beta_0_1": {"beta": 0.1}, "beta_4": {"beta": 4}},
        ["beta_0", "beta_0_1"],
        {"at_the_joint": ({}, 1), "at_the_joint_beta_0_25": ({"beta": 0.25}, 0.25)},
    ),
    "huber": residual(
        "huber",
        {"delta": 2.5},
        {"delta_0_1": {"delta": 0.1}, "delta_4": {"delta": 4}},
        ["delta_0_1"],
        {"at_the_joint": ({}, 1), "at_the_joint_delta_2_5": ({"delta": 2.5}, 2.5)},
    ),
    "pseudo_huber": residual(
        "pseudo_huber",
        {"delta": 2.5},
        {
            "delta_power_0": {"delta": 3, "delta_power": 0},
            "delta_power_1": {"delta": 0.3, "delta_power": 1},
            "delta_power_1_5": {"delta": 0.7, "delta_power": 1.5},
        },
        ["delta_power_0", "delta_power_1"],
    ),
    "log_cosh": residual("log_cosh", {}, {"more_rows": {}}),
    "quantile": quantiles("quantile", {"tau": 0.875}, {"tau_0_1": {"tau": 0.1}, "tau_0_99": {"tau": 0.99}}),
    "quantile_huber": quantiles(
        "quantile_huber",
        {"tau": 0.875, "kappa": 2},
        {"tau_0_1_kappa_0_5": {"tau": 0.1, "kappa": 0.5}, "tau_0_9": {"tau": 0.9}, "kappa_0_1": {"kappa": 0.1}},
        {"at_the_joint": ({"tau": 0.75}, 1), "at_the_joint_kappa_0_5": ({"tau": 0.1, "kappa": 0.5}, 0.5)},
    ),
    "expectile": quantiles("expectile", {"tau": 0.875}, {"tau_0_1": {"tau": 0.1}, "tau_0_99": {"tau": 0.99}}),
    "epsilon_insensitive": residual(
        "epsilon_insensitive",
        {"epsilon": 0.5},
        {"epsilon_0": {"epsilon": 0}, "epsilon_2": {"epsilon": 2}},
        ["epsilon_0"],
        {"at_the_joint": ({"epsilon": 0.5}, 0.5), "at_the_joint_epsilon_2": ({"epsilon": 2}, 2)},
        draw=draw_some_fine,
    ),
    "squared_epsilon_insensitive": residual(
        "squared_epsilon_insensitive",
        {"epsilon": 0.5},
        {"epsilon_0": {"epsilon": 0}, "epsilon_2": {"epsilon": 2}},
        ["epsilon_0"],
        {"at_the_joint": ({"epsilon": 0.5}, 0.5), "at_the_joint_epsilon_2": ({"epsilon": 2}, 2)},
        draw=draw_some_fine,
    ),
    "mape": mape_cases,
    "smape": smape_cases,
    "msle": msle_cases,
    "charbonnier": residual(
        "charbonnier",
        {"epsilon": 0.5},
        {"epsilon_1": {"epsilon": 1}, "epsilon_1e_9": {"epsilon": 1e-9}},
        ["epsilon_1e_9"],
    ),
    "cauchy": residual("cauchy", {"c": 2.5}, {"c_0_1": {"c": 0.1}, "c_10": {"c": 10}}, ["c_0_1", "c_10"]),
    "welsch": residual("welsch", {"c": 2.5}, {"c_0_1": {"c": 0.1}, "c_10": {"c": 10}}, ["c_0_1", "c_10"]),
    "geman_mcclure": residual("geman_mcclure", {"c": 2.5}, {"c_0_1": {"c": 0.1}, "c_10": {"c": 10}}, ["c_0_1", "c_10"]),
    "tukey": residual(
        "tukey",
        {"c": 2.5},
        {"c_0_1": {"c": 0.1}, "c_10": {"c": 10}},
        ["c_0_1", "c_10"],
        {"at_the_joint": ({"c": 4.5}, 4.5), "near_the_joint": ({}, 4.6875)},
    ),
    "general_robust": general_robust_cases,
    "wing": residual(
        "wing",
        {"width": 2.0625, "curvature": 0.5},
        {"width_5_curvature_0_5": {"width": 5.0625, "curvature": 0.5}, "width_0_1": {"width": 0.1, "curvature": 3}},
        ["width_5_curvature_0_5", "width_0_1"],
        {"near_the_joint": ({}, 10.0625)},
        draw=draw_wide,
        jumps=lambda c: (c.width,),
    ),
    "adaptive_wing": residual(
        "adaptive_wing",
        ADAPTIVE_WING,
        {
            "theta_1_epsilon_0_5": {"theta": 1.0625, "epsilon": 0.5},
            "alpha_1_25": {"alpha": 1.25},
            "omega_1_alpha_3": {"omega": 1, "alpha": 3},
        },
        ["theta_1_epsilon_0_5", "alpha_1_25"],
        draw=draw_heatmap,
        equal=[(0, 0), (1, 1), (0.5, 0.5), (0.125, 0.125)],
        tiny=HEATMAP_TINY,
        huge=HEATMAP_HUGE,
    ),
    "balanced_l1": residual(
        "balanced_l1",
        {"gamma": 2.5},
        {
            "alpha_2_gamma_1": {"alpha": 2, "gamma": 1},
            "alpha_0_1": {"alpha": 0.1},
            "beta_2": {"beta": 2.0625},
            "beta_0_5_alpha_1": {"alpha": 1, "beta": 0.4375 + 2.0**-6},
        },
        ["alpha_2_gamma_1", "alpha_0_1", "beta_2"],
        {"at_the_joint": ({}, 1)},
        jumps=lambda c: () if c.beta == 1 else (c.beta,),
    ),
    "lp": residual(
        "lp",
        {"p": 1.5},
        {
            "p_1": {"p": 1},
            "p_3": {"p": 3},
            "p_0_5": {"p": 0.5},
            "p_1_1": {"p": 1.1},
            "p_4_7": {"p": 4.7},
        },
        ["p_1", "p_3", "p_0_5", "p_1_1"],
    ),
    "poisson_nll": poisson_cases,
    "tweedie_nll": log_mean(
        "tweedie_nll",
        {"power": 1.25},
        {"power_1_1": {"power": 1.1}, "power_1_9": {"power": 1.9}},
        [(x, y) for x in (-80, -60, -30, 30, 60, 80, -10000 / 128) for y in (0, 1, 60000)],
    ),
    "gamma_nll": log_mean(
        "gamma_nll",
        {},
        {},
        [(x, y) for x in (-60, -30, 30, 60, 104, 10000) for y in (0, 1, 0.125, 60000)] + [(-80, 0), (-80, 1)],
    ),
    "gaussian_kl": gaussian_kl_cases,
    "hinge": margin("hinge"),
    "squared_hinge": margin("squared_hinge"),
    "modified_huber": margin("modified_huber"),
    "perceptron": margin("perceptron"),
    "soft_margin": margin("soft_margin"),
    "sparsemax_hinge": margin("sparsemax_hinge"),
    "hinge_embedding": margin("hinge_embedding", {"margin_0_5": {"margin": 0.5}, "margin_4": {"margin": 4}}),
    "binary_cross_entropy": binary("binary_cross_entropy", {}, {}),
    "balanced_binary_cross_entropy": binary(
        "balanced_binary_cross_entropy",
        {"beta": 0.75},
        {"beta_0": {"beta": 0}, "beta_0_9": {"beta": 0.9}, "beta_1": {"beta": 1}},
        {"beta": [0, 0.25, 0.5, 0.9, 1]},
    ),
    "binary_focal": binary(
        "binary_focal",
        {"alpha": 0.75, "gamma": 1.5},
        {
            "gamma_0": {"gamma": 0},
            "gamma_0_5": {"gamma": 0.5},
            "gamma_1_alpha_1": {"gamma": 1, "alpha": 1},
            "gamma_5_alpha_0": {"gamma": 5, "alpha": 0},
        },
        FOCAL_PER_CLASS,
    ),
    "poly1_binary_cross_entropy": binary(
        "poly1_binary_cross_entropy",
        {"epsilon": 2.5},
        {"epsilon_0": {"epsilon": 0}, "epsilon_minus_1": {"epsilon": -1}, "epsilon_minus_0_9": {"epsilon": -0.9}},
    ),
    "asymmetric": binary(
        "asymmetric",
        {"gamma_positive": 0.5, "gamma_negative": 2.5, "margin": 0.125},
        {
            "no_margin": {"margin": 0},
            "gammas_0": {"gamma_positive": 0, "gamma_negative": 0, "margin": 0.1},
            "gammas_1_margin_0_3": {"gamma_positive": 1, "gamma_negative": 1, "margin": 0.3},
            "gammas_fractional": {"gamma_positive": 2.5, "gamma_negative": 0.5, "margin": 0.2},
        },
        margins=True,
    ),
    "gaussian_nll": distribution(
        "gaussian_nll", {"full": True}, {"full": {"full": True}, "epsilon_0_01": {"epsilon": 0.01}}
    ),
    "beta_nll": distribution("beta_nll", {"beta": 0.75}, {"beta_0": {"beta": 0}, "beta_1": {"beta": 1}}),
    "laplace_nll": distribution("laplace_nll", {}, {"epsilon_0_01": {"epsilon": 0.01}}),
    "student_t_nll": student_t_cases,
    "gaussian_crps": distribution("gaussian_crps", {}, {"epsilon_0_01": {"epsilon": 0.01}}),
}
assert SUITES.keys() == DEFAULTS.keys()

# Which piece of its loss an element lies on: the default case and the one of other parameters have elements on each.
PIECES = {
    "smooth_l1": lambda c, x, y: abs(x - y) < c.beta,
    "huber": lambda c, x, y: abs(x - y) <= c.delta,
    "quantile": lambda c, x, y: y < x,
    "quantile_huber": lambda c, x, y: (y < x, abs(x - y) <= c.kappa),
    "expectile": lambda c, x, y: y < x,
    "epsilon_insensitive": lambda c, x, y: abs(x - y) <= c.epsilon,
    "squared_epsilon_insensitive": lambda c, x, y: abs(x - y) <= c.epsilon,
    "tukey": lambda c, x, y: abs(x - y) <= c.c,
    "wing": lambda c, x, y: abs(x - y) < c.width,
    "adaptive_wing": lambda c, x, y: abs(x - y) < c.theta,
    "balanced_l1": lambda c, x, y: abs(x - y) < c.beta,
    "hinge": lambda c, x, y: x * y < 1,
    "squared_hinge": lambda c, x, y: x * y < 1,
    "modified_huber": lambda c, x, y: (x * y >= -1) + (x * y >= 1),
    "perceptron": lambda c, x, y: x * y < 0,
    "sparsemax_hinge": lambda c, x, y: (x * y > -1) + (x * y >= 1),
    "hinge_embedding": lambda c, x, y: y + (y < 0) * (x < c.margin) / 2,
}
PIECE_COUNTS = {"quantile_huber": 4, "modified_huber": 3, "sparsemax_hinge": 3, "hinge_embedding": 3}


def assert_every_piece(loss, cases):
    for case in cases:
        if case["name"] in ("defaults", "many_short_rows"):
            c = SimpleNamespace(**filled(case["config"]))
            pairs = zip(*(array["data"] for array in case["inputs"]), strict=True)
            seen = {PIECES[loss](c, x, y) for x, y in pairs}
            assert len(seen) == PIECE_COUNTS.get(loss, 2), f"{loss} {case['name']} does not exercise every piece"


# Output.


def generate(loss, versions):
    cases = SUITES[loss]().cases
    if loss in PIECES:
        assert_every_piece(loss, cases)
    for case in cases:
        case.update(evaluate(case, DIGITS, STEP))
        if case["extreme"]:
            again = evaluate(case, MORE_DIGITS, SMALLER_STEP)
            assert all(case[name] == again[name] for name in again), (loss, case["name"])
        else:
            compare_with_torch(case)
    return document(loss, versions, cases, CASE_KEYS), len(cases)
