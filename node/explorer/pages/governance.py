"""Governance: what waits for agreement, the parameters in force, rules, protocol versions."""

from node.explorer.ask import Ask
from node.explorer.describe import (
    choice,
    code_text,
    first_sentence,
    operation_in,
    rows_of,
    sentence_of,
    title_of,
)
from node.explorer.page import Cell, Facts, Field, Form, Page, Section, Table
from node.explorer.pages.parts import columns, hash_part, listed
from node.explorer.pages.transaction import joined
from node.explorer.route import Query
from node.explorer.show import hashed, height, number, path, text
from node.sdk.schema.chain import Parameter
from node.sdk.schema.process import ProtocolState
from node.sdk.schema.rules import RuleInfo
from tokens.records.proposals import Proposal, ProposalStatus


async def governance(ask: Ask, query: Query) -> Page:
    """The page `/governance`."""
    only_open = query.word("show", "open") != "all"
    proposals = await ask.try_page(
        "gov_getProposals",
        {"openOnly": only_open},
        of=Proposal,
        cursor=query.cursor("proposals"),
    )
    parameters = await ask.read("chain_getParams", of=tuple[Parameter, ...])
    rules = await ask.try_page("rule_list", of=RuleInfo, cursor=query.cursor("rules"))
    return Page(
        title="Governance",
        sections=(
            Form(
                "",
                "/governance",
                (
                    Field(
                        "show",
                        "Proposals",
                        "open" if only_open else "all",
                        options=("open", "all"),
                    ),
                ),
                "Show",
            ),
            listed(
                "proposals",
                "Proposals",
                columns("Proposal", "Proposer", "Status", "#Agreed", "Expires", "Operations"),
                proposals,
                lambda each: _row(ask, each),
            ),
            await _protocol(ask),
            listed(
                "rules",
                "Governed rules",
                columns("Rule", "Asset", "#Version", "What it is", "Next version on"),
                rules,
                lambda each: _rule(ask, each),
                empty="None.",
            ),
            Table(
                "parameters",
                "Parameters in force",
                columns("Parameter", "#Value"),
                tuple([(text(each.name), number(each.value)) for each in parameters]),
            ),
        ),
    )


def _row(ask: Ask, each: Proposal) -> tuple[Cell, ...]:
    found = [operation_in(data) for data in each.operations]
    names = ["another version's" if one is None else title_of(type(one)) for one in found]
    return (
        hashed(each.id, path("governance", "proposals", "0x" + each.id.hex())),
        ask.show.party(each.proposer),
        status_cell(each),
        number(len(each.approvals)),
        text(each.expires_on.isoformat()),
        text(", ".join(names) or "in its transaction"),
    )


def status_cell(each: Proposal) -> Cell:
    """Status, and the code of a run that failed."""
    if each.status is ProposalStatus.FAILED:
        return Cell(f"{choice(each.status)}: {code_text(each.code)}", tone="bad")
    good = each.status is ProposalStatus.EXECUTED
    return Cell(choice(each.status), tone="good" if good else "")


def _rule(ask: Ask, each: RuleInfo) -> tuple[Cell, ...]:
    body = "not in force" if each.body is None else f"{first_sentence(type(each.body))}."
    return (
        text(each.id),
        text("all") if each.asset is None else ask.show.asset(each.asset),
        number(each.version),
        text(body),
        text("" if each.next_on is None else each.next_on.isoformat()),
    )


async def _protocol(ask: Ask) -> Section:
    found = await ask.read("gov_getProtocol", of=ProtocolState)
    rows = [(text(each.validator), number(each.protocol_version)) for each in found.signals]
    pending = "none is to come"
    if found.pending is not None:
        pending = (
            f"version {found.pending.protocol_version} is to take over at height "
            f"{found.pending.height}, known by {found.pending.supporters} of the "
            f"{found.pending.quorum} validators that it needs"
        )
    note = f"Version {found.in_force} is in force; {pending}. 0: its operator has said nothing yet."
    titles = ("Validator", "#Knows version")
    return Table("protocol", "Protocol versions", columns(*titles), tuple(rows), note=note)


async def proposal(ask: Ask, query: Query) -> Page:
    """The page `/governance/proposals/{proposal}`."""
    name = hash_part(query, "proposal")
    found = await ask.read("gov_getProposal", {"proposalId": name}, of=Proposal)
    decoded = [operation_in(data) for data in found.operations]
    operations = [each for each in decoded if each is not None]
    rows = [
        (number(index), text(title_of(type(each))), joined(sentence_of(ask.show, each)))
        for index, each in enumerate(operations, start=1)
    ]
    facts = Facts(
        "Proposal",
        (
            ("Status", status_cell(found)),
            ("Proposer", ask.show.party(found.proposer)),
            ("Agreed", tuple([ask.show.party(each) for each in found.approvals])),
            ("Asked besides the policies", tuple([ask.show.party(a) for a in found.approvers])),
            ("Open until", text(found.expires_on.isoformat())),
            ("Proposed at", height(found.proposed_at)),
            ("Closed at", height(found.closed_at) if found.closed_at else text("")),
            ("Digest of the operations", hashed(found.operations_digest, whole=True)),
        ),
        wide=True,
    )
    sections: list[Section] = [facts]
    sections.append(
        Table(
            "operations",
            "Operations",
            columns("#No", "Operation", "In words"),
            tuple(rows),
            empty="Kept in the transaction that proposed them.",
        )
    )
    for index, each in enumerate(operations[:5], start=1):
        title = f"Operation {index}: {title_of(type(each)).lower()}"
        sections.append(Facts(title, tuple(rows_of(ask.show, each))))
    return Page(title="Proposal", lead=(Cell(name, mono=True),), sections=tuple(sections))
