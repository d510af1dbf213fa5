"""Sealing the data of a transfer: three open it, nobody else, and only where it belongs."""

import datetime as dt
import hashlib

import msgspec
import pytest

from node.sdk.envelopes import open_sealed, seal_to
from node.sdk.ivms101_checks import BadPayload, canonical, read_payload
from node.sdk.sealing import KeyPair, Unopened, new_key
from node.sdk.travel import (
    OtherCiphertext,
    accepted,
    opened_payload,
    rejected,
    sealed_payload,
)
from tests.node.sdk.ivms101_samples import payload, text
from tokens.ops.travel import SEALED_BYTES_MAX, SendTravel
from tokens.records.travel import PayloadVersion, RejectReason, Travel, TravelStatus

TODAY = dt.date(2026, 7, 1)
TRAVEL = bytes([3]) * 32
NEW = PayloadVersion.IVMS101_2023
PAYLOAD = read_payload(text(payload("101.2023")), NEW, TODAY)


def keys() -> list[KeyPair]:
    return [new_key() for _ in range(3)]


def record(sent: SendTravel) -> Travel:
    """As the state holds it after send_travel."""
    return Travel(
        id=sent.travel,
        number=1,
        asset="PKRS",
        source=bytes(16),
        target=bytes(16),
        amount=1,
        originator=bytes(16),
        beneficiary=bytes(16),
        is_ramp=False,
        expires_on=TODAY,
        status=TravelStatus.SENT,
        lien=None,
        version=sent.version,
        sealed_hash=hashlib.sha256(sent.sealed).digest(),
    )


def test_each_of_three_opens_it_and_the_size_is_bounded() -> None:
    made = keys()
    sent = sealed_payload("chain", TRAVEL, PAYLOAD, [pair.public for pair in made])
    assert sent.version is NEW
    assert len(sent.sealed) <= SEALED_BYTES_MAX
    for pair in made:
        found = opened_payload("chain", record(sent), sent.sealed, pair.private, TODAY)
        assert canonical(found) == canonical(PAYLOAD)
    with pytest.raises(Unopened):
        opened_payload("chain", record(sent), sent.sealed, new_key().private, TODAY)


def test_it_opens_only_where_it_belongs() -> None:
    pair = new_key()
    sent = sealed_payload("chain", TRAVEL, PAYLOAD, [pair.public])
    other = msgspec.structs.replace(record(sent), id=bytes(32))
    for chain, where in (("other", record(sent)), ("chain", other)):
        with pytest.raises(Unopened):
            opened_payload(chain, where, sent.sealed, pair.private, TODAY)
    claimed = msgspec.structs.replace(record(sent), version=PayloadVersion.IVMS101)
    with pytest.raises(Unopened):
        opened_payload("chain", claimed, sent.sealed, pair.private, TODAY)


def test_another_ciphertext_than_that_of_the_state_is_told() -> None:
    pair = new_key()
    sent = sealed_payload("chain", TRAVEL, PAYLOAD, [pair.public])
    again = sealed_payload("chain", TRAVEL, PAYLOAD, [pair.public])
    with pytest.raises(OtherCiphertext):
        opened_payload("chain", record(sent), again.sealed, pair.private, TODAY)


def test_what_was_sealed_is_checked_when_it_is_opened() -> None:
    """An institution may seal rubbish; the other one finds out and rejects."""
    pair = new_key()
    bound = b"travel\x00" + msgspec.msgpack.encode(("chain", TRAVEL, int(NEW)))
    sealed = seal_to(bound, b"{}", [pair.public])
    sent = SendTravel(travel=TRAVEL, version=NEW, sealed=sealed)
    with pytest.raises(BadPayload):
        opened_payload("chain", record(sent), sealed, pair.private, TODAY)
    answer = rejected(TRAVEL, sealed, RejectReason.INVALID)
    assert answer.sealed_hash == accepted(TRAVEL, sealed).sealed_hash == record(sent).sealed_hash


def test_sizes_tell_little() -> None:
    pair = new_key()
    sizes = {len(seal_to(b"x", bytes(length), [pair.public])) for length in range(1, 900, 90)}
    assert len(sizes) == 1
    assert {len(seal_to(b"x", bytes(n), [pair.public], 2_048)) for n in (0, 7, 1_500)} == {2_048}


@pytest.mark.parametrize("place", range(0, 1_200, 37))
def test_a_flipped_bit_is_never_silent(place: int) -> None:
    pair = new_key()
    data = bytearray(seal_to(b"x", b"content", [pair.public]))
    data[place % len(data)] ^= 1
    with pytest.raises(Unopened):
        open_sealed(b"x", bytes(data), pair.private)


def test_what_does_not_fit_and_keys_that_are_none() -> None:
    pair = new_key()
    with pytest.raises(ValueError, match="do not fit"):
        seal_to(b"x", bytes(2_048), [pair.public], 2_048)
    with pytest.raises(ValueError, match="readers"):
        seal_to(b"x", b"", [])
    with pytest.raises(ValueError):
        seal_to(b"x", b"", [bytes(32)])
    for rubbish in (b"", b"\x90", bytes(100)):
        with pytest.raises(Unopened):
            open_sealed(b"x", rubbish, pair.private)
