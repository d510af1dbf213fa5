"""The data of what moves by instruction: sealed before it is instructed, known by hash (ADR 0022).

Rules of this file:
1. A leg, an order, a quote, the terms of a repo, a mint, a redemption and a swap carry the hash of
   the ciphertext, which goes from institution to institution beside the ledger.
2. It is bound to what stands in the instruction: asset, amount, who gives and who takes. It opens
   for no other sum and no other pair, whoever copies the hash.
3. Whose counterparty is not known, an order or a request, is bound to nobody: NO_ADDRESS.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence

import msgspec

from node.sdk.envelopes import open_sealed
from node.sdk.ivms101 import Payload
from node.sdk.ivms101_checks import read_payload, version_of
from node.sdk.travel import OtherCiphertext, seal_within
from tokens.codec import encode
from tokens.ops.travel import SealedPayload
from tokens.records.settlement import Leg
from tokens.records.travel import PayloadVersion
from tokens.types import Address, AssetId, PositiveAmount


class Passing(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What is to pass, as both sides read it in the instruction."""

    asset: AssetId
    amount: PositiveAmount
    """Minor units; face of a security."""
    giver: Address
    """Institution that delivers; 16 zero bytes = not known yet."""
    taker: Address
    """Institution that receives; 16 zero bytes = not known yet."""


class SealedData(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What one institution hands to the other, and both keep for the unit."""

    passing: Passing
    version: PayloadVersion
    """Version of IVMS101 that the payload claims."""
    sealed: SealedPayload
    """Payload sealed to the institutions and the FIU, 1..8,192 bytes."""


def passing_of(leg: Leg) -> Passing:
    """What passes by a leg of a batch."""
    return Passing(asset=leg.asset, amount=leg.quantity, giver=leg.giver, taker=leg.taker)


def sealed_data(
    chain_id: str, passing: Passing, payload: Payload, readers: Sequence[bytes]
) -> SealedData:
    """What the institution of the client seals. ValueError: it does not fit, or a key is none."""
    version = version_of(payload)
    sealed = seal_within(_bound(chain_id, passing, version), payload, readers)
    return SealedData(passing=passing, version=version, sealed=sealed)


def travel_hash_of(data: SealedData) -> bytes:
    """What the instruction carries: SHA-256 of the ciphertext."""
    return hashlib.sha256(data.sealed).digest()


def opened_data(
    chain_id: str,
    passing: Passing,
    travel_hash: bytes | None,
    data: SealedData,
    secret: bytes,
    today: dt.date,
) -> Payload:
    """What was sealed, checked against the instruction, opened and read.

    `passing` and `travel_hash` come from the ledger, never from who sent the data. Raises
    OtherCiphertext, Unopened, BadPayload.
    """
    if travel_hash_of(data) != travel_hash:
        raise OtherCiphertext("its hash is not the one of the instruction")
    opened = open_sealed(_bound(chain_id, passing, data.version), data.sealed, secret)
    return read_payload(opened, data.version, today)


def _bound(chain_id: str, passing: Passing, version: PayloadVersion) -> bytes:
    return b"travel hash\x00" + encode((chain_id, passing, int(version)))
