"""The worker of `cargo xtask versus` that runs PyTorch, eager and compiled; the protocol stands in src/main.rs.

Its inputs are those of src/inputs.rs, number by number. `hello` answers with the version and the threads.
"""

import functools
import os
import sys
import time
import traceback

# What a library prints must not get between the replies.
REPLIES = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch
import torch.nn.functional as F

M32 = 0xFFFFFFFF
CHUNK = 1 << 20


def hashed(index, salt):
    h = (index + salt * 0x9E3779B9) & M32
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & M32
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & M32
    return h ^ (h >> 16)


def spread(index, salt):
    h = hashed(index, salt)
    return (h >> 16) + (h & 0xFFFF) - 65535


def label(index):
    return (hashed(index, 3) % 3 == 0).long()


def filled(shape, number, dtype=torch.float32):
    """number(index) everywhere, without as many 64-bit numbers at once."""
    count = 1
    for size in shape:
        count *= size
    out = torch.empty(count, dtype=dtype)
    for start in range(0, count, CHUNK):
        end = min(start + CHUNK, count)
        out[start:end] = number(torch.arange(start, end))
    return out.reshape(shape)


def probabilities(shape):
    weights = filled(shape, lambda i: 1 + (hashed(i, 6) >> 20), torch.int64)
    return (weights.double() / weights.sum(1, keepdim=True).double()).float()


def inputs(kind, shape, gradients):
    """The arguments of a loss."""
    predictions = filled(shape, lambda i: spread(i, 1) * (5.0 / 65536.0)).requires_grad_(gradients)
    if kind == "rows":
        return [predictions, filled([shape[0], *shape[2:]], lambda i: hashed(i, 4) % shape[1], torch.int64)]
    if kind == "soft":
        return [predictions, probabilities(shape)]
    if kind == "labels":
        return [predictions, filled(shape, lambda i: label(i).float())]
    if kind == "signs":
        return [predictions, filled(shape, lambda i: (2 * label(i) - 1).float())]
    targets = filled(shape, lambda i: (2 * spread(i, 2) + 1) * (5.0 / 131072.0))
    if kind == "pairs":
        return [predictions, targets]
    variances = filled(shape, lambda i: 0.5 + spread(i, 5).abs() * (1.0 / 65536.0)).requires_grad_(gradients)
    return [predictions, targets, variances]


# What PyTorch has is called; the others are what its users write.


def focal(x, t):
    log_p = -F.cross_entropy(x, t, reduction="none")
    return -((1 - log_p.exp()) ** 2 * log_p).mean()


def generalized_cross_entropy(x, t):
    p = F.softmax(x, 1).gather(1, t.unsqueeze(1))
    return ((1 - p**0.7) / 0.7).mean()


def normalized_cross_entropy(x, t):
    log_p = F.log_softmax(x, 1)
    return (log_p.gather(1, t.unsqueeze(1)) / log_p.sum(1, keepdim=True)).mean()


def kl_divergence(x, q):
    return F.kl_div(F.log_softmax(x, 1), q, reduction="sum") * (x.shape[1] / x.numel())


def normalized_focal(x, t):
    log_p = F.log_softmax(x, 1)
    terms = -((1 - log_p.exp()) ** 0.5) * log_p
    return (terms.gather(1, t.unsqueeze(1)) / terms.sum(1, keepdim=True)).mean()


def binary_focal(x, y):
    """As torchvision's sigmoid_focal_loss."""
    p = torch.sigmoid(x)
    surprise = F.binary_cross_entropy_with_logits(x, y, reduction="none")
    p_t = p * y + (1 - p) * (1 - y)
    return ((0.25 * y + 0.75 * (1 - y)) * surprise * (1 - p_t) ** 2).mean()


def log_cosh(x, y):
    r = x - y
    return (r + F.softplus(-2 * r) - 0.6931471805599453).mean()


def quantile(x, y):
    r = y - x
    return torch.maximum(0.9 * r, -0.1 * r).mean()


def zlpr(x, y):
    x = (1 - 2 * y) * x
    zero = torch.zeros_like(x[:, :1])
    absent = torch.logsumexp(torch.cat([x - y * 1e12, zero], 1), 1)
    there = torch.logsumexp(torch.cat([x - (1 - y) * 1e12, zero], 1), 1)
    return (absent + there).mean()


CASES = {
    "cross_entropy": F.cross_entropy,
    "focal": focal,
    "generalized_cross_entropy": generalized_cross_entropy,
    "normalized_cross_entropy": normalized_cross_entropy,
    "soft_cross_entropy": F.cross_entropy,
    "kl_divergence": kl_divergence,
    "normalized_focal": normalized_focal,
    "multi_margin": F.multi_margin_loss,
    "binary_cross_entropy": F.binary_cross_entropy_with_logits,
    "binary_focal": binary_focal,
    "hinge": lambda x, y: F.relu(1 - x * y).mean(),
    "mse": F.mse_loss,
    "l1": F.l1_loss,
    "huber": F.huber_loss,
    "smooth_l1": F.smooth_l1_loss,
    "log_cosh": log_cosh,
    "quantile": quantile,
    "cauchy": lambda x, y: 0.5 * torch.log1p((x - y) ** 2).mean(),
    "smape": lambda x, y: (2 * (x - y).abs() / (x.abs() + y.abs() + 1e-8)).mean(),
    "gaussian_nll": F.gaussian_nll_loss,
    "zlpr": zlpr,
    "rmse": lambda x, y: F.mse_loss(x, y).sqrt(),
    "cosine_distance": lambda x, y: (1 - F.cosine_similarity(x, y, 1)).mean(),
}


def summary(gradient):
    flat = gradient.flatten()
    n = flat.numel()
    samples = [flat[i * (n - 1) // 15].item() for i in range(16)]
    pieces = flat.split(CHUNK)
    return [
        n,
        sum(piece.double().sum().item() for piece in pieces),
        sum(piece.double().abs().sum().item() for piece in pieces),
        *samples,
    ]


class Worker:
    def __init__(self):
        self.loss = None
        self.inputs = []
        self.tracked = []

    def reply(self, command, *words):
        return getattr(self, command)(*words)

    def hello(self):
        return [torch.__version__, torch.get_num_threads()]

    def prepare(self, kind, name, shape, mode, _bytes):
        self.__init__()
        if name not in CASES:
            return None
        # Otherwise, after some shapes, PyTorch gives up compiling and runs eager code instead.
        torch._dynamo.reset()
        self.loss = CASES[name]
        self.compiled = torch.compile(self.loss, dynamic=False)
        self.inputs = inputs(kind, [int(size) for size in shape.split("x")], mode == "both")
        self.tracked = [x for x in self.inputs if x.requires_grad]
        return []

    def once(self, candidate):
        loss = self.compiled if candidate == "compile" else self.loss
        if not self.tracked:
            with torch.no_grad():
                return loss(*self.inputs)
        for x in self.tracked:
            x.grad = None
        value = loss(*self.inputs)
        value.backward()
        return value

    def answer(self, candidate):
        if self.loss is None:
            return None
        numbers = [self.once(candidate).item()]
        for x in self.tracked:
            numbers += summary(x.grad)
        return numbers

    def calibrate(self, candidate, seconds):
        if self.loss is None:
            return None
        run = functools.partial(self.once, candidate)
        run()
        start, runs = time.perf_counter(), 0
        while runs == 0 or time.perf_counter() - start < float(seconds):
            run()
            runs += 1
        return [runs, (time.perf_counter() - start) / runs]

    def turn(self, candidate, runs):
        if self.loss is None:
            return None
        run, runs = functools.partial(self.once, candidate), int(runs)
        if runs > 1:
            run()
        start = time.perf_counter()
        for _ in range(runs):
            run()
        return [(time.perf_counter() - start) / runs]


def main():
    torch.set_num_threads(int(os.environ["RAYON_NUM_THREADS"]))
    worker = Worker()
    for line in sys.stdin:
        try:
            numbers = worker.reply(*line.split())
            reply = "missing" if numbers is None else " ".join(["ok", *map(str, numbers)])
        except Exception as error:
            traceback.print_exc()
            reply = "error " + " ".join(f"{type(error).__name__}: {error}".split())[:300]
        REPLIES.write(reply + "\n")
        REPLIES.flush()


if __name__ == "__main__":
    main()
