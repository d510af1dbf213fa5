"""Puts evidence on the ledger: the node reports what it found, once, under its own key (ADR 0012).

Rules of this file:
1. All nodes find the same evidence, so they go in turn: rank r waits r TURN_BLOCKS, and who finds a
   true report on the ledger sends none. Rubbish that somebody recorded silences nobody.
2. A second try is the same (sender, client_ref), so it enters once at most (page 03).
3. While the ledger has a true report about a validator of the last EVIDENCE_HEIGHTS heights, no
   other one about it is sent: a report is a transaction and makes a block, and a validator that
   signs two things at each height would keep an idle network making blocks of reports for ever.
4. Bound: one piece of evidence of each accused waits, of heights tip - EVIDENCE_HEIGHTS .. tip + 1.
"""

from collections.abc import Callable

import msgspec

from consensus.actions import CatchUp, Halt, Report
from consensus.evidence import EVIDENCE_HEIGHTS, contradicts
from consensus.messages import Evidence
from consensus.types import VALIDATORS_MAX, Tip, ValidatorSet
from node.chain import Chain
from node.driver_needs import Listener
from node.key_ring import KeyRing
from node.reports import find_report
from tokens.codec import tagged_hash
from tokens.ops.validators import ReportMisbehaviour
from tokens.records.governance import EVIDENCE_BYTES_MAX, MISBEHAVIOUR
from tokens.results import Code
from tokens.transaction import (
    VERSION,
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    transaction_id,
)

TURN_BLOCKS = 3
"""Blocks between the turns of two validators: one to carry a report, two of patience."""
VALID_BLOCKS = 50
"""Life of a report that was sent; then it is sent again unless the ledger has one."""
READ_MAX = VALIDATORS_MAX * (EVIDENCE_HEIGHTS + 2)
"""Pieces of evidence that are looked at when a node starts: all that can still be reported."""

_DOMAIN = b"mohur/report/v1"
encoded = msgspec.msgpack.Encoder().encode
"""Evidence in wire form, as it is kept and reported."""
_decoder = msgspec.msgpack.Decoder(Evidence)


class Reporter:
    """Of one node. Called by the listener; sends through `offer`."""

    def __init__(
        self,
        *,
        chain: Chain,
        ring: KeyRing,
        verified: Callable[[Evidence], bool],
        offer: Callable[[DecodedTransaction], Code],
    ) -> None:
        """`verified`: both signatures of a piece of evidence are those of its accused."""
        self._chain = chain
        self._ring = ring
        self._verified = verified
        self._offer = offer
        self._pending: dict[str, tuple[Evidence, int]] = {}
        """Accused -> evidence, height of the tip from which it may be sent."""
        self._told: dict[str, int] = {}
        """Accused -> highest height of evidence about it that the ledger is known to have."""
        oldest = chain.tip.height - EVIDENCE_HEIGHTS
        found = [
            _decoder.decode(data)
            for _, height, data in chain.blocks.evidence(READ_MAX)
            if height >= oldest
        ]
        for evidence in reversed(found):
            if self._is_on_ledger(evidence):
                self._told[evidence.accused] = evidence.height
        for evidence in reversed(found):
            self.on_evidence(evidence)

    def on_evidence(self, evidence: Evidence) -> None:
        """Found here or received; kept durably by the listener already."""
        members = self._chain.tip.validators
        rank = _rank(members, self._ring.node_id, evidence.accused)
        oldest = max(
            self._chain.tip.height - EVIDENCE_HEIGHTS,
            self._told.get(evidence.accused, -EVIDENCE_HEIGHTS) + EVIDENCE_HEIGHTS + 1,
        )
        if rank is None or evidence.height < oldest:
            return
        due = self._chain.tip.height + rank * TURN_BLOCKS
        self._pending.setdefault(evidence.accused, (evidence, due))

    def on_decided(self) -> None:
        """A block is durable: send what is due and not on the ledger. Mostly nothing."""
        if not self._pending:
            return
        tip = self._chain.tip.height
        for accused, (evidence, due) in list(self._pending.items()):
            if evidence.height < tip - EVIDENCE_HEIGHTS:
                del self._pending[accused]
            elif self._is_on_ledger(evidence):
                self._told[accused] = evidence.height
                del self._pending[accused]
            elif tip >= due and tip + 1 >= evidence.height:
                self._send(evidence)
                self._pending[accused] = (evidence, tip + VALID_BLOCKS)

    def _is_on_ledger(self, evidence: Evidence) -> bool:
        """Whether an operator has recorded a true report about this validator at this height."""
        state = self._chain.overlay()
        for member in self._chain.tip.validators:
            record = state.get(MISBEHAVIOUR, evidence.accused, evidence.height, member.operator)
            if record is not None:
                found = find_report(self._chain.blocks, record).evidence
                if self._proves(found, evidence):
                    return True
        return False

    def _proves(self, data: bytes, own: Evidence) -> bool:
        try:
            found = _decoder.decode(data)
        except msgspec.DecodeError:
            return False
        same = (found.accused, found.height) == (own.accused, own.height)
        return same and contradicts(found.first, found.second) and self._verified(found)

    def _send(self, evidence: Evidence) -> None:
        desk = self._ring.desk
        member = self._chain.tip.validators.get(self._ring.node_id)
        data = encoded(evidence)
        if desk is None or member is None or len(data) > EVIDENCE_BYTES_MAX:
            return
        report = ReportMisbehaviour(
            validator=evidence.accused, accused_height=evidence.height, evidence=data
        )
        place = f"{evidence.accused}/{evidence.height}".encode()
        transaction = Transaction(
            version=VERSION,
            chain_id=self._chain.chain_id,
            sender=member.operator,
            client_ref=tagged_hash(_DOMAIN, self._chain.chain_id.encode(), place)[:16],
            valid_until=self._chain.tip.height + VALID_BLOCKS,
            operations=(report,),
            memo="",
        )
        signature = desk.sign_report(transaction_id(transaction))
        self._offer(build(transaction, (KeySignature(key=desk.public_key, signature=signature),)))


class ReportingListener:
    """Tells the reporter what it needs, and everything to another listener, which hears first."""

    def __init__(self, inner: Listener, reporter: Reporter) -> None:
        self._inner = inner
        self._reporter = reporter

    def on_decided(self, tip: Tip) -> None:
        """See Listener."""
        self._inner.on_decided(tip)
        self._reporter.on_decided()

    def on_report(self, report: Report) -> None:
        """See Listener."""
        self._inner.on_report(report)

    def on_halt(self, halt: Halt) -> None:
        """See Listener."""
        self._inner.on_halt(halt)

    def on_evidence(self, evidence: Evidence) -> None:
        """See Listener."""
        self._inner.on_evidence(evidence)
        self._reporter.on_evidence(evidence)

    def on_catch_up(self, action: CatchUp) -> None:
        """See Listener."""
        self._inner.on_catch_up(action)


def _rank(members: ValidatorSet, own: str, accused: str) -> int | None:
    """How many go before this node, in order of index after the accused. None: it never does."""
    names = members.ids()
    if own not in members or own == accused:
        return None
    at, count = names.index(own), len(names)
    first = names.index(accused) if accused in members else -1
    return (at - first - 1) % count
