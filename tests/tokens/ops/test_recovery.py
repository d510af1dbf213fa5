"""A lost key: new keys after some days, under the eyes of four parties; the account stays."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, transfer
from tests.tokens.ops.world import CBM, START, World, address
from tokens.authority import replace_keys
from tokens.batch_parties import route_of
from tokens.codec import encode, tagged_hash
from tokens.context import Actors
from tokens.events import CashRouteSet, Proposed, RecoveryClosed
from tokens.grants import Use, find_grant
from tokens.lookup import require
from tokens.ops.accounts import CloseAccount
from tokens.ops.cash_accounts import SetCashAccount
from tokens.ops.participants import SetKeyPolicy
from tokens.ops.proposals import Approve, Propose
from tokens.ops.recovery import AgreeRecovery, EndRecovery, ObjectRecovery, RecoverAccount
from tokens.records.parties import ACCOUNT, KEY_OWNER, KeyPolicy
from tokens.records.proposals import GRANT, PROPOSAL, Grant, ProposalStatus
from tokens.records.recovery import RECOVERY
from tokens.results import Code
from tokens.types import AccountStatus

SERVICER = "bank_a+central"
DUE = dt.date(2025, 7, 4)
"""Three business days after the start, a Tuesday."""


def keys(name: str) -> KeyPolicy:
    return KeyPolicy(threshold=1, keys=(tagged_hash(b"test/key", name.encode()),))


RECOVER = RecoverAccount(account=address("client"), policy=keys("new"), evidence=bytes(32))
OBJECT = ObjectRecovery(account=address("client"))
AGREE = AgreeRecovery(account=address("client"))
END = EndRecovery(account=address("client"))


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100 * FACE)
    made.account("client", None, "bank_a", policy=keys("old"))
    replace_keys(made.state, address("client"), None, keys("old"))
    made.act("bank_a", transfer(CBM, "a/main", "client", 50 * FACE))
    return made


def policy_of(world: World) -> KeyPolicy | None:
    account = world.state.get(ACCOUNT, address("client"))
    assert account is not None
    return account.policy


PAY = transfer(CBM, "client", "a/main", 1)


def test_the_keys_change_on_their_day_and_everything_else_stays(world: World) -> None:
    isin = bond(world)
    issue(world, isin, "bank_a", "a/main", FACE, FACE)
    world.act("bank_a", transfer(isin, "a/main", "client", FACE))
    assert world.attempt_account("client", PAY) is Code.OK
    world.act(SERVICER, RECOVER)
    assert world.attempt_account("client", PAY) is Code.RECOVERY_OPEN
    world.act("bank_a", transfer(CBM, "a/main", "client", 1))
    go_to(world, dt.date(2025, 7, 3))
    assert policy_of(world) == keys("old")
    go_to(world, DUE)
    assert policy_of(world) == keys("new")
    assert world.last(RecoveryClosed) == RecoveryClosed(account=address("client"), replaced=True)
    assert world.balance(CBM, "client") == 50 * FACE
    assert world.balance(isin, "client") == FACE
    assert world.attempt_account("client", PAY) is Code.OK
    assert world.state.get(KEY_OWNER, keys("old").keys[0]) is None
    assert world.state.get(RECOVERY, address("client")) is None


def test_an_objection_asks_for_the_regulator_and_does_not_end_it(world: World) -> None:
    world.act(SERVICER, RECOVER)
    assert world.attempt("bank_a", OBJECT) is Code.NOT_AUTHORISED
    assert world.attempt_account("client", OBJECT) is Code.OK
    assert world.attempt_account("client", OBJECT) is Code.ALREADY_EXISTS
    go_to(world, dt.date(2025, 7, 10))
    assert policy_of(world) == keys("old")
    assert world.attempt_account("client", PAY) is Code.RECOVERY_OPEN
    world.refuse(Code.ROLE_REQUIRED, "fiu", AGREE)
    world.act("regulator", AGREE)
    assert policy_of(world) == keys("new")


def test_the_regulator_may_agree_before_the_day(world: World) -> None:
    world.act(SERVICER, RECOVER)
    world.refuse(Code.NOT_FOUND, "regulator", AGREE)
    assert world.attempt_account("client", OBJECT) is Code.OK
    world.act("regulator", AGREE)
    world.refuse(Code.ALREADY_APPROVED, "regulator", AGREE)
    assert policy_of(world) == keys("old")
    go_to(world, DUE)
    assert policy_of(world) == keys("new")


def test_a_recovery_can_be_ended_and_the_new_keys_are_free_again(world: World) -> None:
    world.refuse(Code.NOT_FOUND, SERVICER, END)
    world.act(SERVICER, RECOVER)
    world.refuse(Code.NEEDS_APPROVAL, "bank_a", END)
    world.refuse(Code.NOT_AUTHORISED, "bank_b+central", END)
    world.act(SERVICER, END)
    assert policy_of(world) == keys("old")
    assert world.state.get(KEY_OWNER, keys("new").keys[0]) is None
    assert world.attempt_account("client", PAY) is Code.OK
    go_to(world, DUE)
    assert policy_of(world) == keys("old")


def test_the_new_keys_are_reserved_and_the_old_ones_cannot_change_them(world: World) -> None:
    world.act(SERVICER, RECOVER)
    taken = SetKeyPolicy(owner=address("bank_b"), policy=keys("new"))
    world.refuse(Code.KEY_IN_USE, "bank_b", taken)
    thief = SetKeyPolicy(owner=address("client"), policy=keys("thief"))
    assert world.attempt_account("client", thief) is Code.RECOVERY_OPEN
    world.refuse(Code.RECOVERY_OPEN, "bank_a", CloseAccount(id=address("client")))


def test_grants_that_the_account_gave_end(world: World) -> None:
    grant = Grant(
        grantor=address("client"),
        grantee=address("bank_b"),
        operation="cash_mint",
        asset=CBM,
        sources=(),
        targets=(),
        cap_call=1,
        cap_day=1,
        cap_total=1,
        used_day=0,
        used_total=0,
        used_on=START,
        expires_on=dt.date(2030, 1, 1),
    )
    world.state.put(GRANT, grant)
    use = Use(address("client"), "cash_mint", CBM, None, None, 1)
    assert find_grant(world.context(world.actors("bank_b")), use) == grant
    assert world.attempt(SERVICER, RECOVER) is Code.OK
    assert find_grant(world.context(world.actors("bank_b")), use) is None
    world.end_block()
    assert world.state.get(GRANT, *GRANT.key(grant)) is None


def test_recovery_is_refused(world: World) -> None:
    nobody = msgspec.structs.replace(RECOVER, account=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, SERVICER, nobody)
    world.refuse(Code.NEEDS_APPROVAL, "bank_a", RECOVER)
    world.refuse(Code.NOT_AUTHORISED, "bank_b+central", RECOVER)
    keyless = msgspec.structs.replace(RECOVER, account=address("a/main"))
    world.refuse(Code.BAD_KEY_POLICY, SERVICER, keyless)
    replace_keys(world.state, address("b/main"), None, keys("new"))
    world.refuse(Code.KEY_IN_USE, SERVICER, RECOVER)
    replace_keys(world.state, address("b/main"), keys("new"), None)
    world.act(SERVICER, RECOVER)
    world.refuse(Code.RECOVERY_OPEN, SERVICER, RECOVER)
    closed = world.state.get(ACCOUNT, address("client"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, SERVICER, RECOVER)


def test_keys_that_stay_are_kept(world: World) -> None:
    """One key of two was lost: the other one is in both policies."""
    both = KeyPolicy(threshold=1, keys=tuple(sorted(keys("old").keys + keys("new").keys)))
    world.act(SERVICER, msgspec.structs.replace(RECOVER, policy=both))
    go_to(world, DUE)
    for key in both.keys:
        owner = world.state.get(KEY_OWNER, key)
        assert owner is not None
        assert owner.owner == address("client")


def test_what_lost_keys_agreed_to_counts_no_more(world: World) -> None:
    """A proposal of before the recovery runs into nothing, with the old keys and the new ones."""
    for number in (1, 2):
        proposal = Propose(
            operations=(encode(transfer(CBM, "client", "b/main", number)),),
            approvers=(address("bank_b"),),
            expires_on=DUE + dt.timedelta(days=7),
        )
        assert world.attempt_account("client", proposal) is Code.OK
    first, second = [event for event in world.events if isinstance(event, Proposed)]
    world.end_block()
    world.act(SERVICER, RECOVER)
    world.act("bank_b", approve(first))
    go_to(world, DUE)
    assert policy_of(world) == keys("new")
    world.act("bank_b", approve(second))
    for event in (first, second):
        closed = require(world.state, PROPOSAL, event.proposal)
        assert (closed.status, closed.code) == (ProposalStatus.FAILED, Code.NOT_AUTHORISED)
    assert world.balance(CBM, "client") == 50 * FACE
    # what the new keys agree to counts
    again = Propose(
        operations=(encode(transfer(CBM, "client", "b/main", 3)),),
        approvers=(address("bank_b"),),
        expires_on=DUE + dt.timedelta(days=7),
    )
    assert world.attempt_account("client", again) is Code.OK
    third = world.last(Proposed)
    assert isinstance(third, Proposed)
    world.act("bank_b", approve(third))
    assert world.balance(CBM, "client") == 50 * FACE - 3


def approve(event: Proposed) -> Approve:
    return Approve(proposal_id=event.proposal, operations_digest=event.operations_digest)


def test_a_route_that_lost_keys_laid_ends(world: World) -> None:
    """Money of later sales would go to whoever had them."""
    world.account("thief", None, "bank_a", policy=keys("thief"))
    replace_keys(world.state, address("thief"), None, keys("thief"))
    route = SetCashAccount(account=address("client"), asset=CBM, cash_account=address("thief"))
    both = Actors(address("client"), (), (address("client"), address("thief")))
    assert world._run(both, (route,)) is Code.OK
    world.end_block()
    assert route_of(world.state, address("client"), CBM) == address("thief")
    world.act(SERVICER, RECOVER)
    assert world.last(CashRouteSet) == CashRouteSet(
        account=address("client"), asset=CBM, cash_account=None
    )
    assert route_of(world.state, address("client"), CBM) == address("client")
    assert world._run(both, (route,)) is Code.RECOVERY_OPEN
