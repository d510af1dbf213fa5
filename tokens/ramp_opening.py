"""What opening a ramp asks in either direction, before its own movement is judged (5.7)."""

import datetime as dt
from collections.abc import Generator
from typing import NamedTuple, Protocol

from tokens import ramps
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.records.instruments import ASSET, Asset
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account
from tokens.records.ramps import RampPurpose
from tokens.results import Code, Refusal
from tokens.types import AssetKind, Role


class Opening(Protocol):
    """Fields of both operations."""

    @property
    def asset(self) -> str:
        """The stablecoin."""

    @property
    def account(self) -> bytes:
        """The client's."""

    @property
    def bank(self) -> bytes:
        """Participant that takes or pays the money outside."""

    @property
    def purpose(self) -> RampPurpose:
        """Which purposes a direction may have."""

    @property
    def expires_on(self) -> dt.date:
        """Business date."""


class Parties(NamedTuple):
    """Whose tokens move."""

    asset: Asset
    account: Account


def opening_refusals(
    context: Context, operation: Opening, misdirected: RampPurpose
) -> Generator[Refusal, None, Parties | None]:
    """A stablecoin, the account, the bank, the purpose, the date, room.

    `misdirected`: the purpose of the other direction. Returns None when one of the three is not
    there, and nothing else can be asked.
    """
    state = context.state
    asset = state.get(ASSET, operation.asset)
    account = state.get(ACCOUNT, operation.account)
    bank = state.get(PARTICIPANT, operation.bank)
    if asset is None or asset.kind is not AssetKind.CASH:
        yield Refusal(Code.UNKNOWN_ASSET)
        return None
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return None
    if bank is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
        return None
    if not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    if Role.BANK_CUSTODIAN not in bank.roles:
        yield Refusal(Code.ROLE_REQUIRED)
    if operation.purpose is misdirected:
        yield Refusal(Code.BAD_FIELD)
    yield from ramps.date_refusal(context, operation.expires_on)
    if not ramps.has_room(state, account.id):
        yield Refusal(Code.RAMPS_FULL)
    return Parties(asset, account)
