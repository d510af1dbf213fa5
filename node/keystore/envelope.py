"""One key under a passphrase: Argon2id, then ChaCha20-Poly1305, in a JSON envelope.

Rules of this file:
1. Each guess costs 64 MiB and 3 passes over 4 lanes (RFC 9106, second recommended option).
   Encrypted PKCS#8 costs 0.4 ms a guess and is no keystore.
2. The parameters in a file are read before the passphrase proves anything, so they are bounded
   before a byte is allocated: a tampered file costs at most MEMORY_KIB_MAX.
3. All that is readable in the envelope is under the tag (associated data): a file cannot be
   given another name, other parameters or another public key.
4. A wrong passphrase and a changed ciphertext cannot be told apart, and the message says both.
5. The nonce is random and the key new for each salt, so no nonce is used twice with one key.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from node.signing import PUBLIC_KEY_BYTES, SEED_BYTES, Signer

FORMAT = "mohur-key/1"
"""Name and version of the envelope; anything else is refused, never guessed."""
MEMORY_KIB_MAX = 256 * 1024
"""Most memory a key file may ask for, four times the default."""
MEMORY_KIB_MIN = 8 * 1024
"""Least; below it a file is not protected and not ours."""
PASSES_MAX = 10
"""Most passes a key file may ask for."""
LANES_MAX = 8
"""Most lanes a key file may ask for."""
PASSPHRASE_CHARACTERS_MIN = 8
"""Shortest passphrase that a new file accepts; existing files open with what they have."""
PASSPHRASE_BYTES_MAX = 1_024
"""Longest passphrase in UTF-8."""
ENVELOPE_BYTES_MAX = 4_096
"""Largest key file; a real one has about 500 bytes."""
SALT_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16


class KeystoreError(Exception):
    """Base of everything the keystore refuses; the message is for the operator."""


class BadPassphrase(KeystoreError):
    """The passphrase is wrong, or the file was changed: the tag does not tell which."""


class WeakPassphrase(KeystoreError):
    """A new passphrase is too short or too long."""


class KeyFileDamaged(KeystoreError):
    """The file is no envelope of this format."""


class KeyFileRefused(KeystoreError):
    """The envelope asks for parameters outside the limits; nothing was derived."""


class KdfParameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cost of one guess (RFC 9106)."""

    algorithm: Literal["argon2id"] = "argon2id"
    """The only one."""
    memory_kib: int = 64 * 1024
    """KiB, MEMORY_KIB_MIN .. MEMORY_KIB_MAX."""
    passes: int = 3
    """1 .. PASSES_MAX."""
    lanes: int = 4
    """1 .. LANES_MAX. Four, as in the RFC: an attacker has the cores, so the owner may use them."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a key file. Bytes are lower-case hexadecimal."""

    format: str
    """FORMAT."""
    name: str
    """Name of the key; equal to the file name without its suffix."""
    public_key: str
    """32 bytes; readable, so that an operator sees which key a file holds."""
    kdf: KdfParameters
    """How the passphrase became the encryption key."""
    salt: str
    """16 random bytes."""
    cipher: Literal["chacha20-poly1305"]
    """RFC 8439; constant time without hardware support."""
    nonce: str
    """12 random bytes."""
    ciphertext: str
    """The seed of 32 bytes and the tag of 16."""


def seal(name: str, seed: bytes, passphrase: str, kdf: KdfParameters) -> bytes:
    """A new key file. WeakPassphrase, KeyFileRefused; ValueError for a seed of a wrong length."""
    if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
        raise WeakPassphrase(f"a passphrase has at least {PASSPHRASE_CHARACTERS_MIN} characters")
    _require_limits(kdf)
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    envelope = Envelope(
        format=FORMAT,
        name=name,
        public_key=Signer.from_seed(seed).public_key.hex(),
        kdf=kdf,
        salt=salt.hex(),
        cipher="chacha20-poly1305",
        nonce=nonce.hex(),
        ciphertext="",
    )
    key = _derive(passphrase, salt, kdf)
    ciphertext = ChaCha20Poly1305(key).encrypt(nonce, seed, _associated_data(envelope))
    sealed = msgspec.structs.replace(envelope, ciphertext=ciphertext.hex())
    return msgspec.json.format(msgspec.json.encode(sealed), indent=2) + b"\n"


def read(data: bytes) -> Envelope:
    """Parse and bound an envelope without a passphrase. KeyFileDamaged, KeyFileRefused."""
    if len(data) > ENVELOPE_BYTES_MAX:
        raise KeyFileDamaged(f"a key file has at most {ENVELOPE_BYTES_MAX} bytes")
    try:
        envelope = msgspec.json.decode(data, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise KeyFileDamaged(f"not a key file: {error}") from error
    if envelope.format != FORMAT:
        raise KeyFileDamaged(f"format {envelope.format!r}, this program reads {FORMAT!r}")
    for value, size in (
        (envelope.public_key, PUBLIC_KEY_BYTES),
        (envelope.salt, SALT_BYTES),
        (envelope.nonce, NONCE_BYTES),
        (envelope.ciphertext, SEED_BYTES + TAG_BYTES),
    ):
        _require_hex(value, size)
    _require_limits(envelope.kdf)
    return envelope


def unseal(envelope: Envelope, passphrase: str) -> bytes:
    """The seed. BadPassphrase if the tag does not fit, KeyFileDamaged if the key is another."""
    key = _derive(passphrase, bytes.fromhex(envelope.salt), envelope.kdf)
    try:
        seed = ChaCha20Poly1305(key).decrypt(
            bytes.fromhex(envelope.nonce),
            bytes.fromhex(envelope.ciphertext),
            _associated_data(envelope),
        )
    except InvalidTag:
        raise BadPassphrase(
            f"the passphrase of key {envelope.name!r} is wrong, or its file was changed"
        ) from None
    if Signer.from_seed(seed).public_key.hex() != envelope.public_key:
        raise KeyFileDamaged(f"key {envelope.name!r} does not have the public key it shows")
    return seed


def _derive(passphrase: str, salt: bytes, kdf: KdfParameters) -> bytes:
    """The encryption key. NFC first, so that a passphrase is the same from every keyboard."""
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    if len(secret) > PASSPHRASE_BYTES_MAX:
        raise WeakPassphrase(f"a passphrase has at most {PASSPHRASE_BYTES_MAX} bytes")
    argon = Argon2id(
        salt=salt,
        length=32,
        iterations=kdf.passes,
        lanes=kdf.lanes,
        memory_cost=kdf.memory_kib,
    )
    return argon.derive(secret)


def _associated_data(envelope: Envelope) -> bytes:
    """All of the envelope but the ciphertext, in a form with one encoding only."""
    kdf = envelope.kdf
    fields = (
        envelope.format,
        envelope.name,
        envelope.public_key,
        kdf.algorithm,
        kdf.memory_kib,
        kdf.passes,
        kdf.lanes,
        envelope.salt,
        envelope.cipher,
        envelope.nonce,
    )
    return msgspec.msgpack.encode(fields)


def _require_limits(kdf: KdfParameters) -> None:
    limits = (
        ("memory_kib", kdf.memory_kib, MEMORY_KIB_MIN, MEMORY_KIB_MAX),
        ("passes", kdf.passes, 1, PASSES_MAX),
        ("lanes", kdf.lanes, 1, LANES_MAX),
    )
    for name, value, lowest, highest in limits:
        if not lowest <= value <= highest:
            raise KeyFileRefused(f"{name} is {value}, allowed is {lowest} to {highest}")


def _require_hex(value: str, size: int) -> None:
    if len(value) != 2 * size or not set(value) <= set("0123456789abcdef"):
        raise KeyFileDamaged(f"a field is not {size} bytes of lower-case hexadecimal")
