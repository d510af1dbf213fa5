"""From a body of JSON-RPC 2.0 to its reply: parse, look up, check, call, encode.

Rules of this file:
1. One failing item never fails its batch; an own bug becomes INTERNAL_ERROR and a log record.
2. Everything about a type is compiled once at start. A call costs two dictionary walks.
3. The id is the only part of a request that is ever repeated in a reply.
"""

import asyncio
import inspect
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import cast

import msgspec
from structlog.typing import FilteringBoundLogger

from node.api import LimitReached, NodeApi, PastState
from node.metrics import RpcMetrics
from node.rpc.errors import FINE_CALLS, RpcCode, RpcError, busy, fine_of
from node.rpc.method import Call, Caller, Method, Reads, Tier, check_height
from node.rpc.parse import BadJson, parse
from node.rpc.past_proof import PastTrees
from node.rpc.scopes import SCOPES
from node.rpc.view import refused
from node.rpc.views import context_json, proof_of
from node.sdk.schema.common import Proof
from node.sdk.schema.tx import BATCH_MAX
from tokens.jsonform import FormError, Json, JsonForm, Reader, Writer, camel

REPLY_BYTES_MAX = 8 * 1024 * 1024
ID_LENGTH_MAX = 128
CALL_SECONDS = 5
WAIT_SECONDS = 35
"""Longest wait of 30 s, and time to say that it is over."""
WALK_SECONDS = 30
"""A sum over many records, with what it waits for those before it."""

_encode = msgspec.json.Encoder().encode
_MEMBERS = frozenset({"jsonrpc", "id", "method", "params"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A method made ready."""

    method: Method
    names: tuple[str, ...]
    """Params in positional order."""
    read: Reader
    write: Writer
    is_async: bool


class Dispatcher:
    """The method table over one node."""

    def __init__(
        self,
        api: NodeApi,
        form: JsonForm,
        methods: tuple[Method, ...],
        *,
        metrics: RpcMetrics,
        log: FilteringBoundLogger,
    ) -> None:
        self._api = api
        self._form = form
        self._metrics = metrics
        self._log = log
        self._walk = asyncio.Lock()
        self._trees = PastTrees()
        self._write_proof = form.writer(Proof)
        self._table = {method.name: _entry(method, form) for method in methods}

    async def handle(self, body: bytes, caller: Caller) -> bytes | None:
        """The reply, or None when there is nothing to say (notifications)."""
        await caller.turn()
        try:
            request = parse(body)
        except BadJson as error:
            caller.fine(FINE_CALLS)
            return _failed(None, RpcError(RpcCode.PARSE_ERROR, str(error)))
        if type(request) is not list:
            caller.charge(1)
            reply = await self._one(request, caller)
            return None if reply is None else _bounded(reply)
        if not request:
            return _failed(None, RpcError(RpcCode.INVALID_REQUEST, "the batch is empty"))
        if len(request) > BATCH_MAX:
            message = f"a batch has at most {BATCH_MAX} requests"
            return _failed(None, RpcError(RpcCode.LIMIT_EXCEEDED, message))
        caller.charge(len(request))
        replies = []
        size = 0
        clock = asyncio.get_running_loop().time
        deadline = clock() + WAIT_SECONDS
        for item in request:
            in_time = clock() <= deadline
            reply = await self._one(item, caller) if in_time else _late(item)
            if reply is None:
                continue
            size += len(reply)
            if size > REPLY_BYTES_MAX:
                return _failed(None, RpcError(RpcCode.LIMIT_EXCEEDED, "the reply is too large"))
            replies.append(reply)
        return b"[" + b",".join(replies) + b"]" if replies else None

    async def _one(self, request: object, caller: Caller) -> bytes | None:
        request_id: Json = None
        entry: Entry | None = None
        try:
            request_id, notification = _id_of(request)
            entry = self._entry_of(request, caller)
            params = cast("dict[str, object]", request).get("params")
            result = await self._call(entry, params, caller)
            outcome = "OK"
            reply = _encode({"jsonrpc": "2.0", "id": request_id, "result": result})
        except RpcError as error:
            outcome = error.code.name
            caller.fine(fine_of(error.code))
            notification = outcome != "INVALID_REQUEST" and _is_notification(request)
            reply = _failed(request_id, error)
        self._metrics.count(entry.method.name if entry else "unknown", outcome)
        return None if notification else reply

    def _entry_of(self, request: object, caller: Caller) -> Entry:
        name = request["method"]  # type: ignore[index]
        entry = self._table.get(name)
        if entry is None:
            raise RpcError(RpcCode.METHOD_NOT_FOUND, "no such method; rpc.discover lists them")
        if entry.method.tier not in caller.tiers:
            if entry.method.tier is Tier.ADMIN:
                raise RpcError(RpcCode.METHOD_DISABLED, "not served over the network")
            raise RpcError(RpcCode.UNAUTHORISED, f"needs a key for {entry.method.tier.value}")
        return entry

    async def _call(self, entry: Entry, params: object, caller: Caller) -> Json:
        call = Call(self._api, self._form, self._api.tip(), caller)
        try:
            return await self._answer(call, entry, params)
        finally:
            call.close()

    async def _answer(self, call: Call, entry: Entry, params: object) -> Json:
        method = entry.method
        try:
            given = _named(entry.names, params)
            prove = _reading(call, method, given) if method.reads is Reads.STATE else False
            arguments = cast("msgspec.Struct", entry.read(given))
        except FormError as error:
            raise RpcError(RpcCode.INVALID_PARAMS, str(error.under("params"))) from None
        try:
            whole = await self._handled(call, entry, arguments, prove=prove)
            value = _shown(call, method, arguments, whole)
            if method.reads is Reads.NODE:
                return entry.write(value)
            answer: dict[str, Json] = {
                "context": context_json(call),
                "value": entry.write(value),
            }
            if prove and method.proves is not None:
                if value != whole:
                    raise refused()
                kind, key = method.proves(arguments)
                answer["proof"] = self._write_proof(proof_of(call, kind, kind.key_hash(key)))
            return answer
        except RpcError:
            raise
        except TimeoutError:
            raise busy("the call took too long") from None
        except LimitReached as error:
            limit = RpcCode.LIMIT_EXCEEDED
            raise RpcError(limit, str(error), is_retryable=error.is_retryable) from None
        except Exception:  # noqa: BLE001  one failing call must not take the others with it
            self._log.exception("rpc_call_failed", method=method.name)
            raise RpcError(RpcCode.INTERNAL_ERROR, "a fault of this node; see its log") from None

    async def _grow(self, call: Call, past: PastState) -> None:
        """The tree of a past state, for proofs of it."""
        async with asyncio.timeout(WALK_SECONDS), self._walk:
            call.tree = await self._trees.of(call, past.rows)

    async def _handled(
        self, call: Call, entry: Entry, arguments: msgspec.Struct, *, prove: bool
    ) -> object:
        """The handler's result, once the scope of the caller allows the call."""
        method = entry.method
        scope = SCOPES.get(method.name)
        if not call.view.is_open and (scope is None or not scope.allows(call, arguments)):
            raise refused()
        if call.past is not None and (prove or method.answers_proofs):
            await self._grow(call, call.past)
        try:
            if not entry.is_async:
                return method.handler(call, arguments)
            async with asyncio.timeout(_seconds_of(method)):
                if not method.walks:
                    return await cast("Awaitable[object]", method.handler(call, arguments))
                async with self._walk:
                    return await cast("Awaitable[object]", method.handler(call, arguments))
        except RpcError as error:
            hides = scope is not None and scope.hides_missing and not call.view.is_open
            if hides and error.code is RpcCode.NOT_FOUND:
                raise refused() from None
            raise


def _seconds_of(method: Method) -> int:
    if method.walks:
        return WALK_SECONDS
    return WAIT_SECONDS if method.waits else CALL_SECONDS


def _shown(call: Call, method: Method, arguments: msgspec.Struct, whole: object) -> object:
    """The result as the caller may see it."""
    if call.view.is_open:
        return whole
    return SCOPES[method.name].shown(call, arguments, whole)


def _entry(method: Method, form: JsonForm) -> Entry:
    names = [camel(name) for name in method.params.__struct_fields__]
    if method.reads is Reads.STATE:
        names.append("minHeight")
        if method.proves is not None:
            names.append("prove")
        if method.takes_height:
            names.append("atHeight")
    return Entry(
        method=method,
        names=tuple(names),
        read=form.reader(method.params),
        write=form.writer(method.result),
        is_async=inspect.iscoroutinefunction(method.handler),
    )


def _id_of(request: object) -> tuple[Json, bool]:
    """(id, whether it is a notification); raises when the envelope is not one of JSON-RPC 2.0."""
    if type(request) is not dict or not request.keys() <= _MEMBERS:
        raise RpcError(RpcCode.INVALID_REQUEST, "a request is jsonrpc, id, method and params")
    request_id = request.get("id", _ABSENT)
    if request_id is not _ABSENT:
        short = type(request_id) is str and len(request_id) <= ID_LENGTH_MAX
        if not (short and _is_text(request_id)) and type(request_id) is not int:
            raise RpcError(RpcCode.INVALID_REQUEST, "id is an integer or a short string")
    if request.get("jsonrpc") != "2.0" or type(request.get("method")) is not str:
        raise RpcError(RpcCode.INVALID_REQUEST, 'jsonrpc is "2.0" and method is a string')
    if "params" in request and type(request["params"]) not in (dict, list):
        raise RpcError(RpcCode.INVALID_REQUEST, "params is an object or an array")
    if request_id is _ABSENT:
        return None, True
    return request_id, False


_ABSENT = object()


def _is_text(value: str) -> bool:
    """Whether it can be sent back: no lone surrogates."""
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_notification(request: object) -> bool:
    return type(request) is dict and "id" not in request


def _late(request: object) -> bytes | None:
    """The answer to what a batch had no time for: waits of one batch share one limit."""
    try:
        request_id, notification = _id_of(request)
    except RpcError as error:
        return _failed(None, error)
    late = busy("the batch took too long before this request")
    return None if notification else _failed(request_id, late)


def _named(names: tuple[str, ...], params: object) -> dict[str, object]:
    """Params by name, as an own dictionary."""
    if type(params) is dict:
        return dict(params)
    if type(params) is not list:
        return {}
    if len(params) > len(names):
        raise FormError(f"at most {len(names)} params")
    return dict(zip(names, params, strict=False))


def _reading(call: Call, method: Method, given: dict[str, object]) -> bool:
    """Take minHeight, prove and atHeight out of the params, pin the state; whether to prove."""
    call.pin()
    check_height(call, _height_of(given, "minHeight"))
    prove = False
    if method.proves is not None:
        asked = given.pop("prove", False)
        if type(asked) is not bool:
            raise FormError("true or false").under("prove")
        prove = asked
    if method.takes_height and "atHeight" in given:
        call.pin_at(_height_of(given, "atHeight"))
    elif method.walks:
        call.pin_at(call.tip.height)  # a snapshot: blocks are written while it walks
    return prove


def _height_of(given: dict[str, object], name: str) -> int:
    height = given.pop(name, 0)
    if type(height) is not int or height < 0:
        raise FormError("a height").under(name)
    return height


def _failed(request_id: Json, error: RpcError) -> bytes:
    return _encode({"jsonrpc": "2.0", "id": request_id, "error": error.to_json()})


def _bounded(reply: bytes) -> bytes:
    if len(reply) <= REPLY_BYTES_MAX:
        return reply
    return _failed(None, RpcError(RpcCode.LIMIT_EXCEEDED, "the reply is too large"))
