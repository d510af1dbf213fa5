"""Power that is lent under caps."""

import datetime

import pytest

from tests.tokens.support import DATE, MONEY, Ledger, addr, genesis
from tokens.context import Actors
from tokens.grants import Use, grant_refusal, use_grant
from tokens.ops.grants import GrantPower, RevokeGrant
from tokens.results import Code
from tokens.state import Overlay
from tokens.transition import open_context

TOMORROW = DATE + datetime.timedelta(days=1)
LATER = DATE + datetime.timedelta(days=9)


def grant(**changes: object) -> GrantPower:
    fields: dict[str, object] = {
        "grantor": addr("issuer"),
        "grantee": addr("bank-a"),
        "operation": "cash_mint",
        "asset": "PKRC",
        "sources": (),
        "targets": (addr("bank-a-cash"),),
        "cap_call": 50,
        "cap_day": 80,
        "cap_total": 100,
        "expires_on": LATER,
    }
    return GrantPower(**(fields | changes))  # type: ignore[arg-type]


def revoke(operation: str = "cash_mint", grantee: str = "bank-a") -> RevokeGrant:
    return RevokeGrant(
        grantor=addr("issuer"), grantee=addr(grantee), operation=operation, asset="PKRC"
    )


def use(amount: int, **changes: object) -> Use:
    fields: dict[str, object] = {
        "grantor": addr("issuer"),
        "operation": "cash_mint",
        "asset": "PKRC",
        "source": None,
        "target": addr("bank-a-cash"),
        "amount": amount,
    }
    return Use(**(fields | changes))  # type: ignore[arg-type]


def given(**changes: object) -> Ledger:
    ledger = Ledger()
    assert ledger.agree(["issuer", "central-bank"], grant(**changes)).code == 0
    return ledger


def spend(
    state: Overlay, *amounts: int, date: datetime.date = DATE, by: str = "bank-a", **changes: object
) -> list[Code | None]:
    context = open_context(state, 9, Actors(addr(by), (addr(by),)), bytes(32))
    context.business_date = date
    codes = []
    for amount in amounts:
        code = grant_refusal(context, use(amount, **changes))
        codes.append(code)
        if code is None:
            use_grant(context, use(amount, **changes))
    return codes


def test_caps_per_call_per_day_and_in_total() -> None:
    state = given().state
    assert spend(state, 51, 50, 31, 30, 1) == [
        Code.GRANT_EXHAUSTED,
        None,
        Code.GRANT_EXHAUSTED,
        None,
        Code.GRANT_EXHAUSTED,
    ]
    assert spend(state, 21, 20, 1, date=TOMORROW) == [
        Code.GRANT_EXHAUSTED,
        None,
        Code.GRANT_EXHAUSTED,
    ]


def test_it_is_void_on_its_last_date_and_for_others() -> None:
    state = given().state
    assert spend(state, 1, date=LATER) == [Code.GRANT_MISSING]
    assert spend(state, 1, by="bank-b") == [Code.GRANT_MISSING]
    assert spend(state, 1, asset="USD") == [Code.GRANT_MISSING]


def test_it_names_accounts() -> None:
    state = given(sources=(addr("bank-a-cash"),), targets=(addr("client-a1"),)).state
    cash, client, other = addr("bank-a-cash"), addr("client-a1"), addr("client-b1")
    assert spend(state, 1, source=cash, target=client) == [None]
    assert spend(state, 1, target=client) == [Code.GRANT_MISSING]
    assert spend(state, 1, source=cash, target=other) == [Code.GRANT_MISSING]


def test_mint_power_needs_issuer_and_central_bank() -> None:
    ledger = Ledger()
    assert ledger.code("issuer", grant()) is Code.NEEDS_APPROVAL
    proposal = ledger.propose("issuer", grant())
    assert ledger.approve("treasury", proposal).code == 0
    assert ledger.grants_of("bank-a") == []
    assert ledger.approve("central-bank", proposal).code == 0
    assert [entry.cap_total for entry in ledger.grants_of("bank-a")] == [100]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (grant(operation="propose"), Code.BAD_FIELD),
        (grant(operation="approve"), Code.BAD_FIELD),
        (grant(operation="set_key_policy"), Code.BAD_FIELD),
        (grant(operation="grant_power"), Code.BAD_FIELD),
        (grant(operation="set_parameter"), Code.BAD_FIELD),
        (grant(operation="no_such_thing"), Code.BAD_FIELD),
        (grant(grantor=addr("bank-b")), Code.NOT_AUTHORISED),
        (grant(grantee=addr("nobody")), Code.UNKNOWN_PARTICIPANT),
        (grant(sources=(addr("nobody"),)), Code.UNKNOWN_ACCOUNT),
        (grant(targets=(addr("client-a1"),) * 2), Code.BAD_FIELD),
        (grant(cap_day=49), Code.BAD_FIELD),
        (grant(cap_total=79), Code.BAD_FIELD),
        (grant(expires_on=DATE), Code.BAD_DATE),
    ],
)
def test_what_cannot_be_lent(operation: GrantPower, code: Code) -> None:
    ledger = Ledger()
    alone = ledger.code("issuer", operation)
    if alone is Code.NEEDS_APPROVAL:
        alone = Code(ledger.agree(["issuer", "central-bank"], operation).code)
    assert alone is code


def test_a_second_grant_does_not_hide_what_the_first_has_used() -> None:
    ledger = given()
    assert ledger.agree(["issuer", "central-bank"], grant()).code == Code.ALREADY_EXISTS


def test_revocation_by_the_grantor_and_by_a_cold_key() -> None:
    ledger = given()
    assert ledger.code("bank-b", revoke()) is Code.NOT_FOUND
    assert ledger.code("issuer", revoke()) is Code.OK
    assert ledger.code("issuer", revoke()) is Code.NOT_FOUND
    ledger = given()
    ledger.ok("issuer", grant(operation="revoke_grant", grantee=addr("fiu"), targets=()))
    assert ledger.code("fiu", revoke()) is Code.OK
    assert ledger.grants_of("bank-a") == []


def test_using_a_grant_that_was_not_asked_for_is_a_bug() -> None:
    state = Ledger(genesis()).state
    context = open_context(state, 9, Actors(addr("bank-a"), (addr("bank-a"),)), bytes(32))
    with pytest.raises(ValueError, match="was not asked"):
        use_grant(context, use(1, asset=MONEY))
