"""The node as the RPC server sees it (node/api.py): reads of the tip, and submission."""

import shutil
from pathlib import Path

from consensus.types import Tip, ValidatorSet
from node.api import NodeState, PeerState, Recorded, StoredBlock, Submitted, TransactionPlace
from node.chain import Chain
from node.clock import now
from node.config import NodeConfig
from node.driver import Driver
from node.feeds import BlockFeed, Feeds
from node.inbound import Inbound
from node.intake import Intake
from node.listener import NodeListener
from node.mempool import Mempool
from node.p2p.transport import Transport
from node.past_states import PastState
from node.reports import recorded
from node.sync.blocks import BlockSync
from node.sync.snapshot_server import SnapshotServer
from node.versions import upgrade_needed
from tokens.genesis import Genesis
from tokens.results import Code, Receipt, Refusal
from tokens.simulate import Simulation, simulate
from tokens.state import Overlay
from tokens.transaction import DecodedTransaction

PARTICIPATION_HEIGHTS = 100
EVIDENCE_MAX = 1_000
BEHIND_HEIGHTS = 3
"""A node is behind when w peers work on a height further ahead than this."""
_SIGNATURE_CODES = (Code.WRONG_KEYS, Code.TOO_FEW_SIGNATURES)
"""A simulation comes before signing."""


class Facade:
    """NodeApi over the pieces of one node."""

    def __init__(
        self,
        *,
        config: NodeConfig,
        chain: Chain,
        driver: Driver,
        pool: Mempool,
        intake: Intake,
        feeds: Feeds,
        transport: Transport,
        inbound: Inbound,
        sync: BlockSync,
        snapshots: SnapshotServer,
        listener: NodeListener,
        data: Path,
    ) -> None:
        self._config = config
        self._chain = chain
        self._driver = driver
        self._pool = pool
        self._intake = intake
        self._feeds = feeds
        self._transport = transport
        self._inbound = inbound
        self._sync = sync
        self._snapshots = snapshots
        self._listener = listener
        self._data = data
        self.genesis: Genesis = chain.genesis
        self.genesis_digest: bytes = chain.genesis_digest

    # --- chain ------------------------------------------------------------------------------------

    def tip(self) -> Tip:
        """Newest decided block and the set of the next height."""
        return self._chain.tip

    def state(self) -> Overlay:
        """A read-only overlay on the tip's state."""
        return self._chain.overlay()

    def past(self, height: int) -> PastState:
        """The state after an old block that is kept; close it."""
        return PastState(self._chain, height)

    def oldest_state(self) -> int:
        """Lowest height whose state is kept here."""
        return self._chain.states.oldest(self._chain.tip.height)

    def prove(self, kind_tag: int, key_hash: bytes) -> tuple[bytes | None, bytes]:
        """(record bytes or None, encoded proof) against the tip's state root."""
        return self._chain.record_bytes(kind_tag, key_hash), self._chain.prove(key_hash)

    def block(self, height: int) -> StoredBlock | None:
        """A decided block, None if unknown."""
        return self._chain.blocks.block(height)

    def height_of_block(self, digest: bytes) -> int | None:
        """Height of a decided block by its header digest."""
        return self._chain.blocks.height_of(digest)

    def oldest_block(self) -> int:
        """Lowest height whose block is kept here."""
        return self._chain.blocks.floor.blocks

    def validators_at(self, height: int) -> ValidatorSet | None:
        """Set of a height up to tip + 1."""
        return self._chain.validators_at(height)

    # --- transactions -----------------------------------------------------------------------------

    def find_transaction(self, tx_id: bytes) -> TransactionPlace | None:
        """Place of a decided transaction."""
        return self._chain.blocks.place(tx_id)

    def pending_transaction(self, tx_id: bytes) -> DecodedTransaction | None:
        """A transaction waiting in the pool."""
        return self._pool.get(tx_id)

    def account_history(
        self, address: bytes, before: tuple[int, int] | None, limit: int
    ) -> list[TransactionPlace]:
        """Decided transactions that touched an address, newest first."""
        return self._chain.blocks.history(address, before, limit)

    async def submit(self, data: bytes) -> Submitted:
        """Decode, verify, admit, disseminate."""
        return (await self.submit_batch([data]))[0]

    async def submit_batch(self, items: list[bytes]) -> list[Submitted]:
        """One answer each, in order."""
        answers = await self._intake.submit(items)
        return [self._submitted(code, decoded) for code, decoded in answers]

    def _submitted(self, code: Code, decoded: DecodedTransaction | None) -> Submitted:
        if decoded is None:
            return Submitted(code=code, tx_id=None, receipt=None)
        if code is Code.OK:
            return Submitted(code=code, tx_id=decoded.tx_id, receipt=None)
        # Sent before and final by now: the same bytes get their receipt, not a refusal (page 06).
        receipt = self.receipt(decoded.tx_id)
        if receipt is not None:
            return Submitted(code=Code.ALREADY_KNOWN, tx_id=decoded.tx_id, receipt=receipt)
        return Submitted(code=code, tx_id=decoded.tx_id, receipt=None)

    def receipt(self, tx_id: bytes) -> Receipt | None:
        """Of a decided transaction."""
        place = self._chain.blocks.place(tx_id)
        return None if place is None else self._chain.blocks.receipt(place)

    def simulate(self, transaction: DecodedTransaction, viewer: bytes) -> Simulation:
        """Every failing check on the tip's state; operation -1 = the transaction itself."""
        ledger = self._chain.ledger
        tried = simulate(ledger.overlay(), transaction, ledger.height + 1, viewer)
        code = ledger.includable(transaction)
        if code is None or code in _SIGNATURE_CODES:
            return tried
        return tried._replace(refusals=((-1, Refusal(code)), *tried.refusals))

    async def wait_for_receipt(self, tx_id: bytes, timeout_ms: int) -> Receipt | None:
        """The receipt once final, None when the time is over."""
        found = self.receipt(tx_id)
        return found if found is not None else await self._feeds.wait(tx_id, timeout_ms)

    def subscribe_blocks(self, queue_max: int) -> BlockFeed:
        """A bounded feed of decided blocks."""
        return self._feeds.subscribe(queue_max)

    # --- the node ---------------------------------------------------------------------------------

    def node_state(self) -> NodeState:
        """Summary of the moment."""
        replica = self._driver.replica
        described = replica.describe(now())
        return NodeState(
            node_id=self._config.id,
            voting=replica.is_voting,
            syncing=self._sync.active
            or replica.is_behind
            or self._inbound.claimed_height() > self._chain.tip.height + BEHIND_HEIGHTS,
            halted=self._listener.halted,
            height=self._chain.tip.height,
            view=described.view,
            phase=described.phase,
            sentence="; ".join(filter(None, (described.sentence, self._sync.progress()))),
            mempool_transactions=len(self._pool),
            mempool_bytes=self._pool.bytes,
            peers=self._peers(),
            last_block_ms_ago=self._listener.decided_ms_ago,
            disk_free_bytes=shutil.disk_usage(self._data).free,
            oldest_block=self._chain.blocks.floor.blocks,
            oldest_state=self.oldest_state(),
            snapshots=self._snapshots.heights,
            snapshot_bytes_served=self._snapshots.served_bytes,
            upgrade=upgrade_needed(self._chain.overlay(), self._chain.known_version),
        )

    def _peers(self) -> tuple[PeerState, ...]:
        at_ms = now().mono_ms
        states = []
        for peer in self._config.peers:
            link = self._transport.peer(peer.id)
            height, heard_ms = self._inbound.heights.get(peer.id, (None, None))
            connected = link is not None and link.link is not None
            states.append(
                PeerState(
                    id=peer.id,
                    connected=connected,
                    address=f"{peer.host}:{peer.port}",
                    height=height,
                    last_heard_ms_ago=None if heard_ms is None else at_ms - heard_ms,
                    queued_bytes=0 if link is None or link.link is None else link.link.queued_bytes,
                )
            )
        return tuple(states)

    def mempool_ids(self, limit: int) -> list[bytes]:
        """tx_ids in the pool, oldest first."""
        return self._pool.tx_ids(limit)

    def evidence(self) -> list[tuple[str, int, bytes]]:
        """Evidence that this node holds."""
        return self._chain.blocks.evidence(EVIDENCE_MAX)

    def reports(self) -> list[Recorded]:
        """Reports of misbehaviour on the ledger, newest first."""
        return recorded(self._chain)

    def participation(self) -> list[tuple[str, int, int]]:
        """(validator, blocks proposed, Commits in certificates) over the last 100 heights."""
        chain = self._chain
        proposed: dict[str, int] = {}
        signed: dict[str, int] = {}
        first = max(1, chain.tip.height - PARTICIPATION_HEIGHTS + 1)
        for height in range(first, chain.tip.height + 1):
            row, members = chain.blocks.row(height), chain.validators_at(height)
            if row is None or members is None:
                continue
            proposed[row.header.proposer] = proposed.get(row.header.proposer, 0) + 1
            for entry in row.certificate.signatures:
                name = members.members[entry.index].id
                signed[name] = signed.get(name, 0) + 1
        names = sorted({*proposed, *signed, *chain.tip.validators.ids()})
        return [(name, proposed.get(name, 0), signed.get(name, 0)) for name in names]
