"""Takes up key files that an operator adds while the node runs: a rotation needs no restart.

Opening a key file takes a tenth of a second and 64 MiB, so it is done beside the event loop, long
before the ledger names the key.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from node.config import ConfigInvalid
from node.identity import CONSENSUS_KEY, NETWORK_KEY, NodeKeys, key_names
from node.key_ring import TooManyKeys
from node.keystore import KeystoreError

LOOK_INTERVAL_S = 1.0
"""How often the folder is listed."""
TRIES_MAX = 10
"""So often a file that cannot be read is tried: it may still be being copied."""


class KeyWatch:
    """Of one data folder."""

    def __init__(
        self,
        folder: Path,
        *,
        load: Callable[[], NodeKeys],
        take: Callable[[NodeKeys], None],
        report: Callable[[str], None],
    ) -> None:
        """`load` reads all keys, in a thread; `take` gets them in the loop."""
        self._folder = folder
        self._load = load
        self._take = take
        self._report = report
        self._seen = self._names()
        self._tried: tuple[str, ...] = ()
        self._tries = 0
        self._told = ""

    def _names(self) -> tuple[str, ...]:
        return (
            *key_names(self._folder, CONSENSUS_KEY),
            *key_names(self._folder, NETWORK_KEY),
        )

    async def run(self) -> None:
        """Look for ever; a key that cannot be read is told once and ends nothing."""
        while True:
            await asyncio.sleep(LOOK_INTERVAL_S)
            await self.look()

    async def look(self) -> None:
        """Take up what came since the last look."""
        try:
            found = self._names()
            if found == self._seen or self._is_given_up(found):
                return
            self._take(await asyncio.to_thread(self._load))
            self._seen, self._told = found, ""
        except (ConfigInvalid, KeystoreError, TooManyKeys, OSError) as error:
            if str(error) != self._told:
                self._told = str(error)
                self._report(self._told)

    def _is_given_up(self, found: tuple[str, ...]) -> bool:
        """Count the tries of these files."""
        if found != self._tried:
            self._tried, self._tries = found, 0
        self._tries += 1
        return self._tries > TRIES_MAX
