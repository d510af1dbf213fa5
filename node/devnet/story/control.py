"""A step about control: an authority freezes, a transfer is refused by name, then allowed."""

from __future__ import annotations

import hashlib

from node.devnet.cast import ALICE, BANK_2, BOB, COIN, FIU, SUPERVISOR
from node.devnet.story.stage import Stage, require
from tokens.ops.freezes import Freeze, LiftFreeze
from tokens.ops.transfer import Transfer
from tokens.records.holdings import LegalBasis

ORDER = hashlib.sha256(b"order 1/2026").digest()
AMOUNT = 1_000_00


async def freeze(stage: Stage) -> str:
    """By one authority; another one cannot lift it."""
    before = await stage.balance(BOB, COIN)
    basis = LegalBasis(authority="High Court", order_no="1/2026", sha256=ORDER)
    order = Freeze(
        order_id=ORDER,
        account=BOB.address,
        asset=None,
        amount=None,
        expires_on=None,
        basis=basis,
    )
    payment = Transfer(
        asset=COIN,
        source=BOB.address,
        target=ALICE.address,
        amount=AMOUNT,
        end_to_end_ref="rent",
    )
    await stage.act(SUPERVISOR, order)
    refused = await stage.act(BANK_2, payment, expect="ACCOUNT_FROZEN")
    await stage.expect_balance(BOB, COIN, before.balance)
    await stage.act(FIU, LiftFreeze(order_id=ORDER), expect="NOT_THE_AUTHORITY")
    await stage.act(SUPERVISOR, LiftFreeze(order_id=ORDER))
    await stage.act(BANK_2, payment)
    after = await stage.balance(BOB, COIN)
    require(after.balance == before.balance - AMOUNT, "the transfer after the freeze")
    require(after.available == after.balance, "nothing is frozen any more")
    return f"transfer refused with {refused.symbol} ({refused.code}) on all nodes, then allowed"
