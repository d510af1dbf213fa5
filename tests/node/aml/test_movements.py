"""Movements of a case: what a statement tells that is one, and once."""

import datetime as dt
from typing import TypeVar, cast

import pytest

from node.aml.collect import NotCollected
from node.aml.movements import check_accounts, check_assets, moves_between
from node.sdk.client import Client
from node.sdk.errors import RpcFailed
from node.sdk.schema.asset import AssetInfo
from node.sdk.schema.common import Context, StateRead
from node.sdk.schema.statement import DatedStatement, StatementLine, StatementPayment
from tests.node.rpc.fake_genesis import address_of
from tests.node.rpc.small_ledger import account as account_of
from tests.node.rpc.small_ledger import asset
from tokens.bech32m import decode, encode
from tokens.jsonform import PREFIX_TEST, JsonForm
from tokens.records.parties import Account
from tokens.types import AssetKind

T = TypeVar("T")
DATE = dt.date(2025, 7, 1)
BANK, OTHER_BANK = address_of("bank"), address_of("issuer")
ALICE, BOB, HOUSE, FAR = (address_of(name) for name in ("alice", "bob", "house", "far"))
CONTEXT = Context(chain_id="t", height=9, block_hash=bytes(32), state_root=bytes(32))
TEXT = {each: encode(PREFIX_TEST, each) for each in (ALICE, BOB, HOUSE, FAR)}


def held(name: str, holder: bytes, servicer: bytes) -> Account:
    """An account of somebody."""
    values = {name: getattr(account_of(name), name) for name in Account.__struct_fields__}
    return Account(**values | {"holder": holder, "servicer": servicer})


def line(number: int, amount: int, other: bytes | None, event: str = "moved") -> StatementLine:
    """In for a positive amount, out for a negative one."""
    return StatementLine(
        date=DATE,
        height=number,
        index=0,
        tx_id=bytes([number]) * 32,
        event=event,
        debit=max(0, -amount),
        credit=max(0, amount),
        balance=0,
        counterparty=other,
    )


COUPON = StatementPayment(
    date=DATE,
    height=5,
    tx_id=bytes([5]) * 32,
    security="PK0000000001",
    payment=1,
    kind="coupon",
    quantity=1,
    gross=9,
    withheld=0,
    tax_class=None,
)
LINES = {
    ALICE: (
        line(1, 100, HOUSE),
        line(2, -30, BOB),
        line(3, 40, None),
        line(3, -7, FAR),
        line(4, 50, None, "issued"),
        line(5, 9, None),
    ),
    BOB: (line(2, 30, ALICE), line(6, 8, FAR)),
}
ACCOUNTS = {
    ALICE: held("alice", bytes(16), BANK),
    BOB: held("bob", bytes(16), BANK),
    HOUSE: held("house", BANK, BANK),
    FAR: held("far", bytes(16), OTHER_BANK),
}


class Told:
    """What a node would answer."""

    def __init__(self) -> None:
        self.form = JsonForm(PREFIX_TEST)

    async def read(self, method: str, params: dict[str, object], *, of: type[T]) -> StateRead[T]:
        value: object
        if method == "asset_get":
            if params["asset"] not in ("DPKR", "PIB"):
                raise RpcFailed(method, {"code": 1, "message": "no such asset"})
            kind = AssetKind.CASH if params["asset"] == "DPKR" else AssetKind.FIXED
            value = AssetInfo(asset=asset(str(params["asset"]), kind), supply=0)
            return StateRead(context=CONTEXT, value=cast("T", value))
        address = decode(PREFIX_TEST, str(params["account"]))
        assert address is not None
        if address not in ACCOUNTS:
            raise RpcFailed(method, {"code": 1, "message": "no such account"})
        value = ACCOUNTS[address]
        if method == "account_getDatedStatement":
            value = DatedStatement(
                account=address,
                asset="DPKR",
                from_date=DATE,
                to_date=DATE,
                opening=0,
                credits=0,
                debits=0,
                closing=0,
                lines=LINES[address],
                payments=(COUPON,) if address == ALICE else (),
                liens=(),
                now=None,
            )
        return StateRead(context=CONTEXT, value=cast("T", value))


CLIENT = cast("Client", Told())


async def told(*accounts: bytes) -> list[tuple[int, int, str | None, int]]:
    """(block, amount, other, part) of each movement; an outgoing amount is negative."""
    texts = [TEXT[each] for each in accounts]
    found = await moves_between(CLIENT, BANK, texts, ("DPKR",), (DATE, DATE))
    return [(m.height, m.amount if m.comes_in else -m.amount, m.other, m.part) for m in found]


async def test_what_the_bank_gave_and_what_a_security_paid_are_no_movements() -> None:
    assert await told(ALICE) == [
        (2, -30, TEXT[BOB], 1),
        (3, 40, None, 1),
        (3, -7, TEXT[FAR], 2),
    ]


async def test_between_two_accounts_of_a_case_a_movement_is_told_once() -> None:
    assert await told(BOB) == [(2, 30, TEXT[ALICE], 1), (6, 8, TEXT[FAR], 1)]
    assert [found[:2] for found in await told(ALICE, BOB)] == [(2, -30), (3, 40), (3, -7), (6, 8)]


async def test_an_account_of_others_is_named_by_its_place() -> None:
    await check_accounts(CLIENT, BANK, [TEXT[ALICE], TEXT[HOUSE]])
    nowhere = encode(PREFIX_TEST, address_of("nowhere"))
    for text in (TEXT[FAR], nowhere, "words"):
        with pytest.raises(NotCollected, match=r"accounts\[1\]") as caught:
            await check_accounts(CLIENT, BANK, [TEXT[ALICE], text])
        assert text not in str(caught.value)


async def test_only_money_of_the_reported_currency_is_added_up() -> None:
    await check_assets(CLIENT, ["DPKR"], "PKR")
    for name, currency, words in (
        ("DPKR", "USD", "not money of USD"),
        ("PIB", "PKR", "not money of PKR"),
        ("XYZ", "PKR", "no asset"),
    ):
        with pytest.raises(NotCollected, match=rf"assets\[0\]: {words}"):
            await check_assets(CLIENT, [name], currency)
