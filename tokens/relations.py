"""Who belongs together: one person, or institutions of one control group (5.9)."""

from tokens.lookup import require_account
from tokens.records.parties import PARTICIPANT
from tokens.state import Overlay
from tokens.types import NO_ADDRESS

Ties = tuple[str, ...]
"""Names of what an account belongs to; two accounts that share one belong together."""


def ties_of(state: Overlay, account: bytes) -> Ties:
    """Its owner, and for an institution's own account the control group of the institution."""
    found = require_account(state, account)
    person = f"person {found.owner.hex()}"
    holder = None if found.holder == NO_ADDRESS else state.get(PARTICIPANT, found.holder)
    return (person,) if holder is None else (person, f"group {holder.control_group}")
