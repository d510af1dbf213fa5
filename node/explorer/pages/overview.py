"""Overview: where the chain is, who makes blocks, what is outstanding, whether it adds up."""

from node.explorer.ask import Ask
from node.explorer.page import Cell, Column, Facts, Page, Table
from node.explorer.route import Query
from node.explorer.show import hashed, height, number, path, text, time
from node.sdk.schema.consensus import ConsensusState, Participation

REFRESH_SECONDS = 10


async def overview(ask: Ask, query: Query) -> Page:
    """The page `/`."""
    status = ask.status
    consensus = await ask.call("consensus_state", of=ConsensusState)
    seconds = "not known" if status.last_block_ms_ago is None else _ago(status.last_block_ms_ago)
    facts = Facts(
        "Chain",
        (
            ("Height", height(status.height)),
            ("Last block", (time(status.timestamp_ms), text(f"({seconds})", "quiet"))),
            ("Block hash", hashed(status.block_hash, path("blocks", str(status.height)))),
            ("State root", hashed(status.state_root)),
            ("Waiting transactions", number(status.mempool_transactions)),
            ("Protocol version", number(status.protocol_version)),
        ),
    )
    return Page(
        title="Overview",
        lead=(text(consensus.sentence),),
        sections=(facts, await _validators(ask, consensus)),
        refresh_seconds=REFRESH_SECONDS,
    )


def _ago(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000 // 100} s ago"


async def _validators(ask: Ask, consensus: ConsensusState) -> Table:
    rows = []
    for each in await ask.call("consensus_participation", of=tuple[Participation, ...]):
        is_here = each.validator == ask.status.node_id or each.validator in consensus.connected
        light = Cell("connected", tone="good") if is_here else Cell("not connected", tone="bad")
        rows.append((text(each.validator), light, number(each.proposed), number(each.commits)))
    return Table(
        id="validators",
        title="Validators",
        columns=(
            Column("Validator"),
            Column("Seen by this node"),
            Column("Blocks proposed", "number"),
            Column("Certificates signed", "number"),
        ),
        rows=tuple(rows),
        note="Over the last 100 heights.",
    )
