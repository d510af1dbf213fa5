"""Overview: where the chain is, who makes blocks, what is outstanding, whether it adds up."""

from node.explorer.ask import Ask
from node.explorer.page import Cell, Facts, Note, Page, Section, Table, Tone
from node.explorer.pages.integrity import roots_of
from node.explorer.pages.parts import columns
from node.explorer.pages.validators import participation
from node.explorer.pages.walls import outstanding
from node.explorer.route import Query
from node.explorer.show import hashed, height, number, path, percent, text, time
from node.sdk.errors import RpcFailed
from node.sdk.schema.asset import Reserves
from node.sdk.schema.consensus import ConsensusState, ValidatorSetInfo
from node.sdk.schema.process import AgendaStatus
from node.sdk.schema.supervision import TenorRow
from tokens.types import AssetKind

REFRESH_SECONDS = 10
LATE_MS = 10_000
"""A last block older than this is told in another colour."""
COINS_MAX = 8


async def overview(ask: Ask, query: Query) -> Page:
    """The page `/`."""
    status = ask.status
    state = await ask.call("consensus_state", of=ConsensusState)
    members = await ask.call("consensus_validators", of=ValidatorSetInfo)
    day = await ask.read("agenda_status", of=AgendaStatus)
    roots = await roots_of(ask)
    light = text("no block yet", "quiet") if roots is None else roots.light
    block = path("blocks", str(status.height))
    facts = Facts(
        "Chain",
        (
            ("Height", height(status.height)),
            ("Last block", (time(status.timestamp_ms), _age(status.last_block_ms_ago))),
            ("Business date", _day(day)),
            ("Waiting transactions", number(status.mempool_transactions)),
            ("Block hash", hashed(status.block_hash, block)),
            ("State root", hashed(status.state_root)),
            ("Integrity", (light, Cell("Sums", "/integrity"))),
            ("Protocol version", number(status.protocol_version)),
        ),
    )
    sections: list[Section] = [*_warnings(ask), facts, *await _coverage(ask)]
    sections += [await _outstanding(ask), await participation(ask, state, members)]
    return Page(
        title="Overview",
        lead=(text(state.sentence),),
        sections=tuple(sections),
        refresh_seconds=REFRESH_SECONDS,
    )


def _warnings(ask: Ask) -> list[Section]:
    status = ask.status
    found: list[Section] = []
    if status.halted is not None:
        found.append(Note(f"The node has stopped for good: {status.halted}", "bad"))
    if status.syncing:
        found.append(Note("The node is catching up: what it shows is of the past.", "warn"))
    if status.upgrade is not None:
        found.append(Note(status.upgrade, "warn"))
    return found


def _age(milliseconds: int | None) -> Cell:
    if milliseconds is None:
        return text("since the node was started: none", "quiet")
    tone: Tone = "warn" if milliseconds > LATE_MS else "quiet"
    return Cell(f"{milliseconds // 1_000}.{milliseconds % 1_000 // 100} s ago", tone=tone)


def _day(day: AgendaStatus) -> tuple[Cell, ...]:
    return (
        text(day.business_date.isoformat()),
        text("open" if day.day_open else "closed", "quiet"),
    )


async def _coverage(ask: Ask) -> list[Section]:
    """Each stablecoin against what is behind it."""
    coins = [each for each in ask.directory.assets.values() if each.kind is AssetKind.CASH]
    rows = []
    for coin in coins[:COINS_MAX]:
        found = await ask.try_read("cash_getReserves", {"asset": coin.id}, of=Reserves)
        if isinstance(found, RpcFailed):
            continue
        state = Cell("BREACH", tone="bad") if found.breach else Cell("covered", tone="good")
        rows.append(
            (
                ask.show.asset(coin.id),
                ask.show.amount(found.supply, coin.id),
                ask.show.amount(found.reserve, found.cash.backing),
                ask.show.money_of(found.value, coin.id),
                percent(found.coverage_bps),
                Cell("redemption paused", tone="warn")
                if found.pause and not found.breach
                else state,
            )
        )
    if not rows:
        return []
    titles = ("Coin", "$Issued", "$Money in the reserve", "$Value of the reserve", "#Coverage")
    return [Table("coverage", "Stablecoins", columns(*titles, "State"), tuple(rows))]


async def _outstanding(ask: Ask) -> Section:
    found = await ask.try_read("supervision_getOutstanding", of=tuple[TenorRow, ...])
    if isinstance(found, RpcFailed):
        link = Cell("each instrument's", "/assets")
        return Note("Debt by residual term is shown to supervisors; everybody sees", links=(link,))
    return outstanding(ask, found)
