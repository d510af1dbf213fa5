"""Money, its reserves over heights, ramps, commodities: against the small ledger's own figures."""

import csv
import io
import json
import sys
from itertools import pairwise

import msgspec
import pytest

from node.explorer.pages.coin_history import SAMPLES, sampled
from tests.explorer.reader import Reader, reading
from tests.node.rpc.caller import Serving, serving
from tests.node.rpc.closed import closed_node, token_of
from tests.node.rpc.small_ledger import BOND_ID, COIN, MONEY, small_node
from tests.node.rpc.small_money import GOLD, bar
from tokens.records.commodities import LOT, LotStatus
from tokens.records.instruments import ASSET
from tokens.records.reserves import (
    REDEMPTION_PAUSE,
    RESERVE_POLICY,
    RedemptionPause,
    ReservePolicy,
)
from tokens.types import AssetFlag


async def rows(reader: Reader, path: str, table: str) -> list[list[str]]:
    """A table as its CSV has it, less the heading."""
    joint = "&" if "?" in path else "?"
    answer = await reader.get(f"{path}{joint}format=csv&table={table}")
    assert answer.status == 200, answer.body
    return list(csv.reader(io.StringIO(answer.body)))[1:]


async def test_money_stands_with_what_is_behind_it(reader: Reader) -> None:
    coin, money = await rows(reader, "/money", "money")
    assert coin[:2] == [COIN, "stablecoin"]
    assert coin[4:6] == ["1000000", COIN], "supply in minor units, and of what"
    assert "100.00 %" in coin
    assert coin[-1] == "covered"
    assert money[:2] == [MONEY, "central-bank money"]
    assert money[-1] == "claim on the central bank"


async def test_a_reserve_says_what_lies_in_it_and_why_something_counts_nothing() -> None:
    node = small_node()
    overlay = node.state()
    policy = ReservePolicy(
        asset=COIN,
        haircut_bps=250,
        residual_days_max=90,
        concentration_bps=5_000,
        buffer_bps=100,
        securities=(BOND_ID,),
    )
    overlay.put(RESERVE_POLICY, policy)
    node.write(overlay)
    async with serving(node=node) as running, reading(running.port) as reader:
        money, bond = await rows(reader, f"/money/{COIN}", "composition")
        assert money[0] == MONEY
        assert money[-1] == "100.00 %"
        assert bond[0] == BOND_ID
        assert "2.50 %" in bond
        assert bond[-4:-1] == ["0.00", "0", MONEY], "its residual term is above the limit"
        page = await reader.page(f"/money/{COIN}")
        assert "Longest residual term 90 days" in page.text


async def test_a_breach_and_a_pause_are_said_in_words() -> None:
    node = small_node()
    overlay = node.state()
    coin = overlay.get(ASSET, COIN)
    assert coin is not None
    flags = coin.flags | AssetFlag.BREACH
    overlay.put(ASSET, msgspec.structs.replace(coin, flags=flags))
    day = bar().attest_expiry
    overlay.put(REDEMPTION_PAUSE, RedemptionPause(asset=COIN, reason="<b>flood</b>", until=day))
    node.write(overlay)
    async with serving(node=node) as running, reading(running.port) as reader:
        page = await reader.page(f"/money/{COIN}")
        assert "BREACH: below the supply" in page.text
        assert "Nothing is minted until it is made good." in page.text
        assert f"Redemption rests until {day}: <b>flood</b>" in page.text
        (row, _) = await rows(reader, "/money", "money")
        assert row[-1] == "BREACH: below the supply, redemption rests"


async def test_coverage_is_read_over_the_heights_that_are_kept(node: Serving) -> None:
    for _ in range(40):
        node.node.decide()
    async with reading(node.port) as reader:
        found = await rows(reader, f"/money/{COIN}", "history")
        assert 2 < len(found) <= SAMPLES
        assert [int(row[0]) for row in found] == list(reversed(sampled(1, 42)))
        assert {row[2] for row in found} == {"1000000"}
        part = await rows(reader, f"/money/{COIN}?from=5&at=8", "history")
        assert [int(row[0]) for row in part] == [8, 7, 6, 5]
        for wrong in ("0", "43", "x", "-1"):
            answer = await reader.get(f"/money/{COIN}?from={wrong}")
            assert answer.status == 400, wrong
        page = await reader.page(f"/money/{COIN}")
        assert ("svg", "history-title history-desc") in [
            (tag, told.get("aria-labelledby")) for tag, told in page.elements
        ]


async def test_a_state_that_is_forgotten_meanwhile_is_left_out(
    node: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        node.node.decide()
    told = iter([1])
    # The page is told 1 by node_status; when it asks for the states, blocks have gone on.
    monkeypatch.setattr(node.node, "oldest_state", lambda: next(told, 3))
    async with reading(node.port) as reader:
        found = await rows(reader, f"/money/{COIN}", "history")
        assert [int(row[0]) for row in found] == [7, 6, 5, 4, 3]


def test_sampled_heights_are_even_and_bounded() -> None:
    assert sampled(1, 1) == (1,)
    assert sampled(3, 6) == (3, 4, 5, 6)
    many = sampled(1, 10**9)
    assert len(many) == SAMPLES
    assert (many[0], many[-1]) == (1, 10**9)
    gaps = {later - earlier for earlier, later in pairwise(many)}
    assert max(gaps) - min(gaps) <= 1


async def test_the_proof_of_a_reserve_is_a_file(reader: Reader) -> None:
    answer = await reader.get(f"/money/{COIN}/proof")
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    kinds = [entry["kind"] for entry in json.loads(answer.body)["value"]]
    assert "cash_asset" in kinds
    assert "supply" in kinds


@pytest.mark.parametrize("name", ["NONE", "PK0000000001", "%00", "..%2F.."])
async def test_what_is_no_money_is_not_there(reader: Reader, name: str) -> None:
    answer = await reader.get(f"/money/{name}")
    assert answer.status in (400, 404)
    assert answer.document.faults == []


async def test_ramps_are_added_up_by_bank_and_state(reader: Reader) -> None:
    (row,) = await rows(reader, "/ramps", "ramps")
    assert row == [row[0], "off-ramp", "Bank sent", "1", "0.01", "1", COIN]


async def test_more_ramps_than_are_added_up_are_refused_and_not_cut(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["node.explorer.pages.ramps"], "PARTS_MAX", 0)
    page = await reader.page("/ramps")
    assert "more than 0 open ramps, which are not added up here." in page.text
    assert "Bank sent" not in page.text


async def test_who_may_see_no_ramp_is_told_who_may_and_a_bank_sees_its_own() -> None:
    node = closed_node()
    async with serving(node=node) as running:
        async with reading(running.port) as reader:
            answer = await reader.get("/ramps")
            assert answer.status == 403
            assert "to its bank and to supervisors" in answer.document.text
        async with reading(running.port, view=token_of(node, "bank")) as reader:
            page = await reader.page("/ramps")
            assert "Bank sent" in page.text
            assert "Ramps of 1 other banks are not for this reader." in page.text


async def test_a_class_of_receipts_stands_against_what_is_attested(reader: Reader) -> None:
    (row,) = await rows(reader, "/commodities", "commodities")
    assert row[0] == GOLD
    assert row[-2:] == ["166.66 %", "covered"]
    (lot,) = await rows(reader, f"/commodities/{GOLD}", "lots")
    assert lot[1:3] == ["BAR-1", "995"]
    assert "live" in lot
    (delivery,) = await rows(reader, f"/commodities/{GOLD}", "deliveries")
    assert delivery[-1] == "requested"
    assert (await reader.get("/commodities/NONE")).status == 404


async def test_a_lot_that_was_not_attested_again_is_stale() -> None:
    node = small_node()
    overlay = node.state()
    overlay.put(LOT, msgspec.structs.replace(bar(), status=LotStatus.STALE))
    node.write(overlay)
    async with serving(node=node) as running, reading(running.port) as reader:
        (lot,) = await rows(reader, f"/commodities/{GOLD}", "lots")
        assert "stale: backs nothing" in lot


async def test_a_money_that_came_later_is_not_in_the_past() -> None:
    node = small_node()
    overlay = node.state()
    known = overlay.get(ASSET, MONEY)
    assert known is not None
    overlay.put(ASSET, msgspec.structs.replace(known, id="USD-CB", currency="USD"))
    node.write(overlay)
    node.decide()
    async with serving(node=node) as running, reading(running.port) as reader:
        names = [row[0] for row in await rows(reader, "/money", "money")]
        assert names == [COIN, MONEY, "USD-CB"]
        names = [row[0] for row in await rows(reader, "/money?at=1", "money")]
        assert names == [COIN, MONEY]
