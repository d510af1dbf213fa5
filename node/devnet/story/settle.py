"""A sale as a settlement batch: instructed, approved, allocated by both, settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from node.devnet.cast import Book, Party
from node.devnet.story.stage import Stage
from node.sdk.schema.common import Receipt
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.settlement import (
    ApproveBatch,
    InstructBatch,
    LegAccount,
    instruction_digest,
)
from tokens.records.settlement import ISSUANCE, Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Securities against money between two institutions, for themselves or their clients."""

    batch_id: str
    seller: Party
    securities: Book | None
    """Account debited; None: the seller issues."""
    cash: Book
    """Account of the seller that is paid."""
    buyer: Party
    account: Book
    """Account of the buyer, for both legs."""
    asset: str
    face: int
    money: str
    price: int


async def settle_sale(stage: Stage, sale: Sale, on: dt.date) -> Receipt:
    """All steps; the receipt of the settlement."""
    instruction = _instruction(sale, on)
    allocate = AllocateBatch(initiator=sale.seller.address, batch_id=sale.batch_id)
    await stage.act(sale.seller, instruction)
    approval = ApproveBatch(
        initiator=sale.seller.address,
        batch_id=sale.batch_id,
        digest=instruction_digest(sale.seller.address, instruction),
        accounts=(
            LegAccount(leg=0, gives=False, account=sale.account.address),
            LegAccount(leg=1, gives=True, account=sale.account.address),
        ),
    )
    await stage.act(sale.buyer, approval, allocate)
    if sale.securities is not None:
        await stage.act(sale.seller, allocate)
    settle = SettleBatch(initiator=sale.seller.address, batch_id=sale.batch_id)
    return await stage.act(sale.buyer, settle)


def _instruction(sale: Sale, on: dt.date) -> InstructBatch:
    securities = ISSUANCE if sale.securities is None else sale.securities.address
    delivery = Leg(
        asset=sale.asset,
        quantity=sale.face,
        giver=sale.seller.address,
        taker=sale.buyer.address,
        source=securities,
        target=None,
    )
    payment = Leg(
        asset=sale.money,
        quantity=sale.price,
        giver=sale.buyer.address,
        taker=sale.seller.address,
        source=None,
        target=sale.cash.address,
    )
    return InstructBatch(
        batch_id=sale.batch_id,
        trade_date=on,
        isd=on,
        expires_on=on + dt.timedelta(days=7),
        legs=(delivery, payment),
        trade_ref="",
        uti="",
        priority=0,
        automatic=False,
    )
