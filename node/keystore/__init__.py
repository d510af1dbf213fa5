"""Encrypted key files of a node and its operators, and the refusal of development keys.

create_key(folder, name, passphrase) -> StoredKey       a new random key
import_key(folder, name, passphrase, seed=...)           an existing one
load_key(folder, name, passphrase) -> Signer
load_seed(folder, name, passphrase) -> bytes
list_keys(folder) -> tuple[StoredKey, ...]
change_passphrase(folder, name, old=..., new=...)
refuse_dev_key(public_key, network_is_dev=...)           a signing key
refuse_dev_seal_key(public_key, network_is_dev=...)      a key that data are sealed to
"""

from node.keystore.dev_keys import DevKeyRefused, refuse_dev_key, refuse_dev_seal_key
from node.keystore.envelope import (
    BadPassphrase,
    KdfParameters,
    KeyFileDamaged,
    KeyFileRefused,
    KeystoreError,
    WeakPassphrase,
)
from node.keystore.store import (
    KeyExists,
    KeyMissing,
    StoredKey,
    WrongMode,
    WrongName,
    change_passphrase,
    create_key,
    import_key,
    list_keys,
    load_key,
    load_seed,
)

__all__ = [
    "BadPassphrase",
    "DevKeyRefused",
    "KdfParameters",
    "KeyExists",
    "KeyFileDamaged",
    "KeyFileRefused",
    "KeyMissing",
    "KeystoreError",
    "StoredKey",
    "WeakPassphrase",
    "WrongMode",
    "WrongName",
    "change_passphrase",
    "create_key",
    "import_key",
    "list_keys",
    "load_key",
    "load_seed",
    "refuse_dev_key",
    "refuse_dev_seal_key",
]
