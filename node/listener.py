"""What the node does outside of consensus when something happened: log, count, tell subscribers."""

import asyncio
import hashlib
from collections.abc import Callable

import msgspec
from structlog.typing import FilteringBoundLogger

from consensus.actions import CatchUp, Halt, Report, ReportKind
from consensus.messages import Evidence
from consensus.types import Tip
from node.chain import Chain
from node.feeds import Feeds
from node.metrics import Metrics
from node.sync.blocks import BlockSync
from node.versions import upgrade_needed
from tokens.results import Code

_WARN = frozenset(
    (
        ReportKind.VIEW_TIMEOUT,
        ReportKind.PROPOSAL_REFUSED,
        ReportKind.EXECUTION_FAILED,
        ReportKind.ROOT_MISMATCH,
        ReportKind.SIGN_REFUSED,
        ReportKind.EVIDENCE,
        ReportKind.BEHIND,
        ReportKind.OBSERVING,
    )
)
_QUIET = frozenset((ReportKind.ENTERED_HEIGHT, ReportKind.DROPPED))


class NodeListener:
    """Reports of the core, as an operator wants to read them."""

    def __init__(
        self, *, chain: Chain, feeds: Feeds, metrics: Metrics, log: FilteringBoundLogger
    ) -> None:
        self._chain = chain
        self._feeds = feeds
        self._metrics = metrics
        self._log = log
        self._decided_at: float | None = None
        self.sync: BlockSync | None = None
        self.follow_peers: Callable[[], None] | None = None
        """Links follow the ledger's keys."""
        self.halted: str | None = None
        self._upgrade: str | None = None

    def on_decided(self, tip: Tip) -> None:
        """A block is durable."""
        at = asyncio.get_running_loop().time()
        if self._decided_at is not None:
            self._metrics.block_interval.observe(at - self._decided_at)
        self._decided_at = at
        if self.follow_peers is not None:
            self.follow_peers()
        receipts = self._chain.newest_receipts
        self._feeds.on_receipts(receipts)
        if self._feeds.wanted:
            block = self._chain.blocks.block(tip.height)
            if block is not None:
                self._feeds.on_block(block)
        failed: dict[int, int] = {}
        for receipt in receipts:
            failed[receipt.code] = failed.get(receipt.code, 0) + 1
        for code, count in failed.items():
            self._metrics.transactions.labels(Code(code).name).inc(count)
        upgrade = upgrade_needed(self._chain.overlay(), self._chain.known_version)
        if upgrade is not None and upgrade != self._upgrade:
            self._log.warning("upgrade", text=upgrade)
        self._upgrade = upgrade
        self._log.debug("decided", height=tip.height, transactions=len(receipts))

    @property
    def decided_ms_ago(self) -> int | None:
        """Since the newest block of this run."""
        if self._decided_at is None:
            return None
        return int((asyncio.get_running_loop().time() - self._decided_at) * 1_000)

    def on_report(self, report: Report) -> None:
        """A log line; quiet kinds only when debugging."""
        kind = report.kind.name.lower()
        fields = {"kind": kind, "height": report.height, "view": report.view, "text": report.text}
        if report.kind is ReportKind.ENTERED_VIEW:
            self._metrics.view_changes.inc()
        if report.kind in _QUIET:
            self._log.debug("report", **fields)
        elif report.kind in _WARN:
            self._log.warning("report", **fields)
        else:
            self._log.info("report", **fields)

    def on_halt(self, halt: Halt) -> None:
        """Signs nothing any more; reads are served on."""
        self.halted = halt.reason
        self._log.critical("stopped voting", reason=halt.reason, text=halt.text)

    def on_evidence(self, evidence: Evidence) -> None:
        """Keep the first piece per validator and height."""
        if self._chain.blocks.has_evidence(evidence.accused, evidence.height):
            return
        data = msgspec.msgpack.encode(evidence)
        self._chain.blocks.add_evidence(evidence.accused, evidence.height, data)
        self._log.error(
            "evidence of double signing",
            accused=evidence.accused,
            height=evidence.height,
            sha256=hashlib.sha256(data).hexdigest(),
        )

    def on_catch_up(self, action: CatchUp) -> None:
        """Behind: let the sync bring blocks."""
        if self.sync is not None:
            self.sync.catch_up(action)
