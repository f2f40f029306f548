"""What the scripts of this directory share."""

import json
import math
import struct

DIGITS, STEP = 720, "1e-350"
MORE_DIGITS, SMALLER_STEP = 900, "1e-420"

# What is written of a case of float tensors, as it comes.
CASE_KEYS = (
    "name",
    "config",
    "input",
    "pos_weight",
    "label_smoothing",
    "class_weights",
    "weights",
    "inputs",
    "none",
    "mean",
    "sum",
    "extreme",
)


def of_class(parameter, target):
    return parameter[target] if isinstance(parameter, list) else parameter


def exact_in(number, kind):
    return struct.unpack(kind, struct.pack(kind, number))[0] == number


def exact_in_bf16(number):
    return struct.pack("<f", number)[:2] == b"\0\0" and exact_in(number, "<f")


def close(ours, theirs):
    scale = max([1.0, *(abs(a) for a in ours if math.isfinite(a))])
    pairs = zip(ours, theirs, strict=True)
    return all(a == b or abs(a - b) <= 1e-11 * abs(a) + 1e-13 * scale for a, b in pairs)


def as_json(value):
    """One line. Floats with the digits that give back the same f64; non-finite ones as strings."""

    def named(value):
        if isinstance(value, float) and not math.isfinite(value):
            return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
        if isinstance(value, dict):
            return {key: named(item) for key, item in value.items()}
        return [named(item) for item in value] if isinstance(value, (list, tuple)) else value

    return json.dumps(named(value), allow_nan=False)


def document(loss, versions, cases, order):
    """The file of a loss; `order` are the keys of a case that are written, as they come."""
    blocks = [
        "    {\n" + ",\n".join(f'      "{key}": {as_json(case[key])}' for key in order if key in case) + "\n    }"
        for case in cases
    ]
    head = f'{{\n  "loss": "{loss}",\n  "generator": "generate.py",\n  "versions": {as_json(versions)},\n'
    return head + '  "cases": [\n' + ",\n".join(blocks) + "\n  ]\n}\n"
