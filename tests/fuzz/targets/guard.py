"""Any bytes as the file of a sign guard: read whole, cut where torn, or refused by name.

What is read is never more than what was written: without the chain of digests made anew, the
entries of a mutant are the first ones of the file it was made from.
"""

import shutil
import tempfile
from pathlib import Path

from consensus.messages import Step
from node.storage.guard_file import CHAIN_START, Contents, EntryKind, decode_entries, encode_entry
from node.storage.guard_types import AttachmentKind, GuardDamaged, GuardState, Refused
from node.storage.sign_guard import GUARD_SUFFIX, SignGuard
from tests.fuzz.target import Act, Form, require
from tests.node.storage.guards import BLOCK_A, BLOCK_B, KEY, ROOT_1, SIGNER, vote


def file_of(heights: int, attached: bytes) -> bytes:
    """A guard in the life of some heights, the second of each in view 1."""
    with tempfile.TemporaryDirectory() as folder:
        guard = SignGuard.create(Path(folder), KEY)
        for height in range(1, heights + 1):
            guard.begin_height(height)
            beside = ((AttachmentKind.PROPOSAL, BLOCK_A, attached),)
            vote(guard, height, 0, Step.PREPARE, attachments=beside)
            if height % 2:
                vote(guard, height, 1, Step.VIEW_CHANGE)
            else:
                vote(guard, height, 0, Step.COMMIT)
        guard.close()
        return (Path(folder) / (KEY.hex() + GUARD_SUFFIX)).read_bytes()


class GuardTarget:
    """node/storage/guard_file.py and SignGuard.open."""

    form = Form.BYTES
    input_bytes_max = 1024 * 1024
    inputs_per_life = 1
    must_see = frozenset({"GuardDamaged", "current", "fresh", "foreign"})

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="mohur-fuzz-"))
        self._path = self._folder / (KEY.hex() + GUARD_SUFFIX)

    def seeds(self) -> tuple[bytes, ...]:
        """A new one, one in use, one with a large attachment, one of another key."""
        used = file_of(4, b"block")
        foreign = b""
        chain = CHAIN_START
        for entry in decode_entries(used).entries:
            payload = entry.payload.replace(KEY, BLOCK_B)
            data, chain = encode_entry(chain, entry.kind, entry.sequence, payload)
            foreign += data
        return (file_of(0, b""), used, file_of(9, b""), file_of(2, bytes(9_000)), foreign)

    def repair(self, data: bytes) -> bytes:
        """Headers and chain that fit whatever lies where the payloads were."""
        out, chain, position, sequence = b"", CHAIN_START, 0, 0
        while position + 64 < len(data):
            length = int.from_bytes(data[position + 12 : position + 16], "big")
            length = min(length, len(data) - position - 64)
            payload = data[position + 64 : position + 64 + length]
            kind = EntryKind.APPENDED if out else EntryKind.OPENING
            entry, chain = encode_entry(chain, kind, sequence, payload)
            out += entry
            position += len(entry)
            sequence += 1
        return out

    def parse(self, data: bytes) -> str | Act:
        """The chain of entries."""
        try:
            contents = decode_entries(data)
        except GuardDamaged:
            contents = None
        return lambda: self._open(data, contents)

    def _open(self, data: bytes, contents: Contents | None) -> str:
        if contents is not None:
            again, chain = b"", CHAIN_START
            for entry in contents.entries:
                part, chain = encode_entry(chain, entry.kind, entry.sequence, entry.payload)
                again += part
            require(again == data[: contents.end], "entries that were not written")
        self._path.write_bytes(data)
        try:
            guard = SignGuard.open(self._folder, KEY)
        except GuardDamaged:
            return "GuardDamaged"
        try:
            require(contents is not None, "opened what does not decode")
            state = guard.state.value
            self._sign(guard)
        finally:
            guard.close()
        return state

    def _sign(self, guard: SignGuard) -> None:
        """It refuses or signs, and what it signed is read again."""
        before = guard.records()
        try:
            record = vote(guard, max(1, guard.height), 2, Step.PREPARE, BLOCK_B, ROOT_1)
        except Refused:
            require(guard.records() == before, "a refusal changed something")
            return
        require(guard.state is GuardState.CURRENT, "signed without a guard")
        guard.close()
        again = SignGuard.open(self._folder, KEY)
        try:
            require(record in again.records(), "a signature that is not there any more")
            require(record.signature == SIGNER.sign(record.signing_bytes), "another signature")
        finally:
            again.close()

    def reset(self, life: int = 0) -> None:
        """The file is written anew for each input."""

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder)
