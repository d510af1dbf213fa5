"""A pledge, and the money that was paid for a part of what it rested on (5.4, 5.6).

Rules of this file:
1. A called, put or repaid part leaves its money pledged under an id of its own
   (holdings.cash_lien_id). It belongs to the pledge: a release or substitution is of both. By its
   own id it can be released alone.
2. A repo pledges in its own name: what it owns is no pledge here.
"""

from tokens.records.holdings import CASH_LIENS_MAX, LIEN, Lien, cash_lien_id
from tokens.records.parties import PARTICIPANT
from tokens.state import Overlay
from tokens.types import LienKind


def parts_of(state: Overlay, pledge: bytes) -> tuple[Lien, ...]:
    """The lien of that id, then the money beside it; empty if there is no such pledge."""
    found: list[Lien] = []
    name = pledge
    for _ in range(1 + CASH_LIENS_MAX):
        lien = state.get(LIEN, name)
        if lien is not None and lien.kind is LienKind.PLEDGE:
            found.append(lien)
        name = cash_lien_id(name)
    if not found or state.get(PARTICIPANT, found[0].owner) is None:
        return ()
    return tuple(found)
