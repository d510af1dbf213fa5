"""Key files that come while a node runs."""

from pathlib import Path

from node.identity import CONSENSUS_KEY, NodeKeys, dev_keys
from node.key_watch import TRIES_MAX, KeyWatch
from node.keystore import KeystoreError
from node.keystore.store import KEY_SUFFIX


class Keys:
    """A folder of keys; the file that came last cannot be read at first."""

    def __init__(self, folder: Path, bad_reads: int) -> None:
        self.folder = folder
        self.bad_reads = bad_reads
        self.reads = 0
        self.taken: list[NodeKeys] = []
        self.said: list[str] = []
        self.watch = KeyWatch(
            folder, load=self._load, take=self.taken.append, report=self.said.append
        )

    def _load(self) -> NodeKeys:
        self.reads += 1
        if self.reads <= self.bad_reads:
            raise KeystoreError("it ends early")
        return dev_keys("treasury")

    def add(self) -> None:
        (self.folder / f"{CONSENSUS_KEY}-2{KEY_SUFFIX}").touch()

    async def look(self, times: int) -> None:
        for _ in range(times):
            await self.watch.look()


async def test_a_key_that_is_still_being_copied_is_read_again(tmp_path: Path) -> None:
    """It was read once, half written, and never again: the node observed from its turn on."""
    keys = Keys(tmp_path, bad_reads=2)
    keys.add()
    await keys.look(5)
    assert keys.reads == 3
    assert len(keys.taken) == 1
    assert keys.said == ["it ends early"]


async def test_a_key_that_stays_unreadable_is_given_up_until_another_one_comes(
    tmp_path: Path,
) -> None:
    keys = Keys(tmp_path, bad_reads=TRIES_MAX)
    keys.add()
    await keys.look(3 * TRIES_MAX)
    assert (keys.reads, keys.taken, keys.said) == (TRIES_MAX, [], ["it ends early"])
    (tmp_path / f"{CONSENSUS_KEY}-3{KEY_SUFFIX}").touch()
    await keys.look(1)
    assert len(keys.taken) == 1
