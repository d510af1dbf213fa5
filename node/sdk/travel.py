"""The data of a transfer, from a payload to the operation that sends it, and back (ADR 0022)."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from node.sdk.envelopes import open_sealed, seal_to
from node.sdk.ivms101 import Payload
from node.sdk.ivms101_checks import canonical, read_payload, version_of
from tokens.codec import encode
from tokens.ops.travel import SEALED_BYTES_MAX, AcceptTravel, RejectTravel, SendTravel
from tokens.records.travel import PayloadVersion, RejectReason, Travel


class OtherCiphertext(Exception):
    """The ciphertext is not the one whose hash is in the state."""


def sealed_payload(
    chain_id: str, travel: bytes, payload: Payload, readers: Sequence[bytes]
) -> SendTravel:
    """What the originating institution signs; readers: both institutions and the unit."""
    version = version_of(payload)
    sealed = seal_within(_bound(chain_id, travel, version), payload, readers)
    return SendTravel(travel=travel, version=version, sealed=sealed)


def seal_within(bound: bytes, payload: Payload, readers: Sequence[bytes]) -> bytes:
    """The ciphertext that a transaction has room for. ValueError: it does not fit, a bad key."""
    sealed = seal_to(bound, canonical(payload), readers)
    if len(sealed) > SEALED_BYTES_MAX:
        raise ValueError(f"{len(sealed)} bytes, at most {SEALED_BYTES_MAX}")
    return sealed


def opened_payload(
    chain_id: str, travel: Travel, sealed: bytes, secret: bytes, today: dt.date
) -> Payload:
    """What was sent, checked against the state, opened and read.

    Raises OtherCiphertext, Unopened, BadPayload.
    """
    if travel.version is None or hashlib.sha256(sealed).digest() != travel.sealed_hash:
        raise OtherCiphertext("its hash is not the one of the ledger")
    data = open_sealed(_bound(chain_id, travel.id, travel.version), sealed, secret)
    return read_payload(data, travel.version, today)


def accepted(travel: bytes, sealed: bytes) -> AcceptTravel:
    """The answer that lets the transfer pass."""
    return AcceptTravel(travel=travel, sealed_hash=hashlib.sha256(sealed).digest())


def rejected(travel: bytes, sealed: bytes, reason: RejectReason) -> RejectTravel:
    """The answer that frees what is held."""
    return RejectTravel(travel=travel, sealed_hash=hashlib.sha256(sealed).digest(), reason=reason)


def _bound(chain_id: str, travel: bytes, version: PayloadVersion) -> bytes:
    return b"travel\x00" + encode((chain_id, travel, int(version)))
