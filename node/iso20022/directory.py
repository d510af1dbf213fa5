"""Who and what the ledger knows: the answers of the node that a message is read and written with.

Rules of this file:
1. A participant with an LEI that no other has is named by it, and by its name beside it; others by
   their address. What comes in must name a participant exactly.
2. An account for securities is its address as everybody writes it, in the element of the standard
   for the addresses of ledgers. An account for cash has 34 characters in the standard, too few for
   such an address: it is written as 32 hex digits, which have no checksum.
"""

import re
from collections import Counter

import msgspec

from node.iso20022.element import Element, nested, node
from node.iso20022.refusal import MessageRefused, NotSayable
from tokens import bech32m
from tokens.marks import MONEY_KINDS
from tokens.records.instruments import Asset
from tokens.records.parties import Participant

ISSUER = "MOHUR"
"""Issr of identifiers that only this ledger gives."""

_HEX_RE = re.compile(r"[0-9a-f]{32}")
_ISIN_RE = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_ADDRESS_BYTES = 16


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the ledger's state."""

    prefix: str
    """Of addresses, for example mohur."""
    participants: dict[bytes, Participant]
    assets: dict[str, Asset]
    minor_digits: dict[str, int]
    """Currency -> decimals of its minor unit."""

    def asset(self, asset_id: str) -> Asset:
        """An asset that the ledger has. NotSayable."""
        if asset_id not in self.assets:
            raise NotSayable(f"the asset {asset_id} is not among those that the node listed")
        return self.assets[asset_id]

    def participant(self, address: bytes) -> Participant:
        """A participant that the ledger has. NotSayable."""
        if address not in self.participants:
            raise NotSayable(f"the participant {self.address_text(address)} is not listed")
        return self.participants[address]

    def has_own_lei(self, found: Participant) -> bool:
        """Whether its LEI alone names it."""
        counts = Counter(entry.lei for entry in self.participants.values())
        return bool(found.lei) and counts[found.lei] == 1

    def address_text(self, address: bytes) -> str:
        """bech32m, as everybody writes it."""
        return bech32m.encode(self.prefix, address)

    def read_address(self, text: str, path: str) -> bytes:
        """An address of this network. MessageRefused."""
        found = bech32m.decode(self.prefix, text)
        if found is None or len(found) != _ADDRESS_BYTES:
            raise MessageRefused(path, f"{text!r} is no address of this network")
        return found

    def is_money(self, asset_id: str) -> bool:
        """Whether an asset pays: central-bank money or a stablecoin."""
        return self.asset(asset_id).kind in MONEY_KINDS


def read_hex(text: str, path: str) -> bytes:
    """16 bytes as 32 small hex digits. MessageRefused."""
    if _HEX_RE.fullmatch(text) is None:
        raise MessageRefused(path, f"{text!r} is not 32 small hex digits")
    return bytes.fromhex(text)


# --- the same elements in many messages ----------------------------------------------------------


def party_elements(directory: Directory, address: bytes) -> tuple[Element, ...]:
    """Id and LEI of a participant."""
    found = directory.participant(address)
    if directory.has_own_lei(found):
        named = node("NmAndAdr", node("Nm", found.name))
        return (node("Id", named), node("LEI", found.lei))
    own = node("PrtryId", node("Id", address.hex()), node("Issr", ISSUER))
    return (node("Id", own),)


def institution_element(directory: Directory, path: str, address: bytes) -> Element:
    """FinInstnId of a participant below a path, as messages about money have it."""
    found = directory.participant(address)
    named = (
        node("LEI", found.lei)
        if directory.has_own_lei(found)
        else node("Othr", node("Id", address.hex()), node("Issr", ISSUER))
    )
    return nested(f"{path}/FinInstnId", named)


def read_party(directory: Directory, element: Element, path: str) -> bytes:
    """The participant that Id and LEI name. MessageRefused."""
    lei, name = element.text_at("LEI"), element.text_at("Id/NmAndAdr/Nm")
    own = element.text_at("Id/PrtryId/Id")
    if own is not None:
        if element.text_at("Id/PrtryId/Issr") != ISSUER:
            raise MessageRefused(f"{path}/Id/PrtryId/Issr", f"only {ISSUER} is understood")
        return _by_address(directory, own, lei, (f"{path}/Id/PrtryId/Id", f"{path}/LEI"))
    if lei is None:
        raise MessageRefused(f"{path}/LEI", "missing: a name alone names nobody")
    found = participant_by_lei(directory, lei, f"{path}/LEI")
    if name != found.name:
        raise MessageRefused(f"{path}/Id/NmAndAdr/Nm", f"the ledger has {found.name!r}")
    return found.id


def read_institution(directory: Directory, element: Element | None, path: str) -> bytes:
    """The participant that FinInstnId names: by LEI or by address. MessageRefused.

    Beside an address an LEI may stand, as beside a party's (read_party), if it is the ledger's.
    """
    lei = None if element is None else element.text_at("LEI")
    own = None if element is None else element.text_at("Othr/Id")
    if element is None or (lei is None and own is None):
        raise MessageRefused(path, "LEI or Othr is missing")
    if own is None:
        return participant_by_lei(directory, lei or "", f"{path}/LEI").id
    if element.text_at("Othr/Issr") != ISSUER:
        raise MessageRefused(f"{path}/Othr/Issr", f"only {ISSUER} is understood")
    return _by_address(directory, own, lei, (f"{path}/Othr/Id", f"{path}/LEI"))


def _by_address(directory: Directory, own: str, lei: str | None, paths: tuple[str, str]) -> bytes:
    """Paths are those of the address and of the LEI."""
    found = directory.participants.get(read_hex(own, paths[0]))
    if found is None:
        raise MessageRefused(paths[0], "no participant of this ledger")
    if lei is not None and lei != found.lei:
        raise MessageRefused(paths[1], f"the ledger has {found.lei or 'none'}")
    return found.id


def participant_by_lei(directory: Directory, lei: str, path: str) -> Participant:
    """The one participant with an LEI. MessageRefused."""
    found = [entry for entry in directory.participants.values() if entry.lei == lei]
    if len(found) != 1:
        raise MessageRefused(path, f"{len(found)} participants of this ledger have it")
    return found[0]


def instrument(asset_id: str) -> Element:
    """FinInstrmId of an asset."""
    if _ISIN_RE.fullmatch(asset_id):
        return node("FinInstrmId", node("ISIN", asset_id))
    kind = node("Tp", node("Prtry", ISSUER))
    return node("FinInstrmId", node("OthrId", node("Id", asset_id), kind))


def read_instrument(directory: Directory, element: Element, path: str) -> str:
    """The asset that FinInstrmId names: by ISIN or by its own id, not both. MessageRefused."""
    isin, own = element.text_at("ISIN"), element.text_at("OthrId/Id")
    if (isin is None) == (own is None):
        raise MessageRefused(path, "either ISIN or OthrId")
    if own is not None and element.text_at("OthrId/Tp/Prtry") != ISSUER:
        raise MessageRefused(f"{path}/OthrId/Tp/Prtry", f"only {ISSUER} is understood")
    asset_id = isin if isin is not None else own or ""
    if asset_id not in directory.assets:
        raise MessageRefused(path, f"no asset of this ledger: {asset_id}")
    return asset_id
