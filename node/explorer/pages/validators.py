"""Validators: who is in the set, who proposed and signed the last blocks, and who signed twice."""

from node.explorer.ask import Ask
from node.explorer.page import Cell, Chart, Column, Facts, Page, Section, Table
from node.explorer.pages.pace import pace
from node.explorer.pages.parts import columns
from node.explorer.participation import BLOCKS_MAX, Signed, grid
from node.explorer.route import Query
from node.explorer.show import hashed, height, number, text, tx
from node.sdk.schema.chain import BlockHeader
from node.sdk.schema.common import Certificate
from node.sdk.schema.consensus import (
    ConsensusState,
    EvidenceInfo,
    Participation,
    ValidatorSetInfo,
)
from tokens.jsonform import Json

PART = 50
"""Of one batch of calls, and of one run of headers."""


async def validators(ask: Ask, query: Query) -> Page:
    """The page `/validators`."""
    members = await ask.call("consensus_validators", of=ValidatorSetInfo)
    state = await ask.call("consensus_state", of=ConsensusState)
    blocks = await signed_blocks(ask)
    names = tuple([member.id for member in members.validators])
    facts = Facts(
        "Set of the next block",
        (
            ("Validators", number(len(names))),
            ("Signatures that decide", number(members.quorum)),
            ("May fail in any way", number(members.tolerated)),
            ("Height in progress", number(state.height)),
            ("View", number(state.view)),
            ("Phase", text(state.phase)),
        ),
    )
    drawn = "Last blocks: full = proposed, amber = proposed after a view change, "
    return Page(
        title="Validators",
        lead=(text(state.sentence),),
        sections=(
            facts,
            await participation(ask, state, members),
            Chart(drawn + "pale = in the certificate, empty = not in it", grid(names, blocks)),
            await _evidence(ask),
            *pace(tuple([each.time_ms for each in blocks])),
        ),
    )


async def signed_blocks(ask: Ask) -> tuple[Signed, ...]:
    """The last blocks with their signers, ascending; four calls."""
    newest = ask.status.height
    first = max(ask.status.oldest_block, 1, newest - BLOCKS_MAX + 1)
    found: list[Signed] = []
    for begin in range(first, newest + 1, PART):
        count = min(PART, newest - begin + 1)
        headers = await ask.call(
            "chain_getBlocks", {"fromHeight": begin, "limit": count}, of=tuple[BlockHeader, ...]
        )
        heights: list[dict[str, Json]] = [{"block": each.header.height} for each in headers]
        answers = await ask.batch([("chain_getCommit", each, Certificate) for each in heights])
        for header, certificate in zip(headers, answers, strict=True):
            if isinstance(certificate, Certificate):
                signers = frozenset([each.validator for each in certificate.signatures])
                block = header.header
                found.append(
                    Signed(
                        height=block.height,
                        proposer=block.proposer,
                        view=block.origin_view,
                        signers=signers,
                        time_ms=block.timestamp_ms,
                    )
                )
    return tuple(found)


async def participation(ask: Ask, state: ConsensusState, members: ValidatorSetInfo) -> Section:
    """Lights and counts of the last 100 heights; also on the overview."""
    counts = await ask.call("consensus_participation", of=tuple[Participation, ...])
    operators = {member.id: member.operator for member in members.validators}
    rows = []
    for each in counts:
        operator = operators.get(each.validator)
        rows.append(
            (
                text(each.validator),
                text("") if operator is None else ask.show.party(operator),
                _light(ask, state, each.validator),
                number(each.proposed),
                number(each.commits),
            )
        )
    return Table(
        "validators",
        "Participation",
        (
            Column("Validator"),
            Column("Operator"),
            Column("Seen by this node"),
            Column("Blocks proposed", "number"),
            Column("In certificates", "number"),
        ),
        tuple(rows),
        note=f"Over the last {max([each.window for each in counts], default=0)} heights.",
    )


def _light(ask: Ask, state: ConsensusState, name: str) -> Cell:
    if name == ask.status.node_id:
        return Cell("this node", tone="good")
    if name in state.connected:
        return Cell("connected", tone="good")
    return Cell("not connected", tone="bad")


async def _evidence(ask: Ask) -> Table:
    found = await ask.call("consensus_evidence", of=tuple[EvidenceInfo, ...])
    rows = []
    for each in found[: ask.rows]:
        by = [ask.show.party(report.reporter).text for report in each.reports]
        first = next((report.tx_id for report in each.reports if report.tx_id is not None), None)
        rows.append(
            (
                text(each.validator),
                height(each.height),
                hashed(each.digest),
                text(", ".join(by) or "this node only"),
                text("") if first is None else tx(first),
            )
        )
    titles = ("Validator", "#Height", "Evidence", "Reported by", "Transaction")
    return Table(
        "evidence",
        "Evidence of a double signature",
        columns(*titles),
        tuple(rows),
        empty="None: this node knows of no validator that signed two things.",
    )
