"""The losses as the program knows them: names, signatures, parameters and defaults, by `loss-lab list --json`."""

import json
import pathlib
import subprocess
import sys
from types import SimpleNamespace

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
COMMAND = ("cargo", "run", "--quiet", "--locked", "--package", "loss-lab", "--", "list", "--json")

ENTRIES = {}  # by name, in the program's order


def read(path=None):
    """Reads what the command wrote, from the standard input if the path is -, or runs it."""
    if path is None:
        text = subprocess.run(COMMAND, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE).stdout.decode()
    elif path == "-":
        text = sys.stdin.buffer.read().decode()
    else:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    ENTRIES.clear()
    ENTRIES.update((entry["name"], entry) for entry in json.loads(text))
    for entry in ENTRIES.values():
        assert "signature" in entry and "config" in entry, "a catalogue of an older program: build it again"


def filled(config):
    """The config with the defaults of every parameter it leaves out, those of a loss inside too."""
    defaults = ENTRIES[config["name"]]["config"]
    unknown = config.keys() - defaults.keys()
    assert not unknown, f"{config['name']} has no {unknown}"
    full = {**defaults, **config}
    return {**full, "loss": filled(full["loss"])} if "loss" in full else full


def parameters(config, number):
    """The parameters as attributes, every number by `number`; what Python calls a keyword has a _ behind it."""

    def made(value):
        if isinstance(value, list):
            return [made(item) for item in value]
        return value if isinstance(value, bool) else number(value)

    parts = {name: made(value) for name, value in filled(config).items() if name not in ("name", "loss")}
    return SimpleNamespace(**{"lambda_" if name == "lambda" else name: value for name, value in parts.items()})


def plainly(config):
    """The parameters as Python has them: whole numbers are int."""
    return parameters(config, lambda x: int(x) if x == int(x) else x)
