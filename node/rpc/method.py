"""What an RPC method is: one line in the table of node/rpc/methods.

Rules of this file:
1. Types are the documentation: params and results are structs of node/sdk/schema.
2. Default deny: a method has a tier, and tests/node/rpc/test_access.py has a cell for each.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar, cast

import msgspec

from consensus.types import Tip
from node.api import NodeApi, PastState
from node.rpc.errors import RpcCode, RpcError
from node.rpc.view import OPEN, View, view_of
from node.sdk.schema.sub import SubscribeParams, Subscription
from node.sdk.view_token import ViewToken
from tokens.commitment import Commitment
from tokens.jsonform import JsonForm
from tokens.records.kind import Key, Kind
from tokens.state import Overlay


class Tier(Enum):
    """Who may call."""

    READ = "read"
    SUBMIT = "submit"
    ADMIN = "admin"
    """Never over the network: its own Unix socket."""


class Reads(Enum):
    """What a method reads."""

    NODE = "node"
    """Blocks, pool, peers: no context."""
    STATE = "state"
    """State: answers context and value, takes minHeight and atHeight."""


class Session(Protocol):
    """The WebSocket connection that a call came over."""

    def subscribe(self, params: SubscribeParams, next_height: int) -> Subscription:
        """Begin. Raises RpcError when there are too many."""

    def unsubscribe(self, number: int) -> bool:
        """End; False if there is no such subscription."""


def _free_of_charge(_calls: int) -> None:
    return None


async def _at_once() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what it may."""

    name: str
    """Name of its API key, or `anonymous`."""
    tiers: frozenset[Tier]
    charge: Callable[[int], None]
    """Take from its budget of calls; raises RateLimited."""
    session: Session | None = None
    fine: Callable[[int], None] = _free_of_charge
    """Take calls for what was refused; never raises."""
    turn: Callable[[], Awaitable[None]] = _at_once
    """Wait until it is this caller's turn."""
    token: ViewToken | None = None
    """Whose scope it reads in; None: nobody's."""

    def view(self, api: NodeApi, take: Callable[[], tuple[Overlay, int]]) -> View:
        """What it may see of (state, its height). UNAUTHORISED for a token that does not hold.

        All, on a network whose genesis says dev, and in the tier of an operator. A token narrows
        these too, so that a scope can be tried out.
        """
        if self.token is None and (api.genesis.is_dev or Tier.ADMIN in self.tiers):
            return OPEN
        state, height = take()
        return view_of(state, height, self.token)


@dataclass(slots=True)
class Call:
    """What a handler may use."""

    api: NodeApi
    form: JsonForm
    tip: Tip
    """Newest decided block when the call began; that of `state` for reads of state."""
    caller: Caller
    pinned: Overlay | None = None
    scope: View | None = None
    past: PastState | None = None
    """Where `state` and `tip` are from if a past one was asked for."""
    tree: Commitment | None = None
    """That of a past state of which something is to be proven."""

    def pin(self) -> None:
        """Take tip and state together: no await lies between, so they agree."""
        self.tip = self.api.tip()
        self.pinned = self.api.state()

    def pin_at(self, height: int) -> None:
        """Take the state after an old block. UNAVAILABLE if it is not decided here yet, PRUNED."""
        if height > self.api.tip().height:
            raise RpcError(RpcCode.UNAVAILABLE, "this node has not reached atHeight yet")
        oldest = self.api.oldest_state()
        if height < oldest:
            message = f"this node keeps states from height {oldest} on"
            raise RpcError(RpcCode.PRUNED, message, oldest_height=oldest)
        self.past = self.api.past(height)
        self.tip, self.pinned = self.past.tip, self.past.state

    def close(self) -> None:
        """Let go of a past state."""
        if self.past is not None:
            self.past.close()

    @property
    def state(self) -> Overlay:
        """Read-only state at `tip`; taken once, so that all reads of a call agree."""
        if self.pinned is None:
            self.pin()
        return cast("Overlay", self.pinned)

    @property
    def view(self) -> View:
        """What the caller may see; decided once a call. UNAUTHORISED.

        By the state of now, of whatever height the read is: a right to read is one of today
        (docs/adr/0024-past-states.md).
        """
        if self.scope is None:
            self.scope = self.caller.view(self.api, self._newest)
        return self.scope

    def _newest(self) -> tuple[Overlay, int]:
        """(state, its height) that scopes are read from."""
        if self.past is not None:
            return self.api.state(), self.api.tip().height
        return self.state, self.tip.height


P = TypeVar("P", bound=msgspec.Struct)

Handler = Callable[["Call", msgspec.Struct], object | Awaitable[object]]
Proves = Callable[[msgspec.Struct], tuple[Kind, Key]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method; built by `method`, which ties handler and proof to the type of the params."""

    name: str
    """namespace_camelCase."""
    params: type[msgspec.Struct]
    result: object
    """Type of the result; of `value` for reads of state."""
    tier: Tier
    handler: Handler
    """(Call, params) -> result; a coroutine function if it waits."""
    summary: str
    reads: Reads
    proves: Proves | None
    """Given: the method takes `prove`, and this says which record that proves."""
    waits: bool
    """Waits for finality: 30 s instead of 5 s."""
    walks: bool
    """Sums over many records: on a snapshot, in slices, one at a time on a node (walk.py)."""
    is_dev: bool
    """Only on networks whose genesis says dev."""
    answers_proofs: bool
    """Its result is made of proofs."""

    @property
    def takes_height(self) -> bool:
        """Whether it can be asked about a past state."""
        return self.reads is Reads.STATE


def method(
    name: str,
    params: type[P],
    result: object,
    tier: Tier,
    handler: Callable[[Call, P], object],
    summary: str,
    *,
    reads: Reads = Reads.NODE,
    proves: Callable[[P], tuple[Kind, Key]] | None = None,
    waits: bool = False,
    walks: bool = False,
    is_dev: bool = False,
    answers_proofs: bool = False,
) -> Method:
    """A line of the table."""
    return Method(
        name,
        params,
        result,
        tier,
        cast("Handler", handler),
        summary,
        reads,
        cast("Proves | None", proves),
        waits,
        walks,
        is_dev,
        answers_proofs,
    )


def check_height(call: Call, min_height: int) -> None:
    """Read-your-writes behind a load balancer: refuse when this node is behind."""
    if call.tip.height < min_height:
        raise RpcError(RpcCode.UNAVAILABLE, "this node has not reached minHeight yet")
