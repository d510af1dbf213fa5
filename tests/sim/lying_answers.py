"""What a liar's node says instead of what it would say: less, and wrong answers to questions."""

from random import Random

import msgspec

from node.wire.peer_messages import (
    BlockReply,
    BodyReply,
    DecidedBlock,
    PeerMessage,
    SyncReply,
)
from tests.sim.lying_snapshots import LyingSnapshots


class LyingAnswers:
    """One liar; `altered` counts the answers that were not true."""

    def __init__(
        self, generator: Random, snapshots: LyingSnapshots, silence_max: float = 1.0
    ) -> None:
        self._random = generator
        self.snapshots = snapshots
        self._silence = min(silence_max, generator.choice((0.0, 0.1, 0.5, 0.9)))
        """Share of its node's messages that it does not send."""
        self.altered = 0

    def rewrite(self, peer: str, message: PeerMessage) -> PeerMessage | None:
        """What leaves instead; None = nothing."""
        generator = self._random
        match message:
            case SyncReply(blocks=blocks) if blocks and generator.random() < 0.7:
                self.altered += 1
                return SyncReply(blocks=self._blocks(list(blocks)))
            case BodyReply(bodies=bodies) if generator.random() < 0.5:
                self.altered += 1
                return BodyReply(bodies=bodies[: generator.randrange(len(bodies) + 1)])
            case BlockReply() if generator.random() < 0.5:
                self.altered += 1
                return msgspec.structs.replace(message, digest=generator.randbytes(32))
        if generator.random() < self._silence:
            return None
        return self.snapshots.rewrite(message)

    def _blocks(self, blocks: list[DecidedBlock]) -> tuple[DecidedBlock, ...]:
        """Something is wrong with one of them, or with their order."""
        generator = self._random
        at = generator.randrange(len(blocks))
        block = blocks[at]
        match generator.randrange(6):
            case 0:
                return ()
            case 1:
                blocks.reverse()
            case 2:
                blocks[at] = msgspec.structs.replace(block, bodies=block.bodies[1:])
            case 3:
                other = blocks[(at + 1) % len(blocks)].certificate
                blocks[at] = msgspec.structs.replace(block, certificate=other)
            case 4:
                short = msgspec.structs.replace(
                    block.certificate, signatures=block.certificate.signatures[1:]
                )
                blocks[at] = msgspec.structs.replace(block, certificate=short)
            case _:
                false = msgspec.structs.replace(block.certificate, root=generator.randbytes(32))
                blocks[at] = msgspec.structs.replace(block, certificate=false)
        return tuple(blocks)
