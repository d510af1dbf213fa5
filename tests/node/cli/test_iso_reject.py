"""`mohur iso reject`: the sese.024 of an instruction that the ledger refused, out and in."""

import json
from pathlib import Path

import pytest

from node.api import StoredBlock
from node.cli import root
from node.cli.exits import Exit
from tests.node.cli.test_auction import served
from tests.node.cli.test_iso import BANK, ISSUER, with_open_trade
from tokens.results import Code


def test_who_instructed_in_vain_is_told_why(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An instruction that the ledger refused leaves no batch, and there was no message of it."""
    node = with_open_trade()
    decide = node.decide

    def refuse() -> StoredBlock:
        return decide(dict.fromkeys(node.pool, (int(Code.ALREADY_EXISTS), ())))

    node.decide = refuse  # type: ignore[method-assign, assignment]
    came, operation, told = tmp_path / "in.xml", tmp_path / "op.json", tmp_path / "status.xml"
    with served(node) as url:

        def run(*words: str) -> str:
            assert root.status_of([*words, "--rpc", url]) == Exit.OK
            return capsys.readouterr().out

        came.write_text(run("iso", "export", "sese.023", ISSUER, "OPEN", "--party", BANK))
        operation.write_text(run("iso", "import", str(came)))
        signed = ("--sender", BANK, "--dev-key", "bank")
        words = ["tx", "send", "--json", str(operation), *signed, "--rpc", url]
        assert root.status_of(words) == Exit.FAILED
        sent = json.loads(capsys.readouterr().out)["txId"]
        told.write_text(run("iso", "reject", str(came), sent))
        about = ("--refused", str(came), sent)
        said = json.loads(run("iso", "check", str(told), *about))
        assert said["says"]["statuses"][0]["words"] == "7 ALREADY_EXISTS"
        assert said["differs"] == []
        told.write_text(told.read_text().replace("7 ALREADY", "8 ALREADY"))
        assert root.status_of(["iso", "check", str(told), *about, "--rpc", url]) == Exit.FAILED
        assert root.status_of(["iso", "reject", str(came), "0x12", "--rpc", url]) == Exit.USAGE
        both = ["iso", "check", str(told), *about, "--batch", ISSUER, "OPEN", "--rpc", url]
        assert root.status_of(both) == Exit.USAGE
