"""Every kind of reader of a closed network, and for each the world without what it may not see.

Rules of this file:
1. What a reader may see is written here by hand from docs/privacy.md, as addresses; nothing of
   node/rpc decides it. A record or event is a reader's if it names one of its addresses.
2. The other world has none of the rest: accounts, holdings, bodies and codes of others are gone,
   and where a record stays because it names the reader, the accounts of others in it are others.
3. Headers, certificates and ids of transactions are public and the same in both.
"""

from typing import NamedTuple, cast

import msgspec

from node.api import StoredBlock
from node.rpc.record_scopes import is_public
from node.sdk.view_token import ViewToken, new_token, read_token
from node.signing import Signer, dev_seed
from tests.node.rpc.closed import closed_node
from tests.node.rpc.fake_genesis import BUSINESS_DATE, NAMES, address_of, digest_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import (
    ALICE,
    BANK,
    BOB,
    COIN,
    ISSUER,
    RESERVE,
    account,
    participant,
    position,
    signed,
    transfer,
)
from tokens.codec import Canonical, encode
from tokens.events import LedgerEvent, Moved
from tokens.records import KINDS
from tokens.records.holdings import (
    BANK_TOTAL,
    LIEN,
    POSITION,
    BankTotal,
    LegalBasis,
    Lien,
    Position,
)
from tokens.records.kind import RecordKind
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.persons import CREDENTIAL, Credential
from tokens.results import Receipt
from tokens.transaction import DecodedTransaction, Transaction, decode_transaction
from tokens.types import NO_ADDRESS, LienKind, Role

EXCHANGE, TAX, STRANGER = (address_of(name) for name in ("exchange", "tax", "stranger"))
CAROL, OTHER = address_of("carol"), address_of("somebody else")
AGGREGATES = frozenset({RESERVE})
"""Accounts whose holdings are public: what is behind a stablecoin."""
DERIVED = frozenset({"rule_table"})
"""Kinds that hold nothing but what stands in public records."""
CLIENTS = (ALICE, BOB, CAROL)
ISSUERS = ("bid_sheet", "non_competitive_bid", "allotment", "queued_redemption", "delivery")
"""Kinds in which the small ledger has only what is asked of its one issuer."""
EVERYBODY = b""
Also = tuple[str, bytes]


class Reader(NamedTuple):
    """One kind of caller."""

    name: str
    """Of its key and in messages."""
    own: frozenset[bytes]
    """What it is, the accounts that it holds or services, and the persons behind them."""
    also: frozenset[tuple[str, bytes]] = frozenset()
    """(kind, address) of records that it sees besides: EVERYBODY for all of a kind."""

    @property
    def subject(self) -> bytes | None:
        """Whose token it has."""
        return None if self.name == "nobody" else address_of(self.name)

    def header(self, node: FakeNode) -> str | None:
        """Text of its view token; None for nobody."""
        if self.subject is None:
            return None
        return new_token(
            Signer.from_seed(dev_seed(self.name)),
            genesis=node.genesis_digest,
            node=NAMES[0],
            subject=self.subject,
            valid_until=50,
        )

    def token(self, node: FakeNode) -> ViewToken | None:
        """The same, as a server has read it."""
        text = self.header(node)
        return None if text is None else read_token(text)


def _reader(
    name: str, *accounts: bytes, persons: tuple[str, ...] = (), also: tuple[Also, ...] = ()
) -> Reader:
    known = {address_of(name), *accounts, *[digest_of(f"person {each}") for each in persons]}
    return Reader(name, frozenset(known), frozenset(also))


CLOSED = (
    Reader("nobody", frozenset()),
    _reader("stranger"),
    _reader("bank", ALICE, BOB, RESERVE, persons=("alice", "bob")),
    _reader(
        "issuer",
        also=tuple((kind, EVERYBODY) for kind in ISSUERS),
    ),
    _reader(
        "alice",
        persons=("alice",),
        also=(("bank_total", BANK), ("bid_sheet", EVERYBODY)),
    ),
    _reader("carol", persons=("carol",), also=(("bank_total", EXCHANGE),)),
    _reader("exchange", CAROL, persons=("carol",)),
    _reader("watcher"),
    _reader("tax", also=(("tax_certificate", EVERYBODY), ("account", EVERYBODY))),
)
"""Nobody; a bank that is no party; a bank with clients; a party of deals; clients with credentials
and keys of their own; an exchange; an observer's operator; an authority that may freeze, with an
order of its own. A holder's proof of a holding ends in its bank's total; Alice has bid, and may
compute the auction again."""
SUPERVISORS = ("regulator", "fiu", "auditor", "va", "central")
_ROLES: dict[str, tuple[Role, ...]] = {
    "exchange": (Role.VASP,),
    "watcher": (),
    "fiu": (Role.FIU,),
    "auditor": (Role.AUDITOR,),
    "va": (Role.VA_REGULATOR,),
    "central": (Role.CENTRAL_BANK,),
}


def world() -> FakeNode:
    """The small ledger with an exchange, its client, an order, and a block of what they did."""
    node = closed_node()
    overlay = node.state()
    for name, roles in _ROLES.items():
        overlay.put(PARTICIPANT, participant(name, roles))
    signs = participant("carol", ()).policy
    carol = msgspec.structs.replace(
        account("carol"), holder=NO_ADDRESS, servicer=EXCHANGE, policy=signs
    )
    overlay.put(ACCOUNT, carol)
    overlay.put(POSITION, position(COIN, CAROL, 77))
    overlay.put(BANK_TOTAL, BankTotal(servicer=EXCHANGE, asset=COIN, amount=77))
    later = BUSINESS_DATE.replace(year=BUSINESS_DATE.year + 1)
    kyc = Credential(person=digest_of("person carol"), kind="kyc", valid_until=later, revoked=False)
    overlay.put(CREDENTIAL, kyc)
    order = Lien(
        id=digest_of("order"),
        account=BOB,
        asset=COIN,
        amount=1,
        kind=LienKind.FREEZE,
        owner=TAX,
        expires_on=None,
        basis=LegalBasis(authority="FBR", order_no="7/2025", sha256=digest_of("order")),
        memo="",
    )
    overlay.put(LIEN, order)
    node.write(overlay)
    first, second, third = (
        _signed(EXCHANGE, 1, transfer(5)),
        _signed(CAROL, 2, transfer(6)),
        _signed(STRANGER, 3, transfer(7)),
    )
    node.pool.clear()
    for one in (first, second, third):
        node.pool[one.tx_id] = one
    paid = Moved(asset=COIN, source=CAROL, target=ALICE, amount=5)
    inside = Moved(asset=COIN, source=ALICE, target=BOB, amount=2)
    node.decide({first.tx_id: (0, (paid, inside)), third.tx_id: (40, ())})
    waiting = _signed(EXCHANGE, 4, transfer(8))
    node.pool[waiting.tx_id] = waiting
    return node


def _signed(sender: bytes, number: int, operation: msgspec.Struct) -> DecodedTransaction:
    made = Transaction(
        version=1,
        chain_id="mohur-test",
        sender=sender,
        client_ref=digest_of(f"ref of readers {number}")[:16],
        valid_until=100,
        operations=(operation,),
        memo="",
    )
    return signed(made)


def mark(node: FakeNode, address: bytes) -> int:
    """A block that names an address; its height."""
    node.pool.clear()
    made = _signed(STRANGER, 5, transfer(9))
    node.pool[made.tx_id] = made
    paid = Moved(asset=COIN, source=address, target=address, amount=1)
    return node.decide({made.tx_id: (0, (paid,))}).header.height


def _sees(reader: Reader, kind: str, names: frozenset[bytes]) -> bool:
    also = {address for name, address in reader.also if name == kind}
    return bool(names & (reader.own | AGGREGATES | also))


def without(reader: Reader, told_of: frozenset[str] = frozenset()) -> FakeNode:
    """The same world as far as the reader may see it, and another one beyond.

    `told_of`: kinds of which everybody is told sums: they stay, and are of others.
    """
    node = world()
    by_tag = {kind.tag: cast("RecordKind[msgspec.Struct]", kind) for kind in KINDS}
    overlay = node.state()
    for _, value in list(node._store.iterate(b"s", b"t")):
        kind = by_tag[value[0]]
        record = Canonical[msgspec.Struct](kind.struct).decode(value[1:])
        if is_public(kind) or kind.name in DERIVED or (kind.name, EVERYBODY) in reader.also:
            continue
        seen = _sees(reader, kind.name, names_in(record)) or kind.name in told_of
        after = _renamed(record, reader) if seen else _elsewhere(kind.name, record, reader)
        if after != record:
            overlay.delete(kind, *kind.key_of(record))
            if after is not None:
                overlay.put(kind, after)
    node._store.write(overlay.changes().writes())
    node.blocks = [_less(block, reader) for block in node.blocks]
    for tx_id, waiting in list(node.pool.items()):
        if waiting.signed.transaction.sender not in reader.own:
            node.pool[tx_id] = _signed(OTHER, 9, transfer(1))
    return node


def _elsewhere(kind: str, record: msgspec.Struct, reader: Reader) -> msgspec.Struct | None:
    """Accounts and holdings of others: other ids and another sum. The rest is gone."""
    if kind == "account":
        return _renamed(record, reader)
    if isinstance(record, Position):
        moved = cast("Position", _renamed(record, reader))
        return msgspec.structs.replace(moved, balance=record.balance + 1_000)
    return None


def _less(block: StoredBlock, reader: Reader) -> StoredBlock:
    """A block whose bodies, codes and events are others where they are not the reader's."""
    bodies, receipts = [], []
    for data, receipt in zip(block.transactions, block.receipts, strict=True):
        decoded = decode_transaction(data)
        assert isinstance(decoded, DecodedTransaction)
        is_sender = decoded.signed.transaction.sender in reader.own
        seen = [event for event in receipt.events if names_in(event) & reader.own]
        if not is_sender and not seen:
            bodies.append(_signed(OTHER, 8, transfer(2)).data)
            receipts.append(_changed(receipt, ()))
            continue
        is_known = is_sender or decoded.signed.transaction.sender in _PARTICIPANTS
        bodies.append(
            data
            if is_sender
            else _signed(
                decoded.signed.transaction.sender if is_known else OTHER, 7, transfer(3)
            ).data
        )
        events = tuple([cast("LedgerEvent", _renamed(event, reader)) for event in seen])
        receipts.append(msgspec.structs.replace(receipt, events=events))
    return msgspec.structs.replace(block, transactions=tuple(bodies), receipts=tuple(receipts))


def _changed(receipt: Receipt, events: tuple[LedgerEvent, ...]) -> Receipt:
    """Of the same transaction, with another outcome."""
    code = 0 if receipt.code else 31
    return msgspec.structs.replace(receipt, code=code, operation=0 if code else -1, events=events)


_PARTICIPANTS = frozenset(
    {BANK, ISSUER, TAX, STRANGER, EXCHANGE, *(address_of(name) for name in _ROLES)}
)


_OTHERS = {each: address_of(f"other {each.hex()}") for each in CLIENTS}


def _renamed(value: msgspec.Struct, reader: Reader) -> msgspec.Struct:
    """The same with another account for each of others' that the reader does not know."""
    if ("account", EVERYBODY) in reader.also:
        return value
    others = {each: other for each, other in _OTHERS.items() if each not in reader.own}
    return cast("msgspec.Struct", _replaced(value, others))


def _replaced(value: object, others: dict[bytes, bytes]) -> object:
    if isinstance(value, bytes):
        return others.get(value, value)
    if isinstance(value, tuple):
        return tuple([_replaced(each, others) for each in value])
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        changed = {name: _replaced(getattr(value, name), others) for name in names}
        return msgspec.structs.replace(value, **changed)
    return value


def names_in(value: object) -> frozenset[bytes]:
    """Every address and every id of a person in a value: 16 and 32 bytes."""
    if isinstance(value, bytes):
        return frozenset({value} if len(value) in (16, 32) else ())
    if isinstance(value, tuple):
        return frozenset().union(*[names_in(each) for each in value])
    if isinstance(value, msgspec.Struct):
        fields = value.__struct_fields__
        return frozenset().union(*[names_in(getattr(value, name)) for name in fields])
    return frozenset()


def size_of(node: FakeNode) -> int:
    """Bytes of all records: two worlds that do not differ prove nothing."""
    return len(b"".join(value for _, value in node._store.iterate(b"s", b"t"))) + len(
        encode([block.receipts for block in node.blocks])
    )
