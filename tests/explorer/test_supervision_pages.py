"""Sums for supervisors: what they say, who may ask, and walls of many months."""

import datetime as dt
import sys

import msgspec
import pytest

from node.explorer.charts.bars import BARS_MAX
from node.explorer.pages.walls import MONTHS_MAX, bars_of
from node.sdk.schema.supervision import LadderRow
from tests.explorer.reader import Reader, reading
from tests.explorer.test_money_pages import rows
from tests.node.rpc.caller import serving
from tests.node.rpc.closed import READERS, closed_node, token_of
from tests.node.rpc.small_ledger import BOND_ID, COIN, MONEY, small_node
from tokens.records.day import BUSINESS_DAY

PAGES = ("/supervision", f"/supervision/{COIN}")


async def test_debt_stands_by_what_is_left_of_its_term(reader: Reader) -> None:
    (row,) = await rows(reader, "/supervision", "outstanding")
    assert row == ["PKR", "fixed-rate bond", "1 to 3 years", "1", "5000.00", "500000", "PKR"]


async def test_a_ladder_has_what_falls_due_by_month(reader: Reader) -> None:
    found = await rows(reader, "/supervision", "ladder")
    assert [(row[0], row[2], row[5]) for row in found] == [
        ("2026-01", "0", "25000"),
        ("2026-07", "0", "25000"),
        ("2027-01", "0", "25000"),
        ("2027-07", "500000", "25000"),
    ]
    page = await reader.page("/supervision")
    assert f"What falls due in {MONEY} by month" in page.text


async def test_a_late_batch_is_a_fail() -> None:
    node = small_node()
    overlay = node.state()
    day = overlay.get(BUSINESS_DAY)
    assert day is not None
    later = day.date + dt.timedelta(days=4)
    overlay.put(BUSINESS_DAY, msgspec.structs.replace(day, date=later))
    node.write(overlay)
    async with serving(node=node) as running, reading(running.port) as reader:
        (row,) = await rows(reader, "/supervision", "late")
        assert row[0] == "TRADE-1"
        assert row[2:4] == ["4", "matched"]


async def test_holders_are_persons_with_shares(reader: Reader) -> None:
    found = await rows(reader, f"/supervision/{COIN}", "largest")
    assert [row[-1] for row in found] == ["99.99 %", "0.00 %"]
    assert all(row[1].startswith("0x") and len(row[1]) == 66 for row in found)
    classes = await rows(reader, f"/supervision/{COIN}", "classes")
    assert sum(int(row[-2]) for row in classes) == 1_000_000
    page = await reader.page(f"/supervision/{COIN}")
    assert "Herfindahl index 9,999" in page.text
    assert "Velocity 0.000001 times the supply" in page.text


@pytest.mark.parametrize("wrong", ["0", "3", "x"])
async def test_a_velocity_is_over_blocks_that_are_there(reader: Reader, wrong: str) -> None:
    assert (await reader.get(f"/supervision/{COIN}?from={wrong}")).status == 400


async def test_a_coupon_calendar_has_what_is_due_and_paid(reader: Reader) -> None:
    found = await rows(reader, "/coupons", "coupons")
    assert [(row[0], row[2], row[5]) for row in found] == [
        (month, "25000", "0") for month in ("2026-01", "2026-07", "2027-01", "2027-07")
    ]


async def test_more_instruments_than_a_calendar_adds_up_are_refused_and_not_cut(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["node.explorer.pages.coupons"], "INSTRUMENTS_MAX", 0)
    page = await reader.page("/coupons")
    assert "There are 1 instruments; this page adds up at most 0." in page.text
    assert "2026-01" not in page.text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("name", sorted(READERS))
async def test_only_supervisors_are_told_sums(path: str, name: str) -> None:
    node = closed_node()
    view = None if READERS[name] is None else token_of(node, name)
    async with serving(node=node) as running, reading(running.port, view=view) as reader:
        answer = await reader.get(path)
        assert answer.status == (200 if name == "regulator" else 403)
        assert answer.document.faults == []
        if name != "regulator":
            assert "Sums over the whole market are for supervisors" in answer.document.text
            assert "Business date" not in answer.document.text


@pytest.mark.parametrize("path", ["/money", f"/money/{COIN}", "/commodities", "/coupons"])
async def test_what_is_public_is_public(path: str) -> None:
    node = closed_node()
    async with serving(node=node) as running, reading(running.port) as reader:
        page = await reader.page(path)
        assert BOND_ID not in page.text or path == "/coupons"


async def test_what_is_not_there_has_no_holders(reader: Reader) -> None:
    assert (await reader.get("/supervision/NONE")).status == 404


def ladder_of(months: int) -> tuple[LadderRow, ...]:
    return tuple(
        [
            LadderRow(
                month=f"{2026 + at // 12}-{at % 12 + 1:02}",
                settlement_asset=MONEY,
                principal=at + 1,
                coupons=1,
                rates_open=0,
            )
            for at in range(months)
        ]
    )


@pytest.mark.parametrize("months", [1, MONTHS_MAX, MONTHS_MAX + 1, 12 * BARS_MAX, 12 * 99])
def test_a_wall_of_any_length_holds_all_of_it(months: int) -> None:
    ladder = ladder_of(months)
    drawn = bars_of(ladder)
    assert len(drawn) <= BARS_MAX
    assert sum(each.parts[0] for each in drawn) == sum(row.principal for row in ladder)
    assert sum(each.parts[1] for each in drawn) == months
    assert drawn[0].label == ("2026-01" if months <= MONTHS_MAX else "2026")
    assert drawn[-1].label.endswith("and later") == (months > 12 * BARS_MAX)
