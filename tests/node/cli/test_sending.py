"""`mohur tx` against a real server: what is built, and what is said of what came of it."""

import json
import re
from pathlib import Path

import pytest

from node.api import StoredBlock
from node.cli import root
from node.cli.exits import CommandFailed, Exit
from node.cli.remote import call
from node.cli.sending import of_trial
from tests.node.cli.test_auction import served
from tests.node.rpc.fake_genesis import address_of, digest_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import BOND_ID, COIN, small_node
from tokens import bech32m
from tokens.events import LedgerEvent
from tokens.events.parties import Approved, ProposalClosed, Proposed
from tokens.jsonform import PREFIX_MAIN, PREFIX_TEST
from tokens.lookup import require
from tokens.ops.instruments import terms_digest
from tokens.ops.proposals import Propose
from tokens.records.instruments import INSTRUMENT
from tokens.records.proposals import ProposalStatus
from tokens.results import Code
from tokens.transaction import DecodedTransaction, decode_transaction

BANK = bech32m.encode(PREFIX_TEST, address_of("bank"))
SIGNED = ("--sender", BANK, "--dev-key", "bank")
PROPOSAL, DIGEST = digest_of("a proposal"), digest_of("its operations")
APPROVE = (
    "tx",
    "send",
    "approve",
    f"proposal_id=0x{PROPOSAL.hex()}",
    f"operations_digest=0x{DIGEST.hex()}",
    *SIGNED,
)
FORCE = ("force_transfer", f"order_id=0x{DIGEST.hex()}", f"asset={COIN}", "amount=5")


def ending(code: Code, *events: LedgerEvent) -> FakeNode:
    """A node on which each transaction ends so."""
    node = small_node()
    decide = node.decide

    def ended() -> StoredBlock:
        return decide(dict.fromkeys(node.pool, (int(code), events)))

    node.decide = ended  # type: ignore[method-assign, assignment]
    return node


def newest(node: FakeNode) -> object:
    """The first operation of the newest transaction."""
    decoded = decode_transaction(node.blocks[-1].transactions[-1])
    assert isinstance(decoded, DecodedTransaction)
    return decoded.signed.transaction.operations[0]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (Code.NEEDS_APPROVAL, "NEEDS_APPROVAL; it needs the approval policy 'instrument'"),
        (Code.NOT_AUTHORISED, "--propose and --approver"),
        (Code.DIGEST_MISMATCH, "approve_instrument failed: DIGEST_MISMATCH; docs/operations.md"),
    ],
)
def test_a_failed_operation_is_named_with_what_to_do(
    capsys: pytest.CaptureFixture[str], code: Code, words: str
) -> None:
    operation = ("approve_instrument", f"asset={BOND_ID}", f"terms_digest=0x{DIGEST.hex()}")
    with served(ending(code)) as url:
        assert root.status_of(["tx", "send", *operation, *SIGNED, "--rpc", url]) == Exit.FAILED
    printed = capsys.readouterr()
    assert json.loads(printed.out)["symbol"] == code.name
    assert words in printed.err


@pytest.mark.parametrize("how", ["not final", "broken link"])
def test_who_gets_no_receipt_is_told_how_to_find_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    """The reference was drawn and forgotten: the same command again would have paid twice."""
    node = small_node()

    async def none_in_time(tx_id: bytes, timeout_ms: int) -> None:
        return None

    def broken(url: str, method: str, params: object = None) -> object:
        call(url, method, params)
        raise CommandFailed(f"{url} does not answer: reset", Exit.UNAVAILABLE)

    if how == "not final":
        monkeypatch.setattr(node, "wait_for_receipt", none_in_time)
    else:
        monkeypatch.setattr("node.cli.sending.call", broken)
    with served(node) as url:
        words = ["tx", "send", *FORCE, f"target={BANK}", *SIGNED, "--rpc", url]
        assert root.status_of(words) == Exit.UNAVAILABLE
        err = capsys.readouterr().err
        found = re.search(r"mohur tx get (0x[0-9a-f]{64}) tells .*--client-ref ([0-9a-f]{32})", err)
        assert found is not None
        monkeypatch.undo()
        told = root.status_of(["tx", "get", found[1], "--rpc", url])
        assert told == Exit.OK
        assert f'"clientRef": "0x{found[2]}"' in capsys.readouterr().out


def test_the_last_approval_of_a_proposal_that_fails_is_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It ended with 0 and a receipt of success: the code stood as a number in an event."""
    events = (
        Approved(proposal=PROPOSAL, approver=address_of("bank")),
        ProposalClosed(
            proposal=PROPOSAL,
            status=ProposalStatus.FAILED,
            code=Code.INSUFFICIENT_AVAILABLE,
            operation=1,
        ),
    )
    with served(ending(Code.OK, *events)) as url:
        assert root.status_of([*APPROVE, "--rpc", url]) == Exit.FAILED
    err = capsys.readouterr().err
    assert err == "mohur: the proposal failed in its operation 1: INSUFFICIENT_AVAILABLE\n"


def test_a_proposal_that_ran_or_waits_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    agreed = Approved(proposal=PROPOSAL, approver=address_of("bank"))
    ran = ProposalClosed(proposal=PROPOSAL, status=ProposalStatus.EXECUTED, code=0, operation=0)
    with served(ending(Code.OK, agreed, ran)) as url:
        assert root.status_of([*APPROVE, "--rpc", url]) == Exit.OK
    assert capsys.readouterr().err == ""
    with served(ending(Code.OK, agreed)) as url:
        assert root.status_of([*APPROVE, "--rpc", url]) == Exit.OK
    assert "the proposal waits for others" in capsys.readouterr().err


def test_operations_are_put_into_a_proposal(capsys: pytest.CaptureFixture[str]) -> None:
    made = Proposed(proposal=PROPOSAL, proposer=address_of("bank"), operations_digest=DIGEST)
    node = ending(Code.OK, made)
    names = ("issuer", "bank", "alice", "bob")
    approvers = sorted(address_of(name) for name in names)
    given = [bech32m.encode(PREFIX_TEST, address) for address in reversed(approvers)]
    options = [word for text in (*given, given[0]) for word in ("--approver", text)]
    words = ["tx", "send", *FORCE, f"target={given[0]}", *SIGNED, *options]
    with served(node) as url:
        assert root.status_of([*words, "--rpc", url]) == Exit.USAGE
        assert "--approver goes with --propose" in capsys.readouterr().err
        assert root.status_of([*words, "--propose", "2026-12-30", "--rpc", url]) == Exit.OK
    assert f"approve proposal_id=0x{PROPOSAL.hex()}" in capsys.readouterr().err
    proposal = newest(node)
    assert isinstance(proposal, Propose)
    assert proposal.approvers == tuple(approvers)
    assert len(proposal.operations) == 1
    assert str(proposal.expires_on) == "2026-12-30"


def test_names_stand_for_addresses_in_a_file_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "operations.json"
    file.write_text(json.dumps([{"type": "close_account", "id": "@alice"}]))
    with served() as url:
        words = ["tx", "encode", "--json", str(file), "--sender", BANK, "--rpc", url]
        assert root.status_of(words) == Exit.OK, capsys.readouterr().err


def test_a_new_address_is_one_of_the_network(capsys: pytest.CaptureFixture[str]) -> None:
    found = set()
    for is_dev, prefix in ((True, PREFIX_TEST), (False, PREFIX_MAIN)):
        with served(small_node(is_dev=is_dev)) as url:
            for words in ([], [], ["--zero"]):
                assert root.status_of(["tx", "new-address", *words, "--rpc", url]) == Exit.OK
        one, two, zero = capsys.readouterr().out.split()
        found |= {bech32m.decode(prefix, one), bech32m.decode(prefix, two)}
        assert bech32m.decode(prefix, zero) == bytes(16)
    assert len(found) == 4
    assert None not in found


def test_the_digest_of_terms_is_computed_here(capsys: pytest.CaptureFixture[str]) -> None:
    node = small_node()
    terms = require(node.state(), INSTRUMENT, BOND_ID).terms
    with served(node) as url:
        assert root.status_of(["tx", "terms-digest", BOND_ID, "--rpc", url]) == Exit.OK
        assert capsys.readouterr().out == f"0x{terms_digest(terms).hex()}\n"
        assert root.status_of(["tx", "terms-digest", "PK9", "--rpc", url]) == Exit.FAILED


def test_a_trial_says_both_the_proposal_and_what_it_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It said that the proposal would be taken, and not that it would fail with the last word."""
    alice, bob = (bech32m.encode(PREFIX_TEST, address_of(name)) for name in ("alice", "bob"))
    paid = ("transfer", f"asset={COIN}", f"source={alice}", f"target={bob}", "end_to_end_ref=")
    asked = ("amount=1", "--sender", BANK, "--propose", "2026-01-20")
    with served(small_node()) as url:
        assert root.status_of(["tx", "simulate", *paid, *asked, "--rpc", url]) == Exit.FAILED
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert (answer["ok"], [trial["ok"] for trial in answer["proposals"]]) == (True, [False])
    assert printed.err == (
        "mohur: what the proposal holds would fail, were all agreed,"
        " in its operation 0: CREDENTIAL_MISSING\n"
    )


@pytest.mark.parametrize(
    ("is_ok", "words"), [(True, "would succeed, were all agreed"), (None, "others' to know")]
)
def test_a_trial_whose_content_does_not_fail_is_no_failure(
    capsys: pytest.CaptureFixture[str], is_ok: bool | None, words: str
) -> None:
    assert of_trial({"ok": True, "proposals": [{"operation": 0, "ok": is_ok}]}) == Exit.OK
    assert words in capsys.readouterr().err
