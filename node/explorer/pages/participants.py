"""Participants: legal entities, their roles, and how far their licences have come."""

from node.explorer.ask import Ask
from node.explorer.describe import choice, rows_of
from node.explorer.page import Cell, Facts, Note, Page, Section
from node.explorer.pages.accounts import history
from node.explorer.pages.parts import address_part, columns, listed
from node.explorer.route import Query
from node.explorer.show import NOTHING, text
from node.sdk.errors import RpcFailed
from node.sdk.schema.common import Page as Listed
from tokens.records.licences import Licence
from tokens.records.parties import Participant


async def participants(ask: Ask, query: Query) -> Page:
    """The page `/participants`."""
    found = await ask.page("participant_list", of=Participant, cursor=query.cursor("participants"))
    licences = await ask.page("licence_list", of=Licence, cursor=query.cursor("licences"))
    by_id = {each.institution: each for each in licences.items}
    return Page(
        title="Participants",
        sections=(
            listed(
                "participants",
                "Legal entities",
                columns("Name", "Roles", "Jurisdiction", "LEI", "Control group", "Licence"),
                found,
                lambda each: _row(ask, each, by_id.get(each.id)),
            ),
            _licences(ask, licences),
        ),
    )


def _row(ask: Ask, each: Participant, licence: Licence | None) -> tuple[Cell, ...]:
    return (
        ask.show.party(each.id),
        text(", ".join([choice(role) for role in each.roles])),
        text(each.jurisdiction),
        text(each.lei),
        text(each.control_group),
        NOTHING if licence is None else text(choice(licence.phase)),
    )


def _licences(ask: Ask, found: Listed[Licence]) -> Section:
    def row(each: Licence) -> tuple[Cell, ...]:
        expires = "" if each.expires_on is None else each.expires_on.isoformat()
        return (
            ask.show.party(each.institution),
            text(choice(each.phase)),
            text(each.since.isoformat()),
            text(expires),
            text("yes" if each.exit_only else "no"),
        )

    titles = ("Institution", "Phase", "Since", "Expires", "Clients may only move out")
    return listed("licences", "Licences", columns(*titles), found, row, empty="None.")


async def participant(ask: Ask, query: Query) -> Page:
    """The page `/participants/{address}`."""
    address = address_part(ask, query)
    found = await ask.read("participant_get", {"participant": address}, of=Participant)
    sections: list[Section] = [Facts("Entry", tuple(rows_of(ask.show, found)))]
    licence = await ask.try_read("licence_get", {"institution": address}, of=Licence)
    if isinstance(licence, RpcFailed):
        sections.append(Note("It has no licence, and has applied for none.", "quiet"))
    else:
        sections.append(Facts("Licence", tuple(rows_of(ask.show, licence))))
    sections.append(await history(ask, query, address))
    return Page(
        title=found.name,
        lead=(
            text(", ".join([choice(role) for role in found.roles]) or "no role"),
            Cell(address, mono=True),
        ),
        sections=tuple(sections),
    )
