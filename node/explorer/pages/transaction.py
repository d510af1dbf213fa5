"""One transaction: each operation in a sentence, what became of it, balances before and after."""

import msgspec

from node.explorer.ask import Ask
from node.explorer.describe import rows_of, sentence_of, title_of
from node.explorer.failure import NotThere
from node.explorer.page import Cell, Download, Facts, Note, Page, Section, Table
from node.explorer.pages.parts import columns, hash_part
from node.explorer.route import Query
from node.explorer.show import hashed, height, number, path, text
from node.sdk.errors import RpcFailed
from node.sdk.schema.account import Statement
from node.sdk.schema.common import Receipt
from node.sdk.schema.tx import TransactionInfo
from tokens.events import LedgerEvent
from tokens.jsonform import Json
from tokens.types import NO_ADDRESS

OPERATIONS_MAX = 20
"""Operations whose fields are shown; the sentences of all are."""
BALANCES_MAX = 12
"""Accounts whose balances before and after are asked for."""


async def transaction(ask: Ask, query: Query) -> Page:
    """The page `/tx/{tx}`."""
    tx_id = hash_part(query, "tx")
    info = await ask.try_call("tx_get", {"txId": tx_id}, of=TransactionInfo)
    if isinstance(info, TransactionInfo):
        return await _whole(ask, tx_id, info)
    receipt = await ask.try_call("tx_getReceipt", {"txId": tx_id}, of=Receipt)
    if isinstance(receipt, RpcFailed):
        raise info
    facts = Facts(
        "What became of it", (("Transaction", Cell(tx_id, mono=True)), *_result(receipt)), wide=True
    )
    said = "Its operations are shown to their sender and to supervisors."
    return Page(
        title="Transaction",
        sections=(facts, Note(said, "quiet"), _events(ask, receipt), *await _around(ask, receipt)),
    )


async def _whole(ask: Ask, tx_id: str, info: TransactionInfo) -> Page:
    made = info.transaction
    facts = Facts(
        "What became of it",
        (
            ("Transaction", Cell(tx_id, mono=True)),
            ("Sender", ask.show.party(made.sender)),
            *(_result(info.receipt) if info.receipt else (("Result", text("waits", "warn")),)),
            ("Memo", text(made.memo)),
            ("Valid until height", number(made.valid_until)),
            ("Client reference", hashed(made.client_ref, whole=True)),
            ("Signatures", number(len(info.signatures))),
            ("Wire id", hashed(info.wire_id, whole=True)),
        ),
        wide=True,
    )
    sections: list[Section] = [facts, _operations(ask, made.operations)]
    if info.receipt is not None:
        sections += [_events(ask, info.receipt), *await _around(ask, info.receipt)]
    for index, operation in enumerate(made.operations[:OPERATIONS_MAX], start=1):
        title = f"Operation {index}: {title_of(type(operation)).lower()}"
        sections.append(Facts(title, tuple(rows_of(ask.show, operation))))
    return Page(
        title="Transaction",
        lead=sentence_of(ask.show, made.operations[0]) if len(made.operations) == 1 else (),
        sections=tuple(sections),
    )


def _result(receipt: Receipt) -> tuple[tuple[str, Cell | tuple[Cell, ...]], ...]:
    good = receipt.code == 0
    said = Cell(f"{receipt.symbol} ({receipt.code})", tone="good" if good else "bad")
    where = "" if good else f"at operation {receipt.operation + 1}; nothing was changed"
    proof = Cell("Download", path("tx", "0x" + receipt.tx_id.hex(), "proof"))
    return (
        ("Result", (said, text(where)) if where else said),
        ("Block", (height(receipt.height), text(f"place {receipt.index}", "quiet"))),
        ("Proof", proof),
    )


def _operations(ask: Ask, operations: tuple[msgspec.Struct, ...]) -> Table:
    rows = [
        (number(index), text(title_of(type(each))), joined(sentence_of(ask.show, each)))
        for index, each in enumerate(operations, start=1)
    ]
    return Table("operations", "Operations", columns("#No", "Operation", "In words"), tuple(rows))


def _events(ask: Ask, receipt: Receipt) -> Table:
    rows = [
        (number(index), text(title_of(type(each))), joined(sentence_of(ask.show, each)))
        for index, each in enumerate(receipt.events, start=1)
    ]
    note = "What happened, in order. An account of others is not shown."
    return Table("events", "Events", columns("#No", "Event", "In words"), tuple(rows), note=note)


def joined(cells: tuple[Cell, ...]) -> Cell:
    """Several cells as one text, for a row."""
    return Cell(" ".join([_said(cell) for cell in cells]).replace(" ;", ";") + ".")


def _said(cell: Cell) -> str:
    return f"{cell.text} {cell.unit}" if cell.unit else cell.text


async def _around(ask: Ask, receipt: Receipt) -> tuple[Section, ...]:
    """What the accounts of its movements had before and after its block; nothing if none moved."""
    touched = _touched(receipt.events)
    if not touched:
        return ()
    rows = []
    for account, asset in touched[:BALANCES_MAX]:
        params: dict[str, Json] = {
            "account": ask.show.address_text(account),
            "asset": asset,
            "fromHeight": receipt.height,
            "toHeight": receipt.height,
        }
        found = await ask.try_read("account_getStatement", params, of=Statement)
        if isinstance(found, RpcFailed):
            continue
        opening, closing = (ask.show.amount(each, asset) for each in (found.opening, found.closing))
        rows.append((ask.show.party(account), ask.show.asset(asset), opening, closing))
    table = Table(
        "balances",
        "Balances before and after the block",
        columns("Account", "Asset", "$Before", "$After"),
        tuple(rows),
        note=f"Of {len(rows)} of {len(touched)} accounts that units of this transaction touched.",
        empty="None that you may see.",
    )
    return (table,)


def _touched(events: tuple[LedgerEvent, ...]) -> list[tuple[bytes, str]]:
    found: dict[tuple[bytes, str], None] = {}
    for event in events:
        asset = getattr(event, "asset", None)
        for name in ("source", "target"):
            account = getattr(event, name, None)
            if isinstance(asset, str) and isinstance(account, bytes) and account != NO_ADDRESS:
                found[(account, asset)] = None
    return list(found)


async def proof(ask: Ask, query: Query) -> Download:
    """The file of `/tx/{tx}/proof`: receipt, transaction and their paths, as the node gave them."""
    tx_id = hash_part(query, "tx")
    answer = await ask.raw("tx_getProof", {"txId": tx_id})
    if answer is None:
        raise NotThere("this transaction has no receipt yet")
    body = msgspec.json.format(msgspec.json.encode(answer), indent=2)
    return Download(f"proof-{tx_id[2:18]}.json", "application/json", body)
