"""Bytes from outside, at length: eight targets, two engines, and budgets of time and memory.

    make fuzz                                 all targets at the size of CI
    make fuzz TARGET=rpc RUNS=100000 SEED=7   one target, structure-aware mutants
    make fuzz TARGET=rpc RUNS=100000 ENGINE=coverage

A failure is printed as the command that repeats it; its bytes go into test_regressions.py.
"""
