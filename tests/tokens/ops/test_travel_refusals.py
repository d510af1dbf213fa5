"""Every code of SendTravel, AcceptTravel and RejectTravel."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import go_to
from tests.tokens.ops.test_control import freeze
from tests.tokens.ops.test_rules import RULERS, licence_of, rule_of
from tests.tokens.ops.test_sanctions import LISTERS, update
from tests.tokens.ops.travel_world import accept, govern, reject, send, sent, travel_world, waiting
from tests.tokens.ops.world import CBM, START, World, address, person_of
from tokens.lookup import require_account, require_asset
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import StopCredits
from tokens.ops.persons import IssueCredential
from tokens.ops.travel import SendTravel
from tokens.records.instruments import ASSET
from tokens.records.licences import LICENCE
from tokens.records.parties import ACCOUNT
from tokens.records.rules import HolderCapRule, JurisdictionRow, JurisdictionRule
from tokens.records.travel import PayloadVersion
from tokens.results import Code
from tokens.types import AccountStatus, AssetStatus, LicencePhase, OperationClass

NOWHERE = bytes([7]) * 32
FOREIGN = JurisdictionRow(source="RESIDENT", target="SCRA", classes=int(OperationClass.MOVE))
CAP = Code.HOLDER_CAP_EXCEEDED


@pytest.fixture
def world() -> World:
    return travel_world()


def test_send_travel_is_refused(world: World) -> None:
    world.refuse(Code.NOT_FOUND, "bank_a", send(NOWHERE))
    found = waiting(world)
    world.refuse(Code.NOT_AUTHORISED, "bank_b", send(found))
    world.refuse(Code.NOT_AUTHORISED, "fiu", send(found))
    world.act("bank_a", send(found))
    world.refuse(Code.TRAVEL_NOT_OPEN, "bank_a", send(found))


@pytest.mark.parametrize("taken", [1, 2, 3])
def test_a_payload_is_of_a_version_that_is_taken(world: World, taken: int) -> None:
    """Parameter travel_payloads: 1 = version 101, 2 = 101.2023."""
    govern(world, travel_payloads=taken)
    found = waiting(world)
    for version, bit in ((PayloadVersion.IVMS101, 1), (PayloadVersion.IVMS101_2023, 2)):
        operation = SendTravel(travel=found, version=version, sealed=b"x")
        if not taken & bit:
            world.refuse(Code.AGAINST_RULE, "bank_a", operation)
    allowed = PayloadVersion.IVMS101 if taken == 1 else PayloadVersion.IVMS101_2023
    world.act("bank_a", SendTravel(travel=found, version=allowed, sealed=b"x"))


def test_answers_are_refused(world: World) -> None:
    for answer in (accept, reject):
        world.refuse(Code.NOT_FOUND, "bank_b", answer(NOWHERE))
    early = waiting(world)
    found = sent(world)
    for answer in (accept, reject):
        world.refuse(Code.TRAVEL_NOT_OPEN, "bank_b", answer(early))
        world.refuse(Code.NOT_AUTHORISED, "bank_a", answer(found))
        world.refuse(Code.TRAVEL_MISMATCH, "bank_b", answer(found, NOWHERE))
    world.act("bank_b", reject(found))
    for answer in (accept, reject):
        world.refuse(Code.TRAVEL_NOT_OPEN, "bank_b", answer(found))


def test_nobody_answers_on_its_date(world: World) -> None:
    """The agenda comes at the end of the block; the date alone decides."""
    early, found = waiting(world), sent(world)
    world.quota = 0
    go_to(world, START + dt.timedelta(days=7))
    world.refuse(Code.TRAVEL_NOT_OPEN, "bank_a", send(early))
    world.refuse(Code.TRAVEL_NOT_OPEN, "bank_b", accept(found))
    world.refuse(Code.TRAVEL_NOT_OPEN, "bank_b", reject(found))


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (AssetStatus.APPROVED, Code.ASSET_NOT_ACTIVE),
        (AssetStatus.MATURED, Code.ASSET_MATURED),
    ],
)
def test_acceptance_asks_the_asset_again(world: World, status: AssetStatus, code: Code) -> None:
    found = sent(world)
    asset = require_asset(world.state, CBM)
    world.state.put(ASSET, msgspec.structs.replace(asset, status=status))
    world.refuse(code, "bank_b", accept(found))


def test_acceptance_asks_pause_and_tier_again(world: World) -> None:
    found = sent(world)
    asset = require_asset(world.state, CBM)
    world.state.put(ASSET, msgspec.structs.replace(asset, kyc_tier_min=4))
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_b", accept(found))
    world.state.put(ASSET, asset)
    world.act("central+regulator", PauseAsset(asset=CBM, classes=int(OperationClass.MOVE)))
    world.refuse(Code.ASSET_PAUSED, "bank_b", accept(found))
    world.act("bank_b", reject(found))


@pytest.mark.parametrize("amount", [None, 901])
def test_a_freeze_reaches_what_is_held(world: World, amount: int | None) -> None:
    found = sent(world)
    world.act("fiu", freeze(CBM, amount, account=address("sender")))
    world.refuse(Code.UNDER_REVIEW, "bank_b", accept(found))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_b+bank_a", accept(found))


def test_acceptance_asks_the_accounts_again(world: World) -> None:
    found = sent(world)
    sender = require_account(world.state, address("sender"))
    receiver = require_account(world.state, address("receiver"))
    closed = msgspec.structs.replace(receiver, status=AccountStatus.CLOSED)
    world.state.put(ACCOUNT, closed)
    world.refuse(Code.ACCOUNT_CLOSED, "bank_b", accept(found))
    world.state.put(ACCOUNT, receiver)
    lost = msgspec.structs.replace(sender, status=AccountStatus.RECOVERING)
    world.state.put(ACCOUNT, lost)
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", accept(found))
    world.refuse(Code.RECOVERY_OPEN, "bank_b+bank_a", accept(found))
    world.state.put(ACCOUNT, sender)
    ended = licence_of("bank_b", LicencePhase.SUSPENDED, 2)
    world.state.put(LICENCE, ended)
    world.refuse(Code.EXIT_ONLY, "bank_b", accept(found))
    world.state.delete(LICENCE, address("bank_b"))
    stop = StopCredits(account=address("receiver"), stopped=True, basis=freeze(CBM, 1).basis)
    world.act("fiu", stop)
    world.refuse(Code.CREDIT_STOPPED, "bank_b", accept(found))


def test_acceptance_asks_the_sanctions_again(world: World) -> None:
    found = sent(world)
    world.attempt(LISTERS, update(1, add=(person_of("receiver"),)))
    world.refuse(Code.UNDER_REVIEW, "bank_b", accept(found))


def test_acceptance_asks_governed_rules_again(world: World) -> None:
    found = sent(world)
    for name, code in (
        ("kyc", Code.COUNTERPARTY_NOT_ELIGIBLE),
        ("licence", Code.COUNTERPARTY_NOT_ELIGIBLE),
    ):
        savepoint = world.state.savepoint()
        assert world.attempt(RULERS, rule_of(name)) is Code.OK
        world.refuse(code, "bank_b", accept(found))
        world.state.rollback(savepoint)


def test_acceptance_asks_what_only_the_receiver_lacks(world: World) -> None:
    """The receiver's institution acts: it is told the truth of its own client."""
    found = sent(world)
    world.state.put(LICENCE, licence_of("bank_a", LicencePhase.LICENSED, 2))
    for name, body, code in (
        ("licence", None, Code.LICENCE_REQUIRED),
        ("matrix", JurisdictionRule(rows=(FOREIGN,), closed=()), Code.JURISDICTION_REFUSED),
        ("cap", HolderCapRule(amount_max=99, share_e6=None, holders_max=None), CAP),
    ):
        savepoint = world.state.savepoint()
        made = rule_of(name) if body is None else rule_of(name, body=body)
        assert world.attempt(RULERS, made) is Code.OK
        world.refuse(code, "bank_b", accept(found))
        world.state.rollback(savepoint)


def test_acceptance_asks_locks_and_credentials_again(world: World) -> None:
    found = sent(world)
    savepoint = world.state.savepoint()
    assert world.attempt(RULERS, rule_of("lock")) is Code.OK
    world.refuse(Code.LOCKED_UP, "bank_b", accept(found))
    world.state.rollback(savepoint)
    given = IssueCredential(person=person_of("sender"), kind="kyc", valid_until=START)
    world.act("central", given)
    assert world.attempt(RULERS, rule_of("kyc")) is Code.OK
    world.refuse(Code.CREDENTIAL_MISSING, "bank_b", accept(found))
