"""A class of gold bars: issuer, vault, an attestor of neither, and holders."""

import datetime as dt

import msgspec

from tests.tokens.ops.build import fund
from tests.tokens.ops.world import CBM, START, World, address
from tokens.lookup import require
from tokens.ops.commodities import DefineCommodity, MintReceipts
from tokens.ops.deliveries import CancelDelivery, ConfirmDelivery, RequestDelivery
from tokens.ops.lots import AttestLot
from tokens.records.commodities import (
    COMMODITY,
    DELIVERY,
    LOT,
    Commodity,
    CommodityUnit,
    Delivery,
    Lot,
)
from tokens.records.parties import PARTICIPANT, Participant
from tokens.reserve import is_breached
from tokens.types import Role

GOLD = "XAU-KHI"
BAR = 1_000
"""Delivery unit, in milligrams."""
AHEAD = START + dt.timedelta(days=30)
DEFINERS = "treasury+central+issuer"

DEFINE = DefineCommodity(
    asset=GOLD,
    name="Gold at Karachi",
    currency="PKR",
    issuer=address("issuer"),
    unit=CommodityUnit.MILLIGRAM,
    specification="995 fine or better",
    vault=address("vault"),
    settlement_asset=CBM,
    delivery_unit=BAR,
    max_supply=10**9,
    kyc_tier_min=1,
)


def party(world: World, name: str, *roles: Role, group: str = "") -> None:
    """A participant."""
    bank = world.state.get(PARTICIPANT, address("bank_a"))
    assert bank is not None
    made = msgspec.structs.replace(
        bank, id=address(name), name=name, control_group=group or name, roles=roles
    )
    world.state.put(PARTICIPANT, made)
    assert isinstance(made, Participant)


def attest(lot_id: str = "BAR-1", fine: int = 5_000, **changes: object) -> AttestLot:
    """A bar of 5,000 mg for 30 days."""
    made = AttestLot(
        asset=GOLD,
        lot_id=lot_id,
        grade="995",
        gross=fine + 25,
        fine=fine,
        assay_hash=bytes([1]) * 32,
        custodian_lei="",
        insurance_hash=bytes([2]) * 32,
        attest_expiry=AHEAD,
    )
    return msgspec.structs.replace(made, **changes)


def receipts(amount: int, target: str = "a/main", **changes: object) -> MintReceipts:
    """For bank_a."""
    made = MintReceipts(asset=GOLD, target=address(target), amount=amount)
    return msgspec.structs.replace(made, **changes)


def request(amount: int, **changes: object) -> RequestDelivery:
    """By bank_a, within ten days."""
    made = RequestDelivery(
        asset=GOLD,
        account=address("a/main"),
        cash_account=address("a/second"),
        amount=amount,
        expires_on=START + dt.timedelta(days=10),
    )
    return msgspec.structs.replace(made, **changes)


def confirm(number: int = 1, source: str = "issuer/main", **changes: object) -> ConfirmDelivery:
    """By the vault, and the issuer if it pays."""
    made = ConfirmDelivery(
        asset=GOLD, number=number, cash_source=address(source), receipt_hash=bytes([3]) * 32
    )
    return msgspec.structs.replace(made, **changes)


def give_up(number: int = 1) -> CancelDelivery:
    """By holder or issuer."""
    return CancelDelivery(asset=GOLD, number=number)


def vault_world() -> World:
    """Three bars attested, 12,000 mg in all; bank_a has receipts for 10,000."""
    world = World()
    party(world, "vault")
    party(world, "attestor", Role.COMMODITY_ATTESTOR)
    party(world, "friend", Role.COMMODITY_ATTESTOR, group="issuer")
    world.account("issuer/main", "issuer", "issuer")
    fund(world, "issuer/main", 10**9)
    world.act(DEFINERS, DEFINE)
    world.act("attestor", attest("BAR-1", 5_000))
    world.act("attestor", attest("BAR-2", 4_000))
    world.act("attestor", attest("BAR-3", 3_000))
    world.act("issuer", receipts(10_000))
    return world


def lot(world: World, lot_id: str = "BAR-1") -> Lot:
    """As it stands."""
    return require(world.state, LOT, GOLD, lot_id)


def commodity(world: World) -> Commodity:
    """The class."""
    return require(world.state, COMMODITY, GOLD)


def delivery(world: World, number: int = 1) -> Delivery:
    """As it stands."""
    return require(world.state, DELIVERY, GOLD, number)


def breached(world: World) -> bool:
    """Whether the class is in BREACH."""
    return is_breached(world.state, GOLD)
