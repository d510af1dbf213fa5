"""The travel rule of what moves by instruction: batches, trades, repos, mint, redemption.

Rules of this file:
1. Such units move at their date, by the act of somebody else or of the ledger: nothing can wait
   there for data. So the hash of the data is part of what is instructed, and what lacks it is
   refused by name. Who is asked is decided by travel.py, as for a transfer.
2. Units that pass in parts are one sum, per asset and pair of accounts. Where a client gives or
   gets the threshold net, what passes between institutions in the same asset is for that client,
   whichever account of the institutions it goes through.
3. Who names an account may not know the other one yet, and money may go through the cash account of
   the institution (5.5). There the other party stands for its institution.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from tokens import travel
from tokens.context import Context
from tokens.records.parties import ACCOUNT, Account
from tokens.records.settlement import ISSUANCE, Leg
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS

P = TypeVar("P")
"""What a sum is kept by."""


class Passage(NamedTuple):
    """Units that are to go from one account to another."""

    asset: str
    source: Account
    target: Account
    amount: int
    """Minor units."""
    travel_hash: bytes | None
    """SHA-256 of the sealed data of sender and receiver; None = none were sealed."""


class Named(NamedTuple):
    """An account that a party names for its side of a leg."""

    leg: Leg
    account: bytes
    """As it is named: the money of it may go through another one."""
    gives: bool
    """Account debited; else credited."""


def passages_of(context: Context, legs: Iterable[Leg]) -> list[Passage]:
    """The legs of which both accounts are known. What is issued comes from nobody."""
    found = []
    for leg in legs:
        if leg.source is None or leg.source == ISSUANCE or leg.target is None:
            continue
        source = context.state.get(ACCOUNT, leg.source)
        target = context.state.get(ACCOUNT, leg.target)
        if source is not None and target is not None:
            found.append(Passage(leg.asset, source, target, leg.quantity, leg.travel_hash))
    return found


def passage_codes(context: Context, passages: Iterable[Passage]) -> Iterator[Code]:
    """TRAVEL_HASH_MISSING, once, if something is to pass without its data."""
    if not travel.is_in_force(context.state):
        return
    known = list(passages)
    pairs: dict[tuple[str, bytes, bytes], int] = {}
    lanes: dict[tuple[str, bytes, bytes], int] = {}
    for each in known:
        _add(pairs, (each.asset, each.source.id, each.target.id), each.amount)
        if each.source.servicer != each.target.servicer:
            _add(lanes, _lane(each), each.amount)
    served = _served(context, known)
    for each in known:
        if each.travel_hash is not None or each.source.servicer == each.target.servicer:
            continue
        sum_of_pair = pairs[each.asset, each.source.id, each.target.id]
        is_asked = travel.is_asked(context, each.source, each.target, sum_of_pair)
        if is_asked or _is_for_clients(context, each, lanes[_lane(each)], served):
            yield Code.TRAVEL_HASH_MISSING
            return


def leg_codes(context: Context, legs: Iterable[Leg]) -> Iterator[Code]:
    """The same of the legs of a delivery, as far as their accounts are known."""
    yield from passage_codes(context, passages_of(context, legs))


def passage_refusals(context: Context, *passages: Passage) -> Iterator[Refusal]:
    """The same of what an operation moves by itself."""
    for code in passage_codes(context, passages):
        yield Refusal(code)


def named_codes(context: Context, names: Iterable[Named]) -> Iterator[Code]:
    """TRAVEL_HASH_MISSING, once, if a party names its client towards another party without data."""
    if not travel.is_in_force(context.state):
        return
    sums: dict[tuple[str, bytes, bytes, bool], int] = {}
    untold = []
    for each in names:
        leg, account = each.leg, context.state.get(ACCOUNT, each.account)
        other = leg.taker if each.gives else leg.giver
        if account is None or account.holder != NO_ADDRESS or other == account.servicer:
            continue
        place = (leg.asset, account.id, other, each.gives)
        _add(sums, place, leg.quantity)
        if leg.travel_hash is None:
            untold.append(place)
    if any(travel.reaches(context.state, sums[place]) for place in untold):
        yield Code.TRAVEL_HASH_MISSING


def alone_codes(
    context: Context, account: Account, travel_hash: bytes | None, *amounts: int
) -> Iterator[Code]:
    """TRAVEL_HASH_MISSING, once, where a client's counterparty is anybody and data may be asked."""
    if account.holder != NO_ADDRESS or travel_hash is not None:
        return
    if any(travel.reaches(context.state, amount) for amount in amounts):
        yield Code.TRAVEL_HASH_MISSING


def _add(sums: dict[P, int], place: P, amount: int) -> None:
    sums[place] = sums.get(place, 0) + amount


def _lane(passage: Passage) -> tuple[str, bytes, bytes]:
    return passage.asset, passage.source.servicer, passage.target.servicer


def _served(context: Context, passages: Iterable[Passage]) -> dict[tuple[str, bytes, bool], None]:
    """(asset, institution, gives) of every client that gives or gets the threshold, net."""
    nets: dict[tuple[str, bytes, bytes], int] = {}
    for each in passages:
        for account, amount in ((each.source, -each.amount), (each.target, each.amount)):
            if account.holder == NO_ADDRESS:
                _add(nets, (each.asset, account.servicer, account.id), amount)
    return {
        (asset, servicer, net < 0): None
        for (asset, servicer, _), net in nets.items()
        if travel.reaches(context.state, abs(net))
    }


def _is_for_clients(
    context: Context, passage: Passage, lane: int, served: dict[tuple[str, bytes, bool], None]
) -> bool:
    """Whether an institution passes on what its client gives, or takes in what its client gets."""
    if not travel.reaches(context.state, lane):
        return False
    gives = (passage.asset, passage.source.servicer, True) in served
    return gives or (passage.asset, passage.target.servicer, False) in served
