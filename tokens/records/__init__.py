"""Table of contents of the ledger's records: one line each. A tag is never reused (kind.py)."""

from tokens.records import (
    cash,
    control,
    governance,
    holdings,
    instruments,
    parties,
    proposals,
    settlement,
    system,
    tax,
)
from tokens.records.kind import Kind

KINDS: tuple[Kind, ...] = (
    parties.PARTICIPANT,
    parties.ACCOUNT,
    parties.KEY_OWNER,
    proposals.PROPOSAL,
    proposals.APPROVAL_POLICY,
    proposals.GRANT,
    governance.VALIDATOR_SETS,
    governance.MISBEHAVIOUR,
    holdings.POSITION,
    holdings.SUPPLY,
    holdings.BANK_TOTAL,
    holdings.LIEN,
    instruments.ASSET,
    instruments.BOND,
    instruments.PAYMENT,
    instruments.RECORD_STAMP,
    instruments.DOCUMENT,
    tax.TAX_TABLE,
    tax.PENDING_CALENDAR,
    settlement.BATCH,
    settlement.BATCH_COUNTER,
    cash.CASH_ASSET,
    cash.QUEUED_REDEMPTION,
    cash.USED_REFERENCE,
    control.CREDIT_STOP,
    control.ACCOUNT_FREEZES,
    control.UNCLAIMED,
    system.CHAIN,
    system.BUSINESS_DAY,
    system.PARAMETER,
    system.BLOCK_NOTE,
    system.AGENDA_ITEM,
    system.CALENDAR,
)

KIND_OF: dict[int, Kind] = {kind.tag: kind for kind in KINDS}
"""Kind by tag."""
