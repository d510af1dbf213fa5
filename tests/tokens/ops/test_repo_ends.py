"""How repos end: on a day of choice, by both, by recall, by themselves, or by default."""

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
    change_account,
    drain,
    freeze,
    mark,
    market,
    open_repo,
    pledged,
    repo_of,
)
from tests.tokens.ops.world import CBM, address
from tokens.events.collateral import RepoPending
from tokens.ops.accounts import CloseAccount
from tokens.ops.business_day import CloseDay
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import LiftFreeze, StopCredits
from tokens.ops.repo_steps import CloseRepo, RecallRepo
from tokens.records.instruments import ASSET
from tokens.records.repos import RepoKind, RepoMode, RepoStatus
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, AssetStatus


def test_an_open_repo_has_its_price_fixed_at_close() -> None:
    world = market()
    repo = open_repo(world, kind=RepoKind.OPEN, end=None)
    world.refuse(Code.NOT_FOUND, "bank_a", CloseRepo(repo=bytes(32)))
    mark(world, 1_000_000)
    go_to(world, START + DAY)
    world.refuse(Code.NOT_A_PARTY, "bank_b", CloseRepo(repo=repo))
    world.act("bank_a", CloseRepo(repo=repo))
    assert repo_of(world, repo).price == CASH + 246_575  # 246,575.342
    world.refuse(Code.REPO_NOT_OPEN, "bank_a", CloseRepo(repo=repo))


def test_a_term_repo_closes_early_by_both() -> None:
    world = market()
    repo = open_repo(world)
    world.refuse(Code.TOO_EARLY, "bank_a", CloseRepo(repo=repo))
    world.act("bank_a+bank_b", CloseRepo(repo=repo))
    assert repo_of(world, repo).price == CASH


def test_a_recall_sets_the_end() -> None:
    world = market()
    repo = open_repo(world, kind=RepoKind.OPEN, end=None)
    term = open_repo(world, reference="TERM")
    world.refuse(Code.NOT_FOUND, "bank_b", RecallRepo(repo=bytes(32), end=END))
    world.refuse(Code.NOT_A_PARTY, "central", RecallRepo(repo=repo, end=END))
    world.refuse(Code.BAD_FIELD, "bank_b", RecallRepo(repo=term, end=END))
    world.refuse(Code.BAD_DATE, "bank_b", RecallRepo(repo=repo, end=START))
    world.refuse(Code.BAD_DATE, "bank_b", RecallRepo(repo=repo, end=START + 367 * DAY))
    saturday = RecallRepo(repo=repo, end=START + 5 * DAY)
    world.refuse(Code.NOT_A_BUSINESS_DAY, "bank_b", saturday)
    world.act("bank_b", RecallRepo(repo=repo, end=START + 2 * DAY))
    world.refuse(Code.BAD_DATE, "bank_a", RecallRepo(repo=repo, end=START + 3 * DAY))
    walk_to(world, START + 2 * DAY)
    assert repo_of(world, repo).status is RepoStatus.CLOSED
    world.act("bank_a+bank_b", CloseRepo(repo=term))
    world.refuse(Code.REPO_NOT_OPEN, "bank_b", RecallRepo(repo=term, end=END))


def test_a_day_that_is_closed_repays_nothing() -> None:
    world = market()
    repo = open_repo(world, kind=RepoKind.OPEN, end=None)
    world.act("central", CloseDay(date=START))
    world.refuse(Code.DAY_CLOSED, "bank_a", CloseRepo(repo=repo))


def test_an_intraday_repo_is_over_at_close_of_day() -> None:
    for pays, status in ((True, RepoStatus.CLOSED), (False, RepoStatus.DEFAULTED)):
        world = market()
        repo = open_repo(world, kind=RepoKind.INTRADAY, end=None, rate_e6=0)
        if not pays:
            drain(world, "a/main", CBM, "b/main")
        world.act("central", CloseDay(date=START))
        found = repo_of(world, repo)
        assert (found.status, found.price) == (status, CASH)


def test_repayment_asks_the_order_of_checks() -> None:
    world = market()
    repo = open_repo(world, kind=RepoKind.OPEN, end=None, mode=RepoMode.TITLE)
    step = CloseRepo(repo=repo)
    asset = world.state.get(ASSET, CBM)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, status=AssetStatus.REDEEMED))
    world.refuse(Code.ASSET_NOT_ACTIVE, "bank_a+bank_b", step)
    world.state.put(ASSET, msgspec.structs.replace(asset, status=AssetStatus.MATURED))
    world.refuse(Code.ASSET_MATURED, "bank_a+bank_b", step)
    world.state.put(ASSET, msgspec.structs.replace(asset, kyc_tier_min=9))
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_a+bank_b", step)
    world.state.put(ASSET, msgspec.structs.replace(asset, increment=7))
    world.refuse(Code.DENOM_NOT_MULTIPLE, "bank_a+bank_b", step)
    world.state.put(ASSET, asset)
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=2))
    world.refuse(Code.ASSET_PAUSED, "bank_a+bank_b", step)
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=0))
    world.act("fiu", freeze("a/main", CBM))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a+bank_b", step)
    world.act("fiu", LiftFreeze(order_id=ORDER))
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "bank_a+bank_b", step)
    world.act("fiu", StopCredits(account=address("b/main"), stopped=False, basis=BASIS))
    for changes, code in (
        ({"purpose": AccountPurpose.RESERVE}, Code.ACCOUNT_RESERVED),
        ({"status": AccountStatus.CLOSED}, Code.ACCOUNT_CLOSED),
    ):
        change_account(world, "b/main", **changes)
        world.refuse(code, "bank_a+bank_b", step)
        change_account(world, "b/main", purpose=AccountPurpose.GENERAL, status=AccountStatus.OPEN)
    drain(world, "a/main", CBM)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a+bank_b", step)


def test_who_cannot_receive_puts_nobody_in_default() -> None:
    world = market()
    repo = open_repo(world)
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    go_to(world, END)
    world.act("central", CloseDay(date=END))
    pending = world.last(RepoPending)
    assert isinstance(pending, RepoPending)
    assert pending.reason == int(Code.UNDER_REVIEW)
    assert repo_of(world, repo).status is RepoStatus.OPEN
    world.act("fiu", StopCredits(account=address("b/main"), stopped=False, basis=BASIS))
    go_to(world, END + DAY)
    assert repo_of(world, repo).status is RepoStatus.CLOSED


@pytest.mark.parametrize("frozen", [False, True])
def test_who_cannot_pay_is_in_default(frozen: bool) -> None:
    world = market()
    repo = open_repo(world)
    if frozen:
        world.act("fiu", freeze("a/main"))
    else:
        drain(world, "a/main", CBM, "a/second")
    go_to(world, END)
    assert repo_of(world, repo).status is RepoStatus.OPEN
    world.act("central", CloseDay(date=END))
    found = repo_of(world, repo)
    assert (found.status, found.price) == (RepoStatus.DEFAULTED, PRICE)
    assert found.defaulter == address("bank_a")
    assert pledged(world) == 100 * FACE


def test_who_cannot_return_the_bonds_is_in_default() -> None:
    world = market()
    repo = open_repo(world, mode=RepoMode.TITLE)
    drain(world, "b/main", ISIN, "a/second")
    go_to(world, END)
    world.act("central", CloseDay(date=END))
    found = repo_of(world, repo)
    assert (found.status, found.defaulter) == (RepoStatus.DEFAULTED, address("bank_b"))


def test_no_account_of_a_repo_is_closed_meanwhile() -> None:
    world = market()
    repo = open_repo(world, kind=RepoKind.OPEN, end=None)
    drain(world, "b/main", CBM, "a/second")
    world.refuse(Code.ACCOUNT_NOT_EMPTY, "bank_b", CloseAccount(id=address("b/main")))
    world.act("bank_a", CloseRepo(repo=repo))
    drain(world, "b/main", CBM, "a/second")
    world.act("bank_b", CloseAccount(id=address("b/main")))
