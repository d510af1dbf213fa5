"""An executor on a real chain, a real pool and a real verifier; peers are a list."""

from dataclasses import dataclass, field

from consensus.events import Event, Now
from consensus.types import Proposal, Tip
from node.chain import Chain
from node.executor import Executor
from node.mempool import Mempool, PoolLimits
from node.signature_check import SignatureCheck
from node.stages import Stages
from node.wire.peer_messages import BodyRequest, DecidedBlock
from node.wire.verify import Verifier
from tests.node.support.chains import open_chain, scope_of
from tokens.results import Code
from tokens.steps import whole
from tokens.transaction import DecodedTransaction

NOW = Now(mono_ms=1, wall_ms=1)


@dataclass
class World:
    """An executor on a chain in memory; `asked` is what it wants of peers."""

    chain: Chain = field(default_factory=open_chain)
    asked: list[tuple[str, BodyRequest]] = field(default_factory=list)
    flushed: int = 0
    guard_sequence: int = 7

    def __post_init__(self) -> None:
        self.pool = Mempool(PoolLimits(window=self.chain.window_blocks))
        self.check = SignatureCheck()
        self.executor = Executor(
            chain=self.chain,
            pool=self.pool,
            check=self.check,
            verifier=Verifier(scope=scope_of(self.chain), validators=self.chain.validators_at),
            ask=lambda peer, request: self.asked.append((peer, request)),
            before_build=self.flush,
            clock=lambda: NOW,
            guard_sequence=lambda: self.guard_sequence,
            stages=Stages(enabled=False),
        )

    def flush(self) -> None:
        self.flushed += 1

    def hold(self, *transactions: DecodedTransaction) -> None:
        for each in transactions:
            assert self.pool.admit(each) is Code.OK

    def execute(
        self, digest: bytes, proposal: Proposal, peers: tuple[str, ...] = ()
    ) -> Event | None:
        return whole(self.executor.execute(digest, proposal, peers))

    def apply_decided(self, block: DecidedBlock) -> Tip:
        tip = whole(self.executor.apply_decided(block))
        assert tip is not None
        return tip

    def on_bodies(self) -> list[Event | None]:
        return [whole(steps) for steps in self.executor.on_bodies()]
