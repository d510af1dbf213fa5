"""One chain, many processes: hash seed, locale, time zone and -O must not show in any root.

`GOLDEN_BLOCKS=10000 GOLDEN_FULL=1 pytest --timeout=3600 tests/test_determinism.py` is the size of a
release: every combination, a few seconds each. The script of the chain is tests/golden_chain.py.
"""

import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import golden_chain
from tokens.ops import OPERATIONS

ROOT = Path(__file__).parent.parent
BLOCKS = int(os.environ.get("GOLDEN_BLOCKS", str(golden_chain.BLOCKS)))
IS_FULL = os.environ.get("GOLDEN_FULL", "") == "1"

HASH_SEEDS = ("0", "1", "2", "3", "77", "4096", "65537", "4294967295")
LOCALES = ("C", "tr_TR.UTF-8")
TIME_ZONES = ("UTC", "Asia/Karachi")
FLAGS: tuple[tuple[str, ...], ...] = ((), ("-O",))

Setting = tuple[str, str, str, tuple[str, ...]]


def settings() -> list[Setting]:
    """All of them, or each value with each value of its neighbour at least once."""
    every = list(itertools.product(HASH_SEEDS, LOCALES, TIME_ZONES, FLAGS))
    if IS_FULL:
        return every
    return [
        (seed, LOCALES[at % 2], TIME_ZONES[at // 2 % 2], FLAGS[at // 4 % 2])
        for at, seed in enumerate(HASH_SEEDS)
    ]


def run(setting: Setting) -> str:
    """What a process of its own prints."""
    seed, locale, zone, flags = setting
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *flags, "-m", "tests.golden_chain", str(BLOCKS)],
        cwd=ROOT,
        env=kept | {"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_chain_is_the_same_in_every_process() -> None:
    tried = settings()
    with ThreadPoolExecutor(max_workers=2) as workers:
        printed = list(workers.map(run, tried))
    assert len(printed) >= 8
    assert json.loads(printed[0])["blocks"] >= BLOCKS
    differing = [
        setting for setting, text in zip(tried, printed, strict=True) if text != printed[0]
    ]
    assert differing == []


def test_the_roots_are_the_pinned_ones() -> None:
    """A change here is STATE-BREAKING. Remake: python -m tests.golden_chain --write."""
    pinned = json.loads(golden_chain.VECTOR.read_text())
    assert golden_chain.summary(golden_chain.play(golden_chain.BLOCKS)) == pinned


def test_every_operation_is_in_the_chain_and_most_families_succeed() -> None:
    ledger = golden_chain.play(1)
    found = golden_chain.summary(ledger)
    codes = found["codes"]
    assert isinstance(codes, dict)
    assert len(codes) >= 12
    assert ledger.height >= len(OPERATIONS)
    done = {
        type(event).__name__
        for result in ledger.results
        for receipt in result.receipts
        for event in receipt.events
    }
    assert len(done) >= 25, sorted(done)
