"""What commands that seal and send share: one transaction of ready operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from node.cli.exits import Exit
from node.cli.output import write_json
from node.cli.remote import call

if TYPE_CHECKING:
    from tokens.jsonform import Json


def send(url: str, operations: list[Json], signing: Mapping[str, object]) -> Exit:
    """One transaction; its receipt is printed. FAILED unless it succeeded."""
    from node.cli.transactions import Draft, sign

    rest = {"words": (), "memo": "", "client_ref": None, "valid_for": 100}
    draft = Draft(operations=list(operations), **(rest | dict(signing)))  # type: ignore[arg-type]
    signed = sign(url, draft)
    receipt = call(url, "tx_submitAndWait", {"transaction": "0x" + signed.data.hex()})
    write_json(receipt)
    good = isinstance(receipt, dict) and receipt.get("status") == "success"
    return Exit.OK if good else Exit.FAILED
