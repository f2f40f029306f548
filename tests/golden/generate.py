"""Golden vectors: one JSON file per loss, beside this script, by the definitions in `losses`.

    python generate.py                write every file
    python generate.py focal          write only those of the named losses
    python generate.py --check        write nothing; fail if a file differs from what would be written
    python generate.py --check-names  only whether every loss has its file, and every file its loss; needs no package

The names, parameters and defaults of the losses come from the program: `--catalogue FILE` has what `loss-lab list --json`
wrote; without it the command is run. README.md says how the numbers are made.
"""

import argparse
import pathlib
import sys

import catalogue
import discovery

HERE = pathlib.Path(__file__).resolve().parent


def results_of(golden, case, precision):
    from exact import evaluate

    signature = golden.signature
    finish = signature.finish_of(case) if hasattr(signature, "finish_of") else None
    terms_of, graded = (lambda: signature.terms_of(golden, case)), signature.graded(golden)
    return evaluate(terms_of, signature.arrays(case), graded, precision, finish, golden.part("NOISY_TIES", False))


def generate(golden, versions):
    """The text of a JSON file, and its number of cases."""
    from exact import MORE, USUAL
    from writing import document

    signature = golden.signature
    suite = golden.suite_class(golden)
    golden.part("cases")(suite)
    for case in suite.cases:
        extreme = case.pop("extreme")
        results = results_of(golden, case, USUAL if extreme else golden.part("PRECISION", USUAL))
        if hasattr(signature, "check_case"):
            signature.check_case(golden, case, results)
        if extreme:
            assert results == results_of(golden, case, MORE), (golden.file, case["name"], "with more digits")
        elif golden.has("witness"):
            signature.compare(golden, case, results)
        case.update(signature.entries(golden, results), extreme=extreme)
    if hasattr(signature, "check_suite"):
        signature.check_suite(golden, suite.cases)
    return document(golden.name, versions, suite.cases), len(suite.cases)


def chosen(names):
    """The losses that are asked for, by name, or by that of a JSON file."""
    goldens = discovery.all_of_them()
    known = {name for golden in goldens for name in (golden.name, golden.file)}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"no such loss: {', '.join(unknown)}")
    return [golden for golden in goldens if not names or {golden.name, golden.file} & set(names)]


def main():
    parser = argparse.ArgumentParser(description="Golden vectors of the losses.")
    parser.add_argument("losses", nargs="*", help="the names of losses; all of them unless given")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    parser.add_argument("--check-names", action="store_true", help="check only that losses and files belong together")
    parser.add_argument("--catalogue", metavar="FILE", help="what `loss-lab list --json` wrote, or -; it is run unless given")
    arguments = parser.parse_args()
    catalogue.read(arguments.catalogue)
    faults = discovery.losses_without_a_file() + discovery.files_without_a_loss()
    if arguments.check or arguments.check_names:
        faults += discovery.files_without_vectors()
    if faults or arguments.check_names:
        sys.exit("\n".join(faults) or None)

    # What comes from here on needs the packages of requirements.txt.
    if faults := discovery.incomplete_files():
        sys.exit("\n".join(faults))
    import torch

    from writing import pinned_versions

    torch.set_num_threads(1)
    versions = pinned_versions()
    stale = []
    for golden in chosen(arguments.losses):
        text, count = generate(golden, versions)
        path = HERE / f"{golden.file}.json"
        if not arguments.check:
            path.write_text(text, encoding="ascii", newline="\n")
        elif not path.exists() or path.read_text(encoding="ascii") != text:
            stale.append(golden.file)
        print(f"{golden.file}: {count} cases, {len(text) // 1000} kB", flush=True)
    if stale:
        sys.exit(f"not what this script writes: {', '.join(stale)}")


if __name__ == "__main__":
    main()
