"""Cells: how an id, an amount, a time looks, and where it leads."""

from urllib.parse import quote

from node.explorer.directory import Directory
from node.explorer.page import Cell, Tone
from node.explorer.text import grouped, scaled, shortened, utc
from tokens.bech32m import encode
from tokens.types import NO_ADDRESS, AssetKind

NOTHING = Cell("–", tone="quiet")
NOT_SHOWN = Cell("nobody, or not shown", tone="quiet")
"""What a closed network says of accounts of others, and a record where nobody is: 16 zero bytes."""


NOT_DEBT = (AssetKind.MONEY, AssetKind.CASH, AssetKind.COMMODITY)


def path(*parts: str) -> str:
    """A path of this explorer; each part may be any text."""
    return "/" + "/".join([quote(part, safe="") for part in parts])


def text(value: str, tone: Tone = "") -> Cell:
    """Words."""
    return Cell(value, tone=tone) if value else NOTHING


def number(value: int, tone: Tone = "") -> Cell:
    """A count."""
    return Cell(f"{value:,}", full=str(value), tone=tone)


def percent(bps: int, tone: Tone = "") -> Cell:
    """1/10,000 as a percentage."""
    return Cell(f"{scaled(bps, 2, least=2)} %", tone=tone)


def height(value: int) -> Cell:
    """A block; before the first one there is none to see."""
    return Cell(f"{value:,}", path("blocks", str(value)) if value else "", full=str(value))


def hashed(value: bytes, href: str = "", *, whole: bool = False) -> Cell:
    """32 bytes, or any other number."""
    full = "0x" + value.hex()
    if whole:
        return Cell(full, href, mono=True)
    return Cell(shortened(full), href, full=full, mono=True)


def tx(tx_id: bytes, *, whole: bool = False) -> Cell:
    """A transaction."""
    return hashed(tx_id, path("tx", "0x" + tx_id.hex()), whole=whole)


def time(milliseconds: int) -> Cell:
    """Of a block."""
    return Cell(utc(milliseconds), full=str(milliseconds))


class Show:
    """Cells that need names: of one network, as of one directory."""

    __slots__ = ("_directory", "_prefix")

    def __init__(self, directory: Directory, prefix: str) -> None:
        self._directory = directory
        self._prefix = prefix

    def address_text(self, address: bytes) -> str:
        """bech32m."""
        return encode(self._prefix, address)

    def name(self, address: bytes) -> str:
        """What is known of it in words; empty if nothing is."""
        participant = self._directory.participants.get(address)
        if participant is not None:
            return participant.name
        return self._directory.well_known.get(address, "")

    def party(self, address: bytes) -> Cell:
        """A participant or an account by its name, else by its address."""
        if address == NO_ADDRESS:
            return NOTHING if self._directory.card.is_dev else NOT_SHOWN
        full = self.address_text(address)
        place = "participants" if address in self._directory.participants else "accounts"
        name = self.name(address)
        if name:
            return Cell(name, path(place, full), full=f"{name} ({full})")
        return Cell(shortened(full), path(place, full), full=full, mono=True)

    def asset(self, asset: str) -> Cell:
        """An instrument or a money."""
        known = self._directory.assets.get(asset)
        return Cell(asset, path("assets", asset), title="" if known is None else known.name)

    def knows_asset(self, asset: str) -> bool:
        """Whether there is an asset of that name."""
        return asset in self._directory.assets

    def face(self, minor: int, asset: str) -> Cell:
        """Minor units of an asset that is named beside it: of debt in its currency."""
        known = self._directory.assets.get(asset)
        is_debt = known is not None and known.kind not in NOT_DEBT
        return self.money_of(minor, asset) if is_debt else self.amount(minor, asset)

    def in_currency(self, minor: int, currency: str, digits: int | None) -> Cell:
        """Minor units of a currency."""
        if digits is None:
            return Cell(f"{minor:,}", minor=minor, unit=f"minor units of {currency}")
        return Cell(grouped(minor, digits), minor=minor, unit=currency)

    def money_of(self, minor: int, asset: str) -> Cell:
        """Minor units of the currency that an asset is in."""
        known = self._directory.assets.get(asset)
        if known is None:
            return Cell(f"{minor:,}", minor=minor, unit="minor units")
        digits = self._directory.digits.get(known.currency)
        return self.in_currency(minor, known.currency, digits)

    def digits(self, asset: str) -> int | None:
        """Decimals of the asset's minor unit; None if they are not known."""
        known = self._directory.assets.get(asset)
        if known is None:
            return None
        if known.kind is AssetKind.COMMODITY:
            return 0
        return self._directory.digits.get(known.currency)

    def amount(self, minor: int, asset: str, tone: Tone = "") -> Cell:
        """Minor units of an asset; the unit stands beside it."""
        digits = self.digits(asset)
        if digits is None:
            return Cell(f"{minor:,}", minor=minor, unit=f"minor units of {asset}", tone=tone)
        return Cell(grouped(minor, digits), minor=minor, unit=asset, tone=tone)
