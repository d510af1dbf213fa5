"""Statements over business dates, and the proof of a holding under its bank's total."""

import datetime as dt

import msgspec

from node.sdk.schema.common import Proof
from tokens.types import Address, Amount, AssetId, BlockHeight, Count, Hash, Symbol


class DatedStatementParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which account and asset, and the business dates, both inclusive."""

    account: Address
    asset: AssetId
    from_date: dt.date
    to_date: dt.date


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One posting."""

    date: dt.date
    """Business date that it belongs to."""
    height: BlockHeight
    index: Count
    tx_id: Hash
    event: str
    debit: Amount
    credit: Amount
    balance: Amount
    """After the transaction that it is part of."""
    counterparty: Address | None
    """The other account; hidden outside of development networks."""


class StatementPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon or principal of a security, with what was withheld; its cash is among the lines."""

    date: dt.date
    height: BlockHeight
    tx_id: Hash
    security: AssetId
    payment: Count
    """Number of the payment in the security's schedule."""
    kind: str
    """coupon or principal."""
    quantity: Amount
    """Face that it was paid on."""
    gross: Amount
    withheld: Amount
    tax_class: Symbol | None


class StatementLien(msgspec.Struct, frozen=True, kw_only=True):
    """A hold, pledge or freeze that began or ended."""

    date: dt.date
    height: BlockHeight
    tx_id: Hash
    lien: Hash
    began: bool
    kind: str | None
    """Null where it ended: the line of its beginning says it."""
    amount: Amount | None
    """Null for ALL, and where it ended."""


class LienSums(msgspec.Struct, frozen=True, kw_only=True):
    """What rests on the position now."""

    held: Amount
    pledged: Amount
    frozen: Amount
    available: Amount


class DatedStatement(msgspec.Struct, frozen=True, kw_only=True):
    """closing = opening + credits - debits; nothing is left out."""

    account: Address
    asset: AssetId
    from_date: dt.date
    to_date: dt.date
    opening: Amount
    credits: Amount
    debits: Amount
    closing: Amount
    lines: tuple[StatementLine, ...]
    payments: tuple[StatementPayment, ...]
    """Of this security, or in this money."""
    liens: tuple[StatementLien, ...]
    now: LienSums | None
    """Null if `to_date` is before the business date: liens are known as they are, not as they
    were."""


class BankStatementParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose accounts, which asset, and the business dates, both inclusive."""

    servicer: Address
    asset: AssetId
    from_date: dt.date
    to_date: dt.date


class BankStatementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One account of the bank."""

    account: Address
    opening: Amount
    credits: Amount
    debits: Amount
    closing: Amount


class BankStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over the accounts that the bank services now."""

    servicer: Address
    asset: AssetId
    from_date: dt.date
    to_date: dt.date
    opening: Amount
    credits: Amount
    debits: Amount
    """Transfers between accounts of the bank are in both."""
    closing: Amount
    rows: tuple[BankStatementRow, ...]
    """Accounts with a position in the asset, by address."""
    bank_total: Amount | None
    """The committed total (SGLA) where `to_date` is the business date, equal to `closing`; null for
    earlier dates."""


class HoldingParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which account and asset."""

    account: Address
    asset: AssetId


class HoldingProof(msgspec.Struct, frozen=True, kw_only=True):
    """A client's leaf and its bank's total, proven against one certificate."""

    account: Proof
    """Who services the account."""
    position: Proof
    """What it holds; null record: nothing."""
    reassignment: Proof
    """Whether its totals are on the way to another bank; null record: they are not."""
    bank_total: Proof
    """What all accounts of the bank in whose total the leaf counts hold together."""
