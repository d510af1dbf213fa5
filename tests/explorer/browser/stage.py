"""What tests in a browser stand on: a network with an explorer as `mohur devnet demo` makes it.

Loaded by `-p` (the Makefile), not as a conftest: it needs wheels that `make test` does not.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from node.devnet.wait import NotYet, until
from tests.explorer.browser.places import every_kind
from tests.explorer.browser.visit import Visits

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What is asked of any other name fails at once: nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
STORY_SECONDS = 300
"""The whole story on a busy machine."""
END_SECONDS = 60
LAST_STEP = re.compile(r"^(\d+)/\1 +ok ", re.MULTILINE)
EXPLORER = re.compile(r"^\s*explorer\s+(http://127\.0\.0\.1:\d+)$", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """An explorer that runs already."""
    parser.addoption(
        "--explorer", default="", help="address of an explorer beside a demo that was played"
    )


@pytest.fixture(scope="session")
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where an explorer listens, beside four nodes that have played the story."""
    given = str(request.config.getoption("--explorer"))
    if given:
        yield given.rstrip("/")
        return
    folder = tmp_path_factory.mktemp("demo")
    command = (sys.executable, "-m", "node.cli", "devnet", "demo", "--dir", str(folder / "net"))
    told = folder / "told"
    with told.open("wb") as out:
        # A group of its own: Ctrl-C in a terminal ends the tests, and they end the network.
        demo = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield asyncio.run(_played(demo, told))
    finally:
        # Not SIGINT: who runs in the background inherits that it is ignored.
        demo.terminate()
        try:
            demo.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()
            raise


async def _played(demo: subprocess.Popen[bytes], told: Path) -> str:
    """The address on the card, once the last step of the story held."""

    async def played() -> str:
        words = await asyncio.to_thread(told.read_text)
        if LAST_STEP.search(words):
            return words
        assert demo.poll() is None, f"the story did not hold:\n{words}"
        raise NotYet("the story is not over")

    words = await until("the story", played, seconds=STORY_SECONDS)
    found = EXPLORER.search(words)
    assert found is not None, f"no explorer on the card:\n{words}"
    return found[1]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium with a new profile; its sandbox is off for root only, who cannot have it."""
    assert Path(CHROMIUM).exists(), "install the Debian package chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM,
            headless=True,
            chromium_sandbox=os.geteuid() != 0,
            args=list(FLAGS),
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def places(address: str, browser: Browser) -> tuple[str, ...]:
    """A page of each kind."""
    visits = Visits(address, browser)
    try:
        return every_kind(visits.new())
    finally:
        visits.close()


@pytest.fixture
def visits(address: str, browser: Browser) -> Iterator[Visits]:
    """Visits to the explorer; at the end nothing may have gone wrong unseen."""
    made = Visits(address, browser)
    try:
        yield made
        made.expect_clean()
    finally:
        made.close()
