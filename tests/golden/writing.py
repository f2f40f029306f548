"""JSON as it stands in the files, which dtypes hold a number exactly, and the versions that make them."""

import importlib.metadata
import json
import math
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent


def exact_in(number, kind):
    try:
        return struct.unpack(kind, struct.pack(kind, number))[0] == number
    except OverflowError:
        return False


def exact_in_bf16(number):
    return struct.pack("<f", number)[:2] == b"\0\0" and exact_in(number, "<f")


def exact_in_all(number):
    """Whether every dtype has it."""
    return exact_in_bf16(number) and exact_in(number, "<e")


def as_json(value):
    """One line. Floats with the digits that give back the same f64; non-finite ones as strings."""

    def named(value):
        if isinstance(value, float) and not math.isfinite(value):
            return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
        if isinstance(value, dict):
            return {key: named(item) for key, item in value.items()}
        return [named(item) for item in value] if isinstance(value, (list, tuple)) else value

    return json.dumps(named(value), allow_nan=False)


def document(loss, versions, cases):
    """The file of a loss: a line for every part of a case."""
    blocks = [
        "    {\n" + ",\n".join(f'      "{key}": {as_json(value)}' for key, value in case.items()) + "\n    }"
        for case in cases
    ]
    head = f'{{\n  "loss": "{loss}",\n  "generator": "generate.py",\n  "versions": {as_json(versions)},\n'
    return head + '  "cases": [\n' + ",\n".join(blocks) + "\n  ]\n}\n"


def pinned_versions():
    """The versions of requirements.txt, which must be the installed ones."""
    versions = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().split())
    for package, version in versions.items():
        installed = importlib.metadata.version(package).split("+")[0]
        assert installed == version, f"{package} {installed} is installed, {version} is pinned"
    return versions
