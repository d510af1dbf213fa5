"""`mohur iso` against a real server."""

import io
import json
from pathlib import Path

import msgspec
import pytest

from node.cli import root
from node.cli.exits import Exit
from node.iso20022.element import Element
from node.iso20022.profile import check
from node.iso20022.reading import parse
from tests.node.cli.test_auction import served
from tests.node.iso20022.golden import FOLDER
from tests.node.iso20022.repo_case import REPO
from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import BOND_ID, COIN, batch, small_node
from tokens import bech32m
from tokens.jsonform import PREFIX_TEST
from tokens.lookup import require
from tokens.records.repos import REPO as REPO_KIND
from tokens.records.repos import RepoStatus
from tokens.records.settlement import BATCH, BatchParty, BatchStatus, Leg

BANK = bech32m.encode(PREFIX_TEST, address_of("bank"))
ALICE = bech32m.encode(PREFIX_TEST, address_of("alice"))


def _message(out: str) -> tuple[str, Element]:
    """A message that follows its profile."""
    message = parse(out.encode())
    check(message.identifier, message.root)
    return message.identifier, message.root


def test_an_instruction_becomes_an_operation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The golden issue, between the two participants of the small ledger."""
    text = (FOLDER / "sese.023.001.11-dvp-deliverer.xml").read_text()
    lines = iter(text.split("<Id>\n          <NmAndAdr>"))
    out = next(lines)
    for party, rest in zip(("issuer", "bank"), lines, strict=True):
        own = f"<PrtryId><Id>{address_of(party).hex()}</Id><Issr>MOHUR</Issr></PrtryId></Id>"
        out += "<Id>" + own + rest.split("</LEI>", 1)[1]
    file = tmp_path / "in.xml"
    file.write_text(out)
    with served() as url:
        assert root.status_of(["iso", "import", str(file), "--rpc", url]) == Exit.OK
    (operation,) = json.loads(capsys.readouterr().out)
    assert operation["type"] == "instruct_batch"
    assert operation["batchId"] == "TRADE-7"
    assert [leg["quantity"] for leg in operation["legs"]] == ["10000000", "9838157"]
    assert operation["legs"][0]["taker"] == BANK


def test_a_message_that_is_refused_names_its_element(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in.xml"
    text = (FOLDER / "sese.023.001.11-dvp-deliverer.xml").read_text()
    file.write_text(text.replace("<TxId>", "<TxId>_"))
    with served() as url:
        assert root.status_of(["iso", "import", str(file), "--rpc", url]) == Exit.FAILED
    told = capsys.readouterr()
    assert told.out == ""
    assert "SctiesSttlmTxInstr/DlvrgSttlmPties/Pty1/LEI: 0 participants" in told.err


def test_postings_and_holdings_go_out(capsys: pytest.CaptureFixture[str]) -> None:
    with served() as url:
        dates = ["2025-07-03", "2025-07-03"]
        words = ["iso", "export", "camt.054", ALICE, "DPKR", *dates, "--id", "N-1", "--rpc", url]
        assert root.status_of(words) == Exit.OK
        name, notification = _message(capsys.readouterr().out)
        assert name == "camt.054.001.12"
        amounts = [entry.text for entry in notification.all_at("Ntfctn/Ntry/Amt")]
        assert amounts == ["10000.00", "0.01"]
        for holder, in_sums in ((ALICE, "false"), (BANK, "true")):
            words = ["iso", "export", "semt.002", holder, dates[0], "--id", "S-1", "--rpc", url]
            assert root.status_of(words) == Exit.OK
            name, report = _message(capsys.readouterr().out)
            assert name == "semt.002.001.11"
            assert report.text_at("StmtGnlDtls/SubAcctInd") == in_sums


@pytest.mark.parametrize(
    ("words", "says", "status"),
    [
        (["sese.023", BANK, "TRADE-1"], "0 securities legs and 1 cash legs", Exit.FAILED),
        (["sese.024", BANK, "TRADE-1"], "0 securities legs and 1 cash legs", Exit.FAILED),
        (["sese.025", BANK, "TRADE-1"], "Missing option '--settled-on'", Exit.USAGE),
        (["sese.027", BANK, "TRADE-1"], "Missing option '--id'", Exit.USAGE),
        (["sese.023", BANK, "TRADE-1", "--settled-on", "2025-07-03"], "No such option", Exit.USAGE),
        (["sese.024", BANK, "TRADE-1", "--id", "M-1"], "No such option", Exit.USAGE),
        (["fxtr.014", BANK, "TRADE-1", "--part", "1"], "No such option", Exit.USAGE),
        (["pacs.009", BANK, "TRADE-1", "--party", BANK], "No such option", Exit.USAGE),
        (["fxtr.014", BANK, "TRADE-1"], "an exchange has two legs", Exit.FAILED),
        (["sese.020", BANK, "TRADE-1"], "0 securities legs and 1 cash legs", Exit.FAILED),
        (["pacs.009", BANK, "TRADE-1"], "no account to debit and to credit yet", Exit.FAILED),
        (["pacs.009", BANK, "TRADE-2"], "NOT_FOUND", Exit.FAILED),
        (["pacs.009", "nobody", "TRADE-1"], "no address of this network", Exit.USAGE),
    ],
)
def test_what_cannot_be_said_is_told(
    capsys: pytest.CaptureFixture[str], words: list[str], says: str, status: Exit
) -> None:
    with served() as url:
        assert root.status_of(["iso", "export", *words, "--rpc", url]) == status
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err


def _with_trade() -> FakeNode:
    """The small ledger, and a settled sale of a bond by the issuer to the bank."""
    node = small_node()
    overlay = node.state()
    issuer, bank = address_of("issuer"), address_of("bank")
    alice, bob = address_of("alice"), address_of("bob")
    legs = (
        Leg(asset=BOND_ID, quantity=100, giver=issuer, taker=bank, source=alice, target=bob),
        Leg(asset=COIN, quantity=99, giver=bank, taker=issuer, source=bob, target=alice),
    )
    sale = msgspec.structs.replace(
        batch(), initiator=issuer, batch_id="SALE", legs=legs, status=BatchStatus.SETTLED, number=9
    )
    overlay.put(BATCH, sale)
    node.write(overlay)
    return node


def test_a_batch_goes_out_from_both_sides_and_the_others_comes_in_as_approval(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = bech32m.encode(PREFIX_TEST, address_of("issuer"))
    with served(_with_trade()) as url:
        for party, way in ((issuer, "DELI"), (BANK, "RECE")):
            words = ["iso", "export", "sese.025", issuer, "SALE", "--party", party]
            words += ["--settled-on", str(BUSINESS_DATE), "--rpc", url]
            assert root.status_of(words) == Exit.OK
            name, told = _message(capsys.readouterr().out)
            assert name == "sese.025.001.11"
            assert told.text_at("TxIdDtls/SctiesMvmntTp") == way
        words = ["iso", "export", "pacs.009", issuer, "SALE", "--rpc", url]
        assert root.status_of(words) == Exit.OK
        assert _message(capsys.readouterr().out)[0] == "pacs.009.001.11"
        words = ["iso", "export", "sese.023", issuer, "SALE", "--party", BANK, "--rpc", url]
        assert root.status_of(words) == Exit.OK
        text = capsys.readouterr().out
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert root.status_of(["iso", "import", "-", "--rpc", url]) == Exit.OK
    (operation,) = json.loads(capsys.readouterr().out)
    assert operation["type"] == "approve_batch"
    assert [entry["leg"] for entry in operation["accounts"]] == [0, 1]


def test_a_request_to_cancel_goes_behind_a_header_and_comes_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = bech32m.encode(PREFIX_TEST, address_of("issuer"))
    with served(_with_trade()) as url:
        words = ["iso", "export", "sese.020", issuer, "SALE", "--party", BANK, "--rpc", url]
        assert root.status_of(words) == Exit.OK
        text = capsys.readouterr().out
        assert _message(text)[0] == "sese.020.001.07"
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        words = ["iso", "wrap", "-", "--from", BANK, "--to", issuer, "--id", "M-1", "--rpc", url]
        assert root.status_of(words) == Exit.OK
        text = capsys.readouterr().out
        assert "<BizMsgIdr>M-1</BizMsgIdr>" in text
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert root.status_of(["iso", "import", "-", "--rpc", url]) == Exit.OK
    assert json.loads(capsys.readouterr().out) == [
        {"type": "cancel_batch", "initiator": issuer, "batchId": "SALE"}
    ]


def test_a_batch_of_two_parts_goes_out_and_comes_in_as_linked_messages(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    node = _with_trade()
    overlay = node.state()
    issuer = address_of("issuer")
    sale = require(overlay, BATCH, issuer, "SALE")
    more = msgspec.structs.replace(sale.legs[0], quantity=200)
    two = msgspec.structs.replace(sale, batch_id="TWO", legs=(*sale.legs, more), number=10)
    overlay.put(BATCH, two)
    node.write(overlay)
    name = bech32m.encode(PREFIX_TEST, issuer)
    with served(node) as url:
        words = ["iso", "export", "sese.023", name, "TWO", "--party", BANK, "--rpc", url]
        assert root.status_of(words) == Exit.USAGE
        assert "2 linked messages: --part 1 to 2" in capsys.readouterr().err
        assert root.status_of([*words, "--part", "3"]) == Exit.USAGE
        files = []
        for part in ("1", "2"):
            assert root.status_of([*words, "--part", part]) == Exit.OK
            files.append(tmp_path / part)
            files[-1].write_text(capsys.readouterr().out)
        assert root.status_of(["iso", "import", str(files[0]), "--rpc", url]) == Exit.FAILED
        assert "a part of a batch" in capsys.readouterr().err
        assert root.status_of(["iso", "import", *map(str, files), "--rpc", url]) == Exit.OK
    (operation,) = json.loads(capsys.readouterr().out)
    assert operation["type"] == "approve_batch"
    assert [entry["leg"] for entry in operation["accounts"]] == [0, 1, 2]


def test_collateral_of_a_repo_is_proposed_and_substituted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    node = small_node()
    overlay = node.state()
    terms = msgspec.structs.replace(
        REPO.terms, seller=address_of("issuer"), buyer=address_of("bank"), cash_asset=COIN
    )
    line = msgspec.structs.replace(REPO.lines[0], asset=BOND_ID)
    repo = msgspec.structs.replace(REPO, terms=terms, lines=(line,), status=RepoStatus.CLOSED)
    overlay.put(REPO_KIND, repo)
    node.write(overlay)
    name = "0x" + repo.id.hex()
    with served(node) as url:
        for message, words, kind in (
            ("colr.007", [BOND_ID, "100"], "add_collateral"),
            ("colr.010", ["0", "200", BOND_ID, "300"], "substitute_collateral"),
        ):
            asked = ["iso", "export", message, name, *words, "--id", "C-1", "--rpc", url]
            assert root.status_of(asked) == Exit.OK
            file = tmp_path / message
            file.write_text(capsys.readouterr().out)
            assert _message(file.read_text())[0].startswith(message)
            assert root.status_of(["iso", "import", str(file), "--rpc", url]) == Exit.OK
            (operation,) = json.loads(capsys.readouterr().out)
            assert (operation["type"], operation["repo"]) == (kind, name)
        words = [BOND_ID, "1", "--id", "C", "--rpc", url]
        for odd, status in (("0x12", Exit.USAGE), ("0x" + "0" * 64, Exit.FAILED)):
            assert root.status_of(["iso", "export", "colr.007", odd, *words]) == status
            assert capsys.readouterr().out == ""


def with_open_trade() -> FakeNode:
    """The settled sale; the same, not settled, that the bank has asked to cancel; one of two."""
    node = _with_trade()
    overlay = node.state()
    sale = require(overlay, BATCH, address_of("issuer"), "SALE")
    parties = tuple(
        BatchParty(
            participant=address_of(name), approved=True, allocated=False, cancels=name == "bank"
        )
        for name in ("issuer", "bank")
    )
    waiting = msgspec.structs.replace(
        sale, batch_id="OPEN", status=BatchStatus.MATCHED, parties=parties, number=10
    )
    overlay.put(BATCH, waiting)
    more = msgspec.structs.replace(sale.legs[0], quantity=200)
    two = msgspec.structs.replace(waiting, batch_id="TWO", legs=(*sale.legs, more), number=11)
    overlay.put(BATCH, two)
    node.write(overlay)
    return node


ISSUER = bech32m.encode(PREFIX_TEST, address_of("issuer"))
DAY = str(BUSINESS_DATE)
TOLD = [
    (["sese.024", ISSUER, "OPEN", "--party", BANK], ["--batch", ISSUER, "OPEN", "--party", BANK]),
    (["sese.024", ISSUER, "TWO", "--part", "2"], ["--batch", ISSUER, "TWO"]),
    (["sese.025", ISSUER, "SALE", "--settled-on", DAY], ["--batch", ISSUER, "SALE"]),
    (
        ["sese.025", ISSUER, "SALE", "--settled-on", DAY, "--party", BANK],
        ["--batch", ISSUER, "SALE"],
    ),
    (
        ["sese.027", ISSUER, "OPEN", "--party", BANK, "--id", "MSG-1"],
        ["--batch", ISSUER, "OPEN", "--party", BANK],
    ),
    (["camt.054", ALICE, "DPKR", "2025-07-03", "2025-07-03", "--id", "N-1"], []),
    (["semt.002", ALICE, "2025-07-03", "--id", "S-1"], []),
    (["semt.002", BANK, "2025-07-03", "--id", "S-1"], []),
]


@pytest.mark.parametrize(("words", "about"), TOLD, ids=lambda words: " ".join(words[:1]))
def test_what_goes_out_is_checked_and_the_ledger_says_the_same(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], about: list[str]
) -> None:
    file = tmp_path / "in.xml"
    with served(with_open_trade()) as url:
        assert root.status_of(["iso", "export", *words, "--rpc", url]) == Exit.OK
        file.write_text(capsys.readouterr().out)
        assert root.status_of(["iso", "check", str(file), *about, "--rpc", url]) == Exit.OK
        said = json.loads(capsys.readouterr().out)
        assert said["message"].startswith(words[0])
        assert said["says"]
        assert (said["sender"], said["differs"]) == (None, [])
        assert root.status_of(["iso", "import", str(file), "--rpc", url]) == Exit.FAILED
        assert "asks for nothing: mohur iso check" in capsys.readouterr().err


def test_a_confirmation_that_is_not_true_is_told_with_both_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "in.xml"
    words, about = TOLD[2]
    with served(with_open_trade()) as url:
        assert root.status_of(["iso", "export", *words, "--rpc", url]) == Exit.OK
        text = capsys.readouterr().out
        file.write_text(text.replace(">1.00</FaceAmt>", ">2.00</FaceAmt>"))
        assert file.read_text() != text
        assert root.status_of(["iso", "check", str(file), *about, "--rpc", url]) == Exit.FAILED
        told = capsys.readouterr()
        assert json.loads(told.out)["differs"] == [
            {"at": "quantity", "said": "200", "ledger": "100"}
        ]
        assert "the ledger has 1 facts otherwise" in told.err
        assert root.status_of(["iso", "check", str(file), "--rpc", url]) == Exit.USAGE
        assert "say --batch INITIATOR ID" in capsys.readouterr().err


def test_the_requests_of_both_parts_cancel_a_batch(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = []
    with served(with_open_trade()) as url:
        for part in ("1", "2"):
            words = ["iso", "export", "sese.020", ISSUER, "TWO", "--party", BANK, "--part", part]
            assert root.status_of([*words, "--rpc", url]) == Exit.OK
            files.append(tmp_path / part)
            files[-1].write_text(capsys.readouterr().out)
        assert root.status_of(["iso", "import", str(files[0]), "--rpc", url]) == Exit.FAILED
        assert "1 requests are missing" in capsys.readouterr().err
        assert root.status_of(["iso", "import", *map(str, files), "--rpc", url]) == Exit.OK
    assert json.loads(capsys.readouterr().out) == [
        {"type": "cancel_batch", "initiator": ISSUER, "batchId": "TWO"}
    ]
