"""One block: who proposed it, who signed it, what is in it."""

from node.explorer.ask import Ask
from node.explorer.failure import BadInput
from node.explorer.page import Cell, Facts, Page, Table
from node.explorer.pages.parts import columns, place
from node.explorer.route import Query
from node.explorer.show import hashed, height, number, path, text, time, tx
from node.sdk.errors import RpcFailed
from node.sdk.schema.chain import Block
from node.sdk.schema.common import Certificate, Receipt
from node.sdk.schema.consensus import ValidatorSetInfo

RECEIPTS_MAX = 50
"""Of one batch of calls."""


async def block(ask: Ask, query: Query) -> Page:
    """The page `/blocks/{block}`: a height or a hash."""
    tag = query.part("block")
    is_height = tag.isascii() and tag.isdecimal() and len(tag) < 19
    if not is_height and not tag.startswith("0x"):
        raise BadInput("a block is a height, or a hash that begins with 0x")
    asked: int | str = int(tag) if is_height else tag
    found = await ask.call("chain_getBlock", {"block": asked}, of=Block)
    header = found.header
    certificate = await ask.call("chain_getCommit", {"block": header.height}, of=Certificate)
    members = await ask.call("consensus_validators", {"height": header.height}, of=ValidatorSetInfo)
    parent = path("blocks", str(header.height - 1)) if header.height > 1 else ""
    facts = Facts(
        "Header",
        (
            ("Height", number(header.height)),
            ("Time", time(header.timestamp_ms)),
            ("Proposed by", text(header.proposer)),
            ("View", _view(header.origin_view, header.failed)),
            ("Transactions", number(len(found.transactions))),
            ("Done by the ledger itself", number(found.system_receipts)),
            ("Block hash", hashed(found.hash, whole=True)),
            ("State root", hashed(found.state_root, whole=True)),
            ("Receipts root", hashed(found.receipts_root, whole=True)),
            ("Parent", hashed(header.parent, parent, whole=True)),
            ("Transactions root", hashed(header.tx_root, whole=True)),
            ("Protocol version", number(header.version)),
        ),
        wide=True,
    )
    beside = [height(header.height - 1)] if header.height > 1 else []
    beside += [height(header.height + 1)] if header.height < ask.status.height else []
    return Page(
        title=f"Block {header.height}",
        lead=(
            text("Decided and final. Beside it:" if beside else "Decided and final."),
            *beside,
        ),
        sections=(facts, await _transactions(ask, query, found), _signers(certificate, members)),
    )


def _view(view: int, failed: tuple[str, ...]) -> tuple[Cell, ...]:
    said = f"failed before it: {', '.join(failed)}" if failed else ""
    return (number(view), Cell(said, tone="warn")) if said else (number(view),)


async def _transactions(ask: Ask, query: Query, found: Block) -> Table:
    first, count = place(query, "transactions"), min(ask.rows, RECEIPTS_MAX)
    shown = found.transactions[first : first + count]
    receipts = await ask.batch(
        [("tx_getReceipt", {"txId": "0x" + each.hex()}, Receipt | None) for each in shown]
    )
    rows = []
    for index, (tx_id, receipt) in enumerate(zip(shown, receipts, strict=True), start=first):
        rows.append((number(index), tx(tx_id), *_result(receipt)))
    return Table(
        "transactions",
        "Transactions",
        columns("#Place", "Transaction", "Result", "#Events"),
        tuple(rows),
        next=str(first + count) if first + count < len(found.transactions) else None,
        note="Ids are public; what a transaction did is shown to those whom it concerns.",
    )


def _result(receipt: object) -> tuple[Cell, Cell]:
    if isinstance(receipt, Receipt):
        tone = Cell(receipt.symbol, tone="good" if receipt.code == 0 else "bad")
        return tone, number(len(receipt.events))
    refused = isinstance(receipt, RpcFailed) and receipt.symbol == "UNAUTHORISED"
    return text("not shown" if refused else "not kept here", "quiet"), text("", "quiet")


def _signers(certificate: Certificate, members: ValidatorSetInfo) -> Table:
    signed = {each.validator: each for each in certificate.signatures}
    rows = []
    for member in members.validators:
        found = signed.get(member.id)
        rows.append(
            (
                text(member.id),
                Cell("signed", tone="good") if found else Cell("not in it", tone="quiet"),
                hashed(member.public_key),
                hashed(found.signature) if found else text(""),
            )
        )
    return Table(
        "certificate",
        "Commit certificate",
        columns("Validator", "Signature", "Key", "Bytes"),
        tuple(rows),
        note=f"{len(signed)} of {len(members.validators)} validators signed this block and its "
        f"result in view {certificate.view}; {members.quorum} are needed. A certificate holds as "
        "many as its maker had; one who is not in it may have signed as well.",
    )
