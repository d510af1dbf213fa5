"""What one page asks of the node: so many calls, at one height where the node keeps past states."""

from collections.abc import Mapping
from typing import TypeVar, cast

from node.explorer.directory import Directory
from node.explorer.failure import TooManyCalls
from node.explorer.page import Standing
from node.explorer.show import Show
from node.explorer.witness import Witnesses
from node.sdk.client import Client
from node.sdk.errors import RpcFailed
from node.sdk.schema.common import Context, Page, StateRead
from node.sdk.schema.node import NodeStatus
from tokens.jsonform import Json

CALLS_MAX = 80
"""Calls of one page."""
ROWS = 50
"""Rows of a table on a page."""

T = TypeVar("T")
Params = Mapping[str, Json]


class Ask:
    """One reader's questions for one page."""

    __slots__ = (
        "_calls",
        "_contexts",
        "at",
        "client",
        "directory",
        "rows",
        "show",
        "status",
        "witnesses",
    )

    def __init__(
        self,
        client: Client,
        status: NodeStatus,
        directory: Directory,
        witnesses: Witnesses,
        *,
        at: int | None,
        rows: int = ROWS,
    ) -> None:
        self.client = client
        self.status = status
        self.directory = directory
        self.witnesses = witnesses
        """Other nodes, for comparison; not counted among the calls."""
        self.show = Show(directory, client.form.prefix)
        keeps_past = status.oldest_state < status.height
        self.at = status.height if at is None and keeps_past else at
        """Height of every read of state; None: the newest one at each call."""
        self.rows = rows
        """How many rows a table has: more for a CSV."""
        self._calls = 0
        self._contexts: dict[int, Context] = {}

    async def read(self, method: str, params: Params | None = None, *, of: type[T]) -> T:
        """Value of a read of state. RpcFailed, NodeUnreachable."""
        self._count()
        options: dict[str, Json] = {} if self.at is None else {"atHeight": self.at}
        answer = await self.client.read(method, dict(params or {}), of=of, **options)
        self._contexts[answer.context.height] = answer.context
        return answer.value

    async def call(self, method: str, params: Params | None = None, *, of: type[T]) -> T:
        """Result of any other method. RpcFailed, NodeUnreachable."""
        self._count()
        return await self.client.call(method, dict(params or {}), of=of)

    async def try_read(
        self, method: str, params: Params | None = None, *, of: type[T]
    ) -> T | RpcFailed:
        """The value, or the refusal: a part of a page that not everybody may see."""
        try:
            return await self.read(method, params, of=of)
        except RpcFailed as error:
            return error

    async def try_call(
        self, method: str, params: Params | None = None, *, of: type[T]
    ) -> T | RpcFailed:
        """The same of any other method."""
        try:
            return await self.call(method, params, of=of)
        except RpcFailed as error:
            return error

    async def page(
        self, method: str, params: Params | None = None, *, of: type[T], cursor: str | None
    ) -> Page[T]:
        """Rows of a list from a cursor on. RpcFailed, NodeUnreachable."""
        asked: dict[str, Json] = {**(params or {}), "limit": self.rows}
        if cursor is not None:
            asked["cursor"] = cursor
        return await self.read(method, asked, of=Page[of])  # type: ignore[valid-type]

    async def try_page(
        self, method: str, params: Params | None = None, *, of: type[T], cursor: str | None
    ) -> Page[T] | RpcFailed:
        """The same, or the refusal."""
        try:
            return await self.page(method, params, of=of, cursor=cursor)
        except RpcFailed as error:
            return error

    async def try_call_page(
        self, method: str, params: Params | None = None, *, of: type[T], cursor: str | None
    ) -> Page[T] | RpcFailed:
        """Rows of a list that is no read of state, or the refusal."""
        asked: dict[str, Json] = {**(params or {}), "limit": self.rows}
        if cursor is not None:
            asked["cursor"] = cursor
        return await self.try_call(method, asked, of=Page[of])  # type: ignore[valid-type]

    async def raw(self, method: str, params: Params | None = None) -> Json:
        """Result of a method as JSON values. RpcFailed, NodeUnreachable."""
        self._count()
        return await self.client.raw(method, dict(params or {}))

    async def batch(self, calls: list[tuple[str, dict[str, Json], object]]) -> list[object]:
        """Results in order, at most 50; a refused one is its RpcFailed. Counts as one call."""
        self._count()
        return await self.client.batch([*calls]) if calls else []

    async def batch_read(
        self, method: str, each: list[dict[str, Json]], *, of: type[T]
    ) -> list[T | RpcFailed]:
        """Values of the same read of state with other params, at most 50. Counts as one call."""
        options: dict[str, Json] = {} if self.at is None else {"atHeight": self.at}
        kind: object = StateRead[of]  # type: ignore[valid-type]
        answers = await self.batch([(method, {**params, **options}, kind) for params in each])
        out: list[T | RpcFailed] = []
        for answer in answers:
            if isinstance(answer, StateRead):
                self._contexts[answer.context.height] = answer.context
                out.append(answer.value)
            elif isinstance(answer, RpcFailed):
                out.append(answer)
        return out

    async def over(
        self, heights: tuple[int, ...], method: str, params: Params, *, of: type[T]
    ) -> tuple[T | None, ...]:
        """One read after each of these blocks, at most 50: one call.

        None: nothing there yet, or no longer kept. They are not among the blocks that the page
        says it was read at. RpcFailed, NodeUnreachable.
        """
        kind: object = StateRead[of]  # type: ignore[valid-type]
        values: list[T | None] = []
        for answer in await self.batch(
            [(method, {**params, "atHeight": at}, kind) for at in heights]
        ):
            if not isinstance(answer, RpcFailed):
                values.append(cast("StateRead[T]", answer).value)
            elif answer.symbol in ("NOT_FOUND", "PRUNED"):
                values.append(None)
            else:
                raise answer
        return tuple(values)

    def standing(self) -> Standing:
        """At which blocks the page was read."""
        status = self.status
        newest = Context(
            chain_id=status.chain_id,
            height=status.height,
            block_hash=status.block_hash,
            state_root=status.state_root,
        )
        read = tuple([self._contexts[each] for each in sorted(self._contexts)])
        return Standing(
            node=self.status.node_id,
            contexts=read or (newest,),
            newest=self.status.height,
            oldest_state=self.status.oldest_state if read else self.status.height,
        )

    def _count(self) -> None:
        self._calls += 1
        if self._calls > CALLS_MAX:
            raise TooManyCalls(f"a page asks at most {CALLS_MAX} times")
