"""Links to all peers: one per pair, dialled again when lost, none able to hold up another.

Rules of this file:
1. Both sides dial; of two links of the same two processes the one dialled by the lower id stays. A
   link of a restarted process replaces that of the dead one at once (Hello.instance).
2. Nothing here is a reliable channel: what is queued on a lost link is lost, and R9 sends again.
   `on_up` is called again when a link is replaced, for that reason.
3. A message for many is encoded once.
4. Callbacks run inside the reading of a frame. What they raise ends `run`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from node.p2p.acceptor import SHUTDOWN_TIMEOUT_S, Acceptor
from node.p2p.dialling import DialContexts, address_of
from node.p2p.link import Link
from node.p2p.peers import PeerAddress, PeerLimits, PeerState
from node.p2p.send_queue import Outgoing, SendQueue, outgoing
from node.p2p.tls import Credentials, server_context
from node.p2p.wait import within
from node.stages import Stage, Stages
from node.wire.framing import FrameTooLarge
from node.wire.peer_messages import Hello, PeerMessage, Ping

FAULTS = frozenset({"bad_frame", "bad_message", "no_hello", "second_hello"})
"""Ends of a link that no honest peer causes."""


class Transport:
    """All links of one node. Make it inside a running loop, then `run` it in a TaskGroup."""

    def __init__(
        self,
        *,
        node_id: str,
        listen: tuple[str, int],
        peers: Mapping[str, PeerAddress],
        credentials: Sequence[Credentials],
        hello: Callable[[], Hello],
        on_message: Callable[[str, PeerMessage], None],
        on_up: Callable[[str], None],
        on_down: Callable[[str], None],
        limits: PeerLimits | None = None,
        stages: Stages | None = None,
    ) -> None:
        self.stages = Stages(enabled=False) if stages is None else stages
        self.node_id = node_id
        self._credentials = tuple(credentials)
        self._hello = hello
        self._on_message = on_message
        self._on_up = on_up
        self._on_down = on_down
        self._limits = PeerLimits() if limits is None else limits
        self.counters: Counter[str] = Counter()
        """Links refused or lost and messages dropped, by reason."""
        self._loop = asyncio.get_running_loop()
        self._failure: asyncio.Future[None] = self._loop.create_future()
        self._peers: dict[str, PeerState] = {}
        self._id_of_key: dict[bytes, str] = {}
        self._dialing: dict[str, asyncio.Task[None]] = {}
        self._links: dict[Link, None] = {}
        self._group: asyncio.TaskGroup | None = None
        self.set_peers(peers)
        self._acceptor = Acceptor(
            listen,
            limits=self._limits,
            tls=lambda: self._server_tls,
            new_link=lambda: self._new_link(None),
            drop_link=lambda link: self._links.pop(link, None),
            counters=self.counters,
        )

    @property
    def port(self) -> int:
        """The TCP port that this node listens on (chosen by the kernel if 0 was asked for)."""
        return self._acceptor.port

    def peer(self, peer_id: str) -> PeerState | None:
        """What is known of a peer; None for a stranger."""
        return self._peers.get(peer_id)

    def peers_up(self) -> tuple[str, ...]:
        """Ids with a ready link, ascending."""
        return tuple(sorted(each.id for each in self._peers.values() if each.link is not None))

    def send(self, peer_id: str, message: PeerMessage | Outgoing) -> bool:
        """Write or queue for one peer.

        False: it is away or has no room (counted, R9 sends again).
        """
        state = self._peers.get(peer_id)
        if state is None or state.link is None:
            self.counters["send_peer_away"] += 1
            return False
        self.stages.enter(Stage.NETWORK)
        try:
            encoded = self._encode(message)
            return encoded is not None and state.link.send(encoded)
        finally:
            self.stages.leave()

    def broadcast(self, message: PeerMessage | Outgoing) -> int:
        """The same to all peers that are up; how many took it."""
        self.stages.enter(Stage.NETWORK)
        try:
            encoded = self._encode(message)
            if encoded is None:
                return 0
            links = [state.link for state in self._peers.values() if state.link is not None]
            return sum(link.send(encoded) for link in links)
        finally:
            self.stages.leave()

    def set_peers(self, peers: Mapping[str, PeerAddress]) -> None:
        """The list of the ledger changed.

        New ones are dialled; removed ones and links whose key is pinned no more are cut off.
        """
        for peer_id, state in list(self._peers.items()):
            found, known = peers.get(peer_id), state.address
            if found is None or (found.host, found.port) != (known.host, known.port):
                self._forget(peer_id)
                continue
            state.address = found
            if state.link is not None and state.link.key not in found.keys:
                state.link.abort("removed")
        self._id_of_key = {
            key: peer_id
            for peer_id, address in sorted(peers.items())
            if peer_id != self.node_id
            for key in address.keys
        }
        # A new context, so that removed keys are refused inside the handshake again.
        self._server_tls = server_context(self._credentials[0], self._id_of_key)
        for peer_id, address in sorted(peers.items()):
            if peer_id == self.node_id or peer_id in self._peers:
                continue
            self._peers[peer_id] = PeerState(peer_id, address, self._limits, self._loop.time())
            if self._group is not None:
                self._start_dialing(self._group, self._peers[peer_id])

    def set_credentials(self, credentials: Sequence[Credentials]) -> None:
        """Show other keys from the next handshake on, the first when dialled; links stay."""
        self._credentials = tuple(credentials)
        self._server_tls = server_context(credentials[0], self._id_of_key)

    def disconnect(self, peer_id: str, reason: str) -> None:
        """Cut off a peer whose message proves a fault, such as a bad signature of its own.

        It may come back after `fault_pause_s`. Never for what an honest peer can send, such as
        votes of a validator set that this node does not know yet.
        """
        state = self._peers.get(peer_id)
        if state is not None and state.link is not None:
            state.refused_until_s = self._loop.time() + self._limits.fault_pause_s
            state.link.abort(reason)

    def charge(self, peer_id: str, cpu_s: float) -> None:
        """A peer made this node work for nothing but itself (PeerLimits.waste_share)."""
        state = self._peers.get(peer_id)
        if state is not None and state.link is not None:
            state.link.charge(cpu_s)

    async def run(self) -> None:
        """Listen, dial and watch until cancelled. Raises what a callback raised."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for state in self._peers.values():
                    self._start_dialing(group, state)
                group.create_task(self._acceptor.run(group))
                group.create_task(self._watch())
                await self._failure
        finally:
            self._group = None
            self.close()

    def close(self) -> None:
        """Stop listening and drop all links; `run` does it when it ends."""
        self._acceptor.close()
        for link in list(self._links):
            link.abort("shutdown")

    # --- for links (LinkOwner) -------------------------------------------------------------------

    def hello(self) -> Hello:
        """The own Hello of this moment."""
        return self._hello()

    def new_queue(self) -> SendQueue:
        """A queue that counts its drops here."""
        return SendQueue(limit_bytes=self._limits.send_queue_bytes_max, dropped=self.counters)

    def peer_of_key(self, key: bytes | None) -> PeerState | None:
        """The peer that a key is pinned for now."""
        return self._peers.get(self._id_of_key.get(key or b"", ""))

    def link_ready(self, link: Link, hello: Hello) -> str | None:
        """Compare the Hello; keep one link of a pair."""
        own = self._hello()
        if hello.protocol != own.protocol:
            return "wrong_protocol"
        if hello.chain_id != own.chain_id or hello.genesis_digest != own.genesis_digest:
            return "wrong_chain"
        state = self._peers.get(link.peer)
        if hello.node_id != link.peer or state is None:
            return "wrong_node_id"
        if self._loop.time() < state.refused_until_s:
            return "refused"
        older = state.link
        if older is not None:
            same_process = hello.instance == state.instance
            if same_process and not self._replaces(link, older):
                return "duplicate"
            state.detach()
            older.close("replaced")
            if not same_process:
                self._on_down(state.id)
        state.software = hello.software
        state.attach(link, hello.instance)
        self._on_up(state.id)
        return None

    def link_message(self, link: Link, message: PeerMessage) -> None:
        """Hand on."""
        state = self._peers.get(link.peer)
        if state is not None:
            self._on_message(link.peer, message)

    def link_closed(self, link: Link, reason: str) -> None:
        """Count it; tell the node if it was the link in use."""
        self.counters[f"link_{reason}"] += 1
        self._links.pop(link, None)
        state = self._peers.get(link.peer)
        if state is None:
            return
        if reason in FAULTS:
            state.refused_until_s = self._loop.time() + self._limits.fault_pause_s
        if state.link is link:
            state.detach()
            self._tell_down(state.id)

    def fail(self, error: Exception) -> None:
        """End `run` with an error of our own."""
        if not self._failure.done():
            self._failure.set_exception(error)

    # --- inside ----------------------------------------------------------------------------------

    def _encode(self, message: PeerMessage | Outgoing) -> Outgoing | None:
        """None, counted, if no peer would accept it: too large a reply must not stop the node."""
        if isinstance(message, Outgoing):
            return message
        try:
            return outgoing(message)
        except FrameTooLarge:
            self.counters["send_too_large"] += 1
            return None

    def _tell_down(self, peer_id: str) -> None:
        try:
            self._on_down(peer_id)
        except Exception as error:  # noqa: BLE001 - connection_lost would swallow it
            self.fail(error)

    def _replaces(self, newer: Link, older: Link) -> bool:
        """Of two links between the same processes, whether the newer one is to be kept."""
        if (newer.dialed is None) == (older.dialed is None):
            return True  # who dials twice knows that the first is dead
        return (newer.dialed is not None) == (self.node_id < newer.peer)

    def _forget(self, peer_id: str) -> None:
        state = self._peers.pop(peer_id)
        task = self._dialing.pop(peer_id, None)
        if task is not None:
            task.cancel()
        link = state.link
        if link is not None:
            state.detach()
            link.abort("removed")
            self._on_down(peer_id)

    def _start_dialing(self, group: asyncio.TaskGroup, state: PeerState) -> None:
        if state.address.host:
            self._dialing[state.id] = group.create_task(self._dial(state))

    def _new_link(self, dialed: str | None) -> Link:
        link = Link(self, self._limits, dialed)
        self._links[link] = None
        return link

    async def _dial(self, state: PeerState) -> None:
        """Keep a link to one peer."""
        limits = self._limits
        contexts, failures = DialContexts(), 0
        backoff_s = limits.dial_backoff_min_s
        while True:
            await state.disconnected.wait()
            if self.node_id > state.id and await within(state.connected, limits.dial_yield_s):
                continue
            pause_s = state.refused_until_s - self._loop.time()
            if pause_s > 0:
                await asyncio.sleep(pause_s)
                continue
            tls = contexts.take(self._credentials, state.address.keys, failures)
            link = self._new_link(state.id)
            try:
                async with asyncio.timeout(2 * limits.handshake_timeout_s):
                    address = await address_of(state.address, failures // len(self._credentials))
                    await self._loop.create_connection(
                        lambda link=link: link,  # type: ignore[misc]
                        *address,
                        ssl=tls,
                        server_hostname="",
                        ssl_handshake_timeout=limits.handshake_timeout_s,
                        ssl_shutdown_timeout=SHUTDOWN_TIMEOUT_S,
                    )
                    ready = await link.finished
            except (OSError, TimeoutError):
                self.counters["dial_failed"] += 1
                self._links.pop(link, None)
                ready = False
            failures = 0 if ready else failures + 1
            if ready:
                backoff_s = limits.dial_backoff_min_s
            elif not await within(state.connected, backoff_s):
                backoff_s = min(2 * backoff_s, limits.dial_backoff_max_s)

    async def _watch(self) -> None:
        """Ping where we were silent; give up links where the peer was."""
        limits = self._limits
        ping = outgoing(Ping())
        while True:
            await asyncio.sleep(limits.ping_interval_s / 2)
            now = self._loop.time()
            for state in list(self._peers.values()):
                link = state.link
                if link is None:
                    continue
                if now - link.heard_s > limits.silence_max_s:
                    link.abort("silent")
                elif now - link.sent_s >= limits.ping_interval_s:
                    link.send(ping)
