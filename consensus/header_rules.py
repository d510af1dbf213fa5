"""Whether the primary of a view could honestly propose this block (R3, R7).

Rules of this file:
1. Everything here is a function of the parent, the height and the header, equal in every view,
   except the lead over the own clock, which a block with a prepared certificate skips (R7).
2. Transactions, limits in bytes and bodies are the executor's business (R8).
"""

from consensus.height_state import HeightState
from consensus.quorum import commit_certificate_fits
from consensus.rejects import HeaderFault
from consensus.restore import ReplicaConfig
from consensus.types import Header, Proposal
from consensus.validator_set import failed_primaries

STEP_AFTER_PARENT_MS = 1
"""A timestamp of parent + 1 ms is always admissible, however far the parent's clock was ahead
(R3)."""


def header_fault(
    config: ReplicaConfig, hs: HeightState, proposal: Proposal, view: int, wall_ms: int | None
) -> HeaderFault | None:
    """The first rule that the proposal breaks, or None.

    Args:
        config: parameters of the chain.
        hs: the open height.
        proposal: the block; its digest, tx_root and certificate digest were checked by the shell.
        view: view of the PrePrepare.
        wall_ms: own clock, UTC milliseconds; None if the block carries a prepared certificate (R7).
    """
    header, tip = proposal.header, hs.tip
    if header.version != tip.protocol_version:
        return HeaderFault.VERSION
    if header.chain_id != config.chain_id:
        return HeaderFault.CHAIN_ID
    if header.height != hs.height:
        return HeaderFault.HEIGHT
    if header.parent != tip.digest:
        return HeaderFault.PARENT
    if header.parent_state_root != tip.state_root:
        return HeaderFault.PARENT_STATE_ROOT
    if (
        header.validators_hash != tip.validators_hash
        or header.next_validators_hash != tip.next_validators_hash
    ):
        return HeaderFault.VALIDATORS
    if header.origin_view > view or (wall_ms is not None and header.origin_view != view):
        return HeaderFault.ORIGIN_VIEW
    if header.proposer != hs.schedule.primary(header.origin_view):
        return HeaderFault.PROPOSER
    if len(proposal.wire_ids) > tip.block_transactions_max:
        return HeaderFault.TRANSACTIONS
    return (
        _certificate_fault(hs, proposal)
        or _failed_fault(hs, proposal)
        or _timestamp_fault(config, hs, header, wall_ms)
    )


def _certificate_fault(hs: HeightState, proposal: Proposal) -> HeaderFault | None:
    """Any valid certificate of the parent will do, not only the one held here."""
    certificate, tip = proposal.parent_certificate, hs.tip
    if tip.height == 0:
        return None if certificate is None else HeaderFault.PARENT_CERTIFICATE
    if certificate is None or tip.certificate is None:
        return HeaderFault.PARENT_CERTIFICATE
    if (certificate.height, certificate.digest, certificate.root) != (
        tip.height,
        tip.digest,
        tip.certificate.root,
    ):
        return HeaderFault.PARENT_CERTIFICATE
    if not commit_certificate_fits(certificate, len(tip.previous_validators)):
        return HeaderFault.PARENT_CERTIFICATE
    return None


def _failed_fault(hs: HeightState, proposal: Proposal) -> HeaderFault | None:
    certificate = proposal.parent_certificate
    expected = failed_primaries(
        hs.parent_schedule,
        0 if certificate is None else certificate.view,
        hs.schedule,
        proposal.header.origin_view,
    )
    return None if proposal.header.failed == expected else HeaderFault.FAILED


def _timestamp_fault(
    config: ReplicaConfig, hs: HeightState, header: Header, wall_ms: int | None
) -> HeaderFault | None:
    earliest = hs.tip.timestamp_ms + STEP_AFTER_PARENT_MS
    if header.timestamp_ms < earliest:
        return HeaderFault.TIMESTAMP_NOT_ABOVE_PARENT
    if wall_ms is None or header.timestamp_ms == earliest:
        return None
    if header.timestamp_ms > wall_ms + config.clock_drift_max_ms:
        return HeaderFault.TIMESTAMP_TOO_FAR_AHEAD
    return None
