"""The market in sums, for supervisors: debt by term, what falls due, coverage, fails."""

from typing import TypeVar

from node.explorer.ask import Ask, Params
from node.explorer.failure import NotForReader
from node.explorer.page import Cell, Code, Column, Facts, Note, Page, Section, Table
from node.explorer.pages.figures import KIND_NAMES
from node.explorer.pages.money import BREACH, COVERED
from node.explorer.pages.settlement import initiator_cell
from node.explorer.pages.walls import maturity_walls, outstanding, term_bars
from node.explorer.route import Query
from node.explorer.show import NOTHING, number, path, percent, text
from node.sdk.errors import RpcFailed
from node.sdk.schema.supervision import CoverageRow, FailRow, FailsReport, LadderRow, TenorRow
from tokens.records.instruments import Asset
from tokens.types import AssetKind

WHO_MAY = (
    "Sums over the whole market are for supervisors: the central bank, the securities and the "
    "virtual-asset regulator, the financial intelligence unit and auditors, and for who operates "
    "the node. Start the explorer with a view token of one of them (mohur view create, then "
    "mohur explorer --view)"
)
T = TypeVar("T")

_ENDED = ("settled", "cancelled", "expired", "failed")


async def supervision(ask: Ask, query: Query) -> Page:
    """The page `/supervision`. NotForReader."""
    tenors = await supervised(ask, "supervision_getOutstanding", of=tuple[TenorRow, ...])
    ladder = await supervised(ask, "supervision_getMaturityLadder", of=tuple[LadderRow, ...])
    covered = await supervised(ask, "supervision_getCoverage", of=tuple[CoverageRow, ...])
    fails = await supervised(ask, "supervision_getFails", of=FailsReport)
    sections: list[Section] = [outstanding(ask, tenors), *term_bars(ask, tenors)]
    sections += [_ladder(ask, ladder), *maturity_walls(ask, ladder)]
    sections += [_coverage(ask, covered), _fails(fails), _late(ask, fails)]
    sections += [_assets(ask, query), *_audit_log()]
    lead = text(f"Business date {fails.business_date}. Every sum is whole, over all records.")
    return Page(title="Supervision", lead=(lead,), sections=tuple(sections))


async def supervised(ask: Ask, method: str, params: Params | None = None, *, of: type[T]) -> T:
    """A value that supervisors alone are told. NotForReader."""
    answer = await ask.try_read(method, params, of=of)
    if isinstance(answer, RpcFailed):
        if answer.symbol == "UNAUTHORISED":
            raise NotForReader(WHO_MAY)
        raise answer
    return answer


def _ladder(ask: Ask, ladder: tuple[LadderRow, ...]) -> Table:
    show = ask.show
    return Table(
        id="ladder",
        title="Maturity ladder",
        columns=(
            Column("Month"),
            Column("Principal", "amount"),
            Column("Coupons, gross", "amount"),
            Column("Rates still open", "number"),
        ),
        rows=tuple(
            [
                (
                    text(row.month),
                    show.amount(row.principal, row.settlement_asset),
                    show.amount(row.coupons, row.settlement_asset),
                    number(row.rates_open) if row.rates_open else NOTHING,
                )
                for row in ladder
            ]
        ),
        note="What is still to be paid. Coupons are estimates from today's supply until their "
        "record is taken; a floating coupon whose rate is not fixed is in no sum.",
        empty="Nothing falls due.",
    )


def _coverage(ask: Ask, covered: tuple[CoverageRow, ...]) -> Table:
    return Table(
        id="coverage",
        title="Stablecoins against their reserves",
        columns=(
            Column("Stablecoin"),
            Column("Supply", "amount"),
            Column("Value of the reserve", "amount"),
            Column("Coverage", "number"),
            Column("State"),
        ),
        rows=tuple(
            [
                (
                    Cell(row.asset, path("money", row.asset)),
                    ask.show.amount(row.supply, row.asset),
                    ask.show.amount(row.value, row.asset),
                    percent(row.coverage_bps) if row.supply else NOTHING,
                    BREACH if row.breach else COVERED,
                )
                for row in covered
            ]
        ),
        empty="There is no stablecoin.",
    )


def _fails(fails: FailsReport) -> Facts:
    ended = [getattr(fails, name) for name in _ENDED]
    late = number(fails.late_total, "bad" if fails.late_total else "good")
    rows = [("Open", number(fails.open_total)), ("Of them late", late)]
    rows += [(name.capitalize(), number(count)) for name, count in zip(_ENDED, ended, strict=True)]
    return Facts("Settlement batches", tuple(rows))


def _late(ask: Ask, fails: FailsReport) -> Table:
    shown = len(fails.late)
    return Table(
        id="late",
        title="Settlement fails",
        columns=(
            Column("Batch"),
            Column("Intended settlement date"),
            Column("Days late", "number"),
            Column("State"),
            Column("Initiator"),
            Column("Parties"),
        ),
        rows=tuple(
            [
                (
                    Cell(row.batch_id, _batch_path(ask, row)),
                    text(row.isd.isoformat()),
                    number(row.days_late, "bad"),
                    text(row.status.lower()),
                    initiator_cell(ask, row.initiator),
                    text(", ".join([ask.show.party(each).text for each in row.participants])),
                )
                for row in fails.late
            ]
        ),
        note=f"The first {shown} of {fails.late_total}." if fails.late_total > shown else "",
        empty="No batch is late.",
    )


def _batch_path(ask: Ask, row: FailRow) -> str:
    return path("settlement", ask.show.address_text(row.initiator), row.batch_id)


def _assets(ask: Ask, query: Query) -> Table:
    """Every asset that somebody holds, in pages by id."""
    after = query.cursor("assets") or ""
    rest = sorted([each.id for each in ask.directory.assets.values() if each.id > after])
    here = [ask.directory.assets[each] for each in rest[: ask.rows]]
    return Table(
        id="assets",
        title="Who holds what",
        columns=(Column("Asset"), Column("Name"), Column("Kind"), Column("Status")),
        rows=tuple([_asset(each) for each in here]),
        next=here[-1].id if len(rest) > len(here) else None,
        note="Holders by class, the ten largest, foreign holdings and velocity of each.",
    )


def _asset(asset: Asset) -> tuple[Cell, ...]:
    kind = KIND_NAMES[AssetKind(asset.kind)]
    return (
        Cell(asset.id, path("supervision", asset.id)),
        text(asset.name),
        text(kind),
        text(asset.status.name.lower()),
    )


def _audit_log() -> tuple[Section, ...]:
    words = (
        "An auditor takes every receipt away as the bytes that a quorum signed, and checks them "
        "with one file of Python. On the machine of a stopped node, an observer's say:"
    )
    command = "mohur audit-log export DATA_DIR --first 1 --out LOG\nmohur audit-log show LOG"
    return (Note(words), Code(title="Audit log", text=command))
