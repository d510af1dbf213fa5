"""The encrypted envelope: a changed field is noticed, costs are bounded before they are paid."""

from __future__ import annotations

import hashlib
import json
from typing import cast

import msgspec
import nacl.bindings
import nacl.pwhash
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from node.keystore import envelope as module
from node.keystore.envelope import (
    BadPassphrase,
    KdfParameters,
    KeyFileDamaged,
    KeyFileRefused,
    KeystoreError,
    WeakPassphrase,
    read,
    seal,
    unseal,
)
from node.signing import Signer

CHEAP = KdfParameters(memory_kib=8 * 1024, passes=1, lanes=1)
"""The least the format allows: these tests are about the envelope, not about the cost."""
SEED = bytes(range(32))
PASSPHRASE = "correct horse battery"
FILE = seal("treasury", SEED, PASSPHRASE, CHEAP)


def changed(**fields: object) -> bytes:
    document = cast("dict[str, object]", json.loads(FILE))
    document.update(fields)
    return json.dumps(document).encode()


def changed_kdf(**fields: object) -> bytes:
    return changed(kdf={**json.loads(FILE)["kdf"], **fields})


def test_what_was_sealed_is_unsealed() -> None:
    envelope = read(FILE)
    assert unseal(envelope, PASSPHRASE) == SEED
    assert envelope.public_key == Signer.from_seed(SEED).public_key.hex()
    assert SEED.hex().encode() not in FILE


def test_the_default_cost_is_the_one_of_the_specification() -> None:
    envelope = read(seal("treasury", SEED, PASSPHRASE, KdfParameters()))
    kdf = envelope.kdf
    assert (kdf.algorithm, kdf.memory_kib, kdf.passes, kdf.lanes) == ("argon2id", 65_536, 3, 4)
    assert unseal(envelope, PASSPHRASE) == SEED


def test_two_files_of_one_key_share_nothing_secret() -> None:
    one, two = read(FILE), read(seal("treasury", SEED, PASSPHRASE, CHEAP))
    assert one.salt != two.salt
    assert one.nonce != two.nonce
    assert one.ciphertext != two.ciphertext


def test_another_library_opens_the_file() -> None:
    """With libsodium, which has Argon2id of one lane: the format is what it says."""
    document = json.loads(FILE)
    key = nacl.pwhash.argon2id.kdf(
        32, PASSPHRASE.encode(), bytes.fromhex(document["salt"]), opslimit=1, memlimit=8 << 20
    )
    kdf = document["kdf"]
    fields = [
        *(document[name] for name in ("format", "name", "public_key")),
        *(kdf[name] for name in ("algorithm", "memory_kib", "passes", "lanes")),
        *(document[name] for name in ("salt", "cipher", "nonce")),
    ]
    plain = nacl.bindings.crypto_aead_chacha20poly1305_ietf_decrypt(
        bytes.fromhex(document["ciphertext"]),
        msgspec.msgpack.encode(fields),
        bytes.fromhex(document["nonce"]),
        key,
    )
    assert plain == SEED


@pytest.mark.parametrize("passphrase", ["", "correct horse batterz", PASSPHRASE + " ", "é" * 9])
def test_another_passphrase_is_refused(passphrase: str) -> None:
    with pytest.raises(BadPassphrase, match="treasury"):
        unseal(read(FILE), passphrase)


def test_one_passphrase_in_two_unicode_forms_is_one() -> None:
    sealed = seal("treasury", SEED, "Zoe\u0308 Zoe\u0308 Zoe\u0308", CHEAP)
    assert unseal(read(sealed), "Zo\u00eb Zo\u00eb Zo\u00eb") == SEED


@pytest.mark.parametrize("passphrase", ["", "seven77"])
def test_a_short_new_passphrase_is_refused(passphrase: str) -> None:
    with pytest.raises(WeakPassphrase, match="at least 8"):
        seal("treasury", SEED, passphrase, CHEAP)


def test_a_passphrase_has_a_largest_length() -> None:
    with pytest.raises(WeakPassphrase, match="at most"):
        seal("treasury", SEED, "é" * 513, CHEAP)


@pytest.mark.parametrize("field", ["name", "public_key", "salt", "nonce", "ciphertext"])
def test_a_changed_field_is_noticed(field: str) -> None:
    value = json.loads(FILE)[field]
    other = ("1" if value[0] != "1" else "2") + value[1:]
    with pytest.raises(BadPassphrase, match="or its file was changed"):
        unseal(read(changed(**{field: other})), PASSPHRASE)


@pytest.mark.parametrize("field", ["memory_kib", "passes", "lanes"])
def test_a_changed_cost_is_noticed(field: str) -> None:
    value = json.loads(FILE)["kdf"][field]
    with pytest.raises(BadPassphrase):
        unseal(read(changed_kdf(**{field: value + 1})), PASSPHRASE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memory_kib", 256 * 1024 + 1),
        ("memory_kib", 2**62),
        ("memory_kib", 8 * 1024 - 1),
        ("memory_kib", -1),
        ("passes", 11),
        ("passes", 0),
        ("lanes", 9),
        ("lanes", 0),
    ],
)
def test_a_cost_outside_the_limits_is_refused_before_it_is_paid(
    monkeypatch: pytest.MonkeyPatch, field: str, value: int
) -> None:
    def derive(*_: object, **__: object) -> Argon2id:
        raise AssertionError("derived")

    monkeypatch.setattr(module, "Argon2id", derive)
    with pytest.raises(KeyFileRefused, match=field):
        read(changed_kdf(**{field: value}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"format": "mohur-key/1"}',
        FILE.replace(b"mohur-key/1", b"mohur-key/2"),
        FILE.replace(b"argon2id", b"scrypt"),
        FILE.replace(b"chacha20-poly1305", b"aes-256-gcm"),
        changed(extra=1),
        changed(salt="00"),
        changed(nonce="0" * 26),
        changed(ciphertext="0" * 94),
        changed(public_key="G" * 64),
        changed(public_key="A" * 64),
        changed_kdf(memory_kib="65536"),
        changed_kdf(memory_kib=65536.5),
        changed_kdf(extra=1),
        FILE + b" " * 4_096,
    ],
)
def test_what_is_no_envelope_is_named_so(data: bytes) -> None:
    with pytest.raises(KeyFileDamaged):
        read(data)


def test_every_flipped_bit_is_refused_or_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The derivation is replaced by a hash of its inputs, so that every bit can be tried."""

    def cheap(passphrase: str, salt: bytes, kdf: KdfParameters) -> bytes:
        return hashlib.sha256(repr((passphrase, salt, kdf)).encode()).digest()

    monkeypatch.setattr(module, "_derive", cheap)
    data = seal("treasury", SEED, PASSPHRASE, CHEAP)
    harmless = 0
    for position in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        try:
            assert unseal(read(bytes(flipped)), PASSPHRASE) == SEED
            harmless += 1
        except KeystoreError:
            pass
    # White space may turn into other white space; nothing else is free.
    assert harmless <= 2 * sum(data.count(space) for space in (b" ", b"\n"))
