"""Governed rules: how they are set and ended, and what each of them refuses of a Transfer."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import fund, go_to, transfer
from tests.tokens.ops.test_control import freeze, seize
from tests.tokens.ops.world import CBM, START, World, address, person_of
from tokens.events import RuleChanged
from tokens.licensing import ENDED
from tokens.ops import SPEC_OF
from tokens.ops import rules as ops
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.persons import IssueCredential, RevokeCredential
from tokens.ops.rules import EndRule, SetRule
from tokens.records.licences import EXITING, LICENCE, Licence
from tokens.records.rules import (
    RULE,
    RULE_TABLE,
    BalanceRule,
    CredentialRule,
    HolderCapRule,
    JurisdictionRow,
    JurisdictionRule,
    LicenceRow,
    LicenceRule,
    LockUpRule,
    TierBalance,
    TierLimit,
    VelocityRule,
)
from tokens.results import Code
from tokens.types import LicencePhase, OperationClass, Role

RULERS = "central+regulator"
LATER = dt.date(2025, 7, 3)
ALL = int(OperationClass.MOVE | OperationClass.TRADE | OperationClass.BID | OperationClass.ISSUE)
BODIES = {
    "kyc": CredentialRule(credential="kyc", gives=True, receives=True),
    "licence": LicenceRule(
        roles=(Role.BANK_CUSTODIAN,),
        rows=(LicenceRow(phase=LicencePhase.LICENSED, category=2, classes=ALL),),
    ),
    "matrix": JurisdictionRule(
        rows=(JurisdictionRow(source="RESIDENT", target="RESIDENT", classes=ALL),), closed=()
    ),
    "cap": HolderCapRule(amount_max=150, share_e6=None, holders_max=None),
    "lock": LockUpRule(until=LATER),
    "speed": VelocityRule(limits=(TierLimit(tier=3, day_max=50),)),
    "balance": BalanceRule(limits=(TierBalance(tier=1, balance_max=30),)),
}
GENERAL = ("kyc", "licence", "matrix")
"""Rules for all assets."""


def rule_of(name: str, **changes: object) -> SetRule:
    """A rule of each kind, in force today."""
    values: dict[str, object] = {
        "id": name,
        "asset": None if name in GENERAL else CBM,
        "body": BODIES[name],
        "effective_on": START,
    }
    return SetRule(**(values | changes))  # type: ignore[arg-type]


def end_of(name: str, on: dt.date = START) -> EndRule:
    return EndRule(id=name, effective_on=on)


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100)
    fund(made, "b/main", 100)
    return made


def pay(amount: int = 10) -> msgspec.Struct:
    return transfer(CBM, "a/main", "b/main", amount)


def test_a_rule_has_versions_and_takes_over_on_its_date(world: World) -> None:
    world.act(RULERS, rule_of("speed"))
    wider = VelocityRule(limits=(TierLimit(tier=3, day_max=60),))
    world.act(RULERS, rule_of("speed", body=wider, effective_on=LATER))
    told = world.last(RuleChanged)
    assert told == RuleChanged(rule="speed", version=2, effective_on=LATER, ended=False)
    world.refuse(Code.VELOCITY_EXCEEDED, "bank_a", pay(51))
    go_to(world, LATER)
    rule = world.state.get(RULE, "speed")
    assert rule is not None
    assert (rule.version, rule.body, rule.next_on) == (2, wider, None)
    world.act("bank_a", pay(60))


def test_the_first_operation_of_a_date_is_judged_by_that_date(world: World) -> None:
    """The agenda has not come by yet: the date alone decides."""
    world.act(RULERS, rule_of("speed", effective_on=LATER))
    world.act("bank_a", pay(51))
    code = world.attempt("central", CloseDay(date=START), OpenDay(date=LATER))
    assert code is Code.OK
    big = transfer(CBM, "b/main", "a/main", 51)
    world.refuse(Code.VELOCITY_EXCEEDED, "bank_b", big)
    (told,) = SPEC_OF[type(big)].check(world.context(world.actors("bank_b")), big)
    assert (told.rule, told.version) == ("speed", 1)
    wider = VelocityRule(limits=(TierLimit(tier=3, day_max=40),))
    world.act(RULERS, rule_of("speed", body=wider, effective_on=LATER + dt.timedelta(days=1)))
    tomorrow = LATER + dt.timedelta(days=1)
    code = world.attempt("central", CloseDay(date=LATER), OpenDay(date=tomorrow))
    assert code is Code.OK
    (told,) = SPEC_OF[type(big)].check(world.context(world.actors("bank_b")), big)
    assert (told.rule, told.version) == ("speed", 2)


def test_an_ended_rule_keeps_its_versions(world: World) -> None:
    world.act(RULERS, rule_of("speed"))
    world.act(RULERS, end_of("speed", LATER))
    world.refuse(Code.VELOCITY_EXCEEDED, "bank_a", pay(51))
    go_to(world, LATER)
    world.act("bank_a", pay(51))
    table = world.state.get(RULE_TABLE, CBM)
    assert table is not None
    assert table.rules == ()
    world.refuse(Code.NOT_FOUND, RULERS, end_of("speed", LATER))
    world.act(RULERS, rule_of("speed", effective_on=LATER))
    rule = world.state.get(RULE, "speed")
    assert rule is not None
    assert rule.version == 3


def test_a_rule_keeps_its_kind_until_it_has_ended(world: World) -> None:
    """Also while its end waits, and on its date before the agenda: its table names it until then.

    Afterwards its name may come back as another kind; the versions go on.
    """
    other = rule_of("kyc", body=BODIES["matrix"])
    world.act(RULERS, rule_of("kyc"))
    world.act(RULERS, end_of("kyc", LATER))
    world.refuse(Code.BAD_FIELD, RULERS, other)
    assert world.attempt("central", CloseDay(date=START), OpenDay(date=LATER)) is Code.OK
    again = msgspec.structs.replace(other, effective_on=LATER)
    assert world.attempt(RULERS, again) is Code.BAD_FIELD
    world.end_block()
    world.act(RULERS, again)
    rule, table = world.state.get(RULE, "kyc"), world.state.get(RULE_TABLE, "")
    assert rule is not None
    assert table is not None
    assert (rule.version, rule.body, table.rules) == (3, BODIES["matrix"], ("kyc",))
    world.refuse(Code.BAD_FIELD, RULERS, msgspec.structs.replace(again, asset=CBM))


def test_set_rule_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.refuse(Code.NEEDS_APPROVAL, "central", rule_of("kyc"))
    world.refuse(Code.UNKNOWN_ASSET, RULERS, rule_of("cap", asset="NONE"))
    world.refuse(Code.BAD_DATE, RULERS, rule_of("kyc", effective_on=dt.date(2025, 6, 30)))
    for name in ("cap", "lock", "speed"):
        world.refuse(Code.BAD_FIELD, RULERS, rule_of(name, asset=None))
    world.act(RULERS, rule_of("kyc"))
    world.refuse(Code.BAD_FIELD, RULERS, rule_of("kyc", asset=CBM))
    world.refuse(Code.BAD_FIELD, RULERS, rule_of("kyc", body=BODIES["matrix"]))
    monkeypatch.setattr(ops, "RULES_MAX", 1)
    world.refuse(Code.RULE_LIMIT, RULERS, rule_of("matrix"))
    world.act(RULERS, rule_of("kyc"))


@pytest.mark.parametrize(
    "body",
    [
        CredentialRule(credential="kyc", gives=False, receives=False),
        LicenceRule(roles=(Role.VASP, Role.BANK_CUSTODIAN), rows=()),
        JurisdictionRule(rows=(), closed=("SCRA", "NRVA")),
        HolderCapRule(amount_max=None, share_e6=None, holders_max=None),
        VelocityRule(limits=(TierLimit(tier=3, day_max=1), TierLimit(tier=3, day_max=2))),
        BalanceRule(
            limits=(TierBalance(tier=3, balance_max=1), TierBalance(tier=2, balance_max=2))
        ),
    ],
    ids=lambda body: type(body).__name__,
)
def test_a_body_that_says_nothing_or_two_things_is_refused(
    world: World, body: msgspec.Struct
) -> None:
    made = msgspec.structs.replace(rule_of("cap"), id="new", body=body)
    world.refuse(Code.BAD_FIELD, RULERS, made)


def test_end_rule_is_refused(world: World) -> None:
    world.refuse(Code.NOT_FOUND, RULERS, end_of("speed"))
    world.act(RULERS, rule_of("speed"))
    world.refuse(Code.NEEDS_APPROVAL, "central", end_of("speed"))
    world.refuse(Code.BAD_DATE, RULERS, end_of("speed", dt.date(2025, 6, 30)))
    world.act(RULERS, end_of("speed"))
    world.act("bank_a", pay(51))


def test_a_credential_is_asked_of_both_sides_and_expires(world: World) -> None:
    world.act(RULERS, rule_of("kyc"))
    world.refuse(Code.CREDENTIAL_MISSING, "bank_a", pay())
    issue = IssueCredential(person=person_of("bank_a"), kind="kyc", valid_until=START)
    world.refuse(Code.ROLE_REQUIRED, "bank_a", issue)
    past = msgspec.structs.replace(issue, valid_until=dt.date(2025, 6, 30))
    world.refuse(Code.BAD_DATE, "central", past)
    world.act("central", issue)
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", pay())
    other = msgspec.structs.replace(issue, person=person_of("bank_b"), valid_until=LATER)
    world.act("central", other)
    world.act("bank_a", pay())
    go_to(world, dt.date(2025, 7, 2))
    world.refuse(Code.CREDENTIAL_MISSING, "bank_a", pay())
    world.act("central", msgspec.structs.replace(issue, valid_until=LATER))
    world.act("bank_a", pay())


def test_a_revoked_credential_is_void_until_it_is_issued_again(world: World) -> None:
    world.act(RULERS, rule_of("kyc"))
    issue = IssueCredential(person=person_of("bank_a"), kind="kyc", valid_until=LATER)
    revoke = RevokeCredential(person=person_of("bank_a"), kind="kyc")
    world.refuse(Code.NOT_FOUND, "central", revoke)
    world.act("central", issue)
    world.refuse(Code.ROLE_REQUIRED, "bank_a", revoke)
    world.act("central", revoke)
    world.refuse(Code.NOT_FOUND, "central", revoke)
    world.refuse(Code.CREDENTIAL_MISSING, "bank_a", pay())
    world.act("central", issue)
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", pay())


def test_the_matrix_refuses_what_it_does_not_name(world: World) -> None:
    world.act(RULERS, rule_of("matrix"))
    world.account("abroad", None, "bank_b", residency="FOREIGN")
    world.act("bank_a", pay())
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", transfer(CBM, "a/main", "abroad", 1))
    world.refuse(Code.JURISDICTION_REFUSED, "bank_b", transfer(CBM, "b/main", "abroad", 1))
    row = JurisdictionRow(source="ANY", target="FOREIGN", classes=int(OperationClass.MOVE))
    body = JurisdictionRule(rows=(row,), closed=())
    world.act(RULERS, rule_of("matrix", body=body))
    world.act("bank_a", transfer(CBM, "a/main", "abroad", 1))


def test_the_licence_table_opens_classes_by_phase_and_category(world: World) -> None:
    """LICENSED for custody opens all; any other phase of the table nothing."""
    world.act(RULERS, rule_of("licence"))
    world.refuse(Code.LICENCE_REQUIRED, "bank_a", pay())
    for name, phase, categories in (("bank_a", 5, 2), ("bank_b", 3, 2)):
        world.state.put(LICENCE, licence_of(name, LicencePhase(phase), categories))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", pay())
    world.state.put(LICENCE, licence_of("bank_b", LicencePhase.LICENSED, 1))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", pay())
    world.state.put(LICENCE, licence_of("bank_b", LicencePhase.LICENSED, 3))
    world.act("bank_a", pay())


@pytest.mark.parametrize("phase", EXITING, ids=lambda phase: phase.name)
def test_an_institution_that_ended_takes_nothing_in(world: World, phase: LicencePhase) -> None:
    """Its own accounts stand still; a client may leave, to the same person elsewhere."""
    world.account("client", None, "bank_a", person="p")
    world.account("client/new", None, "bank_b", person="p")
    world.act("bank_a", transfer(CBM, "a/main", "client", 50))
    world.state.put(LICENCE, licence_of("bank_a", phase, 2))
    world.refuse(Code.EXIT_ONLY, "bank_a", pay())
    world.refuse(Code.EXIT_ONLY, "bank_a", transfer(CBM, "client", "b/main", 1))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", transfer(CBM, "b/main", "client", 1))
    world.act("bank_a", transfer(CBM, "client", "client/new", 50))
    assert world.balance(CBM, "client/new") == 50


def licence_of(name: str, phase: LicencePhase, categories: int) -> Licence:
    return Licence(
        institution=address(name),
        phase=phase,
        categories=categories,
        goaml_id="G1",
        registration_no="" if phase is LicencePhase.AML_REGISTERED else "R1",
        expires_on=None if phase is LicencePhase.AML_REGISTERED else dt.date(2030, 1, 1),
        since=START,
        basis=None,
        exit_only=phase in ENDED,
    )


def test_no_rule_stops_service_or_control(world: World) -> None:
    """Page 04: SERVICE and CONTROL have their own rows."""
    for name in BODIES:
        world.act(RULERS, rule_of(name))
    world.refuse(Code.CREDENTIAL_MISSING, "bank_a", pay())
    world.act("fiu", freeze(CBM, None))
    world.act("central+fiu", seize(100))
    assert world.balance(CBM, "treasury/main") == 100
