"""Keys that may be lost sign an objection and complaints, and bind nobody by offers of before.

What is on hold to go out is in test_rules_reach_held.py.
"""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, walk_to
from tests.tokens.ops.repo_build import (
    accept,
    change_account,
    market,
    propose,
    repo_of,
    repo_terms,
    today,
)
from tests.tokens.ops.test_holder_complaints import ACCEPT, ESCALATE, FILE
from tests.tokens.ops.test_puts import ELECT, FIRST, ISIN, WITHDRAW
from tests.tokens.ops.test_puts import start as put_world
from tests.tokens.ops.test_quote_requests import ACCEPT as ACCEPT_QUOTE
from tests.tokens.ops.test_quote_requests import ASK, QUOTED
from tests.tokens.ops.test_recovery import OBJECT, SERVICER, keys
from tests.tokens.ops.world import World, address
from tokens.context import Actors
from tokens.events import QuoteClosed
from tokens.ops import OPERATIONS
from tokens.ops.complaints import FileComplaint
from tokens.ops.grants import GrantPower
from tokens.ops.quote_answers import Quote
from tokens.ops.quotes import RequestQuote
from tokens.ops.recovery import RecoverAccount
from tokens.ops.repos import repo_id
from tokens.records.market import Side
from tokens.records.options import PUT_ELECTION
from tokens.records.quotes import QUOTE_REQUEST, QuoteStatus
from tokens.records.repos import RepoStatus
from tokens.results import Code
from tokens.simulate import simulate
from tokens.transaction import KeySignature, Transaction, build

A, B = address("bank_a"), address("bank_b")
MAIN = address("a/main")
RECOVER = RecoverAccount(account=MAIN, policy=keys("new"), evidence=bytes(32))
BOTH = Actors(A, (A,), (MAIN,), in_proposal=True)
"""The bank and the account of its client, or of its own, in one proposal."""


def with_keys(world: World) -> World:
    """a/main has keys of its own."""
    change_account(world, "a/main", policy=keys("old"))
    return world


def agreed(world: World, operation: msgspec.Struct) -> None:
    """By bank_a and the keys of a/main."""
    assert world._run(BOTH, (operation,)) is Code.OK
    world.end_block()


def renewed(world: World) -> None:
    """The keys are recovered, and their day has come."""
    world.act(SERVICER, RECOVER)
    walk_to(world, today(world) + dt.timedelta(days=7))


def test_a_thief_does_not_take_back_what_its_owner_elected() -> None:
    """It could, until the window had ended, and the owner elected no more."""
    world = with_keys(put_world())
    assert world.attempt_account("a/main", ELECT) is Code.OK
    world.end_block()
    world.act(SERVICER, RECOVER)
    assert world.attempt_account("a/main", WITHDRAW) is Code.RECOVERY_OPEN
    number = PUT_ELECTION.indexes[0]
    assert world.state.scan(PUT_ELECTION, number, (ISIN,), limit=2) != []
    walk_to(world, today(world) + dt.timedelta(days=7))
    assert today(world) < FIRST.date
    # the new keys may take it back and elect again
    assert world.attempt_account("a/main", WITHDRAW) is Code.OK
    assert world.attempt_account("a/main", ELECT) is Code.OK


def test_a_thief_lends_no_power_for_the_day_after() -> None:
    world = with_keys(put_world())
    power = GrantPower(
        grantor=MAIN,
        grantee=B,
        operation="propose_repo",
        asset=ISIN,
        sources=(),
        targets=(),
        cap_call=FACE,
        cap_day=FACE,
        cap_total=FACE,
        expires_on=today(world) + dt.timedelta(days=90),
    )
    world.act(SERVICER, RECOVER)
    assert world.attempt_account("a/main", power) is Code.RECOVERY_OPEN
    walk_to(world, today(world) + dt.timedelta(days=7))
    assert world.attempt_account("a/main", power) is Code.OK


def test_whose_keys_are_not_lost_objects_and_complains() -> None:
    """A recovery that nobody asked for: these are the ways that its owner has."""
    world = with_keys(put_world())
    mine: FileComplaint = msgspec.structs.replace(FILE, account=MAIN, about=A)
    world.act(SERVICER, RECOVER)
    assert world.attempt_account("a/main", mine) is Code.OK
    assert world.attempt_account("a/main", OBJECT) is not Code.RECOVERY_OPEN
    assert world.attempt_account("a/main", msgspec.structs.replace(OBJECT, account=MAIN)) is Code.OK
    escalate = msgspec.structs.replace(ESCALATE, account=MAIN)
    assert world.attempt_account("a/main", escalate) is not Code.RECOVERY_OPEN
    # whoever has the keys may be the thief: it does not end the complaint of the owner
    close = msgspec.structs.replace(ACCEPT, account=MAIN)
    assert world.attempt_account("a/main", close) is Code.RECOVERY_OPEN


def test_no_other_operation_is_signed_with_keys_that_may_be_lost() -> None:
    allowed = {spec.name for spec in OPERATIONS if spec.in_recovery}
    assert allowed == {"object_recovery", "file_complaint", "escalate_complaint"}


def test_a_trial_says_so_once() -> None:
    """Beside what else would refuse it."""
    world = with_keys(put_world())
    world.act(SERVICER, RECOVER)
    transaction = Transaction(
        version=1,
        chain_id="test",
        sender=MAIN,
        client_ref=bytes(16),
        valid_until=world.height + 2,
        operations=(msgspec.structs.replace(ELECT, face=1),),
        memo="",
    )
    unsigned = (KeySignature(key=bytes(32), signature=bytes(64)),)
    found = simulate(world.state, build(transaction, unsigned), world.height + 1, A)
    codes = [refusal.code.name for _, refusal in found.refusals]
    assert codes == ["RECOVERY_OPEN", "DENOM_NOT_MULTIPLE"]


MAKING: tuple[tuple[RequestQuote, Quote], ...] = (
    (
        msgspec.structs.replace(ASK, maker=B, side=Side.SELL, account=MAIN),
        msgspec.structs.replace(QUOTED, taker=A, account=address("b/main")),
    ),
    (ASK, QUOTED),
)
"""a/main sells: as the account of who asks, and of who is asked."""


@pytest.mark.parametrize("asks", [True, False], ids=["it asked", "it quoted"])
def test_a_quote_that_lost_keys_gave_is_accepted_by_nobody(asks: bool) -> None:
    """The other side alone accepts: it would wait for the day after the recovery."""
    world = with_keys(market())
    long = today(world) + dt.timedelta(days=30)
    ask, offer = MAKING[0] if asks else MAKING[1]
    ask = msgspec.structs.replace(ask, isd=long, expires_on=long)
    if asks:
        agreed(world, ask)
        world.act("bank_b", offer)
    else:
        world.act("bank_b", ask)
        agreed(world, offer)
    taker = A if asks else B
    found = world.state.get(QUOTE_REQUEST, taker, "R-1")
    assert found is not None
    assert found.status is QuoteStatus.QUOTED
    world.act(SERVICER, RECOVER)
    told = world.last(QuoteClosed)
    assert told == QuoteClosed(taker=taker, rfq_id="R-1", status=QuoteStatus.DECLINED)
    walk_to(world, today(world) + dt.timedelta(days=7))
    who = Actors(taker, (taker,), (MAIN,) if asks else ())
    assert world._run(who, (ACCEPT_QUOTE,)) is Code.QUOTE_NOT_OPEN


def test_a_repo_that_lost_keys_proposed_is_accepted_by_nobody() -> None:
    """Its start is up to a year ahead, and the money goes where they said."""
    world = with_keys(market())
    start = today(world) + dt.timedelta(days=7)
    made = repo_terms(start=start, end=start + dt.timedelta(days=7))
    other = repo_terms(reference="REPO-2", start=start, end=start + dt.timedelta(days=7))
    for terms, place in ((made, "cash"), (other, "securities")):
        agreed(world, msgspec.structs.replace(propose(terms), **{place: address("a/second")}))
    renewed(world)
    for terms in (made, other):
        assert repo_of(world, repo_id(A, terms)).status is RepoStatus.WITHDRAWN
    world.refuse(Code.REPO_NOT_OPEN, "bank_b", accept(made))


def test_offers_of_other_accounts_stand() -> None:
    world = with_keys(market())
    world.account("a/other", "bank_a", "bank_a")
    start = today(world) + dt.timedelta(days=7)
    made = repo_terms(start=start, end=start + dt.timedelta(days=7))
    world.act("bank_a", propose(made, "a/other"))
    world.act("bank_b", msgspec.structs.replace(ASK, isd=start, expires_on=start))
    world.act("bank_a", msgspec.structs.replace(QUOTED, account=address("a/other")))
    world.act(SERVICER, RECOVER)
    assert repo_of(world, repo_id(A, made)).status is RepoStatus.PROPOSED
    found = world.state.get(QUOTE_REQUEST, B, "R-1")
    assert found is not None
    assert found.status is QuoteStatus.QUOTED
