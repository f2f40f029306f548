"""Generalized Kullback-Leibler divergence, of measures: Csiszár 1975.

q·ln q has value 0 and slope 0 at q = 0; the slope of the whole is then -ln p - 1.
"""

from signatures.soft import ALL_ZEROS


def term(row, k):
    return row.q_log_q(k) - row.q(k) * row.log_p(k) - row.q(k) + row.p(k)


def soft_definition(c, row):
    return sum(term(row, k) for k in row.classes)


def soft_witness(c, b):
    return (b.q_log_q - b.q * b.log_p - b.q + b.p).sum(dim=1)


def soft_cases(suite):
    suite.add_all(zeros=ALL_ZEROS)
    measures = [
        ([2.5, 0.125, 7, 1], [3, 0.125, 8, 0]),
        ([8, 0.25, 0, 3.5], [0.5, 6, 1.25, 0]),
        ([1, 2, 3, 4], [4, 3, 2, 1]),
    ]
    suite.add_probabilities("measures", {}, measures)
    suite.add_floor()
