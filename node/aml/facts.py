"""What the ledger tells of money that a report is about."""

import datetime as dt
from typing import NamedTuple

from tokens.records.ramps import Rail, RampDirection


class NoReport(Exception):
    """Facts and file make no report. The message names accounts, never people."""


class Leg(NamedTuple):
    """One payment through a ramp, as the ledger tells it."""

    ramp: str
    """Id of the ramp, 0x and hex."""
    number: int
    """Number of the ramp."""
    account: str
    """The client's account, as text."""
    direction: RampDirection
    rail: Rail
    reference: str
    """SHA-256 of the payment's reference, 0x and hex."""
    amount: int
    """Minor units of the local currency, hundredths."""
    date: dt.date
    """Business date of the block."""


class Move(NamedTuple):
    """Tokens of the local currency that passed between two accounts on the ledger."""

    transaction: str
    """Id of the transaction, 0x and hex."""
    part: int
    """Which movement of that transaction, from 1."""
    height: int
    account: str
    """The client's account, as text."""
    other: str | None
    """The other account, as text; None where the ledger does not show it to the institution."""
    comes_in: bool
    """Into the client's account, or out of it."""
    amount: int
    """Minor units of the local currency, hundredths."""
    date: dt.date
    """Business date of the block."""


Fact = Leg | Move
