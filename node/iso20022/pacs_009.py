"""pacs.009, financial institution credit transfer: the cash leg of a batch, or a transfer of money.

Rules of this file:
1. Purpose SECU stands for the cash leg of a batch. Coming in from who pays it, it is the order to
   set the cash aside (allocate_batch); it is never a transfer, or the security would be paid twice.
2. Purpose CASH stands for a transfer. Its reference is the end-to-end reference.
"""

import datetime as dt

from node.iso20022.amounts import amount_of, number_of
from node.iso20022.directory import (
    ISSUER,
    Directory,
    institution_element,
    participant_by_lei,
    read_hex,
)
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import PACS_009
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
    return _document(directory, leg, batch.batch_id, batch.isd, created, SECURITIES)


def written_transfer(
    directory: Directory, leg: Leg, reference: str, settled: dt.date, created: dt.datetime
) -> Element:
    """A transfer of money between two participants' accounts. NotSayable without reference."""
    if not reference:
        raise NotSayable("a transfer without end-to-end reference")
    return _document(directory, leg, reference, settled, created, CASH)


def _document(
    directory: Directory,
    leg: Leg,
    reference: str,
    settled: dt.date,
    created: dt.datetime,
    purpose: str,
) -> Element:
    currency = directory.asset(leg.asset).currency
    return node(
        ROOT,
        node(
            "GrpHdr",
            node("MsgId", reference),
            node("CreDtTm", created.isoformat(timespec="seconds")),
            node("NbOfTxs", "1"),
            node("SttlmInf", node("SttlmMtd", "CLRG"), nested("ClrSys/Prtry", ISSUER)),
        ),
        node(
            _TX,
            nested("PmtId/EndToEndId", reference),
            node(
                "IntrBkSttlmAmt",
                number_of(leg.quantity, currency, directory.minor_digits),
                Ccy=currency,
            ),
            node("IntrBkSttlmDt", str(settled)),
            institution_element(directory, "Dbtr", leg.giver),
            _account("DbtrAcct", leg.source or b"", leg.asset),
            institution_element(directory, "Cdtr", leg.taker),
            _account("CdtrAcct", leg.target or b"", leg.asset),
            nested("Purp/Cd", purpose),
        ),
    )


def _account(name: str, address: bytes, asset_id: str) -> Element:
    return node(name, nested("Id/Othr/Id", address.hex()), nested("Tp/Prtry", asset_id))


# --- coming in -----------------------------------------------------------------------------------


def purpose_of(root: Element) -> str:
    """SECU or CASH. MessageRefused for others."""
    purpose = root.text_at(f"{_TX}/Purp/Cd")
    if purpose not in (SECURITIES, CASH):
        raise _refused(f"{_TX}/Purp/Cd", f"{purpose!r}: SECU or CASH is understood")
    return purpose


def read_leg(directory: Directory, root: Element) -> Leg:
    """The payment as a leg. MessageRefused with the element."""
    _same(root, "GrpHdr/NbOfTxs", "1")
    _same(root, "GrpHdr/SttlmInf/ClrSys/Prtry", ISSUER)
    assets = [_text(root, f"{_TX}/{side}/Tp/Prtry") for side in ("DbtrAcct", "CdtrAcct")]
    asset_id = assets[0]
    if assets[0] != assets[1]:
        raise _refused(f"{_TX}/CdtrAcct/Tp/Prtry", "both accounts are of one money")
    if asset_id not in directory.assets or not directory.is_money(asset_id):
        raise _refused(f"{_TX}/DbtrAcct/Tp/Prtry", f"{asset_id} is no money of this ledger")
    currency = directory.asset(asset_id).currency
    amount = root.at(f"{_TX}/IntrBkSttlmAmt")
    if amount is None or dict(amount.attributes)["Ccy"] != currency:
        raise _refused(f"{_TX}/IntrBkSttlmAmt/@Ccy", f"{asset_id} is in {currency}")
    return Leg(
        asset=asset_id,
        quantity=amount_of(
            amount.text, currency, directory.minor_digits, f"{ROOT}/{_TX}/IntrBkSttlmAmt"
        ),
        giver=_read_institution(directory, root, "Dbtr"),
        taker=_read_institution(directory, root, "Cdtr"),
        source=_read_account(root, "DbtrAcct"),
        target=_read_account(root, "CdtrAcct"),
    )


def read_transfer(directory: Directory, root: Element) -> Transfer:
    """A payment with purpose CASH. MessageRefused."""
    leg = read_leg(directory, root)
    return Transfer(
        asset=leg.asset,
        source=leg.source or b"",
        target=leg.target or b"",
        amount=leg.quantity,
        end_to_end_ref=_text(root, REFERENCE),
    )


def allocation(directory: Directory, root: Element, batch: Batch) -> AllocateBatch:
    """A payment with purpose SECU, for its batch. MessageRefused with what differs."""
    said = read_leg(directory, root)
    try:
        leg = cash_leg(directory, batch)
    except NotSayable as error:
        raise _refused(REFERENCE, str(error)) from None
    for name, path in (
        ("asset", "DbtrAcct/Tp/Prtry"),
        ("quantity", "IntrBkSttlmAmt"),
        ("giver", "Dbtr"),
        ("taker", "Cdtr"),
        ("source", "DbtrAcct/Id/Othr/Id"),
        ("target", "CdtrAcct/Id/Othr/Id"),
    ):
        if getattr(said, name) != getattr(leg, name):
            raise _refused(f"{_TX}/{path}", "the batch has another")
    stated = root.text_at(f"{_TX}/IntrBkSttlmDt")
    if stated is not None and stated != str(batch.isd):
        raise _refused(f"{_TX}/IntrBkSttlmDt", f"the batch has {batch.isd}")
    return AllocateBatch(initiator=batch.initiator, batch_id=batch.batch_id)


def _read_institution(directory: Directory, root: Element, name: str) -> bytes:
    path = f"{_TX}/{name}/FinInstnId"
    lei, own = root.text_at(f"{path}/LEI"), root.text_at(f"{path}/Othr/Id")
    if own is None:
        if lei is None:
            raise _refused(path, "LEI or Othr is missing")
        return participant_by_lei(directory, lei, f"{ROOT}/{path}/LEI").id
    _same(root, f"{path}/Othr/Issr", ISSUER)
    address = read_hex(own, f"{ROOT}/{path}/Othr/Id")
    found = directory.participants.get(address)
    if found is None or (lei is not None and lei != found.lei):
        raise _refused(f"{path}/Othr/Id", "no participant of this ledger, or another LEI")
    return address


def _read_account(root: Element, name: str) -> bytes:
    path = f"{_TX}/{name}/Id/Othr/Id"
    address = read_hex(_text(root, path), f"{ROOT}/{path}")
    if address == ISSUANCE:
        raise _refused(path, "no account")
    return address


def _text(root: Element, path: str) -> str:
    text = root.text_at(path)
    if text is None:
        raise _refused(path, "missing")
    return text


def _same(root: Element, path: str, expected: str) -> None:
    if root.text_at(path) != expected:
        raise _refused(path, f"only {expected} is understood")


def _refused(path: str, reason: str) -> MessageRefused:
    return MessageRefused(f"{ROOT}/{path}", reason)
