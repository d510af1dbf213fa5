"""Keys of a genesis document: none of those that anybody can compute, unless it is marked dev."""

from collections.abc import Iterator

from node.keystore import DevKeyRefused, refuse_dev_key, refuse_dev_seal_key
from tokens.genesis import Genesis


def refuse_dev_keys(genesis: Genesis) -> None:
    """Look at each key that the document names: of validators, institutions and accounts.

    Raises DevKeyRefused, which says whose key it is.
    """
    for where, key in _signing_keys(genesis):
        try:
            refuse_dev_key(key, genesis.is_dev)
        except DevKeyRefused as error:
            raise DevKeyRefused(f"{where}: {error}") from None
    for participant in genesis.participants:
        try:
            refuse_dev_seal_key(participant.encryption_key, genesis.is_dev)
        except DevKeyRefused as error:
            raise DevKeyRefused(f"participant {participant.name}, sealing: {error}") from None


def _signing_keys(genesis: Genesis) -> Iterator[tuple[str, bytes]]:
    """Whose, and the public key."""
    for validator in genesis.validators:
        yield f"validator {validator.id}", validator.public_key
        yield f"validator {validator.id}, network key", validator.network_key
    for participant in genesis.participants:
        for key in participant.policy.keys:
            yield f"participant {participant.name}", key
    for account in genesis.accounts:
        for key in () if account.policy is None else account.policy.keys:
            yield f"account {account.id.hex()}", key
