"""Squared earth mover's distance of ordered classes: Hou et al. 2016, arXiv:1611.05916."""


def definition(c, row, t):
    # What lies under, or over, each border that is not of the target's side.
    sums = [sum(row.exps[: k + 1]) if k < t else sum(row.exps[k + 1 :]) for k in row.classes]
    return sum((part / row.sum) ** 2 for part in sums) / len(row)


def witness(c, b):
    return (b.p_all.cumsum(dim=1) - b.ones.cumsum(dim=1)).square().mean(dim=1)


def cases(suite):
    suite.add_all()
