"""What holds for every test: determinism, no network but this machine, no optimised interpreter.

Rules of this file:
1. A run is a function of the checkout. The seed of everything is fixed or printed; the profile `ci`
   of hypothesis is derandomised, so a red run is red again.
2. What would make a run mean less than it says (python -O, an unknown profile) stops it.
3. Fixtures that only one folder needs live in that folder.
"""

import os
import platform
import random
import sys
from collections.abc import Callable

import hypothesis
import pytest

SEED = 20_250_708
"""Seed of the global generator before each test. Libraries may draw from it; tests may not."""

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
"""ci: derandomised, what counts. thorough: ten times as many. explore: new ones each run."""

LOOPBACK = ("127.", "::1", "localhost")
"""Beginnings of the addresses that a test may connect to."""

hypothesis.settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    max_examples=100,
)
hypothesis.settings.register_profile(
    "thorough", parent=hypothesis.settings.get_profile("ci"), max_examples=1_000
)
hypothesis.settings.register_profile(
    "explore", deadline=None, database=None, print_blob=True, max_examples=1_000
)


def refuse_remote_address(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook: raise when a test connects to anything but this machine.

    Unix sockets (the address is text or bytes, not a tuple) are allowed.
    """
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
        raise PermissionError(f"a test may not connect to {address[0]!r}: only to this machine")


def reasons_to_refuse(
    *, debug: bool, profile: str, environment: Callable[[str], str | None]
) -> list[str]:
    """Why this run would not mean what it says. Empty: it may start."""
    reasons = []
    if not debug:
        reasons.append("python -O removes the assert statements that tests consist of")
    if profile not in ("ci", "thorough", "explore"):
        reasons.append(f"HYPOTHESIS_PROFILE={profile}: say ci, thorough or explore")
    if environment("CI") and profile == "explore":
        reasons.append("profile explore is not reproducible, CI has to be")
    if environment("PYTHONASYNCIODEBUG"):
        reasons.append("PYTHONASYNCIODEBUG changes the order of callbacks")
    return reasons


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a run that could not be repeated, and load the profile."""
    reasons = reasons_to_refuse(debug=__debug__, profile=PROFILE, environment=os.environ.get)
    if reasons:
        raise pytest.UsageError("; ".join(reasons))
    hypothesis.settings.load_profile(PROFILE)
    sys.addaudithook(refuse_remote_address)


def pytest_report_header(config: pytest.Config) -> str:
    """What a reader needs to repeat the run."""
    hash_seed = os.environ.get("PYTHONHASHSEED", "random")
    return (
        f"mohur: profile {PROFILE}, PYTHONHASHSEED {hash_seed}, "
        f"{platform.machine()} {platform.system()}, {os.cpu_count()} cores"
    )


@pytest.fixture(autouse=True)
def settled_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same start for each test: seeded generator, none of the developer's own settings."""
    random.seed(SEED)
    for name in [name for name in os.environ if name.startswith("MOHUR_")]:
        monkeypatch.delenv(name)
