"""How long the notice of an enforcement stands: while anything is pledged under its pledge (5.6).

Rules of this file:
1. A seizure, a release or an expiry of the units does not end it where money lies pledged that came
   for a part of them; the last part that goes ends it.
2. That money can go by an id of its own: the notice is found by each part.
"""

from tokens.pledged import parts_of
from tokens.records.enforcements import ENFORCEMENT, ENFORCEMENTS_BY_MONEY, Enforcement
from tokens.state import Overlay


def notice_of(state: Overlay, part: bytes) -> Enforcement | None:
    """The notice that reaches one lien of a pledge; at most 1 + CASH_LIENS_MAX look-ups."""
    notice = state.get(ENFORCEMENT, part)
    if notice is not None:
        return notice
    for index in ENFORCEMENTS_BY_MONEY:
        for found in state.scan(ENFORCEMENT, index, (part,), limit=1):
            return found
    return None


def end_if_over(state: Overlay, part: bytes) -> None:
    """A lien of a pledge has gone: the notice goes with the last one."""
    notice = notice_of(state, part)
    if notice is not None and not parts_of(state, notice.pledge):
        state.delete(ENFORCEMENT, notice.pledge)
