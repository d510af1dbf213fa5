"""Profiles: what is shipped loads and starts a network; what contradicts itself is refused."""

import datetime as dt
from pathlib import Path

import pytest

from node.cli.exits import Exit
from node.cli.root import status_of
from node.devnet.layout import Layout, SavedState
from node.devnet.profile import dev_genesis
from node.genesis_file import read_genesis
from node.profile import Grade, ProfileInvalid
from node.profile_checks import calendar_of, load_profile, parts_of, tax_tables_of, weekend_mask
from tokens.finance.calendar import WEEKEND_SATURDAY_SUNDAY, is_business_day
from tokens.genesis_checks import check_genesis

FOLDER = Path(__file__).parents[2] / "configs" / "profiles"
PK, EXAMPLE = FOLDER / "pk.toml", FOLDER / "example.toml"


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
    assert (rule.noncompetitive_min, rule.noncompetitive_max) == (25_000_000_00, 500_000_000_00)
    assert rule.noncompetitive_share_e6 == 5_000
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
    parts = list(parts_of(load_profile(PK)))
    assert len(parts) > 25
    assert all(len(part.source) > 20 for _, part in parts)
    assumed = sorted(place for place, part in parts if part.grade is Grade.ASSUMED)
    assert assumed == [
        "calendar.holidays: Ashura",
        "calendar.holidays: Eid Milad-un-Nabi",
        "calendar.holidays: Eid-ul-Azha",
        "calendar.holidays: Eid-ul-Fitr",
        "travel_rule",
    ]


@pytest.mark.parametrize("path", [PK, EXAMPLE], ids=lambda path: path.stem)
def test_a_network_begins_with_the_money_and_rules_of_its_profile(
    path: Path, tmp_path: Path
) -> None:
    profile = load_profile(path)
    out = str(tmp_path / "net")
    assert status_of(["testnet", "--out", out, "--profile", str(path)]) == Exit.OK
    genesis = read_genesis(tmp_path / "net" / "genesis.json")
    assert check_genesis(genesis) == []
    assert genesis.calendar == calendar_of(profile)
    money = genesis.central_bank_money
    assert (money.asset, money.currency) == (profile.money.asset, profile.money.currency)
    assert {entry.jurisdiction for entry in genesis.participants} == {profile.jurisdiction}
    account = genesis.tax_tables[0].account
    assert genesis.tax_tables == tax_tables_of(profile, account)


@pytest.mark.parametrize("path", [PK, EXAMPLE], ids=lambda path: path.stem)
def test_a_local_network_begins_with_it_too(path: Path) -> None:
    profile = load_profile(path)
    genesis = dev_genesis(profile=profile)
    assert check_genesis(genesis) == []
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


def altered(tmp_path: Path, old: str, new: str) -> Path:
    text = EXAMPLE.read_text()
    assert old in text
    path = tmp_path / "altered.toml"
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "example"', 'id = "example"\nmotto = "x"', "unknown field `motto`"),
        ("minor_digits = 3", "minor_digits = 3.5", r"\$.money.minor_digits"),
        ("minor_digits = 3\n", "", "missing required field `minor_digits`"),
        ('["friday"]', '["friday", "friday"]', "calendar.weekend: friday stands there more"),
        ("[2026-06-21]", "[2027-06-21]", "2027-06-21 is outside of the years"),
        ("[2026-09-01, 2026-09-02]", "[2026-09-02, 2026-09-01]", "Harvest: days must ascend"),
        ("first_year = 2026", "first_year = 2027", "first_year is after last_year"),
        ('kind = "BILL"', 'kind = "CASH"', "kind CASH is no kind of debt"),
        ('accrual = "ACT_360"', 'accrual = "ACT_999"', "accrual ACT_999 is no day count"),
        ("tenor_days = [91]", "tenor_days = []", "crown-bill: no tenor"),
        ("tenor_days = [91]", "tenor_days = [91, 91]", "crown-bill: tenors must ascend"),
        ("coupons_a_year = 0", "coupons_a_year = 3", "coupons_a_year is 0, 1, 2, 4 or 12"),
        ("coupons_a_year = 0", "coupons_a_year = 2", "BILL pays no coupon"),
        ('auction = "uniform-price"', 'auction = "tap"', "no auction method tap"),
        ("noncompetitive_min = 0", "noncompetitive_min = 9", "noncompetitive_min is above"),
        ("noncompetitive_bids = 0", "noncompetitive_bids = 1", "with a share of 0"),
        ('"default"', '"aaa"', "no entry for the class default"),
        ('tax_class = "exempt"', 'tax_class = "alien"', "entries must ascend"),
        ('["101.2023"]', '["102"]', "102 is no version of IVMS101"),
        ('"ISSUE"]', '"GOLD"]', "GOLD is no operation class"),
        ('phase = "REVOKED"', 'phase = "APPLIED"', "APPLIED stands there more than once"),
        ('grade = "assumed"', 'grade = "known"', "grade"),
        ("rate_e6 = 150000", "rate_e6 = 1500000", "rate_e6"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_place(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ProfileInvalid, match=message):
        load_profile(altered(tmp_path, old, new))


def test_limits_rise_with_the_tier(tmp_path: Path) -> None:
    path = tmp_path / "altered.toml"
    text = PK.read_text()
    path.write_text(text.replace("day = 5000000", "day = 1"))
    with pytest.raises(ProfileInvalid, match="velocity: tier 1 must come after 0 and allow more"):
        load_profile(path)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    with pytest.raises(ProfileInvalid, match="No such file"):
        load_profile(path)
    path.write_bytes(b"\xff")
    with pytest.raises(ProfileInvalid):
        load_profile(path)
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(ProfileInvalid, match="larger"):
        load_profile(path)


def test_the_command_says_what_is_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["profile", str(PK)]) == Exit.OK
    out = capsys.readouterr().out
    assert "Pakistan (PK)" in out
    assert out.count("assumed  ") == 5
    assert status_of(["profile", str(PK.parent / "none.toml")]) == Exit.BAD_CONFIG


def test_thresholds_of_a_profile_are_parameters_of_its_genesis() -> None:
    profile = load_profile(PK)
    given = {entry.name: entry.value for entry in dev_genesis(profile=profile).parameters}
    assert given["travel_threshold"] == 280_000_00
    assert given["cash_report_threshold"] == 2_000_000_00
    plain = {entry.name for entry in dev_genesis().parameters}
    assert plain.isdisjoint({"travel_threshold", "cash_report_threshold"})
