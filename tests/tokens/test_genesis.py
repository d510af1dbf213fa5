"""Genesis: every fault has a name, the same document gives the same root."""

import datetime

import msgspec
import pytest

from tests.tokens.support import (
    ACCOUNTS,
    DATE,
    OPERATORS,
    PARTICIPANTS,
    Ledger,
    account,
    addr,
    genesis,
    participant,
    policy,
    validator,
)
from tokens.finance.calendar import Calendar
from tokens.genesis import (
    CentralBankMoney,
    DevBalance,
    Genesis,
    GenesisFault,
    GenesisInvalid,
    GenesisRule,
    ProfileMark,
    decode_genesis,
    encode_genesis,
    genesis_digest,
)
from tokens.genesis_checks import check_genesis
from tokens.genesis_state import build_state
from tokens.invariants import broken_invariants
from tokens.parameters import PARAMETERS, parameter
from tokens.posting import supply_of
from tokens.records.day import TaxTable
from tokens.records.market_rules import MARKET, ReserveRule
from tokens.records.parties import KeyPolicy
from tokens.records.persons import HOLDER_BOOK
from tokens.records.rules import (
    RULE,
    RULE_TABLE,
    HolderCapRule,
    RuleBody,
    TierLimit,
    VelocityRule,
)
from tokens.records.system import PARAMETER, Parameter
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import AccountPurpose, AccountStatus, Role

GOOD = genesis()


def changed(**changes: object) -> Genesis:
    return msgspec.structs.replace(GOOD, **changes)


def with_participant(name: str, **changes: object) -> Genesis:
    return changed(
        participants=tuple(
            msgspec.structs.replace(entry, **changes) if entry.name == name else entry
            for entry in GOOD.participants
        )
    )


def with_account(name: str, **changes: object) -> Genesis:
    return changed(
        accounts=tuple(
            msgspec.structs.replace(entry, **changes) if entry.id == addr(name) else entry
            for entry in GOOD.accounts
        )
    )


def test_the_good_one_has_no_fault() -> None:
    assert check_genesis(GOOD) == []


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (changed(participants=GOOD.participants[::-1]), GenesisFault.NOT_ASCENDING),
        (changed(accounts=GOOD.accounts[:1] * 2), GenesisFault.NOT_ASCENDING),
        (changed(protocol_version=200), GenesisFault.UNSUPPORTED_VERSION),
        (
            changed(parameters=(Parameter(name="nothing", value=1),)),
            GenesisFault.UNKNOWN_PARAMETER,
        ),
        (
            changed(parameters=(Parameter(name="window_blocks", value=1),)),
            GenesisFault.PARAMETER_OUT_OF_RANGE,
        ),
        (changed(approval_policies=GOOD.approval_policies[1:]), GenesisFault.MISSING_POLICY),
        (
            changed(calendar=Calendar(id="PK", version=1, weekend_mask=127, holidays=())),
            GenesisFault.BAD_CALENDAR,
        ),
        (changed(business_date=datetime.date(2026, 7, 4)), GenesisFault.NOT_A_BUSINESS_DAY),
        (
            with_participant("bank-a", policy=policy("bank-a", threshold=2)),
            GenesisFault.BAD_KEY_POLICY,
        ),
        (
            with_participant("bank-a", policy=KeyPolicy(threshold=1, keys=(b"b" * 32, b"a" * 32))),
            GenesisFault.BAD_KEY_POLICY,
        ),
        (with_participant("bank-a", policy=policy("bank-b")), GenesisFault.KEY_IN_USE),
        (with_account("client-a2", policy=policy("bank-b")), GenesisFault.KEY_IN_USE),
        (with_participant("bank-a", lei="549300"), GenesisFault.BAD_LEI),
        (with_participant("bank-a", roles=(Role.VASP, Role.VASP)), GenesisFault.BAD_ROLES),
        (with_participant("treasury", roles=()), GenesisFault.MISSING_ROLE),
        (
            changed(
                central_bank_money=CentralBankMoney(
                    asset="PKR", name="Rupee", currency="PKR", issuer=addr("treasury")
                )
            ),
            GenesisFault.MISSING_ROLE,
        ),
        (genesis(accounts=(*ACCOUNTS, account("bank-a", "bank-a"))), GenesisFault.ADDRESS_IN_USE),
        (with_account("client-a1", servicer=addr("nobody")), GenesisFault.UNKNOWN_PARTICIPANT),
        (with_account("client-a1", holder=addr("nobody")), GenesisFault.UNKNOWN_PARTICIPANT),
        (with_account("client-a1", status=AccountStatus.CLOSED), GenesisFault.ACCOUNT_NOT_OPEN),
        (
            with_account("client-a1", purpose=AccountPurpose.RESERVE, policy=policy("unused")),
            GenesisFault.BAD_KEY_POLICY,
        ),
        (
            changed(
                tax_tables=(
                    TaxTable(
                        profile="x", version=1, account=addr("nobody"), year_month=7, entries=()
                    ),
                )
            ),
            GenesisFault.UNKNOWN_ACCOUNT,
        ),
        (
            changed(dev_balances=(DevBalance(account=addr("nobody"), amount=1),)),
            GenesisFault.UNKNOWN_ACCOUNT,
        ),
        (changed(is_dev=False), GenesisFault.BALANCE_OUTSIDE_DEV),
        (
            genesis(balances={"client-a1": 2**64 - 1, "client-b1": 1}),
            GenesisFault.SUPPLY_OVERFLOW,
        ),
        (
            genesis(validators=[validator("v", "nobody")]),
            GenesisFault.UNKNOWN_PARTICIPANT,
        ),
        (
            genesis(
                validators=[
                    validator("a", "treasury"),
                    msgspec.structs.replace(validator("a", "treasury"), id="b"),
                ]
            ),
            GenesisFault.VALIDATOR_KEY_IN_USE,
        ),
    ],
)
def test_each_fault_has_its_name(document: Genesis, fault: GenesisFault) -> None:
    assert fault in [found for found, _ in check_genesis(document)]
    with pytest.raises(GenesisInvalid):
        build_state(document)


def test_a_real_network_has_four_validators_of_different_operators() -> None:
    real = changed(is_dev=False, dev_balances=())
    assert check_genesis(real) == []
    few = msgspec.structs.replace(real, validators=real.validators[:3])
    assert [fault for fault, _ in check_genesis(few)] == [GenesisFault.TOO_FEW_VALIDATORS]
    names = [f"{name}-{number}" for name in OPERATORS for number in (1, 2)]
    seven = sorted(names)[:7]
    members = tuple(validator(name, name[:-2]) for name in seven)
    assert check_genesis(msgspec.structs.replace(real, validators=members)) == []
    three = tuple(validator(f"{name}-{n}", name) for name in OPERATORS[:2] for n in (1, 2, 3))
    three = tuple(sorted(three, key=lambda member: member.id))
    faults = [f for f, _ in check_genesis(msgspec.structs.replace(real, validators=three))]
    assert faults == [GenesisFault.TOO_MANY_PER_OPERATOR]


def test_bytes_are_canonical_and_the_digest_is_theirs() -> None:
    data = encode_genesis(GOOD)
    again = decode_genesis(data)
    assert again == GOOD
    assert genesis_digest(again) == genesis_digest(GOOD)
    assert genesis_digest(changed(chain_id="other")) != genesis_digest(GOOD)
    with pytest.raises(GenesisInvalid, match="MALFORMED"):
        decode_genesis(data + b"\x00")
    with pytest.raises(GenesisInvalid, match="MALFORMED"):
        decode_genesis(b"\x90")
    assert data[:3] == b"\xdc\x00\x11"
    with pytest.raises(GenesisInvalid, match="NOT_CANONICAL"):
        decode_genesis(b"\xdd\x00\x00\x00\x11" + data[3:])


def test_the_state_holds_every_parameter_and_keeps_every_invariant() -> None:
    store = MemoryStore()
    store.write(build_state(GOOD).writes())
    assert broken_invariants(store) == []
    ledger = Ledger()
    stored = ledger.state.scan(PARAMETER, PARAMETER.indexes[0], limit=len(PARAMETERS) + 1)
    assert sorted(entry.name for entry in stored) == sorted(spec.name for spec in PARAMETERS)
    assert parameter(ledger.state, "window_blocks") == 50
    assert supply_of(ledger.state, "PKR") == 2_000_000
    assert ledger.business_date == DATE


def test_the_same_document_gives_the_same_root() -> None:
    assert Ledger().core.state_root == Ledger(genesis()).core.state_root
    other = genesis(participants=(*PARTICIPANTS, participant("x")))
    assert Ledger(other).core.state_root != Ledger().core.state_root


def rule_of(name: str, body: RuleBody, asset: str | None = None) -> GenesisRule:
    return GenesisRule(id=name, asset=asset, body=body)


VELOCITY = VelocityRule(limits=(TierLimit(tier=3, day_max=50),))
CAP = HolderCapRule(amount_max=None, share_e6=None, holders_max=9)
RESERVE = ReserveRule(
    haircut_bps_min=1, residual_days_max=9, concentration_bps_max=1, buffer_bps_min=1
)


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ((rule_of("b", RESERVE), rule_of("a", RESERVE)), GenesisFault.NOT_ASCENDING),
        ((rule_of("speed", VELOCITY),), GenesisFault.BAD_RULE),
        ((rule_of("speed", VELOCITY, "NONE"),), GenesisFault.BAD_RULE),
        ((rule_of("reserve", RESERVE, "PKR"),), GenesisFault.BAD_RULE),
        (tuple(rule_of(f"r{n:02}", RESERVE) for n in range(17)), GenesisFault.BAD_RULE),
    ],
    ids=["order", "no-asset", "other-asset", "market-with-asset", "too-many"],
)
def test_a_rule_that_set_rule_would_not_take_is_refused(
    rules: tuple[GenesisRule, ...], fault: GenesisFault
) -> None:
    assert [found for found, _ in check_genesis(changed(rules=rules))] == [fault]


def test_rules_of_genesis_are_in_force_at_height_0() -> None:
    """As version 1, in the tables that movements and the market read; holders are counted."""
    money = GOOD.central_bank_money.asset
    rules = (
        rule_of("cap", CAP, money),
        rule_of("reserve", RESERVE),
        rule_of("speed", VELOCITY, money),
    )
    store = MemoryStore()
    store.write(build_state(changed(rules=rules)).writes())
    state = Overlay(StoreState(store))
    found = state.get(RULE, "speed")
    assert found is not None
    assert (found.version, found.body, found.next_on) == (1, VELOCITY, None)
    own, market = state.get(RULE_TABLE, money), state.get(RULE_TABLE, MARKET)
    assert own is not None
    assert market is not None
    assert (own.rules, market.rules) == (("cap", "speed"), ("reserve",))
    book = state.get(HOLDER_BOOK, money)
    assert book is not None
    assert (book.holders, book.counted) == (2, None)
    assert broken_invariants(store) == []


def test_the_mark_of_a_profile_is_part_of_the_digest() -> None:
    mark = ProfileMark(
        id="pk", name="Pakistan", version=1, as_of=datetime.date(2026, 1, 1), sha256=bytes(32)
    )
    marked = changed(profile=mark)
    assert check_genesis(marked) == []
    assert genesis_digest(marked) != genesis_digest(GOOD)
    assert decode_genesis(encode_genesis(marked)) == marked
