"""A message that comes in, from bytes to the operation that it asks for.

Rules of this file:
1. Whatever is not understood is refused with the element. Nothing is ignored, nothing is guessed.
2. A message gives no authority: what comes out is an operation, which its party signs or does not.
"""

from collections.abc import Awaitable, Callable

import msgspec

from node.iso20022 import pacs_009, sese_023, sese_023_in
from node.iso20022.directory import Directory
from node.iso20022.element import Element
from node.iso20022.profile import check
from node.iso20022.reading import parse
from node.iso20022.refusal import MessageRefused
from node.iso20022.sese_023 import Defaults
from tokens.records.settlement import Batch

FindBatch = Callable[[bytes, str], Awaitable[Batch | None]]
"""Asks the ledger for a batch: (initiator, batch_id)."""


async def operation_of(
    directory: Directory, data: bytes, find: FindBatch, defaults: Defaults
) -> msgspec.Struct:
    """The operation. MessageRefused, with the path of the element.

    A sese.023 whose counterparty has instructed the same batch_id is the approval of that batch.
    """
    message = parse(data)
    check(message.identifier, message.root)
    match message.identifier:
        case sese_023.MESSAGE:
            return await _securities(directory, message.root, find, defaults)
        case pacs_009.MESSAGE:
            return await _payment(directory, message.root, find)
        case other:
            raise MessageRefused("Document", f"{other} goes out only")


async def _securities(
    directory: Directory, root: Element, find: FindBatch, defaults: Defaults
) -> msgspec.Struct:
    read = sese_023_in.read(directory, root, defaults)
    batch = await find(read.counterparty, read.operation.batch_id)
    return read.operation if batch is None else sese_023_in.approval(read, batch)


async def _payment(directory: Directory, root: Element, find: FindBatch) -> msgspec.Struct:
    if pacs_009.purpose_of(root) == pacs_009.CASH:
        return pacs_009.read_transfer(directory, root)
    leg = pacs_009.read_leg(directory, root)
    reference = root.text_at(pacs_009.REFERENCE) or ""
    for initiator in (leg.giver, leg.taker):
        batch = await find(initiator, reference)
        if batch is not None:
            return pacs_009.allocation(directory, root, batch)
    raise MessageRefused(
        f"{pacs_009.ROOT}/{pacs_009.REFERENCE}", f"neither party has instructed {reference!r}"
    )
