"""A market with two banks, a bond and its marks, and repos with the usual terms."""

import datetime as dt

import msgspec

from tests.tokens.ops.build import FACE, ISIN, bond, fund, go_to, issue
from tests.tokens.ops.world import CBM, World, address
from tokens.finance.daycount import DayCount
from tokens.finance.isin import isin_check_digit
from tokens.ops.freezes import Freeze
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.repos import AcceptRepo, ProposeRepo, repo_id
from tokens.ops.transfer import Transfer
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import POSITION, LegalBasis
from tokens.records.parties import ACCOUNT
from tokens.records.repos import (
    REPO,
    CollateralLine,
    MarginTerms,
    Repo,
    RepoKind,
    RepoMode,
    RepoTerms,
    Substitution,
)

OTHER = "PK000000005" + isin_check_digit("PK000000005")
"""A second bond."""
ISSUED = dt.date(2025, 7, 17)
START = dt.date(2025, 7, 21)
"""A Monday: bank A holds 100 of each bond, both have marks of 100, dirty."""
PAR = 1_000_000
CASH = 90 * FACE
DAY = dt.timedelta(days=1)
END = START + 7 * DAY
PRICE = CASH + 1_726_027
"""CASH x 10 % x 7 / 365, half up: 1,726,027.397 on 900,000,000."""
BASIS = LegalBasis(authority="Court", order_no="7/2025", sha256=bytes(32))
ORDER = bytes([9]) * 32
HOLDING = 200 * FACE


def today(world: World) -> dt.date:
    """The business date."""
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    return day.date


def mark(world: World, price_e4: int, *assets: str, dirty: bool = True) -> None:
    """A price of today for the next open_day; of both bonds if none is named."""
    entries = tuple(
        MarkEntry(asset=asset, price_e4=price_e4, dirty=dirty)
        for asset in sorted(assets or (ISIN, OTHER))
    )
    world.act("marker", SetMarks(for_date=today(world), marks=entries))


def market() -> World:
    """Bank A sells, bank B buys; both have money."""
    world = World()
    go_to(world, ISSUED)
    bond(world)
    bond(world, isin=OTHER)
    for account in ("a/main", "b/main", "treasury/main"):
        fund(world, account, 1_000 * FACE)
    for isin in (ISIN, OTHER):
        issue(world, isin, "bank_a", "a/main", HOLDING, HOLDING)
    mark(world, PAR)
    go_to(world, START)
    return world


def line(amount: int = 100 * FACE, asset: str = ISIN, haircut_bps: int = 500) -> CollateralLine:
    """Of a basket."""
    return CollateralLine(asset=asset, amount=amount, haircut_bps=haircut_bps)


def repo_terms(**changes: object) -> RepoTerms:
    """90 against 100 at 5 percent haircut, 10 percent a year, seven days, margined daily."""
    values: dict[str, object] = {
        "reference": "REPO-1",
        "seller": address("bank_a"),
        "buyer": address("bank_b"),
        "custodian": None,
        "kind": RepoKind.TERM,
        "mode": RepoMode.PLEDGE,
        "cash_asset": CBM,
        "cash": CASH,
        "rate_e6": 100_000,
        "daycount": DayCount.ACT_365F,
        "start": START,
        "end": START + dt.timedelta(days=7),
        "collateral": (line(),),
        "margin": MarginTerms(frequency_bd=1, threshold_bps=0, deadline_bd=0),
        "substitutions": (Substitution(out=ISIN, into=OTHER, haircut_bps=1_000),),
    }
    return RepoTerms(**(values | changes))  # type: ignore[arg-type]


def propose(made: RepoTerms, account: str = "a/main") -> ProposeRepo:
    """By the party whose account it is."""
    return ProposeRepo(terms=made, securities=address(account), cash=address(account))


def accept(made: RepoTerms, account: str = "b/main", proposer: str = "bank_a") -> AcceptRepo:
    """By the other."""
    return AcceptRepo(
        repo=repo_id(address(proposer), made),
        securities=address(account),
        cash=address(account),
    )


def open_repo(world: World, **changes: object) -> bytes:
    """Proposed by bank A, accepted by bank B."""
    made = repo_terms(**changes)
    world.act("bank_a", propose(made))
    world.act("bank_b", accept(made))
    return repo_id(address("bank_a"), made)


def repo_of(world: World, repo: bytes) -> Repo:
    """The record."""
    found = world.state.get(REPO, repo)
    assert found is not None
    return found


def pledged(world: World, asset: str = ISIN, account: str = "a/main") -> int:
    """Pledged units by names."""
    found = world.state.get(POSITION, asset, address(account))
    return 0 if found is None else found.pledged


def change_account(world: World, name: str, **changes: object) -> None:
    """Put an account in another state, without the operation that would bring it there."""
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, **changes))


def freeze(account: str, asset: str | None = None) -> Freeze:
    """Of all of an account, or of one asset."""
    return Freeze(
        order_id=ORDER,
        account=address(account),
        asset=asset,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )


def drain(world: World, account: str, asset: str, target: str = "a/second") -> None:
    """All that is free goes elsewhere."""
    holder = "bank_a" if account.startswith("a/") else "bank_b"
    amount = world.balance(asset, account) - pledged(world, asset, account)
    made = Transfer(
        asset=asset,
        source=address(account),
        target=address(target),
        amount=amount,
        end_to_end_ref="",
    )
    world.act(holder, made)
