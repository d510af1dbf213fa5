"""One target under atheris: coverage of the product guides which mutants are kept.

    python -m tests.fuzz.guided TARGET CORPUS -runs=100000 -seed=1

A process of its own, because libFuzzer ends the one it runs in. The product is imported under
instrumentation, so nothing here is timed; the campaign judges what is left in CORPUS afterwards.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import atheris

from tests.fuzz.mutate import Mutator
from tests.fuzz.target import Target

INSTRUMENTED = ["node", "consensus", "tokens"]


def one_input(target: Target) -> Callable[[bytes], None]:
    """What libFuzzer calls."""
    done = 0

    def run(data: bytes) -> None:
        nonlocal done
        if done % target.inputs_per_life == 0:
            target.reset(done // target.inputs_per_life)
        done += 1
        parsed = target.parse(data)
        if not isinstance(parsed, str):
            parsed()

    return run


def mutation(target: Target, mutator: Mutator) -> Callable[[bytes, int, int], bytes]:
    """Ours for values, repaired half of the time; libFuzzer's for bytes, one time of four."""

    def mutate(data: bytes, size_max: int, seed: int) -> bytes:
        rng = Random(seed)
        if rng.random() < 0.25:
            return bytes(atheris.Mutate(data, size_max))
        changed = mutator.of(data, rng)
        if rng.random() < 0.5:
            changed = target.repair(changed)
        return changed[:size_max]

    return mutate


def main(arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process, with status 0 if nothing was found."""
    name, corpus, *options = arguments
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]()
    seeds = target.seeds()
    for at, seed in enumerate(seeds):
        (Path(corpus) / f"seed-{at}").write_bytes(seed)
    mutator = Mutator(seeds, target.form, target.input_bytes_max)
    atheris.Setup(
        ["guided", corpus, *options],
        one_input(target),
        custom_mutator=mutation(target, mutator),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
