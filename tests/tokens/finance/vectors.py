"""Reading of tests/vectors for the finance tests."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path
from typing import cast

from tokens.finance.bond_yield import CONTEXT

FOLDER = Path(__file__).parents[2] / "vectors"

Row = list[str | None]


def load(name: str) -> dict[str, object]:
    """Return one vector file."""
    return cast("dict[str, object]", json.loads((FOLDER / name).read_text(encoding="utf-8")))


def table(part: object) -> list[dict[str, str]]:
    """Return the rows of a part with columns as dictionaries; an empty text stands for null."""
    assert isinstance(part, dict)
    columns = part["columns"]
    return [
        {key: "" if cell is None else str(cell) for key, cell in zip(columns, row, strict=True)}
        for row in part["rows"]
    ]


def scaled(text: str, places: int) -> int:
    """Return a decimal text as an integer with so many places; nothing may be lost."""
    value = Decimal(text).scaleb(places)
    assert value == value.to_integral_value(), text
    return int(value)


def day(text: str) -> date:
    """Return an ISO date."""
    return date.fromisoformat(text)


def weighted_mean(rates: Sequence[tuple[int, Decimal]]) -> Decimal:
    """Face-weighted mean of unrounded yields, as published averages of bond auctions are made."""
    with localcontext(CONTEXT):
        return sum((face * rate for face, rate in rates), Decimal(0)) / sum(
            face for face, _ in rates
        )
