"""The listening side of a link: a stranger's TLS bytes, and a peer's first frames after TLS.

The last byte of an input chooses the door. A stranger gets no further than a named TLS error; a
peer is handed on only after one fitting Hello, and never ends the node.
"""

import asyncio
import contextlib
import datetime
import socket
import ssl
from typing import cast

from node.p2p.budget import PeerBudget
from node.p2p.peers import PeerAddress, PeerLimits, PeerState
from node.p2p.send_queue import outgoing
from node.p2p.tls import key_of, make_credentials, server_context
from node.p2p.transport import Transport
from node.signing import dev_seed
from node.wire.framing import FRAME_SIZE_BYTES_MAX, frame
from node.wire.peer_messages import Hello, PeerMessage, Ping, encode_message
from tests.fuzz.loop import Turns
from tests.fuzz.target import Act, Form, require
from tests.node.wire.samples import MESSAGES

OWN, PEER = "debt-office", "treasury"
INPUTS_PER_LIFE = 64
READ_BYTES_MAX = 256 * 1024
"""What asyncio hands to a protocol at once."""
BUFFERED_BYTES_MAX = FRAME_SIZE_BYTES_MAX + READ_BYTES_MAX + 4
ENDS = frozenset(
    {
        "open", "bad_frame", "bad_message", "no_hello", "second_hello", "wrong_protocol",
        "wrong_chain", "wrong_node_id", "hello_timeout", "refused", "duplicate", "waiting",
    }
)  # fmt: skip


def hello(**fields: object) -> Hello:
    """What the peer should say."""
    values: dict[str, object] = {
        "protocol": 1,
        "chain_id": "mohur-test",
        "genesis_digest": bytes(32),
        "node_id": PEER,
        "instance": b"instance",
        "software": "test",
        "height": 0,
    }
    return Hello(**{**values, **fields})  # type: ignore[arg-type]


class Pipe(asyncio.Transport):
    """The socket under a link: swallows what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False
        self.paused = False
        self.written = 0
        self._socket = socket.socket()

    def get_extra_info(self, name: str, default: object = None) -> object:
        """No TLS object: the owner of this target says whose key it is."""
        return self._socket if name == "socket" else default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Counted."""
        self.written += len(data)

    def pause_reading(self) -> None:
        """The link has had enough for now."""
        self.paused = True

    def resume_reading(self) -> None:
        """Or not."""
        self.paused = False

    def close(self) -> None:
        """The node hangs up."""
        self.closed = True
        self._socket.close()

    abort = close


class Owner(Transport):
    """A transport to whom every link is that of one pinned peer."""

    def peer_of_key(self, key: bytes | None) -> PeerState | None:
        """TLS is another door of this target; each input has a budget of its own."""
        state = self.peer(PEER)
        if state is not None:
            state.budget = PeerBudget(self._limits, self._loop.time())
        return state


class HandshakeTarget:
    """node/p2p: link.py under transport.py, and the server's side of tls.py."""

    form = Form.BYTES
    input_bytes_max = FRAME_SIZE_BYTES_MAX + 1024
    inputs_per_life = INPUTS_PER_LIFE
    must_see = frozenset(
        {
            "stranger", "open", "bad_frame", "bad_message", "no_hello", "second_hello",
            "wrong_protocol", "wrong_chain", "wrong_node_id",
        }
    )  # fmt: skip

    def __init__(self) -> None:
        self._turns = Turns()
        now = datetime.datetime.now(datetime.UTC)
        self._credentials = make_credentials(dev_seed(OWN), now=now)
        self._peer_key = make_credentials(dev_seed(PEER), now=now).public_key
        self._tls = server_context(self._credentials, [self._peer_key])
        self._owner: Owner | None = None
        self._pipes: list[Pipe] = []
        self.reset()

    def reset(self, life: int = 0) -> None:
        """A transport without links."""
        self._end()

        async def begin() -> Owner:
            return Owner(
                node_id=OWN,
                listen=("127.0.0.1", 0),
                peers={PEER: PeerAddress(host="", port=0, network_key=self._peer_key)},
                credentials=(self._credentials,),
                hello=lambda: hello(node_id=OWN),
                on_message=self._on_message,
                on_up=lambda peer: None,
                on_down=lambda peer: None,
                limits=PeerLimits(fault_pause_s=0.0),
            )

        self._owner = self._turns.run(begin())

    def _end(self) -> None:
        if self._owner is not None:
            self._owner.close()
            self._turns.pass_time(30.0)
        for pipe in self._pipes:
            pipe.close()
        self._pipes.clear()

    def close(self) -> None:
        """Release sockets and loop."""
        self._end()
        self._turns.close()

    def seeds(self) -> tuple[bytes, ...]:
        """Links as they begin well and badly, and the first flight of a client's TLS."""
        good, ping = frame(encode_message(hello())), frame(encode_message(Ping()))
        each = [frame(encode_message(message)) for message in MESSAGES.values()]
        odd = (
            hello(protocol=2), hello(chain_id="other"), hello(genesis_digest=b"\x01" * 32),
            hello(node_id="supervisor"), hello(height=2**62),
        )  # fmt: skip
        links: tuple[bytes, ...] = (good, good + ping, good + b"".join(each), good + good, ping)
        links += tuple(frame(encode_message(message)) for message in odd)
        return (*(link + b"\x00" for link in links), first_flight() + b"\x01")

    def repair(self, data: bytes) -> bytes:
        """A fitting Hello before it: the rest is what a peer says."""
        return frame(encode_message(hello())) + data

    def parse(self, data: bytes) -> str | Act:
        """Both doors parse while they act, so both are timed."""
        if data[-1:] == b"\x01":
            return self._stranger(data[:-1])
        reason, pipe = self._turns.call(lambda: self._link(data[:-1]))
        return lambda: self._judged(reason, pipe)

    def _stranger(self, data: bytes) -> str:
        incoming, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._tls.wrap_bio(incoming, out, server_side=True)
        incoming.write(data)
        try:
            tls.do_handshake()
        except ssl.SSLError:
            return "stranger"
        require(key_of(tls) == self._peer_key, "a stranger came through")
        return "through"

    def _link(self, data: bytes) -> tuple[str, Pipe]:
        owner = cast("Owner", self._owner)
        self._handed_on: list[PeerMessage] = []
        link, pipe = owner._new_link(None), Pipe()
        self._pipes.append(pipe)
        link.connection_made(pipe)
        for at in range(0, len(data), READ_BYTES_MAX):
            if pipe.closed or pipe.paused:
                break
            link.data_received(data[at : at + READ_BYTES_MAX])
            require(link._parser.pending_bytes <= BUFFERED_BYTES_MAX, "an unbounded buffer")
        reason = link._close_reason or ("open" if link.ready else "waiting")
        require(pipe.closed == (link._close_reason is not None), "said to be closed and is not")
        link.connection_lost(None)
        return reason, pipe

    def _on_message(self, peer: str, message: PeerMessage) -> None:
        require(not isinstance(message, Hello | Ping), "handed on what is the link's own")
        self._handed_on.append(message)

    def _judged(self, reason: str, pipe: Pipe) -> str:
        owner = cast("Owner", self._owner)
        require(not owner._failure.done(), f"it ended the node: {owner._failure}")
        require(reason in ENDS, f"closed as {reason}")
        welcome = len(outgoing(hello(node_id=OWN)).data)
        require(pipe.written == welcome, "more than a Hello was said")
        refused = reason in ("no_hello", "wrong_protocol", "wrong_chain", "wrong_node_id")
        require(not (refused and self._handed_on), "handed on before a fitting Hello")
        require(not owner.peers_up(), "a lost link is still in use")
        return reason


def first_flight() -> bytes:
    """The ClientHello of a client of ours that pins nobody's key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    incoming, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, out)
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()
