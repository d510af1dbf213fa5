"""Licences: phases with their approvals, automatic expiry, and clients who get out."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import fund, go_to, transfer
from tests.tokens.ops.test_control import BASIS
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.world import CBM, START, World, address
from tokens.events import LicenceChanged
from tokens.grants import Use, find_grant
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.licences import (
    AdvanceLicence,
    ApplyLicence,
    GrantLicence,
    RevokeLicence,
    SuspendLicence,
)
from tokens.ops.reassignment import ReassignServicing
from tokens.records.licences import LICENCE, Licence
from tokens.records.parties import PARTICIPANT
from tokens.records.proposals import GRANT, Grant
from tokens.results import Code
from tokens.types import LicencePhase, Role

WHO = address("bank_a")
APPLY = ApplyLicence(institution=WHO, categories=3)
LICENSE = GrantLicence(institution=WHO, categories=1, expires_on=dt.date(2025, 7, 10))
STEPS = (
    AdvanceLicence(institution=WHO, phase=LicencePhase.NOC, number=""),
    AdvanceLicence(institution=WHO, phase=LicencePhase.AML_REGISTERED, number="GOAML-7"),
    AdvanceLicence(institution=WHO, phase=LicencePhase.INCORPORATED, number="SECP/12"),
)
SUSPEND = SuspendLicence(institution=WHO, suspended=True, basis=BASIS)
RESTORE = SuspendLicence(institution=WHO, suspended=False, basis=BASIS)
REVOKE = RevokeLicence(institution=WHO, basis=BASIS)


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100)
    return made


def licence_of(world: World) -> Licence:
    found = world.state.get(LICENCE, WHO)
    assert found is not None
    return found


def licensed(world: World) -> None:
    """All the way."""
    world.act("bank_a", APPLY)
    for step in STEPS:
        world.act("va", step)
    world.act("va+central", LICENSE)


def test_the_way_from_application_to_licence(world: World) -> None:
    licensed(world)
    found = licence_of(world)
    assert (found.phase, found.categories) == (LicencePhase.LICENSED, 1)
    assert (found.goaml_id, found.registration_no) == ("GOAML-7", "SECP/12")
    told = [event.phase for event in world.events if isinstance(event, LicenceChanged)]
    assert [phase.name for phase in told] == [
        "APPLIED",
        "NOC",
        "AML_REGISTERED",
        "INCORPORATED",
        "LICENSED",
    ]


def test_every_step_in_every_phase(world: World) -> None:
    """Each (phase, step) pair: the ones that the page draws pass, all others are WRONG_PHASE."""
    steps = {
        **{step.phase.name: ("va", step) for step in STEPS},
        "LICENSED": ("va+central", LICENSE),
        "SUSPENDED": ("va", SUSPEND),
        "RESTORED": ("va", RESTORE),
        "REVOKED": ("va", REVOKE),
    }
    drawn = {
        "APPLIED": {"NOC", "REVOKED"},
        "NOC": {"AML_REGISTERED", "REVOKED"},
        "AML_REGISTERED": {"INCORPORATED", "REVOKED"},
        "INCORPORATED": {"LICENSED", "REVOKED"},
        "LICENSED": {"LICENSED", "SUSPENDED", "REVOKED"},
        "SUSPENDED": {"RESTORED", "REVOKED"},
        "REVOKED": set(),
        "EXPIRED": set(),
    }
    world.act("bank_a", APPLY)
    base = licence_of(world)
    assert set(drawn) == {phase.name for phase in LicencePhase}
    for phase in LicencePhase:
        for name, (who, operation) in steps.items():
            world.state.put(LICENCE, msgspec.structs.replace(base, phase=phase))
            savepoint = world.state.savepoint()
            code = world.attempt(who, operation)
            wanted = Code.OK if name in drawn[phase.name] else Code.WRONG_PHASE
            assert code is wanted, (phase.name, name, code.name)
            world.state.rollback(savepoint)


def test_apply_is_refused(world: World) -> None:
    nobody = msgspec.structs.replace(APPLY, institution=address("nobody"))
    world.refuse(Code.UNKNOWN_PARTICIPANT, "bank_a", nobody)
    world.refuse(Code.NOT_AUTHORISED, "bank_b", APPLY)
    own = msgspec.structs.replace(APPLY, institution=address("treasury"))
    world.refuse(Code.ROLE_REQUIRED, "treasury", own)
    for categories in (0, 64, 255):
        bad = msgspec.structs.replace(APPLY, categories=categories)
        world.refuse(Code.BAD_FIELD, "bank_a", bad)
    world.act("bank_a", APPLY)
    world.refuse(Code.ALREADY_EXISTS, "bank_a", APPLY)
    world.act("va", REVOKE)
    world.act("bank_a", APPLY)
    assert licence_of(world).phase is LicencePhase.APPLIED


def test_steps_are_refused(world: World) -> None:
    for who, operation in (("va", STEPS[0]), ("va", SUSPEND), ("va", REVOKE)):
        world.refuse(Code.NOT_FOUND, who, operation)
        world.refuse(Code.NEEDS_APPROVAL, "central", operation)
    world.refuse(Code.NOT_FOUND, "va+central", LICENSE)
    world.act("bank_a", APPLY)
    numbered = msgspec.structs.replace(STEPS[0], number="X")
    world.refuse(Code.BAD_FIELD, "va", numbered)
    world.act("va", STEPS[0])
    world.refuse(Code.BAD_FIELD, "va", msgspec.structs.replace(STEPS[1], number=""))
    world.act("va", STEPS[1])
    world.act("va", STEPS[2])
    world.refuse(Code.NEEDS_APPROVAL, "va", LICENSE)
    for categories in (0, 4, 64):
        more = msgspec.structs.replace(LICENSE, categories=categories)
        world.refuse(Code.BAD_FIELD, "va+central", more)
    past = msgspec.structs.replace(LICENSE, expires_on=START)
    world.refuse(Code.BAD_DATE, "va+central", past)
    world.act("va+central", LICENSE)


def test_a_licence_expires_by_itself_and_a_renewal_moves_its_day(world: World) -> None:
    licensed(world)
    later = msgspec.structs.replace(LICENSE, expires_on=dt.date(2025, 7, 15))
    world.act("va+central", later)
    go_to(world, dt.date(2025, 7, 10))
    assert licence_of(world).phase is LicencePhase.LICENSED
    go_to(world, dt.date(2025, 7, 15))
    assert licence_of(world).phase is LicencePhase.EXPIRED
    world.refuse(Code.EXIT_ONLY, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    world.act("bank_a", APPLY)


def test_a_suspension_does_not_stop_the_expiry(world: World) -> None:
    licensed(world)
    world.act("va", SUSPEND)
    go_to(world, dt.date(2025, 7, 10))
    assert licence_of(world).phase is LicencePhase.EXPIRED


def test_a_suspension_ends_and_everything_goes_on(world: World) -> None:
    licensed(world)
    world.act("va", SUSPEND)
    world.refuse(Code.EXIT_ONLY, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    world.act("va", RESTORE)
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 1))


def test_a_new_application_does_not_undo_a_revocation(world: World) -> None:
    """Applying is the institution's own act: it stands still, and lends nothing, until licensed."""
    world.account("client", None, "bank_b")
    licensed(world)
    world.state.put(GRANT, grant_of("client", 0))
    world.quota = 1
    assert world.attempt("va", REVOKE) is Code.OK
    assert world.attempt("bank_a", APPLY) is Code.OK
    assert find_grant(world.context(world.actors("bank_a")), use_of("client")) is None
    world.end_block()
    world.finish_agenda()
    for step in STEPS:
        world.refuse(Code.EXIT_ONLY, "bank_a", transfer(CBM, "a/main", "b/main", 1))
        world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", transfer(CBM, "b/main", "a/main", 1))
        world.act("va", step)
    assert licence_of(world).exit_only
    world.act("va+central", LICENSE)
    assert not licence_of(world).exit_only
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 1))


def test_a_licence_is_over_on_its_day_before_the_agenda_has_come_by(world: World) -> None:
    """The transactions of the very block that opens the day, and as long as the agenda is busy."""
    licensed(world)
    world.account("client", None, "bank_b")
    world.state.put(GRANT, grant_of("client", 0))
    world.act("central", CloseDay(date=START))
    assert world.attempt("central", OpenDay(date=LICENSE.expires_on)) is Code.OK
    assert licence_of(world).phase is LicencePhase.LICENSED
    assert find_grant(world.context(world.actors("bank_a")), use_of("client")) is None
    world.refuse(Code.EXIT_ONLY, "bank_a", transfer(CBM, "a/main", "b/main", 1))


def over_by_date(world: World) -> None:
    """The last day of the licence is over, and the agenda has not come by."""
    world.act("central", CloseDay(date=START))
    assert world.attempt("central", OpenDay(date=LICENSE.expires_on)) is Code.OK


@pytest.mark.parametrize("before", [(), (SUSPEND,)], ids=["licensed", "suspended"])
def test_a_licence_that_is_over_by_date_is_over_for_every_step(
    world: World, before: tuple[SuspendLicence, ...]
) -> None:
    """A renewal a block before the agenda brought back what had ended, grants included."""
    licensed(world)
    for step in before:
        world.act("va", step)
    over_by_date(world)
    assert licence_of(world).phase is not LicencePhase.EXPIRED
    renewed = msgspec.structs.replace(LICENSE, expires_on=dt.date(2025, 8, 1))
    assert world.attempt("va+central", renewed) is Code.WRONG_PHASE
    for again in (SUSPEND, RESTORE, REVOKE, STEPS[0]):
        assert world.attempt("va", again) is Code.WRONG_PHASE, again


def test_who_applies_on_the_day_that_its_licence_ended_lends_nothing_again(world: World) -> None:
    """It may apply before the agenda comes by; the end is told, and ends its grants too."""
    licensed(world)
    world.account("client", None, "bank_b")
    world.state.put(GRANT, grant_of("client", 0))
    over_by_date(world)
    assert world.attempt("bank_a", APPLY) is Code.OK
    told = [event.phase for event in world.events if isinstance(event, LicenceChanged)]
    assert told[-2:] == [LicencePhase.EXPIRED, LicencePhase.APPLIED]
    assert licence_of(world).exit_only
    world.end_block()
    world.finish_agenda()
    assert licence_of(world).phase is LicencePhase.APPLIED
    assert world.state.get(GRANT, address("client"), WHO, "cash_mint", CBM) is None


def test_grants_over_client_accounts_are_void_and_do_not_come_back(world: World) -> None:
    """At once, before the agenda has taken them out; grants of participants stay."""
    licensed(world)
    world.account("client", None, "bank_b")
    for number, grantor in enumerate(("client", "issuer")):
        world.state.put(GRANT, grant_of(grantor, number))
    world.quota = 1
    assert world.attempt("va", SUSPEND) is Code.OK
    context = world.context(world.actors("bank_a"))
    assert find_grant(context, use_of("client")) is None
    assert find_grant(context, use_of("issuer")) is not None
    world.end_block()
    world.finish_agenda()
    assert world.state.get(GRANT, address("client"), WHO, "cash_mint", CBM) is None
    assert world.state.get(GRANT, address("issuer"), WHO, "cash_mint", CBM) is not None
    world.act("va", RESTORE)
    assert find_grant(world.context(world.actors("bank_a")), use_of("client")) is None


def grant_of(grantor: str, number: int) -> Grant:
    return Grant(
        grantor=address(grantor),
        grantee=WHO,
        operation="cash_mint",
        asset=CBM,
        sources=(),
        targets=(),
        cap_call=1,
        cap_day=1,
        cap_total=1 + number,
        used_day=0,
        used_total=0,
        used_on=START,
        expires_on=dt.date(2030, 1, 1),
    )


def use_of(grantor: str) -> Use:
    return Use(address(grantor), "cash_mint", CBM, None, None, 1)


def test_what_an_institution_owns_itself_stands_still(world: World) -> None:
    """The ways out are its clients': its own units do not leave by them, to wherever."""
    world.account("a/away", "bank_a", "bank_b")
    world.account("client", None, "bank_a")
    world.account("client/away", None, "bank_b", person="client")
    world.act("bank_a", transfer(CBM, "a/main", "client", 10))
    licensed(world)
    world.act("va", SUSPEND)
    world.refuse(Code.EXIT_ONLY, "bank_a", transfer(CBM, "a/main", "a/away", 1))
    world.act("bank_a", transfer(CBM, "client", "client/away", 10))


def test_an_exchange_may_apply_too(world: World) -> None:
    bank = world.state.get(PARTICIPANT, WHO)
    assert bank is not None
    world.state.put(PARTICIPANT, msgspec.structs.replace(bank, roles=(Role.VASP,)))
    world.act("bank_a", APPLY)


def test_who_needs_a_licence_and_never_applied_is_revoked(world: World) -> None:
    """It was NOT_FOUND for ever: the regulator could not stop it, nor send its clients away."""
    world.account("client", None, "bank_a")
    world.account("new", None, "bank_b", person="client")
    world.act("bank_a", transfer(CBM, "a/main", "client", 10))
    world.refuse(Code.NOT_FOUND, "va", REVOKE)  # no rule asks for a licence
    world.act(RULERS, msgspec.structs.replace(rule_of("licence"), asset=None))
    world.refuse(Code.NEEDS_APPROVAL, "bank_b", REVOKE)
    world.refuse(Code.NOT_FOUND, "va", msgspec.structs.replace(REVOKE, institution=address("va")))
    world.refuse(Code.NOT_FOUND, "va", SUSPEND)
    move = ReassignServicing(accounts=(address("client"),), to=address("bank_b"))
    assert world.attempt("bank_b+va", move) is Code.NOT_AUTHORISED
    world.act("va", REVOKE)
    found = licence_of(world)
    assert (found.phase, found.categories, found.exit_only) == (LicencePhase.REVOKED, 0, True)
    assert found.basis == BASIS
    world.refuse(Code.WRONG_PHASE, "va", REVOKE)
    world.refuse(Code.EXIT_ONLY, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    assert world.attempt("bank_b+va", move) is Code.OK
    world.act("bank_a", APPLY)
    assert licence_of(world).exit_only
