"""Participants, key policies and accounts."""

import pytest

from tests.tokens.support import Ledger, account, addr, digest, genesis, key, policy
from tests.tokens.test_transition import transfer
from tokens.ops.accounts import CloseAccount, OpenAccount
from tokens.ops.participants import RegisterParticipant, SetKeyPolicy, UpdateParticipant
from tokens.records.parties import ACCOUNT, KEY_OWNER, PARTICIPANT, KeyPolicy
from tokens.results import Code
from tokens.types import NO_ADDRESS, AccountPurpose, AccountStatus, Role

BOTH = ["treasury", "central-bank"]
"""Meet the policy `participants` of the test genesis."""


def register(name: str, **changes: object) -> RegisterParticipant:
    fields: dict[str, object] = {
        "id": addr(name),
        "name": name,
        "lei": "",
        "jurisdiction": "PK",
        "control_group": name,
        "roles": (),
        "policy": policy(name),
        "encryption_key": digest(name),
    }
    return RegisterParticipant(**(fields | changes))  # type: ignore[arg-type]


def update(name: str, **changes: object) -> UpdateParticipant:
    fields: dict[str, object] = {
        "id": addr(name),
        "name": name,
        "lei": "",
        "jurisdiction": "PK",
        "control_group": name,
        "roles": (),
        "encryption_key": digest(name),
    }
    return UpdateParticipant(**(fields | changes))  # type: ignore[arg-type]


def opened(name: str, servicer: str = "bank-a", **changes: object) -> OpenAccount:
    fields: dict[str, object] = {
        "id": addr(name),
        "owner": digest(name),
        "holder": NO_ADDRESS,
        "servicer": addr(servicer),
        "purpose": AccountPurpose.GENERAL,
        "kyc_tier": 1,
        "residency": "RESIDENT",
        "tax_class": "atl",
        "policy": None,
    }
    return OpenAccount(**(fields | changes))  # type: ignore[arg-type]


def test_a_participant_is_registered_by_its_policy_and_can_sign() -> None:
    ledger = Ledger()
    assert ledger.code("treasury", register("bank-c")) is Code.NEEDS_APPROVAL
    closed = ledger.agree(BOTH, register("bank-c", roles=(Role.BANK_CUSTODIAN,)))
    assert closed.code == 0
    ledger.sign_with("bank-c", key("bank-c"))
    assert ledger.code("bank-c", opened("client-c", "bank-c")) is Code.OK


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (register("bank-a", policy=policy("x")), Code.ALREADY_EXISTS),
        (register("client-a1", policy=policy("x")), Code.ALREADY_EXISTS),
        (register("x", id=NO_ADDRESS), Code.ALREADY_EXISTS),
        (register("x", lei="549300"), Code.BAD_CHECK_DIGIT),
        (register("x", roles=(Role.VASP, Role.TREASURY)), Code.BAD_FIELD),
        (register("x", roles=(Role.CENTRAL_BANK, Role.FIU)), Code.FREEZE_AND_MOVE),
        (register("x", policy=policy("x", threshold=2)), Code.BAD_KEY_POLICY),
        (register("x", policy=policy("bank-a")), Code.KEY_IN_USE),
        (update("nobody"), Code.UNKNOWN_PARTICIPANT),
        (update("bank-a", lei="549300"), Code.BAD_CHECK_DIGIT),
        (update("bank-a", roles=(Role.VASP, Role.VASP)), Code.BAD_FIELD),
        (update("bank-a", roles=(Role.CENTRAL_BANK, Role.TAX_AUTHORITY)), Code.FREEZE_AND_MOVE),
    ],
)
def test_refused_entries(operation: RegisterParticipant | UpdateParticipant, code: Code) -> None:
    ledger = Ledger()
    assert Code(ledger.agree(BOTH, operation).code) is code


def test_an_update_leaves_the_keys_alone() -> None:
    ledger = Ledger()
    assert ledger.agree(BOTH, update("bank-a", roles=(Role.AUDITOR,))).code == 0
    found = ledger.state.get(PARTICIPANT, addr("bank-a"))
    assert found is not None
    assert (found.roles, found.policy) == ((Role.AUDITOR,), policy("bank-a"))


def test_rotated_keys_are_free_again_and_assets_stay() -> None:
    ledger = Ledger()
    new = policy("bank-a second", threshold=2, count=2)
    ledger.ok("bank-a", SetKeyPolicy(owner=addr("bank-a"), policy=new))
    assert ledger.state.get(KEY_OWNER, key("bank-a")) is None
    ledger.sign_with("bank-a", *new.keys)
    assert ledger.code("bank-a", transfer(1)) is Code.OK
    assert ledger.code("bank-b", SetKeyPolicy(owner=addr("bank-b"), policy=policy("bank-a"))) == 0


@pytest.mark.parametrize(
    ("sender", "operation", "code"),
    [
        ("bank-a", SetKeyPolicy(owner=addr("nobody"), policy=policy("x")), Code.NOT_FOUND),
        ("bank-a", SetKeyPolicy(owner=addr("bank-b"), policy=policy("x")), Code.NOT_AUTHORISED),
        ("bank-b", SetKeyPolicy(owner=addr("client-a1"), policy=policy("x")), Code.NOT_AUTHORISED),
        ("bank-a", SetKeyPolicy(owner=addr("client-a2"), policy=policy("x")), Code.NOT_AUTHORISED),
        ("bank-a", SetKeyPolicy(owner=addr("bank-a"), policy=None), Code.BAD_KEY_POLICY),
        (
            "bank-a",
            SetKeyPolicy(owner=addr("bank-a"), policy=policy("x", threshold=2)),
            Code.BAD_KEY_POLICY,
        ),
        (
            "bank-a",
            SetKeyPolicy(
                owner=addr("bank-a"), policy=KeyPolicy(threshold=1, keys=(b"b" * 32, b"a" * 32))
            ),
            Code.BAD_KEY_POLICY,
        ),
        ("bank-a", SetKeyPolicy(owner=addr("bank-a"), policy=policy("bank-b")), Code.KEY_IN_USE),
    ],
)
def test_refused_rotations(sender: str, operation: SetKeyPolicy, code: Code) -> None:
    assert Ledger().code(sender, operation) is code


def test_an_account_gets_keys_of_its_own_and_gives_them_back() -> None:
    ledger = Ledger(genesis(balances={"client-a1": 10}))
    ledger.ok("bank-a", SetKeyPolicy(owner=addr("client-a1"), policy=policy("client-a1")))
    assert ledger.code("bank-a", transfer(1, "client-a1")) is Code.NOT_AUTHORISED
    ledger.sign_with("client-a1", key("client-a1"))
    ledger.ok("client-a1", transfer(1, "client-a1"))
    ledger.ok("client-a1", SetKeyPolicy(owner=addr("client-a1"), policy=None))
    assert ledger.code("bank-a", transfer(1, "client-a1")) is Code.OK


@pytest.mark.parametrize(
    ("sender", "operation", "code"),
    [
        ("bank-a", opened("client-a1"), Code.ALREADY_EXISTS),
        ("bank-a", opened("bank-b"), Code.ALREADY_EXISTS),
        ("bank-a", opened("x", "nobody"), Code.UNKNOWN_PARTICIPANT),
        ("bank-a", opened("x", holder=addr("nobody")), Code.UNKNOWN_PARTICIPANT),
        ("bank-b", opened("x"), Code.NOT_AUTHORISED),
        ("treasury", opened("x", "treasury"), Code.ROLE_REQUIRED),
        (
            "bank-a",
            opened("x", purpose=AccountPurpose.RESERVE, holder=addr("issuer")),
            Code.ROLE_REQUIRED,
        ),
        (
            "central-bank",
            opened("x", "central-bank", purpose=AccountPurpose.TAX, holder=addr("treasury")),
            Code.ROLE_REQUIRED,
        ),
        ("bank-a", opened("x", policy=policy("x", threshold=3)), Code.BAD_KEY_POLICY),
        ("bank-a", opened("x", policy=policy("bank-b")), Code.KEY_IN_USE),
        (
            "central-bank",
            opened("x", "central-bank", purpose=AccountPurpose.TAX, holder=addr("tax")),
            Code.OK,
        ),
        ("bank-a", opened("x", policy=policy("x")), Code.OK),
    ],
)
def test_opening_accounts(sender: str, operation: OpenAccount, code: Code) -> None:
    assert Ledger().code(sender, operation) is code


def test_an_empty_account_closes_for_ever() -> None:
    ledger = Ledger(genesis(balances={"client-a1": 10}))
    close = CloseAccount(id=addr("client-a1"))
    assert ledger.code("bank-b", close) is Code.NOT_AUTHORISED
    assert ledger.code("bank-a", close) is Code.ACCOUNT_NOT_EMPTY
    ledger.ok("bank-a", transfer(10, "client-a1", "bank-a-cash"))
    ledger.ok("bank-a", close)
    found = ledger.state.get(ACCOUNT, addr("client-a1"))
    assert found is not None
    assert found.status is AccountStatus.CLOSED
    assert ledger.code("bank-a", close) is Code.ACCOUNT_CLOSED
    assert ledger.code("bank-a", opened("client-a1")) is Code.ALREADY_EXISTS
    assert ledger.code("bank-a", transfer(1, "bank-a-cash", "client-a1")) is Code.ACCOUNT_CLOSED
    reopen = SetKeyPolicy(owner=addr("client-a1"), policy=policy("x"))
    assert ledger.code("bank-a", reopen) is Code.ACCOUNT_CLOSED


def test_what_may_not_close() -> None:
    ledger = Ledger()
    assert ledger.code("bank-a", CloseAccount(id=addr("nobody"))) is Code.UNKNOWN_ACCOUNT
    unclaimed = CloseAccount(id=addr("bank-a-unclaimed"))
    assert ledger.code("bank-a", unclaimed) is Code.ACCOUNT_RESERVED
    # Empty, and the central bank services it: tax withheld later went into a closed account.
    tax = CloseAccount(id=addr("tax-cash"))
    assert ledger.code("central-bank", tax) is Code.ACCOUNT_RESERVED


def test_a_closed_account_frees_its_keys() -> None:
    document = genesis(accounts=(account("keyed", "bank-a", own_keys=True),), balances={})
    ledger = Ledger(document)
    ledger.ok("bank-a", CloseAccount(id=addr("keyed")))
    assert ledger.state.get(KEY_OWNER, key("keyed")) is None
    assert ledger.admission(ledger.transaction("keyed", transfer(1))) is Code.UNKNOWN_SENDER
