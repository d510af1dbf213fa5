"""Records that a check has already found: `apply` asks again and may rely on the answer."""

from typing import TypeVar

import msgspec

from tokens.records.instruments import ASSET, Asset
from tokens.records.kind import KeyPart, RecordKind
from tokens.records.parties import ACCOUNT, Account
from tokens.state import Overlay

R = TypeVar("R", bound=msgspec.Struct)


class RecordMissing(Exception):
    """A record that a check had found is not there: this node is wrong."""


def require(state: Overlay, kind: RecordKind[R], *key: KeyPart) -> R:
    """The record. Raises RecordMissing."""
    record = state.get(kind, *key)
    if record is None:
        raise RecordMissing(kind.name)
    return record


def require_asset(state: Overlay, asset: str) -> Asset:
    """The asset. Raises RecordMissing."""
    return require(state, ASSET, asset)


def require_account(state: Overlay, account: bytes) -> Account:
    """The account. Raises RecordMissing."""
    return require(state, ACCOUNT, account)
