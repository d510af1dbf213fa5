"""What an audit of a data folder finds, and the check of one stored transaction."""

from __future__ import annotations

import msgspec

from node.signature_check import SignatureCheck
from tokens.results import Code
from tokens.transaction import DecodedTransaction, decode_transaction


class AuditFailed(Exception):
    """The first thing that is not as it should be."""


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked."""

    blocks: int
    transactions: int
    signatures: int
    """In certificates."""
    state_root: bytes
    first: int = 1
    """Lowest block that is here. Above 1 nothing was replayed: audit_kept.py."""
    states: int = 0
    """Past states that are kept, each with the root that a quorum signed: audit_states.py."""


def body_of(height: int, data: bytes, check: SignatureCheck) -> DecodedTransaction:
    """A stored transaction whose signatures are valid. Raises AuditFailed."""
    decoded = decode_transaction(data)
    if isinstance(decoded, Code):
        raise AuditFailed(f"block {height}: a transaction does not decode ({decoded.name})")
    if not check.check(decoded):
        raise AuditFailed(f"block {height}: a signature of 0x{decoded.tx_id.hex()} is not valid")
    return decoded
