"""A small ledger for RPC tests: two banks, money, a stablecoin, a bond, a batch, a proposal."""

import datetime

import msgspec

from node.signing import Signer, dev_seed
from tests.node.rpc.fake_genesis import BUSINESS_DATE, CHAIN_ID, address_of, digest_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_aml import put_aml
from tests.node.rpc.small_auction import put_auction
from tests.node.rpc.small_collateral import put_collateral
from tests.node.rpc.small_complaint import put_complaint
from tests.node.rpc.small_market import put_market
from tests.node.rpc.small_money import GOLD, put_money
from tests.node.rpc.small_payments import put_payments
from tests.node.rpc.small_powers import add_powers
from tests.node.rpc.small_rules import add_rules
from tests.node.rpc.small_tax import put_tax
from tokens.codec import encode
from tokens.events import Issued, Moved
from tokens.finance.calendar import BusinessDayConvention, Calendar
from tokens.finance.daycount import DayCount
from tokens.finance.yield_basis import Compounding, LastPeriod
from tokens.ops.transfer import Transfer
from tokens.records.cash import CASH_ASSET, CashAsset
from tokens.records.day import BUSINESS_DAY, CALENDAR, BusinessDay, CalendarRecord
from tokens.records.day_mark import DAY_MARK, DayMark
from tokens.records.holdings import BANK_TOTAL, POSITION, SUPPLY, BankTotal, Position, Supply
from tokens.records.instruments import (
    ASSET,
    INSTRUMENT,
    Asset,
    Instrument,
    InstrumentTerms,
    TaxBase,
)
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account, KeyPolicy, Participant
from tokens.records.proposals import PROPOSAL, Proposal, ProposalStatus
from tokens.records.settlement import BATCH, Batch, BatchParty, BatchStatus, Leg
from tokens.records.system import PARAMETER, Parameter
from tokens.terms import paying_account_of
from tokens.transaction import DecodedTransaction, KeySignature, Transaction, build
from tokens.types import AccountPurpose, AccountStatus, AssetKind, AssetStatus, Role

BANK = address_of("bank")
ISSUER = address_of("issuer")
ALICE = address_of("alice")
BOB = address_of("bob")
RESERVE = address_of("reserve")
SIGNER = Signer.from_seed(dev_seed("bank"))
MONEY = "PKR-CB"
COIN = "DPKR"
BOND_ID = "PK0000000001"
CALENDAR_PK = Calendar(id="PK", version=1, weekend_mask=0b1100000, holidays=())


def participant(name: str, roles: tuple[Role, ...]) -> Participant:
    """One legal entity with one key."""
    key = Signer.from_seed(dev_seed(name)).public_key
    return Participant(
        id=address_of(name),
        name=f"The {name}",
        lei="",
        jurisdiction="PK",
        control_group=name,
        roles=roles,
        policy=KeyPolicy(threshold=1, keys=(key,)),
        encryption_key=digest_of(f"encryption {name}"),
    )


def account(name: str, purpose: AccountPurpose = AccountPurpose.GENERAL) -> Account:
    """An account of the bank."""
    return Account(
        id=address_of(name),
        owner=digest_of(f"person {name}"),
        holder=BANK,
        servicer=BANK,
        purpose=purpose,
        kyc_tier=1,
        residency="RESIDENT",
        tax_class="none",
        policy=None,
        status=AccountStatus.OPEN,
    )


def asset(name: str, kind: AssetKind) -> Asset:
    """An outstanding asset."""
    return Asset(
        id=name,
        kind=kind,
        name=f"The {name}",
        currency="PKR",
        issuer=ISSUER,
        status=AssetStatus.OUTSTANDING,
        flags=0,
        paused=0,
        denomination=1,
        increment=1,
        max_supply=2**64 - 1,
        kyc_tier_min=0,
        record_no=0,
        unpaid_record=0,
    )


def bond() -> Instrument:
    """Two years, 10 % a year in half-yearly coupons, issued on the business date."""
    return Instrument(
        asset=BOND_ID,
        terms=InstrumentTerms(
            kind=AssetKind.FIXED,
            isin=BOND_ID,
            cfi="DBFTFR",
            issuer_lei="",
            name="Two-year bond",
            currency="PKR",
            denomination=100,
            increment=100,
            max_supply=10**12,
            issue_date=BUSINESS_DATE,
            dated_date=BUSINESS_DATE,
            maturity_date=datetime.date(2027, 7, 3),
            coupon_rate_e6=100_000,
            freq=2,
            first_coupon=None,
            last_regular_coupon=None,
            roll_day=3,
            accrual_daycount=DayCount.ACT_ACT_ICMA,
            yield_daycount=DayCount.ACT_ACT_ICMA,
            yield_compounding=Compounding.SEMI,
            bdc=BusinessDayConvention.FOLLOWING,
            adjust_accrual=False,
            adjust_yield=False,
            last_period=LastPeriod.COMPOUND,
            settlement_asset=MONEY,
            treasury_account=ALICE,
            calendar_id="PK",
            record_offset_bd=2,
            kyc_tier_min=0,
            tax_profile="none",
            tax_base=TaxBase.COUPON,
            floating=None,
            calls=(),
            puts=(),
            amortisations=(),
            grace_days=3,
            terms_hash=digest_of("terms"),
            mutable_fields=(),
        ),
        paying_account=paying_account_of(BOND_ID),
        next_coupon=1,
        next_coupon_end=datetime.date(2026, 1, 3),
    )


def position(asset_id: str, holder: bytes, balance: int, held: int = 0) -> Position:
    """A balance."""
    return Position(
        asset=asset_id,
        account=holder,
        balance=balance,
        held=held,
        pledged=0,
        frozen=0,
        record_no=0,
        record_quantity=0,
    )


def batch() -> Batch:
    """Instrument units against money, matched."""
    return Batch(
        initiator=BANK,
        batch_id="TRADE-1",
        trade_date=BUSINESS_DATE,
        isd=BUSINESS_DATE,
        expires_on=BUSINESS_DATE + datetime.timedelta(days=5),
        legs=(Leg(asset=COIN, quantity=5, giver=BANK, taker=ISSUER, source=ALICE, target=None),),
        trade_ref="T1",
        uti="",
        priority=1,
        automatic=True,
        digest=digest_of("instruction"),
        status=BatchStatus.MATCHED,
        reason=0,
        parties=(
            BatchParty(participant=BANK, approved=True, allocated=False, cancels=False),
            BatchParty(participant=ISSUER, approved=True, allocated=True, cancels=False),
        ),
        liens=(),
        number=1,
    )


def proposal() -> Proposal:
    """An open proposal of one transfer."""
    return Proposal(
        id=digest_of("proposal"),
        proposer=BANK,
        operations=(encode(transfer(7)),),
        operations_digest=digest_of("operations"),
        approvers=(),
        approvals=(BANK,),
        expires_on=BUSINESS_DATE + datetime.timedelta(days=5),
        status=ProposalStatus.OPEN,
        proposed_at=1,
        closed_at=0,
        code=0,
    )


def transfer(amount: int) -> Transfer:
    """Stablecoin from Alice to Bob."""
    return Transfer(asset=COIN, source=ALICE, target=BOB, amount=amount, end_to_end_ref="E2E-1")


def transaction(number: int, *, chain_id: str = CHAIN_ID, valid_until: int = 100) -> Transaction:
    """Transfer number n of the bank."""
    return Transaction(
        version=1,
        chain_id=chain_id,
        sender=BANK,
        client_ref=digest_of(f"ref {number}")[:16],
        valid_until=valid_until,
        operations=(transfer(number),),
        memo="",
    )


def signed(unsigned: Transaction, signer: Signer = SIGNER) -> DecodedTransaction:
    """With one signature."""
    tx_id = build(unsigned, ()).tx_id
    entry = KeySignature(key=signer.public_key, signature=signer.sign(tx_id))
    return build(unsigned, (entry,))


def small_node(*, is_dev: bool = True) -> FakeNode:
    """Two blocks: an issue, then a transfer and a failed one; one transaction waits."""
    node = FakeNode(is_dev=is_dev)
    node.keys[BANK] = [SIGNER.public_key]
    overlay = node.state()
    overlay.put(BUSINESS_DAY, BusinessDay(date=BUSINESS_DATE, open=True, calendar="PK"))
    overlay.put(DAY_MARK, DayMark(date=BUSINESS_DATE, opened_at=0))
    overlay.put(BANK_TOTAL, BankTotal(servicer=BANK, asset=COIN, amount=1_000_000))
    overlay.put(PARAMETER, Parameter(name="window_blocks", value=1_000))
    overlay.put(PARTICIPANT, participant("bank", (Role.BANK_CUSTODIAN,)))
    overlay.put(PARTICIPANT, participant("issuer", (Role.TREASURY, Role.CASH_ISSUER)))
    for name in ("alice", "bob"):
        overlay.put(ACCOUNT, account(name))
    overlay.put(ACCOUNT, account("reserve", AccountPurpose.RESERVE))
    overlay.put(ASSET, asset(MONEY, AssetKind.MONEY))
    overlay.put(ASSET, asset(COIN, AssetKind.CASH))
    overlay.put(
        CASH_ASSET,
        CashAsset(asset=COIN, backing=MONEY, reserve_account=RESERVE, queue_next=2, queued=5),
    )
    overlay.put(POSITION, position(MONEY, RESERVE, 1_000_000))
    overlay.put(POSITION, position(COIN, ALICE, 999_999, held=5))
    overlay.put(POSITION, position(COIN, BOB, 1))
    overlay.put(SUPPLY, Supply(asset=MONEY, amount=1_000_000))
    overlay.put(SUPPLY, Supply(asset=COIN, amount=1_000_000))
    overlay.put(CALENDAR, CalendarRecord(current=CALENDAR_PK, pending=None, effective_on=None))
    overlay.put(ASSET, asset(BOND_ID, AssetKind.FIXED))
    overlay.put(INSTRUMENT, bond())
    bonds = position(BOND_ID, BOB, 500_000)
    overlay.put(POSITION, msgspec.structs.replace(bonds, pledged=250_000))
    put_collateral(overlay, bond=BOND_ID, holder=BOB, other=ISSUER)
    overlay.put(SUPPLY, Supply(asset=BOND_ID, amount=500_000))
    put_tax(overlay, BOND_ID, MONEY)
    put_auction(overlay, BOND_ID)
    overlay.put(BATCH, batch())
    put_complaint(overlay, account=ALICE, about=BANK)
    overlay.put(PROPOSAL, proposal())
    put_market(overlay, BOND_ID)
    overlay.put(ASSET, asset(GOLD, AssetKind.COMMODITY))
    overlay.put(POSITION, position(GOLD, BOB, 3_000, held=2_000))
    overlay.put(SUPPLY, Supply(asset=GOLD, amount=3_000))
    put_money(overlay)
    put_aml(overlay)
    put_payments(overlay, BOND_ID)
    add_rules(overlay)
    add_powers(overlay, coin=COIN, bond=BOND_ID, money=MONEY)
    node.write(overlay)
    _decide(node)
    return node


def _decide(node: FakeNode) -> None:
    first, second, third = (signed(transaction(number)) for number in (90, 1, 2))
    node.pool[first.tx_id] = first
    node.decide({first.tx_id: (0, (Issued(asset=COIN, target=ALICE, amount=1_000_000),))})
    node.pool.update({second.tx_id: second, third.tx_id: third})
    moved = Moved(asset=COIN, source=ALICE, target=BOB, amount=1)
    node.decide({second.tx_id: (0, (moved,)), third.tx_id: (40, ())})
    waiting = signed(transaction(3))
    node.pool[waiting.tx_id] = waiting
