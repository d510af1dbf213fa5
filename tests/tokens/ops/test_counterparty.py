"""What a refusal tells of the counterparty, and to whom (page 04): each rule, each viewer.

The receipt of a Transfer is what everybody may see; a simulation adds what its viewer may know.
"""

import msgspec
import pytest

from tests.tokens.ops.build import fund, transfer
from tests.tokens.ops.test_control import BASIS
from tests.tokens.ops.test_rules import BODIES, RULERS, rule_of
from tests.tokens.ops.test_sanctions import LISTERS, update
from tests.tokens.ops.world import CBM, World, address, person_of
from tokens.lookup import require_asset
from tokens.ops import SPEC_OF
from tokens.ops.freezes import StopCredits
from tokens.ops.persons import IssueCredential
from tokens.records.instruments import ASSET
from tokens.records.rules import HolderCapRule, JurisdictionRow, JurisdictionRule
from tokens.refusing import revealed
from tokens.results import Code, Refusal
from tokens.simulate import simulate
from tokens.transaction import KeySignature, Transaction, build
from tokens.types import NO_ADDRESS, OperationClass

PAY = transfer(CBM, "a/main", "client", 10)
OUTSIDERS = (NO_ADDRESS, address("bank_a"), address("treasury"), address("issuer"))
INSIDERS = (address("bank_b"), address("central"), address("fiu"), address("regulator"))

REASONS = {
    "credit stop": Code.CREDIT_STOPPED,
    "list": Code.SANCTIONED,
    "kyc": Code.CREDENTIAL_MISSING,
    "matrix": Code.JURISDICTION_REFUSED,
    "cap": Code.HOLDER_CAP_EXCEEDED,
}
"""What is wrong with the client of bank_b, and its true name."""


def make_wrong(world: World, reason: str) -> None:
    if reason == "credit stop":
        world.act("fiu", StopCredits(account=address("client"), stopped=True, basis=BASIS))
    elif reason == "list":
        world.act(LISTERS, update(1, add=(person_of("client"),)))
    elif reason == "kyc":
        until = rule_of("kyc").effective_on
        own = IssueCredential(person=person_of("bank_a"), kind="kyc", valid_until=until)
        world.act("central", own)
        world.act(RULERS, rule_of("kyc"))
    elif reason == "matrix":
        none = JurisdictionRow(source="ANY", target="FOREIGN", classes=0)
        world.act(RULERS, rule_of("matrix", body=JurisdictionRule(rows=(none,), closed=())))
    else:
        small = HolderCapRule(amount_max=9, share_e6=None, holders_max=None)
        world.act(RULERS, rule_of("cap", body=small))


@pytest.fixture
def world() -> World:
    made = World()
    made.account("client", None, "bank_b", residency="FOREIGN")
    fund(made, "a/main", 100)
    return made


def refusals(world: World, who: str) -> list[Refusal]:
    context = world.context(world.actors(who))
    return list(SPEC_OF[type(PAY)].check(context, PAY))


@pytest.mark.parametrize("reason", REASONS)
def test_the_payer_learns_nothing_and_supervisors_and_the_own_bank_learn_all(
    world: World, reason: str
) -> None:
    make_wrong(world, reason)
    found = refusals(world, "bank_a")
    said = (
        Code.UNDER_REVIEW if reason in ("credit stop", "list") else Code.COUNTERPARTY_NOT_ELIGIBLE
    )
    assert [(entry.code, entry.rule, entry.version) for entry in found] == [(said, "", 0)]
    assert world.attempt("bank_a", PAY) is said
    for viewer in OUTSIDERS:
        assert [revealed(world.state, entry, viewer) for entry in found] == [Refusal(said)]
    for viewer in INSIDERS:
        known = [revealed(world.state, entry, viewer) for entry in found]
        assert [entry.code for entry in known] == [REASONS[reason]]
        assert all(entry.hidden is None for entry in known)
        named = "" if reason == "credit stop" else "un" if reason == "list" else reason
        assert [entry.rule for entry in known] == [named]


def test_no_receipt_says_that_a_person_is_on_a_list(world: World) -> None:
    """Not even that of its own bank, which its client reads."""
    fund(world, "b/main", 10)
    make_wrong(world, "list")
    world.refuse(Code.UNDER_REVIEW, "bank_b", transfer(CBM, "b/main", "client", 1))
    world.refuse(Code.UNDER_REVIEW, "bank_b", transfer(CBM, "client", "b/main", 1))


def test_every_failing_rule_is_listed_in_order_with_its_version(world: World) -> None:
    for name in BODIES:
        world.act(RULERS, rule_of(name))
    world.act(RULERS, rule_of("kyc"))
    context = world.context(world.actors("bank_a"))
    big = transfer(CBM, "a/main", "client", 160)
    found = list(SPEC_OF[type(big)].check(context, big))
    told = [revealed(world.state, entry, address("central")) for entry in found]
    assert [(entry.code.name, entry.rule, entry.version) for entry in told] == [
        ("CREDENTIAL_MISSING", "kyc", 2),
        ("CREDENTIAL_MISSING", "kyc", 2),
        ("LICENCE_REQUIRED", "licence", 1),
        ("LICENCE_REQUIRED", "licence", 1),
        ("JURISDICTION_REFUSED", "matrix", 1),
        ("HOLDER_CAP_EXCEEDED", "cap", 1),
        ("LOCKED_UP", "lock", 1),
        ("VELOCITY_EXCEEDED", "speed", 1),
        ("INSUFFICIENT_AVAILABLE", "", 0),
    ]


def test_all_eleven_checks_are_listed_in_the_order_of_the_page(world: World) -> None:
    """Page 04, order of checks: with everything wrong at once each check says its own."""
    for name in BODIES:
        world.act(RULERS, rule_of(name))
    world.act("fiu", StopCredits(account=address("client"), stopped=True, basis=BASIS))
    world.act(LISTERS, update(1, add=(person_of("client"),)))
    asset = require_asset(world.state, CBM)
    paused = OperationClass.MOVE.value
    wrong = msgspec.structs.replace(asset, paused=paused, increment=7, kyc_tier_min=9)
    world.state.put(ASSET, wrong)
    context = world.context(world.actors("bank_a"))
    big = transfer(CBM, "a/main", "client", 160)
    found = list(SPEC_OF[type(big)].check(context, big))
    told = [revealed(world.state, entry, address("central")).code.name for entry in found]
    assert list(dict.fromkeys(told)) == [
        "ASSET_PAUSED",  # 1
        "CREDIT_STOPPED",  # 2
        "KYC_TIER_TOO_LOW",  # 3
        "CREDENTIAL_MISSING",  # 3
        "LICENCE_REQUIRED",  # 4
        "JURISDICTION_REFUSED",  # 5
        "SANCTIONED",  # 6
        "HOLDER_CAP_EXCEEDED",  # 7
        "LOCKED_UP",  # 8
        "DENOM_NOT_MULTIPLE",  # 9
        "VELOCITY_EXCEEDED",  # 10
        "INSUFFICIENT_AVAILABLE",  # 11
    ]


def test_how_many_rules_stop_the_counterparty_is_not_told(world: World) -> None:
    """One answer for one failing rule and for three; whoever may know is told each of them."""
    lists: dict[bytes, list[list[Code]]] = {address("bank_a"): [], address("bank_b"): []}
    for reason in ("matrix", "cap", "kyc"):
        make_wrong(world, reason)
        for viewer, found in lists.items():
            found.append([refusal.code for _, refusal in tried(world, viewer)])
    once = [Code.COUNTERPARTY_NOT_ELIGIBLE]
    assert lists[address("bank_a")] == [once, once, once]
    assert [len(found) for found in lists[address("bank_b")]] == [1, 2, 3]


def tried(world: World, viewer: bytes) -> tuple[tuple[int, Refusal], ...]:
    """A trial of the payment by bank_a, for a viewer."""
    transaction = Transaction(
        version=1,
        chain_id="test",
        sender=address("bank_a"),
        client_ref=bytes(16),
        valid_until=world.height + 2,
        operations=(PAY,),
        memo="",
    )
    unsigned = (KeySignature(key=bytes(32), signature=bytes(64)),)
    savepoint = world.state.savepoint()
    found = simulate(world.state, build(transaction, unsigned), world.height + 1, viewer)
    world.state.rollback(savepoint)
    return found.refusals
