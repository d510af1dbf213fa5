"""What commands that send share: one transaction, its receipt, and what came of it in a sentence.

Rules of this file:
1. The receipt goes to standard output as the node gave it, the sentence to standard error.
2. An approval that succeeds may run a proposal that fails: that is a failed command too. So is the
   trial of a proposal whose content would fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import click

from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_json
from node.cli.remote import call

if TYPE_CHECKING:
    from node.cli.transactions import Draft
    from tokens.jsonform import Json
    from tokens.transaction import DecodedTransaction


def send(url: str, operations: list[Json], signing: Mapping[str, object]) -> Exit:
    """One transaction of ready operations; its receipt is printed. FAILED unless it succeeded."""
    from node.cli.transactions import Draft

    rest = {"words": (), "memo": "", "client_ref": None, "valid_for": 100}
    draft = Draft(operations=list(operations), **(rest | dict(signing)))  # type: ignore[arg-type]
    return send_draft(url, draft)


def send_draft(url: str, draft: Draft) -> Exit:
    """The same of what the options say."""
    from node.cli.transactions import sign

    signed = sign(url, draft)
    answer = _submitted(url, signed)
    write_json(answer)
    receipt = cast("dict[str, object]", answer)
    if receipt.get("status") != "success":
        failed = signed.signed.transaction.operations[cast("int", receipt["operation"])]
        _say(_failure(failed, str(receipt["symbol"])))
        return Exit.FAILED
    return _of_proposals(cast("list[dict[str, object]]", receipt["events"]))


def _submitted(url: str, signed: DecodedTransaction) -> object:
    """The receipt. Who gets none is told how to find out: sent anew, it would enter twice."""
    try:
        return call(url, "tx_submitAndWait", {"transaction": "0x" + signed.data.hex()})
    except CommandFailed as error:
        if error.status is not Exit.UNAVAILABLE:
            raise
        reference = signed.signed.transaction.client_ref.hex()
        told = (
            f"{error}. It may still enter: mohur tx get 0x{signed.tx_id.hex()} tells what became"
            f" of it; with --client-ref {reference} the same command enters once at most"
        )
        raise CommandFailed(told, Exit.UNAVAILABLE) from None


def _of_proposals(events: list[dict[str, object]]) -> Exit:
    """What became of the proposals that the transaction made or agreed to."""
    from tokens.records.proposals import ProposalStatus
    from tokens.results import Code

    outcome = Exit.OK
    closed = {event["proposal"]: event for event in events if event["type"] == "proposal_closed"}
    for event in events:
        end = closed.get(event.get("proposal"))
        if event["type"] == "proposed" and end is None:
            _say(
                "the others agree with: mohur tx send approve "
                f"proposal_id={event['proposal']} operations_digest={event['operationsDigest']}"
            )
        if event["type"] == "approved" and end is None:
            read = f"mohur query gov_getProposal proposalId={event['proposal']}"
            _say(f"agreed; the proposal waits for others: {read}")
        if event is end and event["status"] == ProposalStatus.FAILED:
            code = Code(cast("int", event["code"]))
            _say(f"the proposal failed in its operation {event['operation']}: {code.name}")
            outcome = Exit.FAILED
    return outcome


def of_trial(answer: Mapping[str, object]) -> Exit:
    """What a simulation says, and what it says of each proposal's content, in a sentence."""
    outcome = Exit.OK if answer.get("ok") is True else Exit.FAILED
    for trial in cast("list[dict[str, object]]", answer.get("proposals", [])):
        if trial["ok"] is None:
            _say("what the proposal holds was not tried: it is others' to know")
            continue
        if trial["ok"]:
            _say("what the proposal holds would succeed, were all agreed")
            continue
        first = cast("list[dict[str, object]]", trial["failures"])[0]
        _say(
            "what the proposal holds would fail, were all agreed, in its operation "
            f"{first['operation']}: {first['symbol']}"
        )
        outcome = Exit.FAILED
    return outcome


def _failure(operation: object, symbol: str) -> str:
    from tokens.ops import SPEC_OF

    spec = SPEC_OF[type(operation)]  # type: ignore[index]
    next_step = {
        "NEEDS_APPROVAL": f"it needs the approval policy {spec.approval!r}: send it with --propose",
        "NOT_AUTHORISED": "it is another's to sign, or also another's: --propose and --approver",
    }
    return f"{spec.name} failed: {symbol}; {next_step.get(symbol, 'docs/operations.md')}"


def _say(sentence: str) -> None:
    click.echo(f"mohur: {sentence}", err=True)
