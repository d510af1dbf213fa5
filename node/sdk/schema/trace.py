"""Where units of an asset came from: issue, transfers, holder."""

from typing import Annotated

import msgspec

from node.sdk.schema.common import Limit
from tokens.types import Address, Amount, AssetId, BlockHeight, Count, Hash


class TraceParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose units of which asset, and which part of the list."""

    asset: AssetId
    account: Address
    first: Annotated[Count, msgspec.Meta(description="Lots to pass over.")] = 0
    limit: Limit = 50


class TraceStep(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of a lot."""

    height: BlockHeight
    tx_id: Hash
    source: Address
    target: Address


class TraceLot(msgspec.Struct, frozen=True, kw_only=True):
    """Units that came the same way."""

    amount: Amount
    issued_at: BlockHeight
    issue_tx: Hash
    """32 zero bytes for what a development network had at genesis."""
    issued_to: Address
    issue_amount: Amount
    """Of the whole issue that they were part of."""
    steps: tuple[TraceStep, ...]
    """From the issue to the holder, oldest first; the newest 64."""
    steps_left_out: Count
    """Older ones."""


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """A holding, cut into lots by where they came from. First in, first out: a view.

    Units are alike; no law of the ledger says which of them a transfer moved.
    """

    asset: AssetId
    account: Address
    balance: Amount
    """Sum of all lots."""
    lots_total: Count
    lots: tuple[TraceLot, ...]
    """Those asked for, the oldest in the account first."""
