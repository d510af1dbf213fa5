"""Who stands in a batch, and which accounts a party may name (5.5)."""

from collections.abc import Iterator, Mapping

import msgspec

from tokens import travel_legs
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import RESERVED
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import CASH_ROUTE, ISSUANCE, Batch, BatchParty, Leg
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.types import NO_ADDRESS, AccountStatus


def party_of(context: Context, legs: tuple[Leg, ...]) -> bytes | None:
    """The participant behind the operation that gives or takes in the batch."""
    for participant in context.actors.participants:
        if any(participant in (leg.giver, leg.taker) for leg in legs):
            return participant
    return None


def party_to_approve(context: Context, batch: Batch) -> bytes | None:
    """The party whose turn it is: inside a proposal several may stand behind one operation."""
    own = [p for p in batch.parties if p.participant in context.actors.participants]
    waiting = [p for p in own if not p.approved] or own
    return waiting[0].participant if waiting else None


def party_to_allocate(context: Context, batch: Batch) -> bytes | None:
    """The same for allocation."""
    own = [p for p in batch.parties if p.participant in context.actors.participants]
    waiting = [p for p in own if not p.allocated] or own
    return waiting[0].participant if waiting else None


def party_to_cancel(context: Context, batch: Batch) -> bytes | None:
    """The same for cancelling."""
    own = [p for p in batch.parties if p.participant in context.actors.participants]
    waiting = [p for p in own if not p.cancels] or own
    return waiting[0].participant if waiting else None


def parties_at_start(initiator: bytes, legs: tuple[Leg, ...]) -> tuple[BatchParty, ...]:
    """The initiator first. A party that gives nothing, or only issues, has nothing to allocate."""
    names = [initiator]
    for leg in legs:
        names += [name for name in (leg.giver, leg.taker) if name not in names]
    return tuple(
        BatchParty(
            participant=name,
            approved=name == initiator,
            allocated=all(leg.giver != name or leg.source == ISSUANCE for leg in legs),
            cancels=False,
        )
        for name in names
    )


def account_refusals(context: Context, party: bytes, address: bytes) -> Iterator[Refusal]:
    """An open account of the party or of its client, of which the sender may dispose."""
    account = context.state.get(ACCOUNT, address)
    if account is None or address == NO_ADDRESS:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if party not in (account.holder, account.servicer) or not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    if account.purpose in RESERVED:  # a hold there would stand in the way of a payment
        yield Refusal(Code.ACCOUNT_RESERVED)
    if account.status is AccountStatus.CLOSED:
        yield Refusal(Code.ACCOUNT_CLOSED)


def route_of(state: Overlay, account: bytes, asset: str) -> bytes:
    """Account that pays and is paid an asset for `account`: mostly itself (5.5, cash_account).

    A route ends by itself when one of the two changes its institution.
    """
    route = state.get(CASH_ROUTE, account, asset)
    if route is None:
        return account
    own, other = state.get(ACCOUNT, account), state.get(ACCOUNT, route.cash_account)
    together = own is not None and other is not None and own.servicer == other.servicer
    return route.cash_account if together else account


def own_sides(legs: tuple[Leg, ...], party: bytes) -> list[tuple[int, bool]]:
    """(index of the leg, gives) of every side of the legs that is a party's."""
    return [
        (place, gives)
        for place, leg in enumerate(legs)
        for gives, name in ((True, leg.giver), (False, leg.taker))
        if name == party
    ]


def named_at_start(legs: tuple[Leg, ...], initiator: bytes) -> dict[tuple[int, bool], bytes]:
    """The accounts that the initiator names, per side of a leg."""
    named = {}
    for place, gives in own_sides(legs, initiator):
        account = legs[place].source if gives else legs[place].target
        if account is not None and account != ISSUANCE:
            named[place, gives] = account
    return named


def with_accounts(
    state: Overlay, legs: tuple[Leg, ...], accounts: Mapping[tuple[int, bool], bytes]
) -> tuple[Leg, ...]:
    """The legs with the accounts that pay and are paid for those that a party names."""

    def through(place: int, gives: bool, known: bytes | None) -> bytes | None:
        named = accounts.get((place, gives))
        return known if named is None else route_of(state, named, legs[place].asset)

    return tuple(
        msgspec.structs.replace(
            leg,
            source=through(place, True, leg.source),
            target=through(place, False, leg.target),
        )
        for place, leg in enumerate(legs)
    )


def travel_refusals(
    context: Context, legs: tuple[Leg, ...], accounts: Mapping[tuple[int, bool], bytes]
) -> Iterator[Refusal]:
    """The travel rule as a party names its accounts; `legs` have those that pay and are paid.

    The other side counts by its party while it has no account, or where money is routed: a client
    stands behind the account that pays or is paid.
    """
    names = []
    for (place, gives), account in accounts.items():
        leg = legs[place]
        own, other = (leg.source, leg.target) if gives else (leg.target, leg.source)
        if other is None or account != own:
            names.append(travel_legs.Named(leg, account, gives))
    found = (*travel_legs.named_codes(context, names), *travel_legs.leg_codes(context, legs))
    for code in dict.fromkeys(found):
        yield Refusal(code)


def routed(state: Overlay, leg: Leg) -> Leg:
    """A leg with the accounts that really pay and are paid."""
    source, target = leg.source, leg.target
    if source is not None and source != ISSUANCE:
        source = route_of(state, source, leg.asset)
    if target is not None:
        target = route_of(state, target, leg.asset)
    return msgspec.structs.replace(leg, source=source, target=target)
