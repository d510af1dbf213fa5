"""`mohur aml str` on a closed network: what it writes, and what it never prints."""

import json
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.cli.exits import Exit
from node.cli.root import status_of
from tests.node.aml.samples import FILE
from tests.node.cli.test_auction import served
from tests.node.rpc.closed import closed_node, token_of
from tests.node.rpc.fake_genesis import BUSINESS_DATE
from tests.node.rpc.small_ledger import ALICE, BANK, BOB, COIN
from tests.tokens.support import genesis
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_MAIN
from tokens.lookup import require
from tokens.records.parties import ACCOUNT
from tokens.types import NO_ADDRESS

ALICE_TEXT = encode(PREFIX_MAIN, ALICE)
BANK_TEXT = encode(PREFIX_MAIN, BANK)
REASON = "pays in what she does not earn"
STRANGER = {"firstName": "Carl", "lastName": "Weber", "country": "DE"}


class Desk:
    """The files of a reporting officer, and a node."""

    def __init__(self, folder: Path, url: str, token: str) -> None:
        self.folder, self.url = folder, url
        self.out = folder / "report.xml"
        self.missing = folder / "report.xml.missing"
        self.token = self.write("token", token)

    def write(self, name: str, content: object) -> Path:
        """A private file."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        path.chmod(0o600)
        return path

    def report(self, case: Path, customers: Path, *more: str) -> int:
        """Status of the command."""
        files = ["--case", str(case), "--customers", str(customers), "--out", str(self.out)]
        words = ["aml", "str", BANK_TEXT, *files, "--rpc", self.url, "--view", str(self.token)]
        return status_of([*words, *more])

    def case(self, **changes: object) -> Path:
        """About Alice, on the business date."""
        told: dict[str, object] = {
            "reference": "BKA-STR-1",
            "fromDate": BUSINESS_DATE.isoformat(),
            "toDate": BUSINESS_DATE.isoformat(),
            "accounts": [ALICE_TEXT],
            "assets": [COIN],
            "indicators": ["A1"],
            "reason": REASON,
        }
        return self.write("case.json", told | changes)

    def customers(self, outside: Mapping[str, object], *, alice: bool = True) -> Path:
        """Who is behind Alice's account, and who was at the other ends."""
        known = dict(FILE["customers"])  # type: ignore[call-overload]
        known = {ALICE_TEXT: known["person"]} if alice else {}
        return self.write("customers.json", FILE | {"customers": known, "outside": outside})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    node = closed_node()
    overlay = node.state()
    whole = genesis()  # a client reads the document strictly
    node.genesis = replace(
        node.genesis, participants=whole.participants, validators=whole.validators
    )
    for client in (ALICE, BOB):
        overlay.put(ACCOUNT, replace(require(overlay, ACCOUNT, client), holder=NO_ADDRESS))
    node.write(overlay)
    with served(node) as url:
        yield Desk(tmp_path, url, token_of(node, "bank"))


def test_what_is_missing_goes_to_a_private_file_and_then_the_report_is_whole(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.report(desk.case(), desk.customers({}, alice=False)) == Exit.FAILED
    listed = json.loads(desk.missing.read_text())
    assert listed["customers"] == [ALICE_TEXT]
    assert listed["outside"]
    assert stat.S_IMODE(desk.missing.stat().st_mode) == 0o600
    assert not desk.out.exists()
    named = dict.fromkeys(listed["outside"], STRANGER)
    assert desk.report(desk.case(), desk.customers(named)) == Exit.OK
    assert stat.S_IMODE(desk.out.stat().st_mode) == 0o600
    assert not desk.missing.exists()
    text = desk.out.read_text()
    assert all(word in text for word in (ALICE_TEXT, REASON, "Weber", "<report_code>STR<"))
    printed = capsys.readouterr()
    assert printed.out.startswith(f"transactions: {len(named)}, bytes: ")
    everything = printed.out + printed.err
    secrets = [ALICE_TEXT, REASON, "Khan", "Weber", "BKA-STR-1", *named]
    assert [word for word in secrets if word in everything] == []


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"accounts": [BANK_TEXT]}, Exit.FAILED, "accounts[0]: not an account"),
        ({"accounts": [ALICE_TEXT, "x"]}, Exit.FAILED, "accounts[1]: not an account"),
        ({"assets": ["PK0000000001"]}, Exit.FAILED, "assets[0]: not money of PKR"),
        ({"assets": []}, Exit.FAILED, "1 to 1000 transactions"),
        ({"reason": ""}, Exit.NO_INPUT, "not valid at `$.reason`"),
        ({"toDate": "2099-01-01"}, Exit.FAILED, f"the business date is {BUSINESS_DATE}"),
        ({"fromDate": "2099-01-01"}, Exit.FAILED, f"the business date is {BUSINESS_DATE}"),
        ({"more": 1}, Exit.NO_INPUT, "not valid at its top"),
        ({REASON: 1}, Exit.NO_INPUT, "not valid at its top"),
    ],
)
def test_what_makes_no_report_is_told_by_its_place(
    desk: Desk,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, object],
    status: Exit,
    words: str,
) -> None:
    assert desk.report(desk.case(**changes), desk.customers({})) == status
    said = capsys.readouterr().err
    assert words in said
    assert [word for word in (ALICE_TEXT, BANK_TEXT, REASON) if word in said] == []
    assert not desk.out.exists()


def test_another_currency_than_the_ledgers_is_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rupees were reported as dollars."""
    case = desk.case(assets=[])
    assert desk.report(case, desk.customers({}), "--currency", "USD") == Exit.FAILED
    assert "the ledger's money is in PKR, not in USD" in capsys.readouterr().err
    assert not desk.out.exists()


def test_files_that_others_may_read_are_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    case = desk.case()
    case.chmod(0o644)
    assert desk.report(case, desk.customers({})) == Exit.NO_INPUT
    assert "others may read it" in capsys.readouterr().err


def test_a_report_is_not_written_over(desk: Desk) -> None:
    desk.out.write_text("kept")
    assert desk.report(desk.case(), desk.customers({})) == Exit.CANNOT_CREATE
    assert desk.out.read_text() == "kept"
