"""Legs of a date from an institution's own transactions: pages, borders, what does not count."""

import datetime as dt
from typing import TypeVar, cast

import msgspec
import pytest

from node.aml.collect import NotCollected, currency_of, legs_of_date, threshold_of
from node.sdk.client import Client
from node.sdk.schema.chain import BusinessDateSpan, GenesisInfo, Parameter, ReceiptPlace
from node.sdk.schema.common import Context, Page, Receipt, StateRead
from node.sdk.schema.process import AgendaStatus
from node.sdk.schema.tx import TransactionInfo, TxPlace
from tests.node.rpc.fake_genesis import genesis_of
from tests.node.rpc.small_money import ramp
from tests.tokens.ops.ramp_world import receive, send
from tokens.jsonform import JsonForm
from tokens.records.ramps import Ramp, RampDirection
from tokens.transaction import Transaction
from tokens.types import NO_ADDRESS

T = TypeVar("T")
DATE = dt.date(2025, 7, 1)
BANK = bytes([7]) * 16
OUT = msgspec.structs.replace(ramp(), amount=100)
INTO = msgspec.structs.replace(OUT, direction=RampDirection.IN, id=bytes([1]) * 32, number=9)
CONTEXT = Context(chain_id="t", height=9, block_hash=bytes(32), state_root=bytes(32))


def place(height: int, index: int, *names: str, sender: bytes = BANK, ok: bool = True) -> TxPlace:
    return TxPlace(
        tx_id=bytes([height, index]) * 16,
        height=height,
        index=index,
        status="success" if ok else "failed",
        symbol="OK" if ok else "NOT_FOUND",
        operations=names,
        sender=sender,
    )


class Told:
    """What a node would answer, a page of two at a time."""

    def __init__(self, *listed: tuple[TxPlace, tuple[msgspec.Struct, ...]]) -> None:
        self.form = JsonForm("tmhr")
        self.listed = sorted(listed, key=lambda each: (each[0].height, each[0].index), reverse=True)
        self.spans: tuple[BusinessDateSpan, ...] = (
            BusinessDateSpan(
                date=DATE,
                begins=ReceiptPlace(height=4, index=1),
                ends=ReceiptPlace(height=8, index=2),
            ),
        )
        self.asked: list[str] = []
        self.digits = 2

    async def call(self, method: str, params: dict[str, object], *, of: type[T]) -> T:
        self.asked.append(method)
        if method == "chain_getGenesis":
            genesis = genesis_of(is_dev=True)
            return cast("T", GenesisInfo(digest=bytes(32), document=b"", genesis=genesis))
        if method == "tx_list":
            at = int(str(params.get("cursor", 0)))
            items = tuple(entry for entry, _ in self.listed[at : at + 2])
            following = str(at + 2) if at + 2 < len(self.listed) else None
            return cast("T", Page(items=items, next=following, pinned_height=9))
        (found,) = [e for e in self.listed if "0x" + e[0].tx_id.hex() == params["txId"]]
        entry, operations = found
        inner = Transaction(
            version=1,
            chain_id="t",
            sender=entry.sender or NO_ADDRESS,
            client_ref=bytes(16),
            valid_until=1,
            operations=operations,
            memo="",
        )
        receipt = Receipt(
            tx_id=entry.tx_id,
            height=entry.height,
            index=entry.index,
            status=entry.status,
            code=0 if entry.status == "success" else 8,
            symbol=entry.symbol,
            operation=-1,
            events=(),
        )
        info = TransactionInfo(
            tx_id=entry.tx_id,
            wire_id=bytes(32),
            status="FINAL",
            transaction=inner,
            signatures=(),
            receipt=receipt,
        )
        return cast("T", info)

    async def read(
        self, method: str, params: dict[str, object] | None = None, *, of: type[T]
    ) -> StateRead[T]:
        values: object = self.spans
        if method == "ramp_get":
            assert params is not None
            values = {("0x" + r.id.hex()): r for r in (OUT, INTO)}[str(params["ramp"])]
            assert isinstance(values, Ramp)
        if method == "chain_getParams":
            values = (
                Parameter(name="cash_report_threshold", value=70),
                Parameter(name="minor_digits", value=self.digits),
            )
        if method == "agenda_status":
            values = AgendaStatus(business_date=DATE, day_open=True, due=0, next=())
        return StateRead(context=CONTEXT, value=cast("T", values))


async def collected(told: Told) -> list[tuple[int, int]]:
    """(ramp number, amount) of each leg."""
    legs = await legs_of_date(cast("Client", told), BANK, DATE)
    return [(leg.number, leg.amount) for leg in legs]


async def test_legs_of_a_date_come_in_their_order_over_pages() -> None:
    told = Told(
        (place(4, 0, "send_ramp"), (send(OUT.id, 1),)),  # the receipt before the date began
        (place(4, 1, "receive_ramp"), (receive(INTO.id, 120),)),
        (place(5, 0, "transfer"), ()),
        (place(6, 3, "send_ramp", "receive_ramp"), (send(OUT.id, 2), receive(INTO.id, 121))),
        (place(8, 1, "receive_ramp"), (receive(INTO.id, 122),)),
        (place(8, 2, "receive_ramp"), (receive(INTO.id, 123),)),  # of the next date
    )
    assert await collected(told) == [(9, 120), (OUT.number, 98), (9, 121), (9, 122)]
    assert told.asked.count("tx_list") == 3
    assert told.asked.count("tx_get") == 3


async def test_what_failed_and_what_others_did_is_no_leg() -> None:
    told = Told(
        (place(5, 0, "receive_ramp", ok=False), (receive(INTO.id, 120),)),
        (place(5, 1, "receive_ramp", sender=bytes([8]) * 16), (receive(INTO.id, 121),)),
    )
    assert await collected(told) == []


async def test_a_date_that_has_not_ended_is_read_to_the_newest() -> None:
    told = Told((place(9, 9, "receive_ramp"), (receive(INTO.id, 120),)))
    told.spans = (msgspec.structs.replace(told.spans[0], ends=None),)
    assert await collected(told) == [(9, 120)]


async def test_a_date_that_never_was_is_told() -> None:
    told = Told()
    told.spans = ()
    with pytest.raises(NotCollected, match="no business date"):
        await collected(told)


async def test_the_threshold_is_the_ledgers() -> None:
    assert await threshold_of(cast("Client", Told())) == 70


async def test_the_currency_is_the_ledgers_and_its_decimals_are_those_of_the_schema() -> None:
    """An amount in thousandths would have been told as one in hundredths, ten times too much."""
    told = Told()
    assert await currency_of(cast("Client", told)) == "PKR"
    told.digits = 3
    with pytest.raises(NotCollected, match="goAML has 2 decimals, the ledger's money has 3"):
        await currency_of(cast("Client", told))
