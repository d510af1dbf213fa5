"""Promises of enforced pledges, judged from the outside (5.6)."""

import datetime as dt
from collections.abc import Sequence

from tokens.events import LedgerEvent, Moved
from tokens.events.collateral import EnforcementNotified, EnforcementWithdrawn, PledgeEnforced


class Notices:
    """What was said of each pledge, from events alone: (claim, first date)."""

    def __init__(self) -> None:
        self.given: dict[bytes, tuple[int, dt.date]] = {}

    def judge(self, today: dt.date, events: Sequence[LedgerEvent]) -> None:
        """Nothing is taken without a notice whose period is over; what is too much went back."""
        for event in events:
            if isinstance(event, EnforcementNotified):
                self.given[event.pledge] = (event.claim, event.from_date)
            elif isinstance(event, EnforcementWithdrawn):
                del self.given[event.pledge]
            elif isinstance(event, PledgeEnforced):
                claim, from_date = self.given.pop(event.pledge)
                assert today >= from_date, "a pledge was enforced before its date"
                assert event.claim == claim, "another claim than was told"
                assert event.surplus == max(0, event.value - claim), "somebody gained by a default"
                assert event.owed == max(0, claim - event.value)
                paid = [
                    each.amount
                    for each in events
                    if isinstance(each, Moved) and each.target == event.account
                ]
                assert not event.surplus or event.surplus in paid, "the surplus did not go back"
                if event.owed:
                    self.given[event.pledge] = (event.owed, from_date)
