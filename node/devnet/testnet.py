"""A network for real machines: random keys, no development accounts, no balances."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from node.cli.exits import CommandFailed, Exit
from node.config import PeerAddress
from node.devnet.cast import BOOKS, CHAIN_ID, PARTIES, TAX_ACCOUNT, Book, Party
from node.devnet.node_folder import MadeKeys, NodeFolder, make_keys, write_node_files
from node.devnet.ports import HOST, PEER_PORT_FIRST, RPC_PORT_FIRST
from node.devnet.profile import approval_policies, figures_of
from node.genesis_file import write_genesis
from node.keystore import create_key
from node.profile.ledger import calendar_of, require_covered
from node.profile.root import ProfileFile
from node.sdk.sealing import new_key
from node.storage.durable import create_file
from tokens.finance.calendar import is_business_day
from tokens.genesis import ChainId, Genesis
from tokens.genesis_checks import require_valid
from tokens.records.governance import Validator
from tokens.records.parties import Account, KeyPolicy, Participant
from tokens.records.system import Parameter
from tokens.types import NO_ADDRESS, AccountStatus

PASSPHRASE_BYTES = 24
ADDRESS_BYTES = 16
SEAL_KEY_FILE = "seal-key.json"
"""Private key that data sealed to the institution are opened with, for `mohur travel open`."""


_HOST = re.compile(r"[0-9A-Za-z:][0-9A-Za-z.:_-]{0,252}")
"""A name, an IPv4 or an IPv6 address: what a configuration takes, less what no resolver takes."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to make."""

    validators: int
    folder: Path
    chain_id: str
    hosts: tuple[str, ...] = ()
    """One for each validator, or none: all on this machine."""
    profile: ProfileFile
    """Of the state: its money and calendar are in genesis for good, so nothing is assumed."""
    business_date: dt.date | None = None
    """Of the ledger at height 0; None: today, or the business day before it."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was made."""

    genesis: Path
    validators: tuple[str, ...]
    """Ids, which are also names of folders."""
    institutions: tuple[str, ...]


def make_testnet(order: Order) -> Made:
    """Everything below the folder, which must not be there yet. CommandFailed."""
    if order.hosts and len(order.hosts) != order.validators:
        raise CommandFailed(
            f"{order.validators} validators need as many --host, or none", Exit.USAGE
        )
    for host in order.hosts:
        if _HOST.fullmatch(host) is None:
            raise CommandFailed(f"--host: {host!r} is no name or address of a host", Exit.USAGE)
    if len({host.lower() for host in order.hosts}) < len(order.hosts):
        raise CommandFailed(
            "--host: one twice, and all listen on one port; without any, all are on this machine",
            Exit.USAGE,
        )
    _check_chain_id(order.chain_id)
    if order.folder.exists():
        raise CommandFailed(f"{order.folder} is there already", Exit.CANNOT_CREATE)
    begins_on = _business_date(order)
    order.folder.mkdir(mode=0o700, parents=True)
    parties = _parties(order.validators)
    institutions = {party.name: _make_institution(order.folder, party) for party in parties}
    operators = sorted((p for p in parties if p.validator), key=lambda p: str(p.validator))
    keys: dict[str, MadeKeys] = {}
    for party in operators:
        name = str(party.validator)
        keys[name] = make_keys(order.folder / name, _passphrase())
    genesis = _genesis(order, begins_on, parties, institutions, keys)
    require_valid(genesis)
    path = order.folder.resolve() / "genesis.json"
    write_genesis(genesis, path)
    _write_nodes(order, tuple(keys), path)
    return Made(genesis=path, validators=tuple(keys), institutions=tuple(institutions))


def _check_chain_id(chain_id: str) -> None:
    """Before any key is made."""
    try:
        msgspec.convert(chain_id, ChainId)
    except msgspec.ValidationError:
        raise CommandFailed(
            "--chain-id: 1 to 32 small letters, digits and -, not beginning with -", Exit.USAGE
        ) from None
    if chain_id == CHAIN_ID:
        raise CommandFailed(f"--chain-id: {CHAIN_ID} is that of local networks", Exit.USAGE)


def _parties(validators: int) -> list[Party]:
    """The institutions of the local network, and an operator of its own for each further node."""
    more = [
        Party(
            name=f"operator-{number}",
            title=f"Validator operator {number}",
            validator=f"validator-{number}",
        )
        for number in range(5, validators + 1)
    ]
    return [*PARTIES, *more]


class Institution(NamedTuple):
    """What the ledger knows of the key files of one."""

    policy: KeyPolicy
    seal_key: bytes
    """Public half, X25519."""


def _make_institution(folder: Path, party: Party) -> Institution:
    """Key files of one institution."""
    place = folder / "institutions" / party.name
    place.mkdir(mode=0o700, parents=True)
    passphrase = _passphrase()
    create_file(place / "passphrase", passphrase.encode() + b"\n")
    made = [create_key(place, name, passphrase).public_key for name in party.key_names]
    seal = new_key()
    create_file(
        place / SEAL_KEY_FILE, json.dumps({"privateKey": "0x" + seal.private.hex()}).encode()
    )
    policy = KeyPolicy(threshold=party.threshold, keys=tuple(sorted(made)))
    return Institution(policy, seal.public)


def _passphrase() -> str:
    return secrets.token_urlsafe(PASSPHRASE_BYTES)


def _genesis(
    order: Order,
    begins_on: dt.date,
    parties: list[Party],
    institutions: dict[str, Institution],
    keys: dict[str, MadeKeys],
) -> Genesis:
    ids = {party.name: secrets.token_bytes(ADDRESS_BYTES) for party in parties}
    accounts = {book.name: _account(book, ids) for book in BOOKS if not book.client}
    figures = figures_of(
        order.profile,
        tax_account=accounts[TAX_ACCOUNT.name].id,
        central_bank=ids["central-bank"],
    )
    return Genesis(
        chain_id=order.chain_id,
        is_dev=False,
        protocol_version=1,
        timestamp_ms=time.time_ns() // 1_000_000,
        business_date=begins_on,
        day_open=False,
        calendar=figures.calendar,
        parameters=tuple(
            Parameter(name=name, value=value) for name, value in sorted(figures.parameters.items())
        ),
        approval_policies=approval_policies(),
        tax_tables=figures.tax_tables,
        participants=_participants(parties, ids, institutions, figures.jurisdiction),
        accounts=tuple(sorted(accounts.values(), key=lambda account: account.id)),
        validators=tuple(
            Validator(
                id=str(party.validator),
                public_key=keys[str(party.validator)].public_key,
                network_key=keys[str(party.validator)].network_key,
                operator=ids[party.name],
            )
            for party in sorted(parties, key=lambda party: str(party.validator))
            if party.validator is not None
        ),
        central_bank_money=figures.money,
        dev_balances=(),
        rules=figures.rules,
        profile=figures.mark,
    )


def _participants(
    parties: list[Party],
    ids: dict[str, bytes],
    institutions: dict[str, Institution],
    jurisdiction: str,
) -> tuple[Participant, ...]:
    records = [
        Participant(
            id=ids[party.name],
            name=party.title,
            lei="",
            jurisdiction=jurisdiction,
            control_group=party.name,
            roles=tuple(sorted(party.roles)),
            policy=institutions[party.name].policy,
            encryption_key=institutions[party.name].seal_key,
        )
        for party in parties
    ]
    return tuple(sorted(records, key=lambda record: record.id))


def _account(book: Book, ids: dict[str, bytes]) -> Account:
    return Account(
        id=secrets.token_bytes(ADDRESS_BYTES),
        owner=secrets.token_bytes(32),
        holder=NO_ADDRESS if book.client else ids[book.owner or book.servicer],
        servicer=ids[book.servicer],
        purpose=book.purpose,
        kyc_tier=3,
        residency="RESIDENT",
        tax_class=book.tax_class,
        policy=None,
        status=AccountStatus.OPEN,
    )


def _business_date(order: Order) -> dt.date:
    """Date of the ledger at height 0. ProfileInvalid if the profile does not know its year."""
    days = calendar_of(order.profile.profile)
    date = order.business_date or dt.datetime.now(dt.UTC).date()
    while order.business_date is None and not is_business_day(days, date):
        date -= dt.timedelta(days=1)
    require_covered(order.profile.profile, date)
    return date


def _write_nodes(order: Order, names: tuple[str, ...], genesis: Path) -> None:
    hosts = order.hosts or (HOST,) * order.validators
    shared = not order.hosts
    addresses = {
        name: PeerAddress(
            id=name, host=hosts[index], port=PEER_PORT_FIRST + (index if shared else 0)
        )
        for index, name in enumerate(names)
    }
    for index, (name, own) in enumerate(addresses.items()):
        write_node_files(
            NodeFolder(
                id=name,
                folder=order.folder / name,
                genesis=genesis,
                host=own.host,
                port=own.port,
                rpc_port=RPC_PORT_FIRST + (index if shared else 0),
                peers=tuple(peer for peer in addresses.values() if peer.id != name),
            )
        )
