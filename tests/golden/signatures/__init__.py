"""By what losses take: a module each, which knows how a case stands in the file and makes the cases of every loss like it.

A module has
- `DEFINITIONS`: the functions one of which the file of a loss must have
- `Suite`: the cases, and what makes them
- `arrays(case)`, `terms_of(golden, case)`, `graded(golden)`: the data of the inputs, the losses of the batch as functions of
  them (`Term` of exact.py), and which inputs get a gradient
- `compare(golden, case, results)`: the comparison with the peer
- `entries(golden, results)`: what the case says of values and gradients
and if there is something to do `finish_of(case)`, what is done to a reduced value, `check_case(golden, case, results)` and
`check_suite(golden, cases)`. `discovery.MODULES` says which signature of the program has which module.
"""
