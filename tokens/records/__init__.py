"""Table of contents of the ledger's records: one line each. A tag is never reused (kind.py)."""

from tokens.records import governance, holdings, parties, proposals, system
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
    system.CHAIN,
    system.BUSINESS_DAY,
    system.PARAMETER,
    system.BLOCK_NOTE,
    system.AGENDA_ITEM,
    system.CALENDAR,
)

KIND_OF: dict[int, Kind] = {kind.tag: kind for kind in KINDS}
"""Kind by tag."""
