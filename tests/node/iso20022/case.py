"""A small directory, and batches in it, for the tests of messages."""

import asyncio
import datetime as dt
import hashlib

import msgspec
from hypothesis import strategies as st

from node.iso20022.directory import Directory
from node.iso20022.incoming import Ledger, operation_of, operation_of_linked
from node.iso20022.sese_023 import Defaults
from tokens.batch_parties import parties_at_start
from tokens.finance.lei import lei_check_digits
from tokens.ops.settlement import InstructBatch, instruction_digest
from tokens.records.instruments import Asset
from tokens.records.parties import KeyPolicy, Participant
from tokens.records.repos import Repo
from tokens.records.settlement import ISSUANCE, Batch, BatchStatus, Leg
from tokens.types import AssetKind, AssetStatus

PREFIX = "tmhr"
BOND = "PK0000000001"
NOTE = "NOTE-7"
COIN = "DPKR"
MONEY = "PKR-CB"
NO_DEFAULTS = Defaults()


def address(name: str) -> bytes:
    """16 bytes that belong to a name."""
    return hashlib.sha256(name.encode()).digest()[:16]


SELLER, BUYER, HOUSE = address("seller"), address("buyer"), address("house")
SELLER_ACCOUNT, BUYER_ACCOUNT = address("seller account"), address("buyer account")
SELLER_LEI = "984500MOHURSELLER0" + lei_check_digits("984500MOHURSELLER0")
BUYER_LEI = "984500MOHURBUYER00" + lei_check_digits("984500MOHURBUYER00")


def participant(name: str, lei: str) -> Participant:
    """A legal entity."""
    return Participant(
        id=address(name),
        name=f"{name.title()} & Sons <PK>",
        lei=lei,
        jurisdiction="PK",
        control_group=name,
        roles=(),
        policy=KeyPolicy(threshold=1, keys=(bytes(32),)),
        encryption_key=bytes(32),
    )


def asset(asset_id: str, kind: AssetKind) -> Asset:
    """An asset in PKR."""
    return Asset(
        id=asset_id,
        kind=kind,
        name=asset_id,
        currency="PKR",
        issuer=HOUSE,
        status=AssetStatus.OUTSTANDING,
        flags=0,
        paused=0,
        denomination=1,
        increment=1,
        max_supply=2**63,
        kyc_tier_min=0,
        record_no=0,
        unpaid_record=0,
    )


DIRECTORY = Directory(
    prefix=PREFIX,
    participants={
        entry.id: entry
        for entry in (
            participant("seller", SELLER_LEI),
            participant("buyer", BUYER_LEI),
            participant("house", ""),
        )
    },
    minor_digits={"PKR": 2},
    assets={
        entry.id: entry
        for entry in (
            asset(BOND, AssetKind.FIXED),
            asset(NOTE, AssetKind.BILL),
            asset(COIN, AssetKind.CASH),
            asset(MONEY, AssetKind.MONEY),
        )
    },
)

SALE = InstructBatch(
    batch_id="TRADE-7",
    trade_date=dt.date(2026, 7, 1),
    isd=dt.date(2026, 7, 3),
    expires_on=dt.date(2026, 7, 10),
    legs=(
        Leg(
            asset=BOND,
            quantity=10_000_000,
            giver=SELLER,
            taker=BUYER,
            source=SELLER_ACCOUNT,
            target=None,
        ),
        Leg(
            asset=COIN,
            quantity=9_838_157,
            giver=BUYER,
            taker=SELLER,
            source=None,
            target=SELLER_ACCOUNT,
        ),
    ),
    trade_ref="DEAL 42",
    uti=SELLER_LEI + "T7",
    priority=3,
    automatic=True,
)
"""The seller's instruction: a bond against money."""


def batch_of(operation: InstructBatch, initiator: bytes = SELLER, **changes: object) -> Batch:
    """What the ledger keeps of an instruction."""
    batch = Batch(
        initiator=initiator,
        batch_id=operation.batch_id,
        trade_date=operation.trade_date,
        isd=operation.isd,
        expires_on=operation.expires_on,
        legs=operation.legs,
        trade_ref=operation.trade_ref,
        uti=operation.uti,
        priority=operation.priority,
        automatic=operation.automatic,
        digest=instruction_digest(initiator, operation),
        status=BatchStatus.INSTRUCTED,
        reason=0,
        parties=parties_at_start(initiator, operation.legs),
        liens=(),
        number=1,
        hash_lock=operation.hash_lock,
    )
    return msgspec.structs.replace(batch, **changes)


def named(batch: Batch, **changes: object) -> Batch:
    """The same with the accounts of both parties."""
    accounts = {SELLER: SELLER_ACCOUNT, BUYER: BUYER_ACCOUNT}
    legs = tuple(
        msgspec.structs.replace(
            leg,
            source=leg.source if leg.source == ISSUANCE else accounts[leg.giver],
            target=accounts[leg.taker],
        )
        for leg in batch.legs
    )
    return msgspec.structs.replace(batch, legs=legs, **changes)


TODAY = dt.date(2026, 7, 3)
"""Business date of the ledger."""
SERVICERS = {SELLER_ACCOUNT: SELLER, BUYER_ACCOUNT: BUYER}
"""Account -> who services it."""


def ledger_with(*batches: Batch, repo: Repo | None = None) -> Ledger:
    """A ledger with these batches, and one repo."""
    known = {(batch.initiator, batch.batch_id): batch for batch in batches}

    async def find(initiator: bytes, batch_id: str) -> Batch | None:
        return known.get((initiator, batch_id))

    async def find_repo(repo_id: bytes) -> Repo | None:
        return repo if repo is not None and repo.id == repo_id else None

    async def servicer(account: bytes) -> bytes | None:
        return SERVICERS.get(account)

    async def business_date() -> dt.date:
        return TODAY

    return Ledger(batch=find, repo=find_repo, servicer=servicer, business_date=business_date)


def operation_in(
    directory: Directory,
    text: str | bytes,
    *batches: Batch,
    defaults: Defaults = NO_DEFAULTS,
    repo: Repo | None = None,
) -> msgspec.Struct:
    """The operation of a message on a ledger with these batches, and one repo."""
    data = text.encode() if isinstance(text, str) else text
    ledger = ledger_with(*batches, repo=repo)
    return asyncio.run(operation_of(directory, data, ledger, defaults))


def operation_in_parts(parts: list[str], *batches: Batch) -> msgspec.Struct:
    """The operation of several messages about one batch."""
    data = [part.encode() for part in parts]
    return asyncio.run(operation_of_linked(DIRECTORY, data, ledger_with(*batches), NO_DEFAULTS))


_addresses = st.binary(min_size=16, max_size=16).filter(lambda value: value != ISSUANCE)
_hashes = st.none() | st.binary(min_size=32, max_size=32)
_amounts = st.integers(1, 10**18 - 1)
_references = st.text("ABCXYZabcxyz0189/:().,'+ -", min_size=1, max_size=35)
_dates = st.dates(dt.date(2000, 1, 1), dt.date(2099, 1, 1))


@st.composite
def instructions(draw: st.DrawFn) -> tuple[bytes, InstructBatch]:
    """(initiator, instruction) of every shape that a securities message has."""
    giver, taker = draw(st.permutations([SELLER, BUYER, HOUSE]))[:2]
    initiator = draw(st.sampled_from([giver, taker]))
    gives = initiator == giver
    source = draw(st.one_of(_addresses, st.just(ISSUANCE))) if gives else None
    legs = [
        Leg(
            asset=draw(st.sampled_from([BOND, NOTE])),
            quantity=draw(_amounts),
            giver=giver,
            taker=taker,
            source=source,
            target=None if gives else draw(_addresses),
            travel_hash=draw(_hashes),
        )
    ]
    if draw(st.booleans()):
        legs.append(
            Leg(
                asset=draw(st.sampled_from([COIN, MONEY])),
                quantity=draw(_amounts),
                giver=taker,
                taker=giver,
                source=None if gives else draw(_addresses),
                target=draw(_addresses) if gives else None,
                travel_hash=draw(_hashes),
            )
        )
    lock = draw(_hashes)
    operation = InstructBatch(
        batch_id=draw(_references),
        trade_date=draw(_dates),
        isd=draw(_dates),
        expires_on=draw(_dates),
        legs=tuple(legs),
        trade_ref=draw(st.just("") | _references),
        uti=draw(st.sampled_from(["", SELLER_LEI + "T7"])),
        priority=draw(st.integers(0, 9)),
        automatic=draw(st.booleans()) and lock is None,
        hash_lock=lock,
    )
    return initiator, operation
