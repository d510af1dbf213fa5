"""A message that comes in, from bytes to the operation that it asks for.

Rules of this file:
1. Whatever is not understood is refused with the element. Nothing is ignored, nothing is guessed.
2. A message gives no authority: what comes out is an operation, which its party signs or does not.
   A header (head.001) may only say what the message says already.
"""

import datetime as dt
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
FindServicer = Callable[[bytes], Awaitable[bytes | None]]
"""Asks the ledger who services an account; None if the node shows no such account."""
FindDate = Callable[[], Awaitable[dt.date]]
"""Asks the ledger for its business date."""


class Ledger(NamedTuple):
    """What a message is compared with."""

    batch: FindBatch
    repo: FindRepo
    servicer: FindServicer
    business_date: FindDate


class _Said(NamedTuple):
    """What a message asks for, and who says it."""

    operation: msgspec.Struct
    party: bytes


async def operation_of_linked(
    directory: Directory, parts: Sequence[bytes], ledger: Ledger, defaults: Defaults
) -> msgspec.Struct:
    """The operation of messages about the parts of one batch. MessageRefused.

    They are sese.023 that are linked, or the sese.020 of all parts.
    """
    messages = [parse(data) for data in parts]
    senders = []
    for message in messages:
        check(message.identifier, message.root)
        if message.identifier not in (sese_023.MESSAGE, sese_020.MESSAGE):
            raise MessageRefused("Document", f"{message.identifier} stands alone")
        if message.identifier != messages[0].identifier:
            raise MessageRefused("Document", "all messages are of one kind")
        senders.append(sender_of(directory, message))
    roots = [message.root for message in messages]
    if messages[0].identifier == sese_020.MESSAGE:
        said = await _cancellation(directory, roots, ledger.batch)
    else:
        read = [sese_023_in.read(directory, root, defaults) for root in roots]
        for sender, part in zip(senders, read, strict=True):
            _compare_sender(directory, sender, part.party)
        said = _Said(await _batch(sese_023_in.joined(read), ledger.batch), read[0].party)
    for sender in senders:
        _compare_sender(directory, sender, said.party)
    return said.operation


async def operation_of(
    directory: Directory, data: bytes, ledger: Ledger, defaults: Defaults
) -> msgspec.Struct:
    """The operation. MessageRefused, with the path of the element.

    A sese.023 whose counterparty has instructed the same batch_id is the approval of that batch.
    """
    message = parse(data)
    check(message.identifier, message.root)
    sender = sender_of(directory, message)
    said = await _said(directory, message, ledger, defaults)
    _compare_sender(directory, sender, said.party)
    return said.operation


def _compare_sender(directory: Directory, sender: bytes | None, party: bytes) -> None:
    """A header names the party for which the message speaks."""
    if sender not in (None, party):
        raise MessageRefused("AppHdr/Fr", f"the message is one of {directory.address_text(party)}")


async def _said(
    directory: Directory, message: Message, ledger: Ledger, defaults: Defaults
) -> _Said:
    root = message.root
    match message.identifier:
        case sese_023.MESSAGE:
            return await _securities(directory, root, ledger.batch, defaults)
        case sese_020.MESSAGE:
            return await _cancellation(directory, [root], ledger.batch)
        case fxtr_014.MESSAGE:
            return await _exchange(directory, root, ledger.batch)
        case pacs_009.MESSAGE:
            return await _payment(directory, root, ledger)
        case collateral.PROPOSAL | collateral.SUBSTITUTION:
            return await _collateral(directory, message, ledger.repo)
        case other:
            raise MessageRefused("Document", f"{other} asks for nothing: mohur iso check")


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


async def _cancellation(directory: Directory, roots: Sequence[Element], find: FindBatch) -> _Said:
    """Of one batch: all its parts."""
    reference, parties = sese_020.batch_id_of(roots[0]), sese_020.parties(directory, roots[0])
    for root in roots[1:]:
        if sese_020.batch_id_of(root) != reference:
            raise MessageRefused(f"{sese_020.ROOT}/{sese_020.POOL}", "another batch")
        if sese_020.parties(directory, root)[0] != parties[0]:
            raise MessageRefused(f"{sese_020.ROOT}/{sese_020.MOVEMENT}", "another party")
    # A part may go the other way, or to a third participant: all who stand in the requests.
    others = [side for root in roots for side in sese_020.parties(directory, root)]
    for initiator in dict.fromkeys(others):
        batch = await find(initiator, reference)
        if batch is not None:
            return _Said(sese_020.cancellation(directory, roots, batch), parties[0])
    raise MessageRefused(
        f"{sese_020.ROOT}/{sese_020.REFERENCE}", f"no party has instructed {reference!r}"
    )


async def _exchange(directory: Directory, root: Element, find: FindBatch) -> _Said:
    read = fxtr_014.read(directory, root)
    batch = await find(read.other, read.operation.batch_id)
    if batch is None:
        return _Said(read.operation, read.party)
    return _Said(fxtr_014.approval(directory, root, read, batch), read.party)


async def _payment(directory: Directory, root: Element, ledger: Ledger) -> _Said:
    leg = pacs_009.read_leg(directory, root)
    if pacs_009.purpose_of(root) == pacs_009.CASH:
        sides = [await ledger.servicer(account or b"") for account in (leg.source, leg.target)]
        pacs_009.check_sides(directory, leg, sides)
        pacs_009.check_date(root, await ledger.business_date())
        return _Said(pacs_009.transfer_of(root, leg), leg.giver)
    reference = root.text_at(pacs_009.REFERENCE) or ""
    for initiator in (leg.giver, leg.taker):
        batch = await ledger.batch(initiator, reference)
        if batch is not None:
            return _Said(pacs_009.allocation(directory, root, batch), leg.giver)
    raise MessageRefused(
        f"{pacs_009.ROOT}/{pacs_009.REFERENCE}", f"neither party has instructed {reference!r}"
    )
