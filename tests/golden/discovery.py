"""The losses of this directory: a file of `losses` each, found by its name."""

import importlib
import pathlib
from functools import cache

import catalogue

HERE = pathlib.Path(__file__).resolve().parent
SOFT = ".soft"
# What the program has under these names is made of other losses, and tests/tests/combine.rs has its definition.
OF_OTHER_LOSSES = "any"


@cache
def file_of(name):
    """The module losses/NAME.py."""
    return importlib.import_module(f"losses.{name}")


class Golden:
    """What makes one JSON file: the definition of a loss, its witness and its cases. A loss of classes may have two: its
    targets are classes, or (the functions of its file that begin with `soft_`) probabilities."""

    def __init__(self, name, soft=False):
        self.name = name
        self.file = f"{name}{SOFT}" if soft else name
        self.kind = "soft" if soft else catalogue.ENTRIES[name]["signature"]
        self.module = file_of(name)
        self.prefix = "soft_" if soft else ""

    @property
    def signature(self):
        """The module of `signatures` that knows what losses like this one take."""
        return importlib.import_module(f"signatures.{MODULES[self.kind]}")

    @property
    def suite_class(self):
        return self.signature.Suite if self.kind == "soft" else self.part("Suite", self.signature.Suite)

    def part(self, part, default=None):
        """What the file says: a function of this half of it, or a constant or class of both."""
        return getattr(self.module, self.prefix + part if part.islower() else part, default)

    def has(self, part):
        return self.part(part) is not None


MODULES = {
    "class": "classes",
    "any": "classes",
    "soft": "soft",
    "pointwise": "elements",
    "binary": "elements",
    "distribution": "elements",
    "multilabel": "whole",
    "whole": "whole",
}


@cache
def of(name):
    """The one or two of a loss."""
    parts = dir(file_of(name))
    both = [Golden(name)] if "cases" in parts else []
    return both + ([Golden(name, soft=True)] if "soft_cases" in parts else [])


def all_of_them():
    """In the program's order."""
    return [golden for name in catalogue.ENTRIES if name in files() for golden in of(name)]


def files():
    """The names of the files."""
    return {path.stem for path in (HERE / "losses").glob("*.py")}


def losses_without_a_file():
    names = (name for name, entry in catalogue.ENTRIES.items() if entry["signature"] != OF_OTHER_LOSSES)
    return [
        f"{name}: there is no tests/golden/losses/{name}.py; begin with xtask/templates/golden/"
        f"{catalogue.ENTRIES[name]['signature']}.py.txt, or with the file of a loss like it"
        for name in names
        if name not in files()
    ]


def files_without_a_loss():
    faults = [
        f"losses/{name}.py: the program has no loss {name}; name the file as `loss-lab list` names the loss, or remove it"
        for name in sorted(files())
        if name not in catalogue.ENTRIES
    ]
    faults += [
        f"{path.name}: no file of losses/ makes it; remove it, or write losses/{path.stem.removesuffix(SOFT)}.py"
        for path in sorted(HERE.glob("*.json"))
        if path.stem.removesuffix(SOFT) not in files()
    ]
    return faults


def files_without_vectors():
    return [
        f"losses/{name}.py has not made its vectors yet; `cargo xtask golden {name}` does"
        for name in sorted(files())
        if not any((HERE / f"{name}{end}.json").exists() for end in ("", SOFT))
    ]


def incomplete_files():
    """Files in which something is missing. It imports them, and so what they need."""
    faults = []
    for name in sorted(files() & catalogue.ENTRIES.keys()):
        if not of(name):
            faults.append(f"losses/{name}.py: it has no cases(suite), nor soft_cases(suite)")
        for golden in of(name):
            if not any(golden.has(part) for part in golden.signature.DEFINITIONS):
                parts = ", ".join(golden.prefix + part for part in golden.signature.DEFINITIONS)
                faults.append(f"losses/{name}.py: it has none of {parts}")
            if not golden.has("witness") and not golden.part("NO_WITNESS"):
                nor = f"nor a text {golden.prefix}NO_WITNESS that says why there is none"
                faults.append(f"losses/{name}.py: it has no {golden.prefix}witness, {nor}")
    return faults
