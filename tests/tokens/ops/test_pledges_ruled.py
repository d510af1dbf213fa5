"""CreatePledge, SubstitutePledge: whom a list, a rule or a licence bars pledges nothing.

A pledge ranks before every later order: made in the block that lists a person, before the agenda
has frozen anything, it would carry the units away from under the list.
"""

from collections.abc import Callable

import pytest

from tests.tokens.ops.build import FACE, ISIN
from tests.tokens.ops.repo_build import today
from tests.tokens.ops.test_pledges import BOTH, holder, pledge, pledges
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.test_sanctions import LISTERS, update
from tests.tokens.ops.world import CBM, World, address, person_of
from tokens.ops.pledges import SubstitutePledge
from tokens.ops.rules import SetLockUp
from tokens.records.rules import CredentialRule, LicenceRule, LockUpRule, RuleBody
from tokens.results import Code
from tokens.types import Role


def rule(world: World, name: str, body: RuleBody, asset: str | None = None) -> None:
    order = rule_of("kyc", id=name, asset=asset, body=body, effective_on=today(world))
    assert world.attempt(RULERS, order) is Code.OK


def is_listed(world: World) -> None:
    assert world.attempt(LISTERS, update(1, add=(person_of("bank_a"),))) is Code.OK


def lacks_a_credential(world: World) -> None:
    rule(world, "kyc", CredentialRule(credential="kyc", gives=True, receives=False))


def lacks_a_licence(world: World) -> None:
    rule(world, "licence", LicenceRule(roles=(Role.BANK_CUSTODIAN,), rows=()))


def is_locked_up(world: World) -> None:
    for asset in (ISIN, CBM):
        body = LockUpRule(until=today(world).replace(year=2026))
        rule(world, f"lock-{asset.lower()}", body, asset)


STOPS = (
    (is_listed, Code.UNDER_REVIEW),
    (lacks_a_credential, Code.CREDENTIAL_MISSING),
    (lacks_a_licence, Code.LICENCE_REQUIRED),
    (is_locked_up, Code.LOCKED_UP),
)


@pytest.mark.parametrize(("stop", "code"), STOPS, ids=lambda each: getattr(each, "__name__", ""))
def test_what_bars_the_owner_bars_a_pledge(stop: Callable[[World], None], code: Code) -> None:
    world = holder()
    world.act(BOTH, pledge(FACE))
    other = SubstitutePledge(pledge=pledges(world)[0].id, asset=CBM, amount=FACE)
    stop(world)
    world.refuse(code, BOTH, pledge(FACE))
    world.refuse(code, BOTH, other)
    assert [lien.amount for lien in pledges(world)] == [FACE]


def test_what_must_stay_in_an_account_cannot_be_pledged_in_parts() -> None:
    """10 bonds, 4 of them locked up: 6 can be pledged, however often it is tried."""
    world = holder()
    until = today(world).replace(year=2026)
    world.act(
        RULERS, SetLockUp(asset=ISIN, account=address("a/main"), amount=4 * FACE, until=until)
    )
    world.act(BOTH, pledge(5 * FACE))
    world.refuse(Code.LOCKED_UP, BOTH, pledge(2 * FACE))
    world.act(BOTH, pledge(FACE))
    world.refuse(Code.LOCKED_UP, BOTH, pledge(FACE))
    same = SubstitutePledge(pledge=pledges(world)[0].id, asset=ISIN, amount=FACE)
    world.act(BOTH, same)
