"""Table of contents of the ledger's records: one line each. A tag is never reused (kind.py)."""

from tokens.records import (
    cash,
    control,
    day,
    documents,
    governance,
    holdings,
    instruments,
    marks,
    parties,
    proposals,
    settlement,
    system,
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
    governance.OBSERVERS,
    governance.MISBEHAVIOUR,
    holdings.POSITION,
    holdings.SUPPLY,
    holdings.BANK_TOTAL,
    holdings.LIEN,
    day.BUSINESS_DAY,
    day.CALENDAR,
    day.TAX_TABLE,
    instruments.ASSET,
    instruments.INSTRUMENT,
    instruments.PAYMENT,
    instruments.RECORD_STAMP,
    documents.DOCUMENT,
    cash.CASH_ASSET,
    cash.QUEUED_REDEMPTION,
    cash.USED_REFERENCE,
    settlement.BATCH,
    settlement.BATCH_COUNTER,
    control.CREDIT_STOP,
    control.ACCOUNT_FREEZES,
    control.UNCLAIMED,
    marks.ASSET_MARKS,
    system.CHAIN,
    system.PARAMETER,
    system.BLOCK_NOTE,
    system.AGENDA_ITEM,
)

KIND_OF: dict[int, Kind] = {kind.tag: kind for kind in KINDS}
"""Kind by tag."""
