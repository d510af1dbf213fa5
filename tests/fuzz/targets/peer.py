"""Peer messages: decoded, verified, and given to a real shell that one of its peers lies to.

Whatever the liar says, the node does not stop, signs on, and accuses nobody but the liar.
"""

import asyncio
import contextlib
import tempfile
from pathlib import Path

from consensus.messages import Commit, Evidence, Prepare, PrePrepare, Status, ViewChange
from node.wire.framing import FRAME_SIZE_BYTES_MAX
from node.wire.peer_messages import (
    BadMessage,
    BlockReply,
    PeerMessage,
    SyncReply,
    decode_message,
    encode_message,
)
from node.wire.signature_cache import SignatureCache
from node.wire.verify import Rejected, Verifier
from tests.fuzz.loop import Turns
from tests.fuzz.target import Act, Form, require
from tests.fuzz.targets.peer_world import BEGINNINGS, HONEST, LIAR, PRIMARY, History
from tests.node.support.chains import scope_of

INPUTS_PER_LIFE = 64
TIME_PASSES_EVERY = 16
WORK_OFF_S = 0.001
PEERS = (PRIMARY, HONEST, LIAR)


class PeerTarget:
    """node/wire/peer_messages.py, verify.py, node/inbound.py and what is behind it."""

    form = Form.MSGPACK
    input_bytes_max = FRAME_SIZE_BYTES_MAX
    inputs_per_life = INPUTS_PER_LIFE
    must_see = frozenset(
        {
            "BadMessage",
            *(f"verified {kind.__name__}" for kind in (PrePrepare, Prepare, Commit, ViewChange)),
            "verified Evidence",
            "verified Status",
            "rejected bad_signature",
            "rejected not_a_validator",
            "rejected bad_certificate",
            "TxBatch",
            "SyncRequest",
            "decided",
        }
    )

    def __init__(self) -> None:
        self._turns = Turns()
        self._history = History()
        self._folder = tempfile.TemporaryDirectory(prefix="mohur-fuzz-")
        self._folders = 0
        self._begin(0)

    def _begin(self, life: int) -> None:
        self._folders += 1
        self._inputs = 0

        async def begin() -> None:
            self._shell = self._history.shell(Path(self._folder.name) / str(self._folders))
            self._shell.driver.start()
            for peer in PEERS:
                self._shell.inbound.on_up(peer)
                self._shell.inbound.on_message(peer, self._history.status(3))
            for message in self._history.beginnings()[life % BEGINNINGS]:
                self._shell.inbound.on_message(HONEST, message)

        self._turns.run(begin())

    def reset(self, life: int = 0) -> None:
        """A new node on the same store, with an empty guard, in one of four places of a view."""
        self._end()
        self._begin(life)

    def _end(self) -> None:
        self._shell.release()
        self._turns.call(lambda: None)

    def close(self) -> None:
        """Release all."""
        self._end()
        self._turns.close()
        self._folder.cleanup()

    def seeds(self) -> tuple[bytes, ...]:
        """What the three said."""
        return tuple(encode_message(message) for message in self._history.messages())

    def repair(self, data: bytes) -> bytes:
        """As the liar would sign it."""
        try:
            message = decode_message(data)
        except BadMessage:
            return data
        return encode_message(self._history.repaired(message))

    def parse(self, data: bytes) -> str | Act:
        """Decode, and check every signature anew."""
        try:
            message = decode_message(data)
        except BadMessage:
            return "BadMessage"
        said = self._verified(message)
        return lambda: self._give(message, said)

    def _verified(self, message: PeerMessage) -> str:
        verifier = Verifier(
            scope=scope_of(self._shell.chain),
            validators=self._shell.chain.validators_expected,
            own=self._shell.name,
            cache=SignatureCache(entries_max=1),
        )
        match message:
            case PrePrepare() | Prepare() | Commit() | ViewChange():
                found: object = verifier.verify(message)
            case Status():
                found = verifier.verify_status(message)
            case Evidence():
                found = verifier.verify_evidence(message)
            case BlockReply(proposal=proposal) if proposal is not None:
                found = verifier.verify_proposal(message.digest, proposal)
            case SyncReply(blocks=(block, *_)):
                found = verifier.verify_decided(block)
            case _:
                return type(message).__name__
        if isinstance(found, Rejected):
            return f"rejected {found.reason}"
        return f"verified {type(message).__name__}"

    async def _work_off(self) -> None:
        """Batches too long to be taken at once, until nothing is left; in virtual time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WORK_OFF_S):
                await self._shell.intake.run()

    def _give(self, message: PeerMessage, said: str) -> str:
        shell, height = self._shell, self._shell.height
        self._inputs += 1
        peer = PEERS[self._inputs % len(PEERS)]
        self._turns.call(lambda: shell.inbound.on_message(peer, message))
        if self._inputs % TIME_PASSES_EVERY == 0:
            self._turns.pass_time(1.0)
        self._turns.run(self._work_off())
        require(not shell.halts, f"the node stopped: {shell.halts}")
        require(all(each.accused == LIAR for each in shell.evidence), "an honest one is accused")
        require(shell.chain.tip.height in (2, 3), "a block that nobody has decided")
        if shell.height > height:
            require(shell.chain.tip.digest == self._history.digest, "another block")
            return "decided"
        return said
