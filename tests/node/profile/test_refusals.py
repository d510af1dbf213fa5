"""What is no profile is refused in one sentence with file and place: keys, types, ranges, sense."""

from pathlib import Path
from typing import cast

import msgspec
import pytest
from msgspec import inspect

from node.cli.exits import Exit
from node.cli.root import status_of
from node.profile.keys import keys, settings
from node.profile.nested import struct_in
from node.profile.reading import PROFILE_BYTES_MAX, profile_of, read_profile
from node.profile.root import Profile
from node.profile.scalars import ProfileInvalid
from tests.node.profile.values import EXAMPLE, PK, Table, changed, full

FULL = full()
PLACE_OF = {setting.key: setting.place for setting in reversed(list(settings(profile_of(FULL))))}
"""Key -> the first place in the file where it has a value."""


def refused(values: Table) -> str:
    with pytest.raises(ProfileInvalid) as caught:
        profile_of(values)
    return str(caught.value)


@pytest.mark.parametrize("key", sorted(PLACE_OF))
def test_another_type_is_refused_at_its_place(key: str) -> None:
    place = PLACE_OF[key]
    assert refused(changed(FULL, place, 1.5)).startswith(f"{place}: ")
    assert refused(changed(FULL, place, {"a": 1})).startswith(f"{place}: ")


def tables() -> list[str]:
    """Places of all tables of the file, each kind once."""
    found = {""}
    for place in PLACE_OF.values():
        steps = place.split(".")[:-1]
        found |= {".".join(steps[: count + 1]) for count in range(len(steps))}
    return sorted(found)


@pytest.mark.parametrize("table", tables(), ids=lambda place: place or "head")
def test_an_unknown_key_is_refused_in_every_table(table: str) -> None:
    values = full()
    inner: object = values
    for step in filter(None, table.split(".")):
        name, _, index = step.removesuffix("]").partition("[")
        inner = cast("Table", inner)[name]
        inner = cast("list[object]", inner)[int(index)] if index else inner
    cast("Table", inner)["motto"] = 1
    assert refused(values) == f"{table or 'profile'}: Object contains unknown field `motto`"


def bounds() -> list[tuple[str, int]]:
    """(key, a whole number next to the range) of every key with one."""
    found: list[tuple[str, int]] = []
    for key in PLACE_OF:
        of: type[msgspec.Struct] = Profile
        *outer, last = key.split(".")
        for step in outer:
            inner = struct_in(_field(of, step))
            assert inner is not None
            of = inner
        kind = _field(of, last)
        kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
        for one in kinds:
            if isinstance(one, inspect.IntType) and one.ge is not None and one.le is not None:
                found += [(key, one.ge - 1), (key, one.le + 1)]
    return found


def _field(of: type[msgspec.Struct], name: str) -> inspect.Type:
    info = inspect.type_info(of)
    assert isinstance(info, inspect.StructType)
    return next(field.type for field in info.fields if field.name == name)


def test_whole_numbers_have_ranges() -> None:
    """All but the choice of coupons a year, which has five values."""
    ranged = {key for key, _ in bounds()}
    whole = {key.path for key in keys() if key.type.startswith("integer")}
    assert ranged == whole
    assert len(whole) > 20


@pytest.mark.parametrize(("key", "value"), bounds())
def test_a_number_next_to_its_range_is_refused(key: str, value: int) -> None:
    place = PLACE_OF[key]
    assert refused(changed(FULL, place, value)).startswith(f"{place}: Expected `int` ")


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("calendar.weekend", ["friday", "friday"], "friday stands there more than once"),
        ("calendar.first_year", 2028, "is after last_year"),
        ("instruments[0].tenor_days", [], "market-treasury-bill has no tenor"),
        ("instruments[0].tenor_days", [91, 91], "tenors must ascend"),
        ("instruments[1].tenor_years", [5, 3], "tenors must ascend"),
        ("instruments[0].coupons_a_year", 2, "BILL with 2"),
        ("instruments[1].coupons_a_year", 0, "FIXED with 0"),
        ("instruments[0].kind", "CASH", "Invalid enum value 'CASH'"),
        ("auctions[0].noncompetitive.min", 2**50, "is above max"),
        ("auctions[0].noncompetitive.barred", ["b", "a"], "classes must ascend"),
        ("travel_rule.payloads", ["101", "101"], "101 stands there more than once"),
        ("parameters[0].name", "nothing", "the ledger has no parameter nothing"),
        ("parameters[0].name", "travel_days", "travel_days is set by travel_rule.wait_days"),
        ("parameters[0].value", 366, "complaint_days is 1..365"),
    ],
)
def test_what_contradicts_itself_is_refused_at_its_place(
    place: str, value: object, fault: str
) -> None:
    assert refused(changed(FULL, place, value)) == f"{place}: {fault}"


@pytest.mark.parametrize(
    ("place", "value", "start"),
    [
        ("auctions[1].method", "multiple-price", "auctions.method: multiple-price stands"),
        ("auctions[0].method", "uniform-price", "auctions.method: uniform-price stands"),
        ("instruments[1].name", "pib-zero", "instruments.name: pib-zero stands"),
        ("taxes[0].profile", "sukuk", "taxes.profile: sukuk stands"),
        ("taxes[0].entries[0].tax_class", "aaa", "taxes[0].entries: no entry for the class"),
        ("taxes[0].entries[1].tax_class", "aaa", "taxes[0].entries: entries must ascend"),
        ("calendar.holidays[1].name", "Ashura", "calendar.holidays.name: Ashura stands"),
        ("calendar.last_year", 2026, "calendar.holidays[0].days: 2027-01-01 is outside"),
        ("velocity[1].day", 1, "velocity[1]: tier 1 must come after 0 and allow as much"),
        ("velocity[1].kyc_tier", 0, "velocity[1]: tier 0 must come after 0"),
        ("residency.closed", ["SCRA", "NRVA"], "residency: the ledger would not take it"),
        ("licences.roles", ["VASP", "VASP"], "licences.roles: VASP stands"),
    ],
)
def test_what_contradicts_another_key_is_refused(place: str, value: object, start: str) -> None:
    assert refused(changed(FULL, place, value)).startswith(start)


def test_a_credential_that_nobody_needs_is_refused() -> None:
    values = changed(FULL, "credentials[0].gives", False)
    values = changed(values, "credentials[0].receives", False)
    assert refused(values) == "credentials: the ledger would not take it"


def test_a_file_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.toml"
    with pytest.raises(ProfileInvalid, match="No such file"):
        read_profile(str(path))
    for data in (b"\xff", b"#" * (PROFILE_BYTES_MAX + 1), b"id = "):
        path.write_bytes(data)
        with pytest.raises(ProfileInvalid, match=str(path)):
            read_profile(str(path))
    with pytest.raises(ProfileInvalid, match="no profile 'nowhere' is shipped; there are example"):
        read_profile("nowhere")
    path.write_text(EXAMPLE.read_text().replace("minor_digits = 3", "minor_digits = 5"))
    assert status_of(["profile", "check", str(path)]) == Exit.BAD_CONFIG
    wrong = f"mohur: {path}: money.minor_digits: Expected `int` <= 4\n"
    assert capsys.readouterr().err == wrong
    assert status_of(["testnet", "--profile", str(path), "--out", str(tmp_path / "n")]) == 78
    assert not (tmp_path / "n").exists()
    assert PK.is_file()
