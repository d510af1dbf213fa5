"""Repos: proposed and accepted, repaid on time, early, automatically; what stands in the way."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN, go_to, walk_to
from tests.tokens.ops.repo_build import (
    BASIS,
    CASH,
    DAY,
    END,
    ORDER,
    PRICE,
    START,
    accept,
    change_account,
    drain,
    freeze,
    line,
    mark,
    market,
    open_repo,
    pledged,
    propose,
    repo_of,
    repo_terms,
)
from tests.tokens.ops.world import CBM, address
from tokens import liens
from tokens.events.collateral import RepoProposed
from tokens.finance.daycount import DayCount
from tokens.ops.business_day import CloseDay
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import LiftFreeze, StopCredits
from tokens.ops.repos import AcceptRepo, ProposeRepo, WithdrawRepo, repo_id
from tokens.records.instruments import ASSET
from tokens.records.repos import RepoKind, RepoMode, RepoStatus, Substitution
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, AssetStatus


def test_a_repo_lends_money_against_a_pledge_and_ends_by_itself() -> None:
    world = market()
    before = world.balance(CBM, "a/main")
    repo = open_repo(world)
    event = world.last(RepoProposed)
    assert isinstance(event, RepoProposed)
    assert event.repo == repo
    assert repo_of(world, repo).status is RepoStatus.OPEN
    assert world.balance(CBM, "a/main") == before + CASH
    assert pledged(world) == 100 * FACE
    walk_to(world, END)
    closed = repo_of(world, repo)
    assert (closed.status, closed.price, closed.ended_on) == (RepoStatus.CLOSED, PRICE, END)
    assert world.balance(CBM, "a/main") == before + CASH - PRICE
    assert (pledged(world), closed.lines, closed.claim) == (0, (), None)


def test_a_title_repo_moves_the_bonds_there_and_back() -> None:
    world = market()
    repo = open_repo(world, mode=RepoMode.TITLE)
    assert world.balance(ISIN, "b/main") == 100 * FACE
    walk_to(world, END)
    assert repo_of(world, repo).status is RepoStatus.CLOSED
    assert world.balance(ISIN, "b/main") == 0
    assert repo_of(world, repo).price == PRICE


def test_the_buyer_may_propose() -> None:
    world = market()
    made = repo_terms()
    world.act("bank_b", propose(made, "b/main"))
    world.refuse(Code.NOT_A_PARTY, "bank_b", accept(made, "b/main", "bank_b"))
    world.act("bank_a", accept(made, "a/main", "bank_b"))
    assert pledged(world) == 100 * FACE


def test_who_may_propose_what() -> None:
    world = market()
    world.refuse(Code.NOT_A_PARTY, "central", propose(repo_terms()))
    world.act("bank_a", propose(repo_terms()))
    world.refuse(Code.ALREADY_EXISTS, "bank_a", propose(repo_terms()))
    for changes, code in (
        ({"buyer": address("bank_a")}, Code.BAD_FIELD),
        ({"buyer": address("none")}, Code.UNKNOWN_PARTICIPANT),
        ({"custodian": address("none")}, Code.UNKNOWN_PARTICIPANT),
        ({"custodian": address("fiu")}, Code.ROLE_REQUIRED),
        ({"start": START - DAY, "end": END}, Code.BAD_DATE),
        ({"start": START + 367 * DAY, "end": START + 368 * DAY}, Code.BAD_DATE),
        ({"end": START}, Code.BAD_DATE),
        ({"end": None}, Code.BAD_DATE),
        ({"kind": RepoKind.OPEN}, Code.BAD_DATE),
        ({"cash_asset": "NONE"}, Code.UNKNOWN_ASSET),
        ({"cash_asset": ISIN}, Code.BAD_FIELD),
        ({"daycount": DayCount.ACT_ACT_ICMA}, Code.BAD_FIELD),
        ({"kind": RepoKind.INTRADAY, "end": None}, Code.BAD_FIELD),
        ({"collateral": (line(asset="NONE"),)}, Code.UNKNOWN_ASSET),
        (
            {"substitutions": (Substitution(out=ISIN, into=ISIN, haircut_bps=0),)},
            Code.BAD_FIELD,
        ),
        (
            {"substitutions": (Substitution(out=ISIN, into="NONE", haircut_bps=0),)},
            Code.UNKNOWN_ASSET,
        ),
    ):
        found = repo_terms(reference="REPO-2", **changes)
        world.refuse(code, "bank_a", propose(found))


@pytest.mark.parametrize("operation", [ProposeRepo, AcceptRepo])
def test_each_names_open_accounts_of_its_own(operation: type) -> None:
    world = market()
    made = repo_terms()
    proposes = operation is ProposeRepo
    who, mine, other = (
        ("bank_a", "a/main", "b/main") if proposes else ("bank_b", "b/main", "a/main")
    )
    if not proposes:
        world.act("bank_a", propose(made))
    step = propose if proposes else accept
    world.refuse(Code.UNKNOWN_ACCOUNT, who, step(made, "none"))
    world.refuse(Code.NOT_AUTHORISED, who, step(made, other))
    change_account(world, mine, purpose=AccountPurpose.RESERVE)
    world.refuse(Code.ACCOUNT_RESERVED, who, step(made, mine))
    change_account(world, mine, purpose=AccountPurpose.GENERAL, status=AccountStatus.CLOSED)
    world.refuse(Code.ACCOUNT_CLOSED, who, step(made, mine))


def test_when_a_repo_can_be_accepted() -> None:
    world = market()
    made = repo_terms(start=START + DAY)
    world.refuse(Code.NOT_FOUND, "bank_b", accept(made))
    world.act("bank_a", propose(made))
    world.refuse(Code.NOT_A_PARTY, "bank_a", accept(made))
    world.refuse(Code.TOO_EARLY, "bank_b", accept(made))
    mark(world, 1_000_000)
    go_to(world, START + DAY)
    world.act("central", CloseDay(date=START + DAY))
    world.refuse(Code.DAY_CLOSED, "bank_b", accept(made))
    go_to(world, START + 2 * DAY)
    world.refuse(Code.REPO_NOT_OPEN, "bank_b", accept(made))
    assert repo_of(world, accept(made).repo).status is RepoStatus.WITHDRAWN


def test_a_date_passed_over_is_no_start() -> None:
    world = market()
    made = repo_terms(start=START + 5 * DAY)  # a Saturday
    world.act("bank_a", propose(made))
    world.quota = 0
    go_to(world, START + 7 * DAY)
    world.refuse(Code.BAD_DATE, "bank_b", accept(made))


def test_an_account_stands_on_one_side_only() -> None:
    world = market()
    made = repo_terms()
    world.act("bank_a", propose(made))
    change_account(world, "a/main", holder=bytes(16), servicer=address("bank_b"))
    world.refuse(Code.SAME_ACCOUNT, "bank_b", accept(made, "a/main"))


def test_opening_asks_marks_and_value() -> None:
    world = market()
    short = repo_terms(cash=95 * FACE + 1)
    world.act("bank_a", propose(short))
    world.refuse(Code.COLLATERAL_SHORT, "bank_b", accept(short))
    exact = repo_terms(cash=95 * FACE)
    world.act("bank_a", propose(exact))
    world.act("bank_b", accept(exact))
    walk_to(world, START + 4 * DAY)
    late = repo_terms(reference="LATE", start=START + 4 * DAY, end=START + 8 * DAY)
    world.act("bank_a", propose(late))
    world.refuse(Code.MARK_STALE, "bank_b", accept(late))


def test_opening_asks_the_order_of_checks() -> None:
    world = market()
    made = repo_terms()
    world.act("bank_a", propose(made))
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    for status, code in (
        (AssetStatus.REDEEMED, Code.ASSET_NOT_ACTIVE),
        (AssetStatus.MATURED, Code.ASSET_MATURED),
    ):
        world.state.put(ASSET, msgspec.structs.replace(asset, status=status))
        world.refuse(code, "bank_b+bank_a", accept(made))
    world.state.put(ASSET, msgspec.structs.replace(asset, kyc_tier_min=9))
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_b+bank_a", accept(made))
    world.state.put(ASSET, asset)
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=2))
    world.refuse(Code.ASSET_PAUSED, "bank_b+bank_a", accept(made))
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=0))
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=BASIS))
    world.refuse(Code.UNDER_REVIEW, "bank_b", accept(made))  # of another it is not told
    world.refuse(Code.CREDIT_STOPPED, "bank_b+bank_a", accept(made))
    world.act("fiu", StopCredits(account=address("a/main"), stopped=False, basis=BASIS))
    for account in ("a/main", "b/main"):
        world.act("fiu", freeze(account))
        world.refuse(Code.ACCOUNT_FROZEN, "bank_b+bank_a", accept(made))
        world.act("fiu", LiftFreeze(order_id=ORDER))
    odd = repo_terms(collateral=(line(100 * FACE + 1),))
    world.act("bank_a", propose(odd))
    world.refuse(Code.DENOM_NOT_MULTIPLE, "bank_b+bank_a", accept(odd))
    drain(world, "b/main", CBM)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_b+bank_a", accept(made))


def test_an_account_full_of_liens_pledges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = market()
    made = repo_terms()
    world.act("bank_a", propose(made))
    monkeypatch.setattr(liens, "LIENS_MAX", 0)
    world.refuse(Code.LIENS_FULL, "bank_b", accept(made))


def test_the_same_bond_in_two_lines_is_counted_on_the_sum() -> None:
    world = market()
    made = repo_terms(collateral=(line(150 * FACE), line(150 * FACE)))
    world.act("bank_a", propose(made))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_b", accept(made))


def test_either_party_withdraws_what_is_proposed() -> None:
    world = market()
    for who, reference in (("bank_a", "R-A"), ("bank_b", "R-B")):
        made = repo_terms(reference=reference)
        withdraw = WithdrawRepo(repo=repo_id(address("bank_a"), made))
        world.refuse(Code.NOT_FOUND, who, withdraw)
        world.act("bank_a", propose(made))
        world.refuse(Code.NOT_A_PARTY, "central", withdraw)
        world.act(who, withdraw)
        world.refuse(Code.REPO_NOT_OPEN, who, withdraw)
        world.refuse(Code.REPO_NOT_OPEN, "bank_b", accept(made))
