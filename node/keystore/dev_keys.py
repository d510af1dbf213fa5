"""Development keys stay on development networks: anybody can compute them.

`node.signing.dev_seed` takes any name, so the set of its keys has no end. Refused are those that
the devnet, the examples and the tests make: a word of DEV_WORDS, alone or with -0 to -99. Names for
the devnet come from here for that reason.
"""

from __future__ import annotations

from functools import lru_cache

from node.keystore.envelope import KeystoreError
from node.sdk.sealing import public_of
from node.signing import Signer, dev_seed

DEV_WORDS = (
    "admin",
    "alice",
    "auditor",
    "bank",
    "bob",
    "carol",
    "central-bank",
    "customer",
    "dave",
    "dealer",
    "debt-office",
    "depositary",
    "faucet",
    "fiu",
    "investor",
    "issuer",
    "marker",
    "node",
    "observer",
    "operator",
    "registrar",
    "supervisor",
    "tax",
    "treasury",
    "user",
    "validator",
)
"""Roles and people of the examples."""
DEV_NUMBERS = 100
"""Each word also with -0 .. -99."""
DEV_PURPOSES = ("consensus", "network")
"""Of all these names also the keys of a node (node/identity.py)."""
DEV_SEAL_KEY = "seal"
"""Of all these names also the X25519 key that data are sealed to (node/devnet/cast.py)."""


class DevKeyRefused(KeystoreError):
    """A well-known development key on a network that is not marked dev."""


def dev_names() -> tuple[str, ...]:
    """All names whose signing keys are known here."""
    names = _plain_names()
    return (*names, *(f"{name}-{purpose}" for name in names for purpose in DEV_PURPOSES))


def _plain_names() -> tuple[str, ...]:
    numbered = (f"{word}-{number}" for word in DEV_WORDS for number in range(DEV_NUMBERS))
    return (*DEV_WORDS, *numbered)


def refuse_dev_key(public_key: bytes, network_is_dev: bool) -> None:
    """Raise DevKeyRefused for a known development key outside a dev network.

    The first call on a real network computes the known keys, about 0.1 s; call it at start.
    """
    if network_is_dev:
        return
    name = _known_keys().get(public_key)
    if name is not None:
        raise DevKeyRefused(_sentence(public_key, name))


def refuse_dev_seal_key(public_key: bytes, network_is_dev: bool) -> None:
    """The same of a key that data are sealed to: what is sealed to it everybody reads."""
    if network_is_dev:
        return
    name = _known_seal_keys().get(public_key)
    if name is not None:
        raise DevKeyRefused(_sentence(public_key, name))


def _sentence(public_key: bytes, name: str) -> str:
    return (
        f"{public_key.hex()} is the development key {name!r}, which anybody can compute; this "
        "network is not marked dev. Create a key of your own"
    )


@lru_cache(maxsize=1)
def _known_keys() -> dict[bytes, str]:
    return {Signer.from_seed(dev_seed(name)).public_key: name for name in dev_names()}


@lru_cache(maxsize=1)
def _known_seal_keys() -> dict[bytes, str]:
    names = (f"{name}-{DEV_SEAL_KEY}" for name in _plain_names())
    return {public_of(dev_seed(name)): name for name in names}
