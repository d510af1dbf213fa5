"""A validator's keys in the hands of somebody who signs what he likes."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consensus.messages import Prepare
from node.devnet.network import Network
from node.devnet.ports import HOST
from node.genesis_file import read_genesis
from node.identity import NodeKeys, dev_keys
from node.p2p.peers import PeerAddress
from node.p2p.tls import make_credentials
from node.p2p.transport import Transport
from node.wire.hashing import SigningScope
from node.wire.peer_messages import PROTOCOL, Hello
from node.wire.verify import signing_bytes_of, with_signature
from tokens.genesis import genesis_digest


class HostileValidator:
    """Speaks under the name and the development keys of one validator."""

    def __init__(self, network: Network, name: str) -> None:
        """The node of that name does not run."""
        genesis = read_genesis(network.layout.genesis)
        self.name = name
        self._keys: NodeKeys = dev_keys(name)
        self._scope = SigningScope(
            chain_id=genesis.chain_id, genesis_digest=genesis_digest(genesis)
        )
        now = datetime.datetime.now(datetime.UTC)
        self.transport = Transport(
            node_id=name,
            listen=(HOST, 0),
            peers={
                other: PeerAddress(
                    host=HOST,
                    port=network.state.nodes[other].peer,
                    network_key=dev_keys(other).network_key,
                )
                for other in network.running
            },
            credentials=(make_credentials(self._keys.network_seeds[0], now=now),),
            hello=self._hello,
            on_message=lambda _, __: None,
            on_up=lambda _: None,
            on_down=lambda _: None,
        )

    def _hello(self) -> Hello:
        return Hello(
            protocol=PROTOCOL,
            chain_id=self._scope.chain_id,
            genesis_digest=self._scope.genesis_digest,
            node_id=self.name,
            instance=b"hostile!",
            software="hostile",
            height=0,
        )

    @asynccontextmanager
    async def linked(self) -> AsyncIterator[None]:
        """While its links are kept up."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.transport.run())
            try:
                yield
            finally:
                task.cancel()

    def vote_twice(self, height: int) -> int:
        """Two Prepares of one view for two blocks, to everybody; how many peers took them."""
        taken = 0
        for digest in (b"\x01" * 32, b"\x02" * 32):
            draft = Prepare(height=height, view=7, digest=digest, sender=self.name, signature=b"")
            signature = self._keys.signer.sign(signing_bytes_of(draft, self._scope))
            taken = self.transport.broadcast(with_signature(draft, signature))
        return taken
