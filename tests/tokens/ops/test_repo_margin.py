"""Margin of a repo: calls at fresh marks, more collateral, excess, substitution."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN, go_to
from tests.tokens.ops.repo_build import (
    BASIS,
    CASH,
    DAY,
    ORDER,
    OTHER,
    START,
    drain,
    freeze,
    line,
    mark,
    market,
    open_repo,
    pledged,
    repo_of,
)
from tests.tokens.ops.world import CBM, World, address
from tokens.events.collateral import RepoCallsSuspended, RepoCollateralChanged, RepoMarginCalled
from tokens.ops import repo_margin
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import LiftFreeze, StopCredits
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral, TakeExcess
from tokens.ops.repo_steps import CloseRepo
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.repos import MarginTerms, RepoMode, RepoStatus, Substitution
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, AssetStatus

MODES = pytest.mark.parametrize("mode", list(RepoMode))


def add(repo: bytes, amount: int, asset: str = ISIN) -> AddCollateral:
    return AddCollateral(repo=repo, asset=asset, amount=amount)


def take(repo: bytes, amount: int, place: int = 0) -> TakeExcess:
    return TakeExcess(repo=repo, line=place, amount=amount)


def swap(repo: bytes, amount: int, amount_in: int, asset: str = OTHER) -> SubstituteCollateral:
    return SubstituteCollateral(repo=repo, line=0, amount=amount, asset=asset, amount_in=amount_in)


def called(**changes: object) -> tuple[World, bytes]:
    """The bond falls from 100 to 90: 85.5 after the haircut, against 90 and a day's interest."""
    world = market()
    repo = open_repo(world, **changes)
    mark(world, 900_000)
    go_to(world, START + DAY)
    return world, repo


def test_a_fall_of_the_mark_is_called_in_the_morning() -> None:
    world, repo = called()
    event = world.last(RepoMarginCalled)
    assert isinstance(event, RepoMarginCalled)
    assert event.amount == CASH + 246_575 - 100 * FACE * 9 * 95 // 1_000
    assert event.until == START + DAY
    found = repo_of(world, repo)
    assert (found.status, found.call) == (RepoStatus.MARGIN_CALL, event.amount)


@MODES
def test_a_call_is_met_by_bonds_or_by_money(mode: RepoMode) -> None:
    for asset, amount in ((ISIN, 6 * FACE), (CBM, 5 * FACE)):
        world, repo = called(mode=mode)
        world.act("bank_a", add(repo, FACE))
        assert repo_of(world, repo).status is RepoStatus.MARGIN_CALL
        world.act("bank_a", add(repo, amount, asset))
        assert repo_of(world, repo).status is RepoStatus.OPEN
        world.act("central", CloseDay(date=START + DAY))
        assert repo_of(world, repo).status is RepoStatus.OPEN
        world.act("central", OpenDay(date=START + 2 * DAY))
        world.act("bank_a+bank_b", CloseRepo(repo=repo))
        assert (pledged(world), pledged(world, CBM)) == (0, 0)
        assert world.balance(ISIN, "a/main") == 200 * FACE


def test_an_unmet_call_is_a_default_at_its_deadline() -> None:
    world, repo = called(margin=MarginTerms(frequency_bd=1, threshold_bps=0, deadline_bd=1))
    mark(world, 900_000)
    go_to(world, START + 2 * DAY)
    assert repo_of(world, repo).status is RepoStatus.MARGIN_CALL
    world.act("central", CloseDay(date=START + 2 * DAY))
    found = repo_of(world, repo)
    assert (found.status, found.defaulter) == (RepoStatus.DEFAULTED, address("bank_a"))


def test_a_mark_that_recovers_ends_the_call() -> None:
    world, repo = called(margin=MarginTerms(frequency_bd=1, threshold_bps=0, deadline_bd=3))
    mark(world, 1_000_000)
    go_to(world, START + 2 * DAY)
    assert (repo_of(world, repo).status, repo_of(world, repo).call) == (RepoStatus.OPEN, 0)


def test_a_shortfall_within_the_threshold_is_not_called() -> None:
    # short by 4,746,575 x 10; the threshold of 6 percent is 54,000,000
    world, repo = called(margin=MarginTerms(frequency_bd=1, threshold_bps=600, deadline_bd=0))
    assert repo_of(world, repo).status is RepoStatus.OPEN


def test_the_ledger_looks_on_the_agreed_days_only() -> None:
    for frequency in (0, 2):
        margin = MarginTerms(frequency_bd=frequency, threshold_bps=0, deadline_bd=0)
        world, repo = called(margin=margin)
        assert repo_of(world, repo).status is RepoStatus.OPEN
        mark(world, 900_000)
        go_to(world, START + 2 * DAY)
        expected = RepoStatus.MARGIN_CALL if frequency else RepoStatus.OPEN
        assert repo_of(world, repo).status is expected


def test_at_stale_marks_nothing_is_called_and_no_call_is_enforced() -> None:
    world, repo = called(margin=MarginTerms(frequency_bd=1, threshold_bps=0, deadline_bd=3))
    go_to(world, START + 4 * DAY)  # Friday: the mark is four business days old
    assert isinstance(world.last(RepoCallsSuspended), RepoCallsSuspended)
    world.refuse(Code.MARK_STALE, "bank_a", take(repo, FACE))
    world.refuse(Code.MARK_STALE, "bank_a", swap(repo, 10 * FACE, 20 * FACE))
    world.act("central", CloseDay(date=START + 4 * DAY))
    assert repo_of(world, repo).status is RepoStatus.MARGIN_CALL


@MODES
def test_excess_goes_back_on_request_and_not_more(mode: RepoMode) -> None:
    world = market()
    repo = open_repo(world, mode=mode)
    # 95 per 100 after the haircut: 90 are covered by 94.74 of face
    world.refuse(Code.COLLATERAL_SHORT, "bank_a", take(repo, 6 * FACE))
    world.act("bank_a", take(repo, 5 * FACE))
    event = world.last(RepoCollateralChanged)
    assert isinstance(event, RepoCollateralChanged)
    assert [entry.amount for entry in event.lines] == [95 * FACE]
    kept = pledged(world) if mode is RepoMode.PLEDGE else world.balance(ISIN, "b/main")
    assert kept == 95 * FACE
    world.act("bank_a+bank_b", CloseRepo(repo=repo))
    assert world.balance(ISIN, "a/main") == 200 * FACE


@MODES
def test_a_substitution_is_on_the_matrix_and_keeps_the_value(mode: RepoMode) -> None:
    world = market()
    repo = open_repo(world, mode=mode)
    world.refuse(Code.NOT_ON_MATRIX, "bank_a", swap(repo, 10 * FACE, 10 * FACE, CBM))
    # 50 of the first are worth 47.5; the rest, 47.5, needs 42.5: 47.3 of the second at 10 percent
    world.refuse(Code.COLLATERAL_SHORT, "bank_a", swap(repo, 50 * FACE, 47 * FACE))
    world.act("bank_a", swap(repo, 50 * FACE, 48 * FACE))
    lines = repo_of(world, repo).lines
    assert [(entry.asset, entry.amount, entry.haircut_bps) for entry in lines] == [
        (ISIN, 50 * FACE, 500),
        (OTHER, 48 * FACE, 1_000),
    ]
    world.act("bank_a", swap(repo, 50 * FACE, 56 * FACE))
    assert [entry.asset for entry in repo_of(world, repo).lines] == [OTHER, OTHER]
    world.act("bank_a+bank_b", CloseRepo(repo=repo))
    assert (pledged(world), pledged(world, OTHER)) == (0, 0)
    assert world.balance(OTHER, "a/main") == 200 * FACE


def test_money_may_take_the_place_of_a_bond() -> None:
    world = market()
    matrix = (Substitution(out=ISIN, into=CBM, haircut_bps=0),)
    repo = open_repo(world, substitutions=matrix)
    world.act("bank_a", swap(repo, 100 * FACE, 90 * FACE, CBM))
    assert (pledged(world), pledged(world, CBM)) == (0, 90 * FACE)


STEPS = pytest.mark.parametrize("step", [AddCollateral, TakeExcess, SubstituteCollateral])


def step_of(step: type, repo: bytes) -> msgspec.Struct:
    if step is AddCollateral:
        return add(repo, FACE)
    return take(repo, FACE) if step is TakeExcess else swap(repo, FACE, 2 * FACE)


@STEPS
def test_who_acts_on_collateral_and_when(step: type) -> None:
    world = market()
    repo = open_repo(world, custodian=address("bank_b"), seller=address("bank_a"))
    world.refuse(Code.NOT_FOUND, "bank_a", step_of(step, bytes(32)))
    world.refuse(Code.NOT_A_PARTY, "central", step_of(step, repo))
    world.act("bank_b", step_of(step, repo))  # tri-party
    world.act("central", CloseDay(date=START))
    world.refuse(Code.DAY_CLOSED, "bank_a", step_of(step, repo))
    mark(world, 1_000_000)
    go_to(world, START + DAY)
    world.act("bank_a+bank_b", CloseRepo(repo=repo))
    world.refuse(Code.REPO_NOT_OPEN, "bank_a", step_of(step, repo))


@STEPS
def test_the_order_of_checks_holds_for_collateral(step: type) -> None:
    world = market()
    repo = open_repo(world, mode=RepoMode.TITLE)
    operation = step_of(step, repo)
    giver, receiver = ("b/main", "a/main") if step is TakeExcess else ("a/main", "b/main")
    asset = world.state.get(ASSET, ISIN)
    other = world.state.get(ASSET, OTHER)
    assert asset is not None
    assert other is not None
    if step is SubstituteCollateral:
        asset = other
    for changes, code in (
        ({"status": AssetStatus.DRAFT}, Code.ASSET_NOT_ACTIVE),
        ({"status": AssetStatus.MATURED}, Code.ASSET_MATURED),
        ({"kyc_tier_min": 9}, Code.KYC_TIER_TOO_LOW),
        ({"increment": 7 * FACE}, Code.DENOM_NOT_MULTIPLE),
    ):
        world.state.put(ASSET, msgspec.structs.replace(asset, **changes))
        world.refuse(code, "bank_a+bank_b", operation)
    world.state.put(ASSET, asset)
    world.act("central+regulator", PauseAsset(asset=asset.id, classes=2))
    world.refuse(Code.ASSET_PAUSED, "bank_a+bank_b", operation)
    world.act("central+regulator", PauseAsset(asset=asset.id, classes=0))
    world.act("fiu", freeze(giver))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a+bank_b", operation)
    world.act("fiu", LiftFreeze(order_id=ORDER))
    world.act("fiu", StopCredits(account=address(receiver), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "bank_a+bank_b", operation)
    world.act("fiu", StopCredits(account=address(receiver), stopped=False, basis=BASIS))
    account = world.state.get(ACCOUNT, address(giver))
    assert account is not None
    for changed, code in (
        ({"purpose": AccountPurpose.RESERVE}, Code.ACCOUNT_RESERVED),
        ({"status": AccountStatus.CLOSED}, Code.ACCOUNT_CLOSED),
    ):
        world.state.put(ACCOUNT, msgspec.structs.replace(account, **changed))
        world.refuse(code, "bank_a+bank_b", operation)
    world.state.put(ACCOUNT, account)
    drain(world, giver, asset.id, "a/second")
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a+bank_b", operation)


def test_what_comes_in_was_agreed() -> None:
    world = market()
    repo = open_repo(world, substitutions=())
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", add(repo, FACE, "NONE"))
    world.refuse(Code.NOT_ON_MATRIX, "bank_a", add(repo, FACE, OTHER))
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", swap(repo, FACE, FACE, "NONE"))
    world.refuse(Code.NOT_ON_MATRIX, "bank_a", swap(repo, FACE, FACE))
    for operation in (take(repo, FACE, 1), take(repo, 101 * FACE), swap(repo, 101 * FACE, FACE)):
        world.refuse(Code.BAD_FIELD, "bank_a", operation)


def test_a_basket_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    world = market()
    repo = open_repo(world)
    monkeypatch.setattr(repo_margin, "LINES_MAX", 1)
    world.refuse(Code.LIENS_FULL, "bank_a", add(repo, FACE))
    world.refuse(Code.LIENS_FULL, "bank_a", swap(repo, FACE, 2 * FACE))
    world.act("bank_a", swap(repo, 100 * FACE, 120 * FACE))
    assert len(repo_of(world, repo).lines) == len((line(),))
