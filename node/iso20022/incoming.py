"""A message that comes in, from bytes to the operation that it asks for.

Rules of this file:
1. Whatever is not understood is refused with the element. Nothing is ignored, nothing is guessed.
2. A message gives no authority: what comes out is an operation, which its party signs or does not.
   A header (head.001) may only say what the message says already.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec

from node.iso20022 import collateral, fxtr_014, pacs_009, sese_020, sese_023, sese_023_in
from node.iso20022.directory import Directory
from node.iso20022.element import Element
from node.iso20022.header import sender_of
from node.iso20022.profile import check
from node.iso20022.reading import Message, parse
from node.iso20022.refusal import MessageRefused
from node.iso20022.sese_023 import Defaults
from tokens.records.repos import Repo
from tokens.records.settlement import Batch

FindBatch = Callable[[bytes, str], Awaitable[Batch | None]]
"""Asks the ledger for a batch: (initiator, batch_id)."""
FindRepo = Callable[[bytes], Awaitable[Repo | None]]
"""Asks the ledger for a repo by its id."""


class _Said(NamedTuple):
    """What a message asks for, and who says it."""

    operation: msgspec.Struct
    party: bytes


async def operation_of_linked(
    directory: Directory, parts: Sequence[bytes], find: FindBatch, defaults: Defaults
) -> msgspec.Struct:
    """The operation of sese.023 messages that are linked: one batch. MessageRefused."""
    read = []
    for data in parts:
        message = parse(data)
        check(message.identifier, message.root)
        if message.identifier != sese_023.MESSAGE:
            raise MessageRefused("Document", f"{message.identifier} stands alone")
        sender = sender_of(directory, message)
        read.append(sese_023_in.read(directory, message.root, defaults))
        _compare_sender(directory, sender, read[-1].party)
    return await _batch(sese_023_in.joined(read), find)


async def operation_of(
    directory: Directory,
    data: bytes,
    find: FindBatch,
    defaults: Defaults,
    find_repo: FindRepo,
) -> msgspec.Struct:
    """The operation. MessageRefused, with the path of the element.

    A sese.023 whose counterparty has instructed the same batch_id is the approval of that batch.
    """
    message = parse(data)
    check(message.identifier, message.root)
    sender = sender_of(directory, message)
    if message.identifier in (collateral.PROPOSAL, collateral.SUBSTITUTION):
        said = await _collateral(directory, message, find_repo)
    else:
        said = await _said(directory, message, find, defaults)
    _compare_sender(directory, sender, said.party)
    return said.operation


def _compare_sender(directory: Directory, sender: bytes | None, party: bytes) -> None:
    """A header names the party for which the message speaks."""
    if sender not in (None, party):
        raise MessageRefused("AppHdr/Fr", f"the message is one of {directory.address_text(party)}")


async def _said(
    directory: Directory, message: Message, find: FindBatch, defaults: Defaults
) -> _Said:
    match message.identifier:
        case sese_023.MESSAGE:
            return await _securities(directory, message.root, find, defaults)
        case sese_020.MESSAGE:
            return await _cancellation(directory, message.root, find)
        case fxtr_014.MESSAGE:
            return await _exchange(directory, message.root, find)
        case pacs_009.MESSAGE:
            return await _payment(directory, message.root, find)
        case other:
            raise MessageRefused("Document", f"{other} goes out only")


async def _collateral(directory: Directory, message: Message, find_repo: FindRepo) -> _Said:
    root = message.root
    repo = await find_repo(collateral.repo_of(root))
    if repo is None:
        raise MessageRefused(f"{root.name}/Agrmt/AgrmtId", "no repo of this ledger")
    if message.identifier == collateral.PROPOSAL:
        return _Said(collateral.read_proposal(directory, root, repo), repo.terms.seller)
    return _Said(collateral.read_substitution(directory, root, repo), repo.terms.seller)


async def _securities(
    directory: Directory, root: Element, find: FindBatch, defaults: Defaults
) -> _Said:
    read = sese_023_in.read(directory, root, defaults)
    if read.others is not None:
        raise MessageRefused(f"{sese_023_in.ROOT}/Lnkgs", "a part of a batch: give all messages")
    return _Said(await _batch(read, find), read.party)


async def _batch(read: sese_023_in.Instruction, find: FindBatch) -> msgspec.Struct:
    """Instructed, or agreed to if one of the others has instructed it."""
    for initiator in read.counterparties:
        batch = await find(initiator, read.operation.batch_id)
        if batch is not None:
            return sese_023_in.approval(read, batch)
    return read.operation


async def _cancellation(directory: Directory, root: Element, find: FindBatch) -> _Said:
    reference = root.text_at(sese_020.REFERENCE) or ""
    parties = sese_020.parties(directory, root)
    for initiator in parties:
        batch = await find(initiator, reference)
        if batch is not None:
            return _Said(sese_020.cancellation(directory, root, batch), parties[0])
    raise MessageRefused(
        f"{sese_020.ROOT}/{sese_020.REFERENCE}", f"neither party has instructed {reference!r}"
    )


async def _exchange(directory: Directory, root: Element, find: FindBatch) -> _Said:
    read = fxtr_014.read(directory, root)
    batch = await find(read.other, read.operation.batch_id)
    if batch is None:
        return _Said(read.operation, read.party)
    return _Said(fxtr_014.approval(directory, root, read, batch), read.party)


async def _payment(directory: Directory, root: Element, find: FindBatch) -> _Said:
    leg = pacs_009.read_leg(directory, root)
    if pacs_009.purpose_of(root) == pacs_009.CASH:
        return _Said(pacs_009.read_transfer(directory, root), leg.giver)
    reference = root.text_at(pacs_009.REFERENCE) or ""
    for initiator in (leg.giver, leg.taker):
        batch = await find(initiator, reference)
        if batch is not None:
            return _Said(pacs_009.allocation(directory, root, batch), leg.giver)
    raise MessageRefused(
        f"{pacs_009.ROOT}/{pacs_009.REFERENCE}", f"neither party has instructed {reference!r}"
    )
