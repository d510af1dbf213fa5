"""JSON-RPC: bytes of an HTTP body and of a WebSocket message to the dispatcher of a small ledger.

INTERNAL_ERROR is what a client hears of a bug of ours, so it is a Fault here.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple, cast

import msgspec
import structlog
from aiohttp import WSMsgType, web

from node.metrics import Metrics
from node.rpc.dispatch import Dispatcher
from node.rpc.method import Caller, Tier
from node.rpc.methods import METHODS
from node.rpc.openrpc import discover_method, document
from node.rpc.parse import BadJson, parse
from node.rpc.server import BODY_BYTES_MAX
from node.rpc.websocket import Connection
from tests.fuzz.loop import Turns
from tests.fuzz.target import Act, Fault, Form, require
from tests.node.rpc.conformance import exchanges, files
from tests.node.rpc.small_ledger import small_node
from tokens.jsonform import PREFIX_TEST, JsonForm

INPUTS_PER_LIFE = 64
ANSWER_KEYS = {"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"}


class Message(NamedTuple):
    """One message of a socket, as aiohttp hands it on."""

    type: WSMsgType
    data: str | bytes


class Socket:
    """A client that sends some messages, waits for what comes, and goes."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages
        self.sent: list[str] = []
        self.closed: int | None = None

    async def __aiter__(self) -> AsyncIterator[Message]:
        for message in self._messages:
            yield message
            for _ in range(20):
                await asyncio.sleep(0)

    async def send_str(self, text: str) -> None:
        """What the node says."""
        self.sent.append(text)

    async def close(self, *, code: int, message: bytes) -> None:
        """The node hangs up."""
        self.closed = code


class RpcTarget:
    """node/rpc/parse.py, dispatch.py and websocket.py, every tier allowed."""

    form = Form.JSON
    input_bytes_max = BODY_BYTES_MAX
    inputs_per_life = INPUTS_PER_LIFE
    must_see = frozenset({"BadJson", "result", "INVALID_REQUEST", "INVALID_PARAMS", "nothing"})

    def __init__(self) -> None:
        self._turns = Turns()
        self._form = JsonForm(PREFIX_TEST)
        self.reset()

    def reset(self, life: int = 0) -> None:
        """Another small ledger."""
        self._node = small_node()
        self._metrics = Metrics()
        openrpc = document(METHODS)
        self._dispatcher = Dispatcher(
            self._node,
            self._form,
            (*METHODS, discover_method(openrpc)),
            metrics=self._metrics.rpc,
            log=structlog.wrap_logger(structlog.ReturnLogger(), processors=[]),
        )

    def close(self) -> None:
        """End the loop."""
        self._turns.close()

    def seeds(self) -> tuple[bytes, ...]:
        """Each request of the conformance files, alone; and some together."""
        lines = [request.encode() for path in files() for request, _ in exchanges(path.read_text())]
        singles = [line for line in lines if line.startswith(b"{")]
        return (*singles, b"[" + b",".join(singles[:20]) + b"]", b"[" + singles[0] + b"]")

    def repair(self, data: bytes) -> bytes:
        """The envelope is right again: what is odd lies in the params."""
        try:
            request = msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return data
        if not isinstance(request, dict):
            return data
        kept = {name: request[name] for name in ("method", "params") if name in request}
        return msgspec.json.encode({"jsonrpc": "2.0", "id": 1, **kept})

    def parse(self, data: bytes) -> str | Act:
        """JSON as the server reads it; longer bodies than the limit never come here."""
        try:
            parse(data)
        except BadJson:
            outcome = "BadJson"
        else:
            outcome = ""
        return lambda: self._call(data, outcome)

    def _call(self, body: bytes, outcome: str) -> str:
        reply = self._turns.run(self._dispatcher.handle(body, self._caller(None)))
        answer = outcome_of(reply)
        require(answer == "PARSE_ERROR" or not outcome, "what is no JSON was answered")
        self._over_websocket(body)
        return outcome or answer

    def _caller(self, session: Connection | None) -> Caller:
        return Caller(
            name="fuzz", tiers=frozenset(Tier), charge=lambda calls: None, session=session
        )

    def _over_websocket(self, body: bytes) -> None:
        """The same bytes twice, and a block, over one connection."""
        try:
            message = Message(WSMsgType.TEXT, body.decode())
        except UnicodeDecodeError:
            message = Message(WSMsgType.BINARY, body)
        socket = Socket([message, message])
        connection = Connection(
            self._node,
            self._form,
            cast("web.Request", None),
            cast("web.WebSocketResponse", socket),
            self._metrics.rpc,
        )
        serving = connection.serve(self._dispatcher, self._caller(connection))
        self._turns.run(serving)
        for text in socket.sent:
            outcome_of(text.encode(), events=True)
        require(socket.closed in (None, 1003, 1013), f"closed with {socket.closed}")


def outcome_of(reply: bytes | None, *, events: bool = False) -> str:
    """Symbol of a reply (the first of a batch). Fault for a reply of another form."""
    if reply is None:
        return "nothing"
    answers = msgspec.json.decode(reply)
    found = []
    for answer in answers if isinstance(answers, list) else [answers]:
        require(isinstance(answer, dict), "a reply is an object")
        if events and answer.get("method") == "sub_event":
            found.append("event")
            continue
        require(set(answer) in ANSWER_KEYS, f"a reply with {sorted(answer)}")
        error = answer.get("error")
        symbol = "result" if error is None else error["data"]["symbol"]
        if symbol == "INTERNAL_ERROR":
            raise Fault("INTERNAL_ERROR")
        found.append(symbol)
    return str(found[0])
