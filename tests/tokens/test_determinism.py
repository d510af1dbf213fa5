"""The same blocks give the same root in another process, under other hash seeds and with -O."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

PROGRAM = """

from tests.tokens.support import Ledger
from tests.tokens.test_grants import grant
from tests.tokens.test_parties import BOTH, opened, register
from tests.tokens.test_transition import transfer
ledger = Ledger()
ledger.block(*[ledger.transaction("bank-a", transfer(n + 1)) for n in range(20)])
ledger.agree(BOTH, register("bank-c"), register("bank-d"))
ledger.agree(["issuer", "central-bank"], grant())
ledger.block(*[ledger.transaction("bank-a", opened(f"client {n}")) for n in range(20)])
print(ledger.results[-1].root.hex(), ledger.core.state_root.hex())
"""


def roots(*flags: str, **environment: str) -> str:
    """What the program prints in a process of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *flags, "-c", PROGRAM],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@pytest.mark.parametrize(
    ("flags", "environment"),
    [
        ((), {"PYTHONHASHSEED": "1"}),
        ((), {"PYTHONHASHSEED": "4242", "TZ": "Asia/Karachi", "LC_ALL": "C"}),
        (("-O",), {"PYTHONHASHSEED": "7", "TZ": "Pacific/Apia"}),
    ],
)
def test_roots_do_not_depend_on_the_process(
    flags: tuple[str, ...], environment: dict[str, str]
) -> None:
    expected = roots(PYTHONHASHSEED="0")
    assert len(expected.split()) == 2
    assert roots(*flags, **environment) == expected
