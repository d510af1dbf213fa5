"""No key is decoration: another value of each alone changes its part of the genesis document.

That part is the one which `PLACES` names; no other part changes.
"""

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from node.devnet.profile import dev_genesis
from node.profile.keys import FILE, PLACES, keys
from node.profile.reading import profile_of, read_profile
from node.profile.root import Profile, ProfileFile
from node.profile.summary import rows_of, tables_of
from tests.node.profile.values import PK, Table, changed, full

OTHERS: dict[str, tuple[str, object]] = {
    "id": ("id", "pk-2"),
    "name": ("name", "Another state"),
    "jurisdiction": ("jurisdiction", "LK"),
    "version": ("version", 2),
    "as_of": ("as_of", dt.date(2026, 1, 1)),
    "money.asset": ("money.asset", "PKR-2"),
    "money.name": ("money.name", "Money"),
    "money.currency": ("money.currency", "LKR"),
    "money.minor_digits": ("money.minor_digits", 3),
    "calendar.id": ("calendar.id", "PK-2"),
    "calendar.weekend": ("calendar.weekend", ["sunday"]),
    "calendar.first_year": ("calendar.first_year", 2024),
    "calendar.last_year": ("calendar.last_year", 2028),
    "calendar.holidays.name": ("calendar.holidays[1].name", "Solidarity Day"),
    "calendar.holidays.days": ("calendar.holidays[1].days", [dt.date(2025, 2, 6)]),
    "calendar.holidays.late": ("calendar.holidays[1].late", True),
    "instruments.name": ("instruments[0].name", "bill"),
    "instruments.kind": ("instruments[0].kind", "ZERO"),
    "instruments.denomination": ("instruments[0].denomination", 600_000),
    "instruments.tenor_days": ("instruments[0].tenor_days", [28, 84, 182]),
    "instruments.tenor_years": ("instruments[1].tenor_years", [3, 5, 10, 20]),
    "instruments.coupons_a_year": ("instruments[1].coupons_a_year", 4),
    "instruments.accrual": ("instruments[0].accrual", "ACT_360"),
    "instruments.auction": ("instruments[0].auction", "uniform-price"),
    "instruments.holder_share_e6": ("instruments[1].holder_share_e6", 300_000),
    "auctions.method": ("auctions[1].method", "multiple-price"),
    "auctions.settle_business_days": ("auctions[0].settle_business_days", 2),
    "auctions.price_digits": ("auctions[0].price_digits", 3),
    "auctions.prorata_multiple": ("auctions[0].prorata_multiple", 10_000_000),
    "auctions.prorata_filled_up_to": ("auctions[0].prorata_filled_up_to", 0),
    "auctions.noncompetitive.share_bps": ("auctions[0].noncompetitive.share_bps", 51),
    "auctions.noncompetitive.min": ("auctions[0].noncompetitive.min", 1),
    "auctions.noncompetitive.max": ("auctions[0].noncompetitive.max", 2**50),
    "auctions.noncompetitive.barred": ("auctions[0].noncompetitive.barred", ["bank"]),
    "taxes.profile": ("taxes[0].profile", "paper"),
    "taxes.year_month": ("taxes[0].year_month", 1),
    "taxes.entries.tax_class": ("taxes[0].entries[4].tax_class", "visitor"),
    "taxes.entries.from_date": ("taxes[0].entries[0].from_date", dt.date(2024, 7, 1)),
    "taxes.entries.rate_e6": ("taxes[0].entries[0].rate_e6", 400_001),
    "taxes.entries.above.threshold": ("taxes[1].entries[4].above.threshold", 1),
    "taxes.entries.above.rate_e6": ("taxes[1].entries[4].above.rate_e6", 1),
    "travel_rule.threshold": ("travel_rule.threshold", 28_000_001),
    "travel_rule.wait_days": ("travel_rule.wait_days", 6),
    "travel_rule.payloads": ("travel_rule.payloads", ["101"]),
    "cash_report.threshold": ("cash_report.threshold", 200_000_001),
    "freeze.days_max": ("freeze.days_max", 90),
    "reserve.haircut_bps_min": ("reserve.haircut_bps_min", 201),
    "reserve.residual_days_max": ("reserve.residual_days_max", 365),
    "reserve.concentration_bps_max": ("reserve.concentration_bps_max", 5_001),
    "reserve.buffer_bps_min": ("reserve.buffer_bps_min", 101),
    "licences.roles": ("licences.roles", ["VASP", "BANK_CUSTODIAN"]),
    "licences.phases.phase": ("licences.phases[0].phase", "NOC"),
    "licences.phases.categories": ("licences.phases[0].categories", ["CUSTODY"]),
    "licences.phases.classes": ("licences.phases[0].classes", ["MOVE"]),
    "residency.closed": ("residency.closed", ["SCRA"]),
    "residency.rows.source_class": ("residency.rows[0].source_class", "RESIDENT"),
    "residency.rows.target_class": ("residency.rows[0].target_class", "RESIDENT"),
    "residency.rows.classes": ("residency.rows[0].classes", ["MOVE"]),
    "credentials.credential": ("credentials[0].credential", "aml"),
    "credentials.gives": ("credentials[0].gives", False),
    "credentials.receives": ("credentials[0].receives", False),
    "velocity.kyc_tier": ("velocity[1].kyc_tier", 2),
    "velocity.day": ("velocity[0].day", 2_500_001),
    "velocity.balance": ("velocity[0].balance", 20_000_001),
    "holder_cap.amount_max": ("holder_cap.amount_max", 1),
    "parameters.name": ("parameters[0].name", "mark_age_days"),
    "parameters.value": ("parameters[0].value", 13),
}
"""Key -> a place in the file, and another value that can stand there."""

FULL = full()


def parts(profile: Profile) -> dict[str, object]:
    """The parts of the genesis document that a profile can change, by their names."""
    genesis = dev_genesis(profile=ProfileFile(profile, bytes(32)))
    found: dict[str, object] = {
        "calendar": genesis.calendar,
        "central_bank_money": genesis.central_bank_money,
        "participants": genesis.participants,
        "tax_tables": genesis.tax_tables,
        "profile": genesis.profile,
    }
    found |= {f"parameters.{entry.name}": entry.value for entry in genesis.parameters}
    return found | {f"rules.{rule.id}": rule for rule in genesis.rules}


def differing(first: dict[str, object], second: dict[str, object]) -> set[str]:
    return {name for name in first | second if first.get(name) != second.get(name)}


BEFORE = parts(profile_of(FULL))


def test_the_table_has_every_key_of_the_schema() -> None:
    named = [key.path for key in keys() if not key.path.endswith((".source", ".grade"))]
    assert sorted(named) == sorted(PLACES) == sorted(OTHERS)


def altered(key: str) -> Table:
    place, value = OTHERS[key]
    values = changed(FULL, place, value)
    if key == "auctions.method":
        del values["auctions"][0]  # type: ignore[attr-defined]
        for rule in values["instruments"]:  # type: ignore[attr-defined]
            rule["auction"] = "multiple-price"
    return values


@pytest.mark.parametrize("key", [key for key in OTHERS if PLACES[key] != FILE])
def test_another_value_of_a_key_changes_its_part_of_the_genesis(key: str) -> None:
    wanted = {_named(place) for place in PLACES[key].split(", ")}
    found = {_named(place) for place in differing(BEFORE, parts(profile_of(altered(key))))}
    if key == "money.asset":  # rules about the money name it
        wanted |= {"rules.velocity", "rules.balance", "rules.holder-cap"}
    if key == "auctions.method":  # a method alone must be that of every instrument
        wanted |= {"rules.issues"}
    assert found == wanted


def _named(place: str) -> str:
    """The stars of `PLACES`: a rule a credential, and what no other key sets."""
    if place.startswith("rules.credential-"):
        return "rules.credential-*"
    free = ("parameters.complaint_days", "parameters.mark_age_days")
    return "parameters.*" if place in free else place


@pytest.mark.parametrize("key", [key for key in OTHERS if PLACES[key] == FILE])
def test_what_says_whence_changes_the_mark_or_the_words_and_no_rule(key: str) -> None:
    before, after = profile_of(FULL), profile_of(altered(key))
    assert differing(BEFORE, parts(after)) <= {"profile"}
    assert rows_of(before) != rows_of(after)
    in_mark = key in ("id", "name", "version", "as_of")
    assert (differing(BEFORE, parts(after)) == {"profile"}) is in_mark


def test_source_and_grade_of_every_table_are_listed() -> None:
    """Those of each table with a source, in turn."""
    tables = tables_of(profile_of(FULL))
    named = {table.place.partition("[")[0] for table in tables}
    assert named == {key.path[:-7] for key in keys() if key.path.endswith(".source")}
    for table in tables:
        said = "another law, invented here too"
        values = changed(FULL, f"{table.place}.source", said)
        grade = "inferred" if table.grade != "inferred" else "assumed"
        values = changed(values, f"{table.place}.grade", grade)
        found = {one.place: one for one in tables_of(profile_of(values))}
        assert found[table.place] == table._replace(source=said, grade=grade)
        assert [one for one in tables if found[one.place] != one] == [table]


def test_every_byte_of_the_file_is_in_the_genesis(tmp_path: Path) -> None:
    path = tmp_path / "pk.toml"
    path.write_bytes(PK.read_bytes() + b"# one more line\n")
    first = dev_genesis(profile=read_profile("pk")).profile
    second = dev_genesis(profile=read_profile(str(path))).profile
    assert first is not None
    assert second is not None
    assert first.sha256 == hashlib.sha256(PK.read_bytes()).digest() != second.sha256
