"""A sale that is told in messages only, on a real ledger: instructed, agreed, paid, confirmed."""

import datetime as dt

from node.iso20022 import pacs_009, sese_023, sese_024, sese_025
from node.iso20022.directory import Directory
from node.iso20022.outgoing import text_of
from node.iso20022.trade import Trade, trade_of
from tests.node.iso20022.case import PREFIX, operation_in
from tests.tokens.ops.build import FACE, bond, dvp, fund, issue
from tests.tokens.ops.world import CBM, PEOPLE, World, address
from tokens.lookup import require
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.settlement import instruction_digest
from tokens.records.instruments import ASSET
from tokens.records.parties import PARTICIPANT
from tokens.records.settlement import BATCH, Batch, BatchStatus

CREATED = dt.datetime(2026, 7, 3, 9, 30, tzinfo=dt.UTC)


def _directory(world: World, isin: str) -> Directory:
    return Directory(
        prefix=PREFIX,
        participants={
            address(name): require(world.state, PARTICIPANT, address(name)) for name in PEOPLE
        },
        assets={name: require(world.state, ASSET, name) for name in (isin, CBM)},
        minor_digits={"PKR": 2},
    )


def test_a_sale_in_messages_settles_on_the_ledger() -> None:
    world = World()
    for account in ("a/main", "b/main"):
        fund(world, account, 100 * FACE)
    isin = bond(world)
    issue(world, isin, "bank_a", "a/main", 50 * FACE, 50 * FACE)
    directory = _directory(world, isin)
    seller, buyer = address("bank_a"), address("bank_b")
    operation, approval = dvp(
        world, "T", ("bank_a", "a/main", "a/main"), ("bank_b", "b/main"), isin, 2 * FACE, FACE
    )

    def now() -> Batch:
        return require(world.state, BATCH, seller, "T")

    def trade(batch: Batch, party: bytes) -> Trade:
        return trade_of(directory, batch, party)

    world.act("bank_a", operation)
    first = text_of(sese_023.MESSAGE, sese_023.written(directory, trade(now(), seller)))
    again = operation_in(directory, first)
    assert instruction_digest(seller, again) == now().digest  # type: ignore[arg-type]

    # The buyer's own system makes the receiver's message of what it knows: its own accounts.
    agreed = World()
    for account in ("a/main", "b/main"):
        fund(agreed, account, 100 * FACE)
    bond(agreed)
    issue(agreed, isin, "bank_a", "a/main", 50 * FACE, 50 * FACE)
    agreed.act("bank_a", operation)
    agreed.act("bank_b", approval)
    known = require(agreed.state, BATCH, seller, "T")
    second = text_of(sese_023.MESSAGE, sese_023.written(directory, trade(known, buyer)))
    assert operation_in(directory, second, now()) == approval
    world.act("bank_b", operation_in(directory, second, now()))
    assert now().status is BatchStatus.MATCHED

    paid = text_of(pacs_009.MESSAGE, pacs_009.written(directory, now(), CREATED))
    world.act("bank_b", operation_in(directory, paid, now()))
    status = sese_024.written(sese_024.advice_of(trade(now(), buyer), now().isd))
    assert status.text_at("SttlmSts/Pdg/Rsn/Cd/Cd") == "AWSH"
    world.act("bank_a", AllocateBatch(initiator=seller, batch_id="T"))
    world.act("bank_a", SettleBatch(initiator=seller, batch_id="T"))
    assert world.balance(isin, "b/main") == 2 * FACE

    told = sese_025.confirmation_of(directory, trade(now(), buyer), now().isd)
    confirmed = sese_025.written(directory, told)
    text_of(sese_025.MESSAGE, confirmed)
    assert confirmed.text_at("SttldAmt/CdtDbtInd") == "DBIT"
