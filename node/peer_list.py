"""Whom this node lets in and dials: the validators of the next two heights, and the observers.

Rules of this file:
1. Keys are the ledger's, places are the configuration's. Who is on the ledger and has no place in
   the configuration is let in and not dialled.
2. While a rotation takes effect, the keys of both sets count; the old one is refused once neither
   of the next two sets names it.
3. The configuration may pin a key as well: the operator's word for peers that an old ledger does
   not know.
"""

import datetime

from node.chain import Chain
from node.config import NodeConfig
from node.p2p.peers import PeerAddress
from node.p2p.tls import Credentials, make_credentials
from node.p2p.transport import Transport
from node.signing import Signer
from tokens.validators import observers


class PeerList:
    """Keeps the links of one node with the ledger."""

    def __init__(self, chain: Chain, config: NodeConfig, network_seeds: tuple[bytes, ...]) -> None:
        self._chain = chain
        self._own_id = config.id
        self._places = {peer.id: (peer.host, peer.port) for peer in config.peers}
        self._pinned = {
            peer.id: bytes.fromhex(peer.network_key) for peer in config.peers if peer.network_key
        }
        self._seeds = {Signer.from_seed(seed).public_key: seed for seed in network_seeds}
        self._shown: tuple[bytes, ...] = ()
        self._told: dict[str, PeerAddress] = {}

    def add_seeds(self, network_seeds: tuple[bytes, ...]) -> None:
        """Successors of the own TLS key."""
        self._seeds |= {Signer.from_seed(seed).public_key: seed for seed in network_seeds}

    def peers(self) -> dict[str, PeerAddress]:
        """By id: what to pin and whom to dial."""
        self._told = {
            name: _address(keys, self._places.get(name, ("", 0)))
            for name, keys in self._listed().items()
            if name != self._own_id
        }
        return self._told

    @property
    def told(self) -> dict[str, PeerAddress]:
        """What the links go by now: the last answer of `peers`."""
        return self._told

    def credentials(self) -> tuple[Credentials, ...]:
        """Of all own keys; first the newest that the ledger names, with which others pin this node.

        A node that lags has to try the others: what it knows of the ledger is old.
        """
        self._shown = self._own_keys()
        now = datetime.datetime.now(datetime.UTC)
        return tuple(make_credentials(self._seeds[key], now=now) for key in self._shown)

    def follow(self, transport: Transport) -> Credentials | None:
        """After a block: tell the links what changed, mostly nothing. What is shown now, if new."""
        shown = None
        if self._own_keys() != self._shown:
            credentials = self.credentials()
            transport.set_credentials(credentials)
            shown = credentials[0]
        before = self._told
        if self.peers() != before:
            transport.set_peers(self._told)
        return shown

    def _own_keys(self) -> tuple[bytes, ...]:
        named = [key for key in self._listed().get(self._own_id, []) if key in self._seeds]
        return tuple(dict.fromkeys((*named, *self._seeds)))

    def _listed(self) -> dict[str, list[bytes]]:
        """Network keys of each listed node: that of the set of h + 2 first, then of h + 1."""
        chain = self._chain
        now, later = chain.tip.validators, chain.validators_at(chain.tip.height + 2)
        found: dict[str, list[bytes]] = {}
        for members in (now if later is None else later, now):
            for member in members.members:
                found.setdefault(member.id, []).append(member.network_key)
        for entry in observers(chain.overlay()):
            # Who is a member in both sets is known by their keys only.
            if len(found.setdefault(entry.id, [])) < 2:
                found[entry.id].append(entry.network_key)
        for name, key in self._pinned.items():
            found.setdefault(name, []).append(key)
        return {name: list(dict.fromkeys(keys)) for name, keys in found.items()}


def _address(keys: list[bytes], place: tuple[str, int]) -> PeerAddress:
    return PeerAddress(host=place[0], port=place[1], network_key=keys[0], more_keys=tuple(keys[1:]))
