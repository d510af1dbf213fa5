"""pacs.009, financial institution credit transfer: the cash leg of a batch, or a transfer of money.

Rules of this file:
1. Purpose SECU stands for the cash leg of a batch. Coming in from who pays it, it is the order to
   set the cash aside (allocate_batch); it is never a transfer, or the security would be paid twice.
2. Purpose CASH stands for a transfer, and only comes in: what a transfer moved is told by camt.054.
   Its reference is the end-to-end reference. The ledger moves at once: a message of another date
   than the business date asks for something that it does not do.
"""

import datetime as dt
from collections.abc import Sequence

from node.iso20022.amounts import amount_of, number_of
from node.iso20022.directory import (
    ISSUER,
    Directory,
    institution_element,
    read_hex,
)
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import PACS_009
from node.iso20022.places import institution_at, refused, text_at
from node.iso20022.refusal import MessageRefused, NotSayable
from tokens.ops.batch_steps import AllocateBatch
from tokens.ops.transfer import Transfer
from tokens.records.settlement import ISSUANCE, Batch, Leg

MESSAGE = PACS_009
ROOT = "FICdtTrf"
SECURITIES = "SECU"
CASH = "CASH"

_TX = "CdtTrfTxInf"
REFERENCE = f"{_TX}/PmtId/EndToEndId"


def cash_leg(directory: Directory, batch: Batch) -> Leg:
    """The one leg of a batch in money, between accounts that are known. NotSayable."""
    found = [leg for leg in batch.legs if directory.is_money(leg.asset)]
    if len(found) != 1:
        raise NotSayable(f"{len(found)} cash legs: a message says one")
    return found[0]


def written(directory: Directory, batch: Batch, created: dt.datetime) -> Element:
    """The cash leg of a batch. NotSayable while its accounts are not both named."""
    leg = cash_leg(directory, batch)
    if leg.source in (None, ISSUANCE) or leg.target is None:
        raise NotSayable("the cash leg has no account to debit and to credit yet")
    currency = directory.asset(leg.asset).currency
    return node(
        ROOT,
        node(
            "GrpHdr",
            node("MsgId", batch.batch_id),
            node("CreDtTm", created.isoformat(timespec="seconds")),
            node("NbOfTxs", "1"),
            node("SttlmInf", node("SttlmMtd", "CLRG"), nested("ClrSys/Prtry", ISSUER)),
        ),
        node(
            _TX,
            nested("PmtId/EndToEndId", batch.batch_id),
            node(
                "IntrBkSttlmAmt",
                number_of(leg.quantity, currency, directory.minor_digits),
                Ccy=currency,
            ),
            node("IntrBkSttlmDt", str(batch.isd)),
            institution_element(directory, "Dbtr", leg.giver),
            _account("DbtrAcct", leg.source or b"", leg.asset),
            institution_element(directory, "Cdtr", leg.taker),
            _account("CdtrAcct", leg.target or b"", leg.asset),
            nested("Purp/Cd", SECURITIES),
        ),
    )


def _account(name: str, address: bytes, asset_id: str) -> Element:
    return node(name, nested("Id/Othr/Id", address.hex()), nested("Tp/Prtry", asset_id))


# --- coming in -----------------------------------------------------------------------------------


def purpose_of(root: Element) -> str:
    """SECU or CASH. MessageRefused for others."""
    purpose = root.text_at(f"{_TX}/Purp/Cd")
    if purpose not in (SECURITIES, CASH):
        raise refused(root, f"{_TX}/Purp/Cd", f"{purpose!r}: SECU or CASH is understood")
    return purpose


def read_leg(directory: Directory, root: Element) -> Leg:
    """The payment as a leg. MessageRefused with the element."""
    _same(root, "GrpHdr/NbOfTxs", "1")
    _same(root, "GrpHdr/SttlmInf/ClrSys/Prtry", ISSUER)
    assets = [text_at(root, f"{_TX}/{side}/Tp/Prtry") for side in ("DbtrAcct", "CdtrAcct")]
    asset_id = assets[0]
    if assets[0] != assets[1]:
        raise refused(root, f"{_TX}/CdtrAcct/Tp/Prtry", "both accounts are of one money")
    if asset_id not in directory.assets or not directory.is_money(asset_id):
        raise refused(root, f"{_TX}/DbtrAcct/Tp/Prtry", f"{asset_id} is no money of this ledger")
    currency = directory.asset(asset_id).currency
    amount = root.at(f"{_TX}/IntrBkSttlmAmt")
    if amount is None or dict(amount.attributes)["Ccy"] != currency:
        raise refused(root, f"{_TX}/IntrBkSttlmAmt/@Ccy", f"{asset_id} is in {currency}")
    return Leg(
        asset=asset_id,
        quantity=amount_of(
            amount.text, currency, directory.minor_digits, f"{ROOT}/{_TX}/IntrBkSttlmAmt"
        ),
        giver=institution_at(directory, root, f"{_TX}/Dbtr"),
        taker=institution_at(directory, root, f"{_TX}/Cdtr"),
        source=_read_account(root, "DbtrAcct"),
        target=_read_account(root, "CdtrAcct"),
    )


def transfer_of(root: Element, leg: Leg) -> Transfer:
    """A payment with purpose CASH. MessageRefused."""
    return Transfer(
        asset=leg.asset,
        source=leg.source or b"",
        target=leg.target or b"",
        amount=leg.quantity,
        end_to_end_ref=text_at(root, REFERENCE),
    )


def check_sides(directory: Directory, leg: Leg, servicers: Sequence[bytes | None]) -> None:
    """MessageRefused unless Dbtr and Cdtr are the institutions of the accounts beside them.

    `servicers`: of source and target, None where the node does not show the account. A payer sees
    its own account; that of another institution it may not see.
    """
    for name, said, known in zip(("Dbtr", "Cdtr"), (leg.giver, leg.taker), servicers, strict=True):
        if known is None and name == "Dbtr":
            path = f"{ROOT}/{_TX}/DbtrAcct/Id/Othr/Id"
            raise MessageRefused(path, "no account that the node shows")
        if known not in (None, said):
            there = directory.address_text(known or b"")
            raise MessageRefused(f"{ROOT}/{_TX}/{name}", f"the account is at {there}")


def check_date(root: Element, business_date: dt.date) -> None:
    """MessageRefused for a transfer of another date: the ledger moves at once."""
    stated = root.text_at(f"{_TX}/IntrBkSttlmDt")
    if stated not in (None, str(business_date)):
        raise refused(root, f"{_TX}/IntrBkSttlmDt", f"the business date is {business_date}")


def allocation(directory: Directory, root: Element, batch: Batch) -> AllocateBatch:
    """A payment with purpose SECU, for its batch. MessageRefused with what differs."""
    said = read_leg(directory, root)
    try:
        leg = cash_leg(directory, batch)
    except NotSayable as error:
        raise refused(root, REFERENCE, str(error)) from None
    for name, path in (
        ("asset", "DbtrAcct/Tp/Prtry"),
        ("quantity", "IntrBkSttlmAmt"),
        ("giver", "Dbtr"),
        ("taker", "Cdtr"),
        ("source", "DbtrAcct/Id/Othr/Id"),
        ("target", "CdtrAcct/Id/Othr/Id"),
    ):
        if getattr(said, name) != getattr(leg, name):
            raise refused(root, f"{_TX}/{path}", "the batch has another")
    stated = root.text_at(f"{_TX}/IntrBkSttlmDt")
    if stated is not None and stated != str(batch.isd):
        raise refused(root, f"{_TX}/IntrBkSttlmDt", f"the batch has {batch.isd}")
    return AllocateBatch(initiator=batch.initiator, batch_id=batch.batch_id)


def _read_account(root: Element, name: str) -> bytes:
    path = f"{_TX}/{name}/Id/Othr/Id"
    address = read_hex(text_at(root, path), f"{ROOT}/{path}")
    if address == ISSUANCE:
        raise refused(root, path, "no account")
    return address


def _same(root: Element, path: str, expected: str) -> None:
    if root.text_at(path) != expected:
        raise refused(root, path, f"only {expected} is understood")
