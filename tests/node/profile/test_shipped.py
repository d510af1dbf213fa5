"""Profiles: what is shipped loads and starts a network; its figures are those of its sources."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from node.cli.exits import Exit
from node.cli.root import status_of
from node.devnet.layout import Layout, SavedState
from node.devnet.profile import dev_genesis
from node.genesis_file import read_genesis
from node.profile.compare import require_same
from node.profile.ledger import calendar_of, rules_of, tax_tables_of, weekend_mask
from node.profile.reading import read_profile
from node.profile.root import Profile
from node.profile.scalars import ProfileInvalid
from node.profile.summary import tables_of
from tests.node.profile.values import EXAMPLE, FOLDER, PK
from tokens.finance.calendar import WEEKEND_SATURDAY_SUNDAY, is_business_day
from tokens.genesis_checks import check_genesis


def load_profile(path: Path) -> Profile:
    return read_profile(str(path)).profile


def test_every_shipped_profile_loads() -> None:
    names = [load_profile(path).id for path in sorted(FOLDER.glob("*.toml"))]
    assert names == [path.stem for path in sorted(FOLDER.glob("*.toml"))]
    assert len(names) >= 2


def test_the_calendar_of_pakistan() -> None:
    """Weekend since 2011; Eid-ul-Fitr of 2025 as the Cabinet Division announced it on 19 March."""
    profile = load_profile(PK)
    days = calendar_of(profile)
    assert weekend_mask(profile) == WEEKEND_SATURDAY_SUNDAY
    closed = [dt.date(2025, 3, 31), dt.date(2025, 4, 1), dt.date(2025, 4, 2), dt.date(2025, 8, 14)]
    assert [is_business_day(days, day) for day in closed] == [False] * 4
    assert is_business_day(days, dt.date(2025, 4, 3))
    assert all(day.weekday() < 5 for day in days.holidays)
    late = {entry.name for entry in profile.calendar.holidays if entry.late}
    assert late == {"Eid-ul-Fitr 2025", "Eid-ul-Fitr", "Eid-ul-Azha", "Ashura", "Eid Milad-un-Nabi"}
    for year in (2025, 2026, 2027):
        named = [day for entry in profile.calendar.holidays for day in entry.days]
        assert dt.date(year, 12, 25) in named


def test_the_market_facts_of_pakistan() -> None:
    """The table of the design page 05, "Market facts", and its sources."""
    profile = load_profile(PK)
    kinds = {rule.name: rule for rule in profile.instruments}
    bill = kinds["market-treasury-bill"]
    assert (bill.denomination, bill.tenor_days) == (5_000_00, (28, 84, 182, 364))
    assert kinds["pib"].denomination == 100_000_00
    rule = next(each for each in profile.auctions if each.method == "multiple-price")
    bids = rule.noncompetitive
    assert bids is not None
    assert (bids.min, bids.max) == (25_000_000_00, 500_000_000_00)
    assert bids.share_bps == 50
    assert rule.prorata_multiple == 50_000_000_00
    assert profile.cash_report.threshold == 2_000_000_00
    government = next(each for each in profile.taxes if each.profile == "government-securities")
    rates = {line.tax_class: line.rate_e6 for line in government.entries}
    assert (rates["filer"], rates["non-filer"], rates["scra"]) == (200_000, 400_000, 100_000)
    assert [(limit.day, limit.balance) for limit in profile.velocity] == [
        (25_000_00, 200_000_00),
        (50_000_00, 400_000_00),
    ]


def test_every_fact_has_a_source_and_a_grade() -> None:
    profile = load_profile(PK)
    tables = tables_of(profile)
    assert len(tables) > 25
    assert all(len(table.source) > 20 for table in tables)
    late = [f"calendar.holidays[{n}]" for n in (4, 7, 8, 10)]
    assumed = [table.place for table in tables if table.grade == "assumed"]
    assert assumed == [*late, "travel_rule", "freeze", "reserve", "parameters[1]"]


@pytest.mark.parametrize("path", [PK, EXAMPLE], ids=lambda path: path.stem)
def test_a_network_begins_with_the_money_and_rules_of_its_profile(
    path: Path, tmp_path: Path
) -> None:
    profile = load_profile(path)
    out = str(tmp_path / "net")
    assert (
        status_of(
            ["testnet", "--out", out, "--profile", path.stem, "--business-date", "2026-01-05"]
        )
        == Exit.OK
    )
    genesis = read_genesis(tmp_path / "net" / "genesis.json")
    assert check_genesis(genesis) == []
    assert genesis.calendar == calendar_of(profile)
    money = genesis.central_bank_money
    assert (money.asset, money.currency) == (profile.money.asset, profile.money.currency)
    assert {entry.jurisdiction for entry in genesis.participants} == {profile.jurisdiction}
    account = genesis.tax_tables[0].account
    assert genesis.tax_tables == tax_tables_of(profile, account)
    assert genesis.rules == rules_of(profile)
    assert genesis.business_date == dt.date(2026, 1, 5)
    genesis_path = str(tmp_path / "net" / "genesis.json")
    assert status_of(["profile", "check", path.stem, "--genesis", genesis_path]) == Exit.OK
    other = "pk" if path.stem == "example" else "example"
    words = ["profile", "check", other, "--genesis", genesis_path]
    assert status_of(words) == Exit.BAD_CONFIG


@pytest.mark.parametrize("path", [PK, EXAMPLE], ids=lambda path: path.stem)
def test_a_local_network_begins_with_it_too(path: Path) -> None:
    profile = load_profile(path)
    genesis = dev_genesis(profile=read_profile(str(path)))
    assert check_genesis(genesis) == []
    assert genesis.rules == rules_of(profile)
    assert genesis.calendar == calendar_of(profile)
    assert genesis.central_bank_money.currency == profile.money.currency
    assert [table.profile for table in genesis.tax_tables] == sorted(
        rule.profile for rule in profile.taxes
    )
    assert dev_genesis().central_bank_money.currency == "PKR"


def test_a_network_that_is_there_keeps_its_genesis(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "net")
    layout.root.mkdir()
    layout.save(SavedState(version=1, nodes={}))
    words = ["devnet", "up", "--dir", str(layout.root), "--profile", str(PK)]
    assert status_of(words) == Exit.CANNOT_CREATE


def test_another_state_shares_nothing_with_the_first() -> None:
    other = load_profile(EXAMPLE)
    assert weekend_mask(other) == 0b0010000
    assert calendar_of(other).holidays == tuple(
        dt.date(2026, month, day) for month, day in ((6, 21), (9, 1), (9, 2))
    )
    assert (other.money.currency, other.money.minor_digits) == ("XRD", 3)


def test_a_network_begins_in_a_year_whose_holidays_are_known(tmp_path: Path) -> None:
    out = str(tmp_path / "net")
    words = ["testnet", "--out", out, "--profile", "example", "--business-date", "2027-01-05"]
    assert status_of(words) == Exit.BAD_CONFIG
    assert not (tmp_path / "net").exists()


def test_check_says_what_is_assumed_and_announced_late(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["profile", "check", "pk"]) == Exit.OK
    out = capsys.readouterr().out
    assert "Pakistan (PK)" in out
    assert sum(line.startswith("assumed ") for line in out.splitlines()) == 8
    assert out.count("announced days before  Eid") == 4
    assert status_of(["profile", "check", "none.toml"]) == Exit.BAD_CONFIG


def test_show_names_the_part_of_the_genesis_that_takes_a_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert status_of(["profile", "show", str(PK)]) == Exit.OK
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["freeze.days_max", "180", "parameters.freeze_days_max"] in lines
    assert ["auctions[0].noncompetitive.share_bps", "50", "rules.auctions"] in lines


def differing(words: str) -> list[str]:
    return [part.strip() for part in words.partition("profile: ")[2].split(",")]


def test_a_genesis_with_one_other_figure_is_found() -> None:
    """What a validator asks before it joins: the mark alone proves nothing."""
    file = read_profile("pk")
    genesis = dev_genesis(profile=file)
    require_same(genesis, file)
    without = msgspec.structs.replace(
        genesis,
        rules=tuple(rule for rule in genesis.rules if rule.id != "velocity"),
        parameters=tuple(one for one in genesis.parameters if one.name != "freeze_days_max"),
        calendar=msgspec.structs.replace(genesis.calendar, holidays=()),
    )
    with pytest.raises(ProfileInvalid) as caught:
        require_same(without, file)
    assert differing(str(caught.value)) == [
        "calendar",
        "parameters.freeze_days_max",
        "rules.velocity",
    ]
    with pytest.raises(ProfileInvalid) as caught:
        require_same(dev_genesis(), file)
    assert len(differing(str(caught.value))) == 19
