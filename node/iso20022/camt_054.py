"""camt.054, bank to customer debit credit notification: postings of money in an account.

Rules of this file:
1. It covers whole business dates, which FrToDt names: without it a message about no posting would
   say nothing. The standard has times there; those that stand in it say nothing.
"""

import datetime as dt

import msgspec

from node.iso20022.amounts import amount_of, number_of
from node.iso20022.directory import ISSUER, Directory, read_hex
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import CAMT_054
from node.iso20022.refusal import MessageRefused, NotSayable
from node.sdk.schema.statement import DatedStatement, StatementLine
from tokens.types import Address, Amount, AssetId

MESSAGE = CAMT_054
ROOT = "BkToCstmrDbtCdtNtfctn"
ENTRIES_MAX = 1_000

_ACCOUNT = "Ntfctn/Acct"
_FIRST, _LAST = "T00:00:00Z", "T23:59:59Z"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One posting: a debit or a credit, the other is 0."""

    ref: str
    """Height, index in its block, and number from 0 in the notification."""
    date: dt.date
    """Business date."""
    debit: Amount
    credit: Amount
    tx_ref: str
    """First 16 bytes of the transaction's id, 32 hex digits."""
    event: str
    """Of the receipt."""


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """What a camt.054 says of an account, beside its own id and time."""

    account: Address
    asset: AssetId
    from_date: dt.date
    """Business dates, both inclusive."""
    to_date: dt.date
    entries: tuple[Entry, ...]


def notification_of(directory: Directory, statement: DatedStatement) -> Notification:
    """One entry a posting. NotSayable for securities, and for more than ENTRIES_MAX postings."""
    if not directory.is_money(statement.asset):
        raise NotSayable(f"{statement.asset} is no money: semt.002 says holdings")
    if len(statement.lines) > ENTRIES_MAX:
        raise NotSayable(f"more than {ENTRIES_MAX} postings: ask for fewer dates")
    return Notification(
        account=statement.account,
        asset=statement.asset,
        from_date=statement.from_date,
        to_date=statement.to_date,
        entries=tuple([_entry_of(line, n) for n, line in enumerate(statement.lines)]),
    )


def _entry_of(line: StatementLine, number: int) -> Entry:
    return Entry(
        ref=f"{line.height}-{line.index}-{number}",
        date=line.date,
        debit=line.debit,
        credit=line.credit,
        tx_ref=line.tx_id[:16].hex(),
        event=line.event,
    )


def written(
    directory: Directory, told: Notification, message_id: str, created: dt.datetime
) -> Element:
    """The message. NotSayable."""
    currency = directory.asset(told.asset).currency
    return node(
        ROOT,
        node(
            "GrpHdr",
            node("MsgId", message_id),
            node("CreDtTm", created.isoformat(timespec="seconds")),
        ),
        node(
            "Ntfctn",
            node("Id", message_id),
            node(
                "FrToDt",
                node("FrDtTm", f"{told.from_date}{_FIRST}"),
                node("ToDtTm", f"{told.to_date}{_LAST}"),
            ),
            node(
                "Acct",
                nested("Id/Othr/Id", told.account.hex()),
                nested("Tp/Prtry", told.asset),
                node("Ccy", currency),
            ),
            *[_entry(directory, entry, currency) for entry in told.entries],
        ),
    )


def _entry(directory: Directory, entry: Entry, currency: str) -> Element:
    amount = entry.credit or entry.debit
    return node(
        "Ntry",
        node("NtryRef", entry.ref),
        node("Amt", number_of(amount, currency, directory.minor_digits), Ccy=currency),
        node("CdtDbtInd", "CRDT" if entry.credit else "DBIT"),
        nested("Sts/Cd", "BOOK"),
        nested("BookgDt/Dt", str(entry.date)),
        node("AcctSvcrRef", entry.tx_ref),
        nested("BkTxCd/Prtry", node("Cd", entry.event), node("Issr", ISSUER)),
    )


# --- coming in -----------------------------------------------------------------------------------


def read(directory: Directory, root: Element) -> Notification:
    """What a message says that followed its profile. MessageRefused with the element."""
    asset = _text(root, f"{_ACCOUNT}/Tp/Prtry", ROOT)
    if asset not in directory.assets or not directory.is_money(asset):
        raise MessageRefused(f"{ROOT}/{_ACCOUNT}/Tp/Prtry", f"{asset} is no money of this ledger")
    currency = directory.asset(asset).currency
    if _text(root, f"{_ACCOUNT}/Ccy", ROOT) != currency:
        raise MessageRefused(f"{ROOT}/{_ACCOUNT}/Ccy", f"{asset} is in {currency}")
    if root.text_at("Ntfctn/Id") != root.text_at("GrpHdr/MsgId"):
        raise MessageRefused(f"{ROOT}/Ntfctn/Id", "another than MsgId")
    dates = [_day(root, f"Ntfctn/FrToDt/{name}") for name in ("FrDtTm", "ToDtTm")]
    path = f"{_ACCOUNT}/Id/Othr/Id"
    entries = [
        _read_entry(directory, element, currency, f"{ROOT}/Ntfctn/Ntry[{place}]")
        for place, element in enumerate(root.all_at("Ntfctn/Ntry"))
    ]
    refs: set[str] = set()
    for place, entry in enumerate(entries):
        below = f"{ROOT}/Ntfctn/Ntry[{place}]"
        if entry.ref in refs:
            raise MessageRefused(f"{below}/NtryRef", "twice")
        if not dates[0] <= entry.date <= dates[1]:
            raise MessageRefused(f"{below}/BookgDt/Dt", "outside of FrToDt")
        refs.add(entry.ref)
    return Notification(
        account=read_hex(_text(root, path, ROOT), f"{ROOT}/{path}"),
        asset=asset,
        from_date=dates[0],
        to_date=dates[1],
        entries=tuple(entries),
    )


def _read_entry(directory: Directory, element: Element, currency: str, path: str) -> Entry:
    amount = element.at("Amt")
    if amount is None or dict(amount.attributes)["Ccy"] != currency:
        raise MessageRefused(f"{path}/Amt/@Ccy", f"the account is in {currency}")
    if element.text_at("Sts/Cd") != "BOOK":
        raise MessageRefused(f"{path}/Sts/Cd", "only BOOK is understood")
    if element.text_at("BkTxCd/Prtry/Issr") != ISSUER:
        raise MessageRefused(f"{path}/BkTxCd/Prtry/Issr", f"only {ISSUER} is understood")
    minor = amount_of(amount.text, currency, directory.minor_digits, f"{path}/Amt")
    credits_ = _text(element, "CdtDbtInd", path) == "CRDT"
    return Entry(
        ref=_text(element, "NtryRef", path),
        date=dt.date.fromisoformat(_text(element, "BookgDt/Dt", path)),
        debit=0 if credits_ else minor,
        credit=minor if credits_ else 0,
        tx_ref=read_hex(_text(element, "AcctSvcrRef", path), f"{path}/AcctSvcrRef").hex(),
        event=_text(element, "BkTxCd/Prtry/Cd", path),
    )


def _day(root: Element, path: str) -> dt.date:
    return dt.datetime.fromisoformat(_text(root, path, ROOT)).date()


def _text(element: Element, path: str, above: str) -> str:
    text = element.text_at(path)
    if text is None:
        raise MessageRefused(f"{above}/{path}", "missing")
    return text
