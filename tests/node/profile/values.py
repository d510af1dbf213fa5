"""A profile with every key, as TOML values; and one of them changed."""

import copy
import re
import tomllib
from pathlib import Path
from typing import cast

FOLDER = Path(__file__).parents[3] / "configs" / "profiles"
PK, EXAMPLE = FOLDER / "pk.toml", FOLDER / "example.toml"

Table = dict[str, object]

_SAID = {"source": "a law that is invented here", "grade": "assumed"}
_STEP_RE = re.compile(r"(\w+)(?:\[(\d+)\])?")


def full() -> Table:
    """Pakistan's, with the tables and keys that it leaves out."""
    values = tomllib.loads(PK.read_text())
    values["credentials"] = [{"credential": "kyc", "gives": True, "receives": True} | _SAID]
    values["holder_cap"] = {"amount_max": 7_000_000} | _SAID
    values["parameters"] = [{"name": "complaint_days", "value": 12} | _SAID]
    cast("list[Table]", values["instruments"])[1]["holder_share_e6"] = 250_000
    return values


def changed(values: Table, place: str, value: object) -> Table:
    """A copy with another value at a place such as `auctions[0].noncompetitive.min`."""
    made = copy.deepcopy(values)
    *outer, last = place.split(".")
    table = made
    for step in outer:
        table = _into(table, step)
    name = last
    found = _STEP_RE.fullmatch(last)
    if found is not None and found[2] is not None:
        cast("list[object]", table[found[1]])[int(found[2])] = value
        return made
    assert name in table, place
    assert table[name] != value, place
    table[name] = value
    return made


def _into(table: Table, step: str) -> Table:
    found = _STEP_RE.fullmatch(step)
    assert found is not None, step
    inner = table[found[1]]
    if found[2] is not None:
        inner = cast("list[object]", inner)[int(found[2])]
    return cast("Table", inner)
