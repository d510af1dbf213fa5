"""Rules of the market: what is issued, how it is auctioned, what a reserve keeps."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.auction_world import (
    AUCTION_DAY,
    BOTH,
    NCB_TERMS,
    SETTLES,
    auction_terms,
    populate,
)
from tests.tokens.ops.build import FACE, ISIN, bond, go_to, terms
from tests.tokens.ops.reserve_world import POLICY, WEDNESDAY, reserve_world
from tests.tokens.ops.test_rules import RULERS, end_of
from tests.tokens.ops.world import CBM, START, World
from tokens import market_rules
from tokens.finance.daycount import DayCount
from tokens.ops import reserve_policies
from tokens.ops.auctions import AnnounceAuction
from tokens.ops.instruments import CreateInstrument
from tokens.ops.rules import SetRule
from tokens.records.auctions import AuctionMethod, AuctionType
from tokens.records.market_rules import (
    MARKET,
    AuctionRow,
    AuctionRule,
    IssueRow,
    IssueRule,
    NcbRow,
    ReserveRule,
)
from tokens.records.persons import HOLDER_BOOK
from tokens.records.rules import RULE, RULE_TABLE, HolderCapRule, RuleBody
from tokens.results import Code, Refusal
from tokens.types import AssetKind

ROW = IssueRow(
    name="pib",
    kind=AssetKind.FIXED,
    denomination=FACE,
    tenor_days=(),
    tenor_years=(3, 5),
    freq=2,
    accrual=DayCount.ACT_ACT_ICMA,
    method=AuctionMethod.MULTIPLE,
    holder_share_e6=None,
)
NCB_ROW = NcbRow(
    cap_bps=NCB_TERMS.cap_bps,
    cap_min=NCB_TERMS.cap_min,
    cap_max=NCB_TERMS.cap_max,
    excluded_classes=NCB_TERMS.excluded_classes,
)
AUCTIONS = AuctionRow(
    method=AuctionMethod.MULTIPLE,
    settle_days=1,
    tick=1,
    fill_first=5 * FACE,
    prorata_step=5 * FACE,
    ncb=NCB_ROW,
)
RESERVE = ReserveRule(
    haircut_bps_min=200, residual_days_max=400, concentration_bps_max=6_000, buffer_bps_min=100
)


def issues(**changes: object) -> IssueRule:
    return IssueRule(rows=(msgspec.structs.replace(ROW, **changes),))


def create(**changes: object) -> CreateInstrument:
    return CreateInstrument(terms=terms(**changes))


@pytest.mark.parametrize(
    "change",
    [
        {"maturity_date": dt.date(2029, 7, 17)},
        {"denomination": 2 * FACE},
        {"denomination": 2 * FACE, "increment": 2 * FACE},
        {"freq": 4},
        {"accrual_daycount": DayCount.ACT_365F},
    ],
    ids=str,
)
def test_what_fits_no_row_is_not_issued(change: dict[str, object]) -> None:
    world = World()
    world.act(RULERS, SetRule(id="issues", asset=None, body=issues(), effective_on=START))
    world.refuse(Code.AGAINST_RULE, "treasury", create(**change))
    world.act("treasury", create())
    world.act(RULERS, end_of("issues"))
    world.act("treasury", create(isin="PK0000000023", **change))


def test_tenors_are_days_or_years_and_29_february_is_the_28th() -> None:
    world = World()
    leap = {"issue_date": dt.date(2028, 2, 29), "dated_date": dt.date(2028, 2, 29), "roll_day": 31}
    world.act(RULERS, SetRule(id="issues", asset=None, body=issues(), effective_on=START))
    later = create(maturity_date=dt.date(2031, 8, 31), **leap)
    world.refuse(Code.AGAINST_RULE, "treasury", later)
    world.act("treasury", create(maturity_date=dt.date(2031, 2, 28), **leap))
    other = create(isin="PK0000000023")
    for days, code in ((1_097, Code.AGAINST_RULE), (1_096, Code.OK)):
        body = issues(tenor_years=(), tenor_days=(days,))
        world.act(RULERS, SetRule(id="issues", asset=None, body=body, effective_on=START))
        assert world.attempt("treasury", other) is code


def test_a_row_with_a_share_gives_the_instrument_its_holder_cap() -> None:
    world = World()
    body = issues(holder_share_e6=100_000)
    world.act(RULERS, SetRule(id="issues", asset=None, body=body, effective_on=START))
    world.act("treasury", create())
    cap = world.state.get(RULE, f"cap-{ISIN.lower()}")
    assert cap is not None
    wanted = HolderCapRule(amount_max=None, share_e6=100_000, holders_max=None)
    assert (cap.asset, cap.version, cap.body) == (ISIN, 1, wanted)
    assert world.state.get(HOLDER_BOOK, ISIN) is not None
    taken = SetRule(id="cap-pk0000000023", asset=CBM, body=wanted, effective_on=START)
    world.act(RULERS, taken)
    world.refuse(Code.ALREADY_EXISTS, "treasury", create(isin="PK0000000023"))


def test_of_two_rules_with_a_share_the_smaller_one_is_the_cap() -> None:
    """An instrument fits a row of each rule: none of them is passed over."""
    world = World()
    for name, share in (("a-wide", 500_000), ("b-narrow", 100_000)):
        body = issues(holder_share_e6=share)
        world.act(RULERS, SetRule(id=name, asset=None, body=body, effective_on=START))
    world.act("treasury", create())
    cap = world.state.get(RULE, f"cap-{ISIN.lower()}")
    assert cap is not None
    assert cap.body == HolderCapRule(amount_max=None, share_e6=100_000, holders_max=None)


def auction_world(*bodies: tuple[str, RuleBody]) -> World:
    """The auction day, a bond that is approved, rules of the market."""
    world = World()
    populate(world)
    bond(world)
    go_to(world, AUCTION_DAY)
    for name, body in bodies:
        world.act(RULERS, SetRule(id=name, asset=None, body=body, effective_on=AUCTION_DAY))
    return world


@pytest.mark.parametrize(
    "change",
    [
        {"method": AuctionMethod.UNIFORM},
        {"settle_days": 2},
        {"tick": 10},
        {"fill_first": 4 * FACE},
        {"prorata_step": 4 * FACE},
        {"ncb": None},
        {"ncb": msgspec.structs.replace(NCB_ROW, cap_bps=51)},
        {"ncb": msgspec.structs.replace(NCB_ROW, cap_min=3 * FACE)},
        {"ncb": msgspec.structs.replace(NCB_ROW, cap_max=11 * FACE)},
        {"ncb": msgspec.structs.replace(NCB_ROW, excluded_classes=())},
    ],
    ids=str,
)
def test_an_auction_agrees_with_the_row_of_its_method(change: dict[str, object]) -> None:
    other = AuctionRule(rows=(msgspec.structs.replace(AUCTIONS, **change),))
    world = auction_world(("auctions", other))
    announce = AnnounceAuction(terms=auction_terms())
    world.refuse(Code.AGAINST_RULE, BOTH, announce)
    against = market_rules.auction_refusals(world.context(world.actors(BOTH)), announce.terms)
    assert list(against) == [Refusal(Code.AGAINST_RULE, "auctions", 1)]
    same = AuctionRule(rows=(AUCTIONS,))
    world.act(RULERS, SetRule(id="auctions", asset=None, body=same, effective_on=AUCTION_DAY))
    world.act(BOTH, announce)


def test_an_instrument_is_sold_by_the_method_of_its_row() -> None:
    uniform = msgspec.structs.replace(AUCTIONS, method=AuctionMethod.UNIFORM)
    world = auction_world(("auctions", AuctionRule(rows=(AUCTIONS, uniform))), ("issues", issues()))
    other = AnnounceAuction(terms=auction_terms(method=AuctionMethod.UNIFORM))
    world.refuse(Code.AGAINST_RULE, BOTH, other)
    against = market_rules.auction_refusals(world.context(world.actors(BOTH)), other.terms)
    assert list(against) == [Refusal(Code.AGAINST_RULE, "issues", 1)]
    without = AnnounceAuction(terms=auction_terms(ncb=None))
    world.act(BOTH, without)


def test_an_auction_that_buys_is_not_asked() -> None:
    """DMMD C.02/2025 has rules of its own for buybacks; WRONG_STATUS is all that refuses it."""
    strict = msgspec.structs.replace(AUCTIONS, tick=10)
    world = auction_world(("auctions", AuctionRule(rows=(strict,))))
    buyback = auction_terms(auction_type=AuctionType.BUYBACK, ncb=None, settlement_date=SETTLES)
    world.refuse(Code.WRONG_STATUS, BOTH, AnnounceAuction(terms=buyback))


@pytest.mark.parametrize(
    "change",
    [
        {"haircut_bps": 199},
        {"residual_days_max": 401},
        {"concentration_bps": 6_001},
        {"buffer_bps": 99},
    ],
    ids=str,
)
def test_a_reserve_keeps_what_the_market_asks(change: dict[str, int]) -> None:
    world = reserve_world()
    world.act(RULERS, SetRule(id="reserve", asset=None, body=RESERVE, effective_on=WEDNESDAY))
    weaker: reserve_policies.SetReservePolicy = msgspec.structs.replace(POLICY, **change)
    world.refuse(Code.AGAINST_RULE, "issuer+central", weaker)
    world.act("issuer+central", POLICY)


def test_no_movement_reads_the_rules_of_the_market() -> None:
    world = World()
    for name, body in (
        ("auctions", AuctionRule(rows=(AUCTIONS,))),
        ("issues", issues()),
        ("reserve", RESERVE),
    ):
        world.act(RULERS, SetRule(id=name, asset=None, body=body, effective_on=START))
    table = world.state.get(RULE_TABLE, MARKET)
    assert table is not None
    assert table.rules == ("issues", "auctions", "reserve")
    assert world.state.get(RULE_TABLE, "") is None
    world.act(RULERS, end_of("auctions"))
    table = world.state.get(RULE_TABLE, MARKET)
    assert table is not None
    assert table.rules == ("issues", "reserve")


@pytest.mark.parametrize(
    "body",
    [
        issues(tenor_years=()),
        issues(tenor_years=(5, 3)),
        IssueRule(rows=(ROW, ROW)),
        AuctionRule(rows=(AUCTIONS, AUCTIONS)),
        AuctionRule(
            rows=(
                msgspec.structs.replace(
                    AUCTIONS, ncb=msgspec.structs.replace(NCB_ROW, cap_min=11 * FACE)
                ),
            )
        ),
    ],
    ids=("no-tenor", "tenors-fall", "same-names", "same-methods", "caps-cross"),
)
def test_a_market_rule_that_says_two_things_is_refused(body: RuleBody) -> None:
    world = World()
    world.refuse(
        Code.BAD_FIELD, RULERS, SetRule(id="new", asset=None, body=body, effective_on=START)
    )


def test_a_market_rule_names_no_asset() -> None:
    rule = SetRule(id="issues", asset=CBM, body=issues(), effective_on=START)
    World().refuse(Code.BAD_FIELD, RULERS, rule)
