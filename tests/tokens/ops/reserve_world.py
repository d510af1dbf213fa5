"""A stablecoin of ten million whose reserve may hold a bill, a dealer that has bills, and marks."""

import datetime as dt

import msgspec

from tests.tokens.ops.build import fund, go_to, issue
from tests.tokens.ops.kinds import terms_of
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, mint
from tests.tokens.ops.world import CBM, PKRS, START, World, address
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.reserve_policies import SetReservePolicy
from tokens.ops.reserves import ReserveAdd, ReserveSwap, ReserveTake
from tokens.records.cash import CASH_ASSET
from tokens.records.day import BUSINESS_DAY
from tokens.records.instruments import InstrumentTerms
from tokens.records.proposals import GRANT
from tokens.reserve import is_breached, reserve_value
from tokens.types import AssetKind

SUPPLY = 10_000_000
BILL = terms_of(AssetKind.BILL).isin
PRICE = 960_000
"""Per 100, x 10^4: 96 rupees."""
WEDNESDAY = START + dt.timedelta(days=1)
BOTH = "issuer+bank_b"
POLICY = SetReservePolicy(
    asset=PKRS, haircut_bps=200, residual_days_max=400, concentration_bps=6_000, buffer_bps=100
)


def bill(**changes: object) -> InstrumentTerms:
    """Half a year from today, without tax."""
    values: dict[str, object] = {
        "issue_date": START,
        "dated_date": START,
        "tax_profile": "none",
        "kyc_tier_min": 0,
    }
    return terms_of(AssetKind.BILL, **(values | changes))


def list_bill(world: World, made: InstrumentTerms) -> None:
    """Create and approve."""
    world.act("treasury", CreateInstrument(terms=made))
    digest = terms_digest(made)
    world.act("treasury+central", ApproveInstrument(asset=made.isin, terms_digest=digest))


def marks(world: World, price_e4: int = PRICE, asset: str = BILL) -> SetMarks:
    """Of the open date."""
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    entry = MarkEntry(asset=asset, price_e4=price_e4, dirty=True)
    return SetMarks(for_date=day.date, marks=(entry,))


def reserve_world(made: InstrumentTerms | None = None) -> World:
    """10,000,000 tokens with bank_a against money; bank_b has 20,000,000 of the bill, marked."""
    world = World()
    world.account("issuer/main", "issuer", "issuer")
    world.act("issuer+central", DEFINE)
    power = msgspec.structs.replace(
        GRANT_OF_A, cap_call=10 * SUPPLY, cap_day=10 * SUPPLY, cap_total=10 * SUPPLY
    )
    world.state.put(GRANT, power)
    for account in ("a/main", "b/main", "issuer/main", "treasury/main"):
        fund(world, account, 3 * SUPPLY)
    world.act("bank_a", mint(SUPPLY))
    made = bill() if made is None else made
    list_bill(world, made)
    issue(world, made.isin, "bank_b", "b/main", 2 * SUPPLY, 2 * SUPPLY * 96 // 100)
    world.act("issuer+central", POLICY)
    world.act("marker", marks(world, asset=made.isin))
    go_to(world, WEDNESDAY)
    return world


def swap(face: int = 5_000_000, money: int = 4_800_000, **changes: object) -> ReserveSwap:
    """Money of the reserve for a bill of bank_b."""
    made = ReserveSwap(
        asset=PKRS,
        out=CBM,
        out_amount=money,
        into=BILL,
        into_amount=face,
        account=address("b/main"),
    )
    return msgspec.structs.replace(made, **changes)


def add(amount: int, into: str = CBM, source: str = "issuer/main") -> ReserveAdd:
    """By the issuer."""
    return ReserveAdd(asset=PKRS, into=into, amount=amount, source=address(source))


def take(amount: int, out: str = CBM, target: str = "issuer/main") -> ReserveTake:
    """By the issuer and the central bank."""
    return ReserveTake(asset=PKRS, out=out, amount=amount, target=address(target))


def value(world: World) -> int:
    """Of the reserve."""
    cash = world.state.get(CASH_ASSET, PKRS)
    assert cash is not None
    return reserve_value(world.state, cash)


def breached(world: World) -> bool:
    """Whether the coin is in BREACH."""
    return is_breached(world.state, PKRS)


def swapped() -> World:
    """The reserve holds 5,000,000 of the bill and covers the supply by 4,000."""
    world = reserve_world()
    world.act("issuer", add(100_000))
    world.act(BOTH, swap())
    return world


def in_breach() -> World:
    """The bill was marked down by three rupees: below the supply."""
    world = swapped()
    world.act("marker", marks(world, 930_000))
    go_to(world, WEDNESDAY + dt.timedelta(days=1))
    assert breached(world)
    return world
