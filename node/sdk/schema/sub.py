"""sub_*: what a WebSocket is told without asking."""

from typing import Annotated

import msgspec

from node.sdk.schema.common import Receipt
from tokens.types import Address, BlockHeight, Count, Hash

SUBSCRIPTIONS_MAX = 20
"""Of one connection."""
REPLAY_MAX = 10_000
"""Heights that a subscription may look back."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Of topic txs: one transaction, or those that touch an address. All given must match."""

    tx_id: Hash | None = None
    address: Address | None = None


class SubscribeParams(msgspec.Struct, frozen=True, kw_only=True):
    """What to be told."""

    topic: Annotated[str, msgspec.Meta(pattern="^(blocks|txs)\\Z")]
    """blocks: a header for each decided block. txs: receipts, in order."""
    filter: Filter | None = None
    from_height: BlockHeight | None = None
    """Replay from this height, then go on without a gap; null: from the next block."""


class UnsubscribeParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which subscription."""

    subscription: Count


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """It runs."""

    subscription: Count
    from_height: BlockHeight
    """First height that it will report."""


class TxEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Result of a sub_event of topic txs."""

    receipt: Receipt
