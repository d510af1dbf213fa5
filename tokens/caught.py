"""A freeze order, and the money that was caught under it when its units were paid (5.4, page 04).

Rules of this file:
1. Where a part of the frozen units is called, put or repaid, its money is frozen under an id of its
   own (holdings.cash_lien_id). It belongs to the order: lifting the order lifts all of it, and its
   end is the order's end. By its own id the authority can lift it alone.
2. An authority chooses the ids of its orders and may have chosen that one for another: what was
   caught says in its memo under which order (redeeming.caught_memo); no order says anything there.
"""

from tokens.records.holdings import CASH_LIENS_MAX, LIEN, Lien, cash_lien_id
from tokens.redeeming import caught_memo
from tokens.state import Overlay
from tokens.types import LienKind


def parts_of_order(state: Overlay, order: bytes) -> tuple[Lien, ...]:
    """The lien of that id, then the money caught beside it; empty if there is no such order.

    The units may all be gone: then the money is what the order still holds.
    """
    found: list[Lien] = []
    name, memo = order, caught_memo(order)
    for _ in range(1 + CASH_LIENS_MAX):
        lien = state.get(LIEN, name)
        if (
            lien is not None
            and lien.kind is LienKind.FREEZE
            and (name == order or lien.memo == memo)
        ):
            found.append(lien)
        name = cash_lien_id(name)
    return tuple(found)
