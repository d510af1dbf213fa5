"""With which own key a peer is dialled: the one in use first, then the others in turn.

A node that lags behind a rotation of its own TLS key does not know yet that its peers refuse the
old one. It could never learn it, if it did not try the key that comes.
"""

import ssl
from collections.abc import Sequence

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
