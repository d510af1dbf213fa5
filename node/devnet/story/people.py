"""Steps about people: a licence, money coming in, a court order carried out, a lost key."""

from __future__ import annotations

import datetime as dt
import hashlib

from node.devnet.card import address_text
from node.devnet.cast import (
    ALICE,
    BANK_1,
    BANK_1_ACCOUNT,
    BANK_2,
    BANK_3,
    BOB,
    CAROL,
    CENTRAL_BANK,
    CHAIN_ID,
    COIN,
    SUPERVISOR,
    TREASURY_ACCOUNT,
)
from node.devnet.story.stage import Stage, require, rupees
from node.sdk.wallet import Wallet
from node.signing import Signer, dev_seed
from tokens.events import RampOpened
from tokens.ops.control import ForceTransfer
from tokens.ops.freezes import Freeze
from tokens.ops.licences import AdvanceLicence, ApplyLicence, GrantLicence
from tokens.ops.on_ramp_ends import CreditRamp
from tokens.ops.on_ramps import OpenOnRamp, ReceiveRamp, ScreeningStep, ScreenRamp
from tokens.ops.recovery import RecoverAccount
from tokens.ops.transfer import Transfer
from tokens.records.holdings import LegalBasis
from tokens.records.licences import Licence
from tokens.records.parties import KeyPolicy
from tokens.records.ramps import Rail, RampPurpose
from tokens.types import LicenceCategory, LicencePhase

CAME_IN = 1_000_000_00
FEE = 50_00
RENT = 25_000_00
SEIZED = 2_000_000_00
ORDER = hashlib.sha256(b"order 2/2026").digest()
RECOVERY_DAYS = 3
"""recovery_delay_days of the genesis, business days."""


async def licence(stage: Stage) -> str:
    """An exchange goes from its application to its licence; no phase can be left out."""
    who = BANK_3.address
    await stage.act(BANK_3, ApplyLicence(institution=who, categories=LicenceCategory.EXCHANGE))
    grant = GrantLicence(
        institution=who,
        categories=LicenceCategory.EXCHANGE,
        expires_on=stage.day + dt.timedelta(days=300),
    )
    early = await stage.refused(SUPERVISOR, [CENTRAL_BANK], grant)
    for phase in (LicencePhase.NOC, LicencePhase.AML_REGISTERED, LicencePhase.INCORPORATED):
        number = "" if phase is LicencePhase.NOC else f"2026/{phase:03}"
        await stage.act(SUPERVISOR, AdvanceLicence(institution=who, phase=phase, number=number))
    await stage.together(SUPERVISOR, [CENTRAL_BANK], grant)
    held = await stage.read("licence_get", Licence, {"institution": address_text(who)})
    require(held.phase is LicencePhase.LICENSED, f"the licence is {held.phase.name}")
    return f"applied, NOC, AML registered, incorporated, licensed; a licence too early gave {early}"


async def on_ramp(stage: Stage) -> str:
    """Rupees at a bank become coins of a client, once, after screening; the client pays."""
    before, paid = await stage.balance(ALICE, COIN), await stage.balance(BOB, COIN)
    supply = await stage.supply(COIN)
    opened = await stage.act(
        BANK_1,
        OpenOnRamp(
            asset=COIN,
            account=ALICE.address,
            bank=BANK_1.address,
            purpose=RampPurpose.CUSTOMER,
            amount=CAME_IN,
            fee_max=FEE,
            outside=hashlib.sha256(b"PK36SCBL0000001123456702 and a salt").digest(),
            expires_on=stage.day + dt.timedelta(days=7),
        ),
    )
    ramp = next(event.ramp for event in opened.events if isinstance(event, RampOpened))
    received = ReceiveRamp(
        ramp=ramp,
        rail=Rail.INSTANT,
        reference_hash=hashlib.sha256(b"RAAST/2026/77").digest(),
        amount=CAME_IN,
    )
    await stage.act(BANK_1, received, ScreenRamp(ramp=ramp, step=ScreeningStep.BEGIN))
    await stage.act(BANK_1, ScreenRamp(ramp=ramp, step=ScreeningStep.CLEAR))
    credit = CreditRamp(ramp=ramp, source=BANK_1_ACCOUNT.address, amount=CAME_IN - FEE, fee=FEE)
    await stage.act(BANK_1, credit)
    await stage.act(BANK_1, pay(ALICE.address, BOB.address, RENT, "rent January"))
    await stage.expect_balance(ALICE, COIN, before.balance + CAME_IN - FEE - RENT)
    await stage.expect_balance(BOB, COIN, paid.balance + RENT)
    require(await stage.supply(COIN) == supply, "a ramp has minted")
    return (
        f"{rupees(CAME_IN)} rupees screened and credited less a fee of {rupees(FEE)}; alice pays "
        f"bob {COIN} {rupees(RENT)}; the supply did not change: the coins were the bank's"
    )


def pay(source: bytes, target: bytes, amount: int, reference: str) -> Transfer:
    """Coins of one account to another."""
    return Transfer(
        asset=COIN, source=source, target=target, amount=amount, end_to_end_ref=reference
    )


async def seizure(stage: Stage) -> str:
    """A court's order freezes an amount; only with the central bank can it be carried out."""
    before, taken = await stage.balance(BOB, COIN), await stage.balance(TREASURY_ACCOUNT, COIN)
    order = Freeze(
        order_id=ORDER,
        account=BOB.address,
        asset=COIN,
        amount=SEIZED,
        expires_on=None,
        basis=LegalBasis(authority="High Court", order_no="2/2026", sha256=ORDER),
    )
    await stage.act(SUPERVISOR, order)
    await stage.act(BANK_2, pay(BOB.address, ALICE.address, 1_00, "what is free stays free"))
    force = ForceTransfer(
        order_id=ORDER, asset=COIN, amount=SEIZED, target=TREASURY_ACCOUNT.address
    )
    alone = await stage.act(SUPERVISOR, force, expect="ROLE_REQUIRED")
    await stage.together(CENTRAL_BANK, [SUPERVISOR], force, named=[SUPERVISOR])
    after = await stage.balance(BOB, COIN)
    require(after.balance == before.balance - SEIZED - 1_00, f"bob has {after.balance}")
    require(after.frozen == 0, "the order is not used up")
    await stage.expect_balance(TREASURY_ACCOUNT, COIN, taken.balance + SEIZED)
    return (
        f"{COIN} {rupees(SEIZED)} seized and the order used up; by one authority alone it gave "
        f"{alone.symbol}"
    )


async def lost_key(stage: Stage) -> str:
    """New keys for an account after three business days; the account and its units stay."""
    new = Signer.from_seed(dev_seed("carol-1"))
    old = Wallet(CAROL.address, (Signer.from_seed(dev_seed(CAROL.name)),), CHAIN_ID)
    await stage.act(BANK_1, pay(BANK_1_ACCOUNT.address, CAROL.address, RENT, "salary"))
    recover = RecoverAccount(
        account=CAROL.address,
        policy=KeyPolicy(threshold=1, keys=(new.public_key,)),
        evidence=hashlib.sha256(b"passport seen at the branch").digest(),
    )
    await stage.together(BANK_1, [CENTRAL_BANK], recover)
    back = pay(CAROL.address, BANK_1_ACCOUNT.address, 1_00, "one rupee")
    waiting = await stage.send("carol", old, back, expect="RECOVERY_OPEN")
    for _ in range(RECOVERY_DAYS):
        await stage.go_to(stage.next_business_date())
    await stage.expect_balance(CAROL, COIN, RENT)
    await stage.send("carol", Wallet(CAROL.address, (new,), CHAIN_ID), back)
    await stage.expect_balance(CAROL, COIN, RENT - 1_00)
    return (
        f"while the recovery was open nothing left the account ({waiting.symbol}); after "
        f"{RECOVERY_DAYS} business days the new key signs, and every unit is still there"
    )
