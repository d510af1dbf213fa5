"""Open on- and off-ramps by bank and state: sums over what the reader may see."""

from node.explorer.ask import Ask
from node.explorer.failure import NotForReader
from node.explorer.page import Cell, Column, Note, Page, Section, Table
from node.explorer.route import Query
from node.explorer.show import number, text
from node.explorer.text import words
from node.sdk.errors import RpcFailed
from node.sdk.schema.common import PAGE_MAX
from node.sdk.schema.common import Page as Part
from tokens.jsonform import Json
from tokens.records.parties import Participant
from tokens.records.ramps import Ramp, RampDirection, RampStatus
from tokens.types import Role

BANKS_MAX = 20
PARTS_MAX = 3
"""Pages of 100 ramps of one bank; a longer list is refused, never cut."""
DIRECTIONS = {RampDirection.IN: "on-ramp", RampDirection.OUT: "off-ramp"}
_Place = tuple[str, int, int]
_Sums = dict[_Place, tuple[int, int]]


async def ramps(ask: Ask, query: Query) -> Page:
    """The page `/ramps`."""
    every = [each for each in ask.directory.participants.values() if _is_bank(each)]
    banks = sorted(every, key=lambda each: each.name)
    rows: list[tuple[Cell, ...]] = []
    notes: list[Section] = []
    hidden = 0
    for bank in banks[:BANKS_MAX]:
        sums = await _sums(ask, bank.id)
        if sums is None:
            hidden += 1
        elif isinstance(sums, str):
            notes.append(Note(f"{bank.name}: {sums}", "warn"))
        else:
            rows += _rows(ask, bank, sums)
    if hidden and hidden == len(banks[:BANKS_MAX]):
        raise NotForReader(
            "Ramps are shown to the client, to its bank and to supervisors: "
            "start the explorer with a view token of one of them"
        )
    if hidden:
        notes.append(Note(f"Ramps of {hidden} other banks are not for this reader."))
    if len(banks) > BANKS_MAX:
        notes.append(Note(f"The first {BANKS_MAX} of {len(banks)} banks, by name."))
    return Page(title="Ramps", lead=(text(LEAD),), sections=(_table(rows), *notes))


LEAD = (
    "Between a bank account outside and a token here. A ramp moves tokens that exist; it never "
    "mints and never burns. Shown are those that wait for something or owe something."
)


def _is_bank(participant: Participant) -> bool:
    return Role.BANK_CUSTODIAN in participant.roles


async def _sums(ask: Ask, bank: bytes) -> _Sums | str | None:
    """(count, amount) by asset, direction and state.

    A sentence if there are too many to add up; None if this reader may not see them.
    """
    sums: _Sums = {}
    params: dict[str, Json] = {
        "bank": ask.show.address_text(bank),
        "openOnly": True,
        "limit": PAGE_MAX,
    }
    for _ in range(PARTS_MAX):
        part = await ask.try_read("ramp_list", params, of=Part[Ramp])
        if isinstance(part, RpcFailed):
            if part.symbol != "UNAUTHORISED":
                raise part
            return None
        for ramp in part.items:
            place = (ramp.asset, int(ramp.direction), int(ramp.status))
            count, amount = sums.get(place, (0, 0))
            sums[place] = (count + 1, amount + ramp.amount)
        if part.next is None:
            return sums
        params["cursor"] = part.next
    return f"more than {PARTS_MAX * PAGE_MAX} open ramps, which are not added up here."


def _rows(ask: Ask, bank: Participant, sums: _Sums) -> list[tuple[Cell, ...]]:
    return [
        (
            ask.show.party(bank.id),
            text(DIRECTIONS[RampDirection(direction)]),
            text(words(RampStatus(status).name.lower())),
            number(count),
            ask.show.amount(amount, asset),
        )
        for (asset, direction, status), (count, amount) in sorted(sums.items())
    ]


def _table(rows: list[tuple[Cell, ...]]) -> Table:
    return Table(
        id="ramps",
        title="Open ramps by bank and state",
        columns=(
            Column("Bank"),
            Column("Direction"),
            Column("State"),
            Column("Ramps", "number"),
            Column("Amount", "amount"),
        ),
        rows=tuple(rows),
        empty="No ramp is open.",
    )
