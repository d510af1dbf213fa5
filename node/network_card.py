"""The identity card of a network: who validates, who sees what, which figures it runs on (page 04).

A network whose validators trade says so: a validator sees all positions.
"""

from collections.abc import Iterable, Mapping

from node.sdk.schema.chain import CardValidator, NetworkCard
from tokens.genesis import Genesis, genesis_digest
from tokens.records.governance import Validator
from tokens.records.parties import Participant
from tokens.types import Role

TRADING_ROLES = (Role.PRIMARY_DEALER, Role.BANK_CUSTODIAN, Role.VASP, Role.CASH_ISSUER)
"""Whoever has one of them has business with the positions of others."""

ALL_SEEN = "each validator holds the whole ledger: it sees all positions of all holders"
NONE_TRADES = "no operator of a validator trades or services accounts"
OPEN_READS = "a node answers reads of everybody: a development network"
SCOPED_READS = "a node answers to others what concerns them; supervisors see everything"


def card_of(
    genesis: Genesis,
    protocol_version: int,
    validators: Iterable[Validator],
    participants: Mapping[bytes, Participant],
) -> NetworkCard:
    """From what is in force; `participants` by id, the operators at least."""
    members = tuple(_member(validator, participants) for validator in validators)
    trading = sorted({member.operator_name for member in members if member.trades})
    who = NONE_TRADES if not trading else f"these operators trade: {', '.join(trading)}"
    return NetworkCard(
        chain_id=genesis.chain_id,
        genesis=genesis_digest(genesis),
        is_dev=genesis.is_dev,
        protocol_version=protocol_version,
        profile=genesis.profile,
        validators=members,
        who_sees=(ALL_SEEN, who, OPEN_READS if genesis.is_dev else SCOPED_READS),
    )


def _member(validator: Validator, participants: Mapping[bytes, Participant]) -> CardValidator:
    operator = participants.get(validator.operator)
    roles = () if operator is None else operator.roles
    return CardValidator(
        id=validator.id,
        operator=validator.operator,
        operator_name="" if operator is None else operator.name,
        roles=roles,
        trades=any(role in TRADING_ROLES for role in roles),
    )


def first_card(genesis: Genesis) -> NetworkCard:
    """The card before the first block."""
    by_id = {entry.id: entry for entry in genesis.participants}
    return card_of(genesis, genesis.protocol_version, genesis.validators, by_id)


def rows_of(card: NetworkCard) -> list[tuple[str, str]]:
    """Heading and text of each line."""
    mark = card.profile
    profile = "none: figures of local networks"
    if mark is not None:
        profile = f"{mark.id}: {mark.name}, version {mark.version}, facts as of {mark.as_of}"
    rows = [
        ("chain", card.chain_id),
        ("genesis", f"0x{card.genesis.hex()}"),
        ("protocol", f"version {card.protocol_version}"),
        ("profile", profile),
    ]
    if mark is not None:
        rows.append(("", f"sha256 {mark.sha256.hex()}"))
    for number, member in enumerate(card.validators):
        roles = ", ".join(role.name for role in member.roles) or "no role"
        heading = "validates" if number == 0 else ""
        rows.append((heading, f"{member.id}: {member.operator_name} ({roles})"))
    rows += [("who sees" if number == 0 else "", text) for number, text in enumerate(card.who_sees)]
    return rows
