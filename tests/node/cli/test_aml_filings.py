"""`mohur aml seal`, `file`, `open` against a real server: what is filed, and what is never told."""

import datetime as dt
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from node.aml.filings import Filing, FilingKind, opened_filing
from node.cli.exits import Exit
from node.cli.root import status_of
from node.sdk.sealing import KeyPair, new_key
from tests.node.cli.test_auction import served
from tests.node.rpc.fake_genesis import BUSINESS_DATE, CHAIN_ID, address_of, digest_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import ALICE, BANK, participant
from tests.node.sdk.test_travel_readers import ROLES, ledger
from tokens import bech32m
from tokens.codec import encode
from tokens.execution import RUNNER
from tokens.jsonform import PREFIX_TEST
from tokens.ops.reports import AnchorReports, FileReport
from tokens.records.parties import PARTICIPANT
from tokens.records.reports import REPORT, REPORTS_BY_DATE, SEALED_BYTES, Report
from tokens.reports import root_of
from tokens.transaction import DecodedTransaction, decode_transaction
from tokens.types import Role

T = TypeVar("T")
ALICE_TEXT = bech32m.encode(PREFIX_TEST, ALICE)
BANK_TEXT = bech32m.encode(PREFIX_TEST, BANK)
RAMP = "0x" + digest_of("ramp").hex()
NOTE = "see our letter of Monday"
STR = {
    "kind": "SUSPICIOUS",
    "follows": 6,
    "accounts": [ALICE_TEXT],
    "ramps": [RAMP],
    "note": NOTE,
}
FILED = Filing(
    kind=FilingKind.SUSPICIOUS,
    follows=6,
    accounts=(ALICE,),
    ramps=(digest_of("ramp"),),
    note=NOTE,
)


class Desk:
    """The files of a reporting officer and of the unit, and a node."""

    def __init__(self, folder: Path, node: FakeNode, url: str, keys: dict[str, KeyPair]) -> None:
        self.folder, self.node, self.url, self.keys = folder, node, url, keys
        self.out = folder / "opened.json"

    def filing(self, **changes: object) -> Path:
        """A private file."""
        path = self.folder / "filing.json"
        path.write_text(json.dumps(STR | changes))
        path.chmod(0o600)
        return path

    def run(self, command: str, *words: str, who: str = BANK_TEXT) -> int:
        """Status of a command about what is filed."""
        return status_of(["aml", command, who, *words, "--rpc", self.url])

    def open(self, who: str, operation: object) -> int:
        """Status of the reader's command."""
        sealed, key = self.folder / "operation.json", self.folder / f"{who}.key"
        sealed.write_text(json.dumps(operation))
        key.write_text(json.dumps({"privateKey": "0x" + self.keys[who].private.hex()}))
        words = ["--key", str(key), "--out", str(self.out), "--rpc", self.url]
        return status_of(["aml", "open", str(sealed), *words])

    def sent(self, of: type[T]) -> list[T]:
        """What was filed in the blocks that came after the small ledger's own."""
        found = []
        for block in self.node.blocks[2:]:
            for data in block.transactions:
                decoded = decode_transaction(data)
                assert isinstance(decoded, DecodedTransaction)
                for one in decoded.signed.transaction.operations:
                    found.append(RUNNER.decode(encode(one)))
        return [one for one in found if isinstance(one, of)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    keys = {name: new_key() for name in ROLES}
    node = ledger(keys)
    with served(node) as url:
        yield Desk(tmp_path, node, url, keys)


def test_a_filing_is_sealed_and_sent_and_opened_by_the_bank_and_the_unit(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    signing = ["--sender", BANK_TEXT, "--dev-key", "bank"]
    assert desk.run("file", "--filing", str(desk.filing()), *signing) == Exit.OK
    printed = capsys.readouterr()
    assert json.loads(printed.out)["status"] == "success"
    told = printed.out + printed.err
    assert [word for word in (ALICE_TEXT, RAMP, NOTE, "SUSPICIOUS") if word in told] == []
    (made,) = desk.sent(FileReport)
    assert (made.institution, len(made.sealed)) == (BANK, SEALED_BYTES)
    for who in ("bank", "unit"):
        assert opened_filing(CHAIN_ID, made, desk.keys[who].private) == FILED


@pytest.mark.parametrize("who", ["bank", "unit"])
def test_what_was_sealed_is_opened_into_the_same_private_file(
    desk: Desk, capsys: pytest.CaptureFixture[str], who: str
) -> None:
    assert desk.run("seal", "--filing", str(desk.filing())) == Exit.OK
    made = json.loads(capsys.readouterr().out)
    assert (made["type"], made["institution"]) == ("file_report", BANK_TEXT)
    assert desk.open("issuer", made) == Exit.REFUSED
    assert not desk.out.exists()
    assert desk.open(who, made) == Exit.OK
    assert stat.S_IMODE(desk.out.stat().st_mode) == 0o600
    assert json.loads(desk.out.read_text()) == STR
    assert capsys.readouterr().out == ""
    assert desk.open(who, made) == Exit.CANNOT_CREATE
    desk.out.unlink()
    assert desk.open(who, made | {"type": "submit_report"}) == Exit.USAGE


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "RUMOUR"}, "not valid at `$.kind`"),
        ({"follows": 0}, "follows: the number of the report before it is missing"),
        ({"kind": "ALERT"}, "follows: such a filing follows nothing"),
        ({"accounts": [ALICE_TEXT, "x"]}, "accounts[1]: no address"),
        ({"ramps": ["0x00"]}, "not valid at `$.ramps"),
        ({"more": 1}, "not valid"),
    ],
)
def test_what_is_no_filing_is_told_by_its_place_and_not_sent(
    desk: Desk, capsys: pytest.CaptureFixture[str], changes: dict[str, object], words: str
) -> None:
    assert desk.run("seal", "--filing", str(desk.filing(**changes))) == Exit.NO_INPUT
    printed = capsys.readouterr()
    assert (printed.out, words in printed.err) == ("", True)
    assert [word for word in (ALICE_TEXT, RAMP, NOTE) if word in printed.err] == []


def test_a_filing_that_others_may_read_is_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk.filing()
    path.chmod(0o644)
    assert desk.run("seal", "--filing", str(path)) == Exit.NO_INPUT
    assert "others may read it" in capsys.readouterr().err


def test_it_is_sealed_to_one_unit_and_an_institution_that_is_there(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(desk.filing())
    assert desk.run("seal", "--filing", path, who=ALICE_TEXT) == Exit.REFUSED
    assert "the institution is no participant" in capsys.readouterr().err
    second = replace(participant("second", (Role.FIU,)), encryption_key=new_key().public)
    overlay = desk.node.state()
    overlay.put(PARTICIPANT, second)
    desk.node.write(overlay)
    assert second.id == address_of("second")
    assert desk.run("seal", "--filing", path) == Exit.REFUSED
    assert "2 participants are the financial intelligence unit" in capsys.readouterr().err


def test_a_filing_is_opened_from_what_tx_get_answers(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.run("seal", "--filing", str(desk.filing())) == Exit.OK
    made = json.loads(capsys.readouterr().out)
    other = {"type": "transfer", "sealed": "0x00"}
    answer = {"txId": "0x00", "transaction": {"operations": [other, made]}}
    assert desk.open("unit", answer) == Exit.OK
    assert json.loads(desk.out.read_text()) == STR
    desk.out.unlink()
    odds: list[object] = [[], [made, made], [other], {"transaction": {}}, 7]
    for odd in odds:
        assert desk.open("unit", odd) == Exit.USAGE
        assert "operations file_report in it" in capsys.readouterr().err


def test_a_date_is_anchored_by_the_root_that_the_ledger_finds(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of what was filed on it; nothing was filed on the day before, which has a root, too."""
    filed = [report for report in _reports(desk.node) if report.filed_on == BUSINESS_DATE]
    assert filed
    for date, found in ((BUSINESS_DATE, filed), (BUSINESS_DATE - dt.timedelta(days=1), [])):
        words = ["--on", str(date), "--sender", BANK_TEXT, "--dev-key", "bank"]
        assert desk.run("anchor", *words) == Exit.OK
        capsys.readouterr()
        expected = AnchorReports(institution=BANK, date=date, root=root_of(found))
        assert desk.sent(AnchorReports)[-1] == expected
    assert desk.run("anchor", "--on", "today", "--sender", BANK_TEXT) == Exit.USAGE


def _reports(node: FakeNode) -> list[Report]:
    return node.state().scan(REPORT, REPORTS_BY_DATE, (BANK,), limit=100)


def test_the_chain_of_what_was_opened_is_checked(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a command: whoever opens filings cannot be asked to write a program."""
    files = {}
    for kind, follows in (("ALERT", 0), ("CASE", 2), ("SUSPICIOUS", 3)):
        files[kind] = desk.folder / f"{kind}.json"
        files[kind].write_text(json.dumps(STR | {"kind": kind, "follows": follows}))
        files[kind].chmod(0o600)
    words = [f"{n}={files[kind]}" for n, kind in ((2, "ALERT"), (3, "CASE"), (4, "SUSPICIOUS"))]
    asked = ["aml", "chain", "--rpc", desk.url]
    assert status_of([*asked, *words]) == Exit.OK
    assert capsys.readouterr().out == ""
    assert status_of([*asked, *words[1:]]) == Exit.FAILED
    told = capsys.readouterr()
    assert told.out == "report 3: CASE follows an earlier ALERT\n"
    assert [word for word in (ALICE_TEXT, RAMP, NOTE) if word in told.out + told.err] == []
    for odd in ("2", "x=file", words[0]):
        assert status_of([*asked, words[0], odd]) == Exit.USAGE
    files["CASE"].chmod(0o644)
    assert status_of([*asked, *words]) == Exit.NO_INPUT
