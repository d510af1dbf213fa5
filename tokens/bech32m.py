"""Bech32m (BIP-350): addresses that a person can read out and that no typing error survives.

Rules of this file:
1. One text per address: lower case only. BIP-350 also allows all upper case; nobody needs that.
2. Whatever is wrong with a text, the answer is None, never an exception and never a guess.
"""

from functools import lru_cache

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
"""Letter of each 5-bit value (BIP-173)."""
CHECKSUM = 0x2BC830A3
"""Constant of Bech32m (BIP-350); Bech32 has 1 and is refused."""
TEXT_LENGTH_MAX = 90
"""Longest text for which the checksum promises to find four errors (BIP-173)."""

_VALUE = {letter: value for value, letter in enumerate(CHARSET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def polymod(values: list[int]) -> int:
    """Checksum state after the values, each 0..31 (BIP-173)."""
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                state ^= generator
    return state


def decode_text(text: str) -> tuple[str, list[int]] | None:
    """(prefix, 5-bit values without the checksum) of a Bech32m text in lower case, or None."""
    split = text.rfind("1")
    if not 1 <= split <= len(text) - 7 or len(text) > TEXT_LENGTH_MAX:
        return None
    prefix = text[:split]
    if any(not "!" <= letter <= "~" or "A" <= letter <= "Z" for letter in prefix):
        return None
    values = [_VALUE.get(letter, -1) for letter in text[split + 1 :]]
    if min(values) < 0 or polymod(_expanded(prefix) + values) != CHECKSUM:
        return None
    return prefix, values[:-6]


@lru_cache(maxsize=4096)
def encode(prefix: str, data: bytes) -> str:
    """Text of an address under a network prefix, e.g. `tmhr1…`."""
    bits = int.from_bytes(data, "big")
    groups = (len(data) * 8 + 4) // 5
    bits <<= groups * 5 - len(data) * 8
    values = [bits >> 5 * index & 31 for index in range(groups - 1, -1, -1)]
    check = polymod([*_expanded(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ CHECKSUM
    values += [check >> 5 * index & 31 for index in range(5, -1, -1)]
    return prefix + "1" + "".join([CHARSET[value] for value in values])


@lru_cache(maxsize=4096)
def decode(prefix: str, text: str) -> bytes | None:
    """Bytes of a text under exactly this prefix; None for another network, an error, or padding."""
    parts = decode_text(text)
    if parts is None or parts[0] != prefix:
        return None
    values = parts[1]
    size_bytes, padding = divmod(len(values) * 5, 8)
    bits = 0
    for value in values:
        bits = bits << 5 | value
    if padding > 4 or bits & (1 << padding) - 1:
        return None
    return (bits >> padding).to_bytes(size_bytes, "big")


def _expanded(prefix: str) -> list[int]:
    codes = prefix.encode()
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]
