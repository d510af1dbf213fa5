"""Operations with the usual values filled in."""

import datetime as dt

from tests.tokens.ops.world import CBM, World, address
from tokens.finance.calendar import BusinessDayConvention
from tokens.finance.daycount import DayCount
from tokens.finance.isin import isin_check_digit
from tokens.finance.lei import lei_check_digits
from tokens.finance.yield_basis import Compounding, LastPeriod
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.settlement import (
    ApproveBatch,
    InstructBatch,
    LegAccount,
    instruction_digest,
)
from tokens.ops.transfer import Transfer
from tokens.records.day import BUSINESS_DAY
from tokens.records.instruments import InstrumentTerms, TaxBase
from tokens.records.settlement import ISSUANCE, Leg
from tokens.types import AssetKind

ISIN = "PK000000001" + isin_check_digit("PK000000001")
LEI = "529900TESTMOHUR000" + lei_check_digits("529900TESTMOHUR000")
FACE = 10_000_000
"""PKR 100,000 in paisa."""


def terms(**changes: object) -> InstrumentTerms:
    """A bond of three years: 11.5 percent, semi-annual, ACT/ACT ICMA."""
    values: dict[str, object] = {
        "kind": AssetKind.FIXED,
        "isin": ISIN,
        "cfi": "DBFTFR",
        "issuer_lei": LEI,
        "name": "PIB 3 years",
        "currency": "PKR",
        "denomination": FACE,
        "increment": FACE,
        "max_supply": 10_000 * FACE,
        "issue_date": dt.date(2025, 7, 17),
        "dated_date": dt.date(2025, 7, 17),
        "maturity_date": dt.date(2028, 7, 17),
        "coupon_rate_e6": 115_000,
        "freq": 2,
        "first_coupon": None,
        "last_regular_coupon": None,
        "roll_day": 17,
        "accrual_daycount": DayCount.ACT_ACT_ICMA,
        "yield_daycount": DayCount.ACT_ACT_ICMA,
        "yield_compounding": Compounding.SEMI,
        "bdc": BusinessDayConvention.FOLLOWING,
        "adjust_accrual": False,
        "adjust_yield": False,
        "last_period": LastPeriod.SIMPLE,
        "settlement_asset": CBM,
        "treasury_account": address("treasury/main"),
        "calendar_id": "PK",
        "record_offset_bd": 2,
        "kyc_tier_min": 1,
        "tax_profile": "pk",
        "tax_base": TaxBase.COUPON,
        "floating": None,
        "calls": (),
        "puts": (),
        "amortisations": (),
        "grace_days": 3,
        "terms_hash": bytes(32),
        "mutable_fields": ("name", "treasury_account"),
    }
    return InstrumentTerms(**(values | changes))  # type: ignore[arg-type]


def fund(world: World, account: str, amount: int) -> None:
    """Central-bank money from nowhere, with a reference of its own."""
    reference = f"RTGS-{world.height}"
    world.act(
        "central", CbIssue(asset=CBM, target=address(account), amount=amount, rtgs_ref=reference)
    )


def transfer(asset: str, source: str, target: str, amount: int) -> Transfer:
    """By names."""
    return Transfer(
        asset=asset,
        source=address(source),
        target=address(target),
        amount=amount,
        end_to_end_ref="",
    )


def bond(world: World, **changes: object) -> str:
    """Create and approve a bond."""
    made = terms(**changes)
    world.act("treasury", CreateInstrument(terms=made))
    world.act(
        "treasury+central", ApproveInstrument(asset=made.isin, terms_digest=terms_digest(made))
    )
    return made.isin


def leg(
    asset: str, quantity: int, giver: str, taker: str, source: str | None, target: str | None
) -> Leg:
    """By names; source "*" = issuance."""
    named = ISSUANCE if source == "*" else None if source is None else address(source)
    return Leg(
        asset=asset,
        quantity=quantity,
        giver=address(giver),
        taker=address(taker),
        source=named,
        target=None if target is None else address(target),
    )


def instruct(world: World, batch_id: str, *legs: Leg, **changes: object) -> InstructBatch:
    """A batch for today."""
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    values: dict[str, object] = {
        "batch_id": batch_id,
        "trade_date": day.date,
        "isd": day.date,
        "expires_on": day.date + dt.timedelta(days=7),
        "legs": legs,
        "trade_ref": "",
        "uti": "",
        "priority": 0,
        "automatic": False,
    }
    return InstructBatch(**(values | changes))  # type: ignore[arg-type]


def dvp(
    world: World,
    batch_id: str,
    seller: tuple[str, str | None, str],
    buyer: tuple[str, str],
    asset: str,
    face: int,
    price: int,
) -> tuple[InstructBatch, ApproveBatch]:
    """A sale: (seller, securities account or None = issuance, cash account), (buyer, account)."""
    party, securities, cash = seller
    other, account = buyer
    operation = instruct(
        world,
        batch_id,
        leg(asset, face, party, other, "*" if securities is None else securities, None),
        leg(CBM, price, other, party, None, cash),
    )
    approval = ApproveBatch(
        initiator=address(party),
        batch_id=batch_id,
        digest=instruction_digest(address(party), operation),
        accounts=(
            LegAccount(leg=0, gives=False, account=address(account)),
            LegAccount(leg=1, gives=True, account=address(account)),
        ),
    )
    return operation, approval


def trade(
    world: World,
    batch_id: str,
    seller: tuple[str, str | None, str],
    buyer: tuple[str, str],
    asset: str,
    face: int,
    price: int,
) -> None:
    """Instruct, match, allocate, settle."""
    operation, approval = dvp(world, batch_id, seller, buyer, asset, face, price)
    name = address(seller[0])
    step = AllocateBatch(initiator=name, batch_id=batch_id)
    world.act(seller[0], operation)
    world.act(buyer[0], approval)
    if seller[1] is not None:
        world.act(seller[0], step)
    world.act(buyer[0], step)
    world.act(buyer[0], SettleBatch(initiator=name, batch_id=batch_id))


def issue(world: World, asset: str, bank: str, account: str, face: int, price: int) -> None:
    """Subscription against payment."""
    seller = ("treasury", None, "treasury/main")
    trade(world, f"ISSUE-{world.height}", seller, (bank, account), asset, face, price)


def give(world: World, asset: str, bank: str, account: str, face: int) -> None:
    """Units issued free of payment."""
    given = leg(asset, face, "treasury", bank, "*", None)
    operation = instruct(world, f"GIVEN-{world.height}", given)
    world.act("treasury", operation)
    step = {"initiator": address("treasury"), "batch_id": operation.batch_id}
    approval = ApproveBatch(
        **step,  # type: ignore[arg-type]
        digest=instruction_digest(address("treasury"), operation),
        accounts=(LegAccount(leg=0, gives=False, account=address(account)),),
    )
    world.act(bank, approval)
    world.act("treasury", SettleBatch(**step))  # type: ignore[arg-type]


def go_to(world: World, date: dt.date) -> None:
    """Close the open date and open another, at once."""
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    if day.open:
        world.act("central", CloseDay(date=day.date))
    world.act("central", OpenDay(date=date))


def walk_to(world: World, date: dt.date) -> None:
    """Close and open each business date on the way."""
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    step = day.date
    while step < date:
        step += dt.timedelta(days=1)
        if step.weekday() < 5:
            go_to(world, step)
