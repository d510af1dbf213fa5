"""Patterns of text fields end where the text ends.

In Python's `re`, `$` also matches before a newline.
.
"""

import re
from pathlib import Path

import msgspec
import pytest

from consensus.types import Name
from tokens.types import AssetId, Reference, Symbol, ValidatorName

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("of", "good"),
    [
        (AssetId, "PKR"),
        (Symbol, "filer"),
        (ValidatorName, "treasury"),
        (Reference, "RTGS 1"),
        (Name, "treasury"),
    ],
)
def test_a_newline_at_the_end_is_refused(of: object, good: str) -> None:
    decode = msgspec.msgpack.Decoder(of).decode
    assert decode(msgspec.msgpack.encode(good)) == good
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        decode(msgspec.msgpack.encode(good + "\n"))


def test_no_pattern_of_the_product_ends_in_a_dollar() -> None:
    bad = [
        f"{path.relative_to(ROOT)}: {found}"
        for package in ("consensus", "tokens", "node")
        for path in sorted((ROOT / package).rglob("*.py"))
        for found in re.findall(r'pattern=r?"[^"]*\$"', path.read_text())
    ]
    assert bad == []
