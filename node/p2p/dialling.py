"""With which own key a peer is dialled, and at which address of its name: each in turn.

The key in use comes first, then the others. A node that lags behind a rotation of its own TLS key
does not know yet that its peers refuse the old one. It could never learn it, if it did not try the
key that comes.

A name may have several addresses, and one of them may answer nothing at all: a peer that moves has
both for a while. Asked in one go, the dead one would use up the time of each attempt.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Sequence

from node.p2p.peers import PeerAddress
from node.p2p.tls import Credentials, client_context


class DialContexts:
    """Contexts for one peer, made when they are needed."""

    def __init__(self) -> None:
        self._made: dict[tuple[bytes, tuple[bytes, ...]], ssl.SSLContext] = {}

    def take(
        self, own: Sequence[Credentials], peer_keys: tuple[bytes, ...], failures: int
    ) -> ssl.SSLContext:
        """For the attempt after so many failed ones; `own` has at least one."""
        chosen = own[failures % len(own)]
        place = (chosen.public_key, peer_keys)
        if place not in self._made:
            if len(self._made) > len(own):
                self._made.clear()
            self._made[place] = client_context(chosen, *peer_keys)
        return self._made[place]


async def address_of(peer: PeerAddress, turn: int) -> tuple[str, int]:
    """(address, port) to be dialled now: of the name's addresses the first for turn 0, then on.

    OSError: the name has none, or nobody answers for it.
    """
    try:
        ipaddress.ip_address(peer.host)
    except ValueError:
        pass
    else:
        return peer.host, peer.port
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(peer.host, peer.port, type=socket.SOCK_STREAM)
    address = found[turn % len(found)][4]
    return str(address[0]), int(address[1])
