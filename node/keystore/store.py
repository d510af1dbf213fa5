"""Key files in a folder: names, modes, and writing them so that a crash loses no key.

Rules of this file:
1. `<name>.key`, mode 0600, a plain file of this user. A file that others can read is refused and
   not repaired: whoever could read it may have read it.
2. A file appears whole or not at all; a new key never overwrites one.
3. A key that is created here has never signed, so its sign guard may be created with it. An
   imported key may have signed elsewhere, so it gets none (R12; see `SignGuard.create`).
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path

import msgspec

from node.keystore.envelope import (
    ENVELOPE_BYTES_MAX,
    Envelope,
    KdfParameters,
    KeyFileDamaged,
    KeystoreError,
    read,
    seal,
    unseal,
)
from node.signing import SEED_BYTES, Signer
from node.storage.durable import PRIVATE_FILE_MODE, create_file, replace_file, sync_folder

KEY_SUFFIX = ".key"
"""File name: the name of the key, then this."""
_NAME = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)


class WrongName(KeystoreError):
    """A key name is 1 to 64 of a-z, 0-9, _ and -."""


class WrongMode(KeystoreError):
    """The file can be read by others, belongs to another user, or is no plain file."""


class KeyExists(KeystoreError):
    """There is a key of this name; it is never overwritten."""


class KeyMissing(KeystoreError):
    """There is no key of this name in the folder."""


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said about a key without its passphrase."""

    name: str
    """Name of the key."""
    public_key: bytes
    """32 bytes."""


def create_key(
    folder: Path, name: str, passphrase: str, *, kdf: KdfParameters | None = None
) -> StoredKey:
    """Make and store a new random key. WrongName, KeyExists, WeakPassphrase."""
    return import_key(folder, name, passphrase, seed=secrets.token_bytes(SEED_BYTES), kdf=kdf)


def import_key(
    folder: Path, name: str, passphrase: str, *, seed: bytes, kdf: KdfParameters | None = None
) -> StoredKey:
    """Store an existing key by its seed of 32 bytes. WrongName, KeyExists, WeakPassphrase."""
    path = _path(folder, name)
    data = seal(name, seed, passphrase, kdf or KdfParameters())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    create_file(temporary, data)
    try:
        # A link and not a rename: it fails if the name is taken.
        os.link(temporary, path)
    except FileExistsError:
        raise KeyExists(f"there is a key {name!r} in {folder}") from None
    finally:
        temporary.unlink()
    sync_folder(folder)
    return StoredKey(name=name, public_key=Signer.from_seed(seed).public_key)


def load_key(folder: Path, name: str, passphrase: str) -> Signer:
    """Decrypt a key; about a tenth of a second and 64 MiB.

    Raises WrongName, KeyMissing, WrongMode, KeyFileDamaged, KeyFileRefused, BadPassphrase.
    """
    return Signer.from_seed(load_seed(folder, name, passphrase))


def load_seed(folder: Path, name: str, passphrase: str) -> bytes:
    """The 32-byte seed of a key, for what needs it in another form (TLS). As `load_key`."""
    return unseal(_envelope(folder, name), passphrase)


def list_keys(folder: Path) -> tuple[StoredKey, ...]:
    """All keys of a folder by name. Raises what `load_key` raises before it asks a passphrase."""
    names = sorted(path.name.removesuffix(KEY_SUFFIX) for path in folder.glob("*" + KEY_SUFFIX))
    return tuple(
        StoredKey(name=name, public_key=bytes.fromhex(_envelope(folder, name).public_key))
        for name in names
    )


def change_passphrase(
    folder: Path, name: str, *, old: str, new: str, kdf: KdfParameters | None = None
) -> None:
    """Encrypt a key again, with a new salt and the cost of today. As `load_key` and WeakPassphrase.

    A copy of the old file still opens with the old passphrase: rotate the key if one is about.
    """
    seed = unseal(_envelope(folder, name), old)
    replace_file(_path(folder, name), seal(name, seed, new, kdf or KdfParameters()))


def _path(folder: Path, name: str) -> Path:
    if _NAME.fullmatch(name) is None:
        raise WrongName(f"{name[:80]!r} is no key name: 1 to 64 of a-z, 0-9, _ and -")
    return folder / (name + KEY_SUFFIX)


def _envelope(folder: Path, name: str) -> Envelope:
    """The envelope of a key, from a file that only this user can read."""
    path = _path(folder, name)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyMissing(f"there is no key {name!r} in {folder}") from None
    except OSError as error:
        raise WrongMode(f"{path} cannot be read as a plain file: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise WrongMode(f"{path} is not a plain file of this user")
        mode = stat.S_IMODE(status.st_mode)
        if mode & ~PRIVATE_FILE_MODE:
            raise WrongMode(f"{path} has mode {mode:04o}; it may have been read, 0600 is allowed")
        envelope = read(os.read(descriptor, ENVELOPE_BYTES_MAX + 1))
    finally:
        os.close(descriptor)
    if envelope.name != name:
        raise KeyFileDamaged(f"{path} holds the key {envelope.name[:80]!r}")
    return envelope
