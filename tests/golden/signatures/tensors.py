"""What the signatures of float tensors have in common: how a case stands in the file, and what is checked of it."""

import suite
from exact import is_within_f32


def arrays(case):
    return [array["data"] for array in case["inputs"]]


def weights_of(case):
    return case["weights"]["data"] if case["weights"] else None


def entries(golden, results):
    """What the case says of the results."""
    return {name: {"value": value, "gradients": gradients} for name, (value, gradients) in results.items()}


def check_case(golden, case, results):
    assert is_within_f32(results), (golden.name, case["name"])


class Suite(suite.Suite):
    """The cases of one loss."""

    def put_tensors(
        self,
        name,
        parameters,
        shape,
        data,
        *,
        extreme,
        kind=None,
        pos_weight=None,
        label_smoothing=0.0,
        class_weights=None,
        weights=None,
    ):
        """A case: the data of its inputs, and weights as an array."""
        data = [[float(x) for x in array] for array in data]
        case = {
            "name": name,
            "config": self.config(parameters),
            "input": kind,
            "pos_weight": pos_weight,
            "label_smoothing": label_smoothing,
            "class_weights": class_weights,
            "weights": weights,
            "inputs": [suite.array(shape, array) for array in data],
            "extreme": extreme,
        }
        self.put(case, [x for array in data for x in array], [*(class_weights or []), *(weights["data"] if weights else [])])
