"""camt.054, bank to customer debit credit notification: postings of money in an account."""

import datetime as dt

from node.iso20022.amounts import Digits, number_of
from node.iso20022.directory import ISSUER, Directory
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import CAMT_054
from node.iso20022.refusal import NotSayable
from node.sdk.schema.statement import DatedStatement, StatementLine

MESSAGE = CAMT_054
ENTRIES_MAX = 1_000


def written(
    directory: Directory, statement: DatedStatement, message_id: str, created: dt.datetime
) -> Element:
    """One entry a posting. NotSayable for securities, and for more than ENTRIES_MAX postings."""
    if not directory.is_money(statement.asset):
        raise NotSayable(f"{statement.asset} is no money: semt.002 says holdings")
    if len(statement.lines) > ENTRIES_MAX:
        raise NotSayable(f"more than {ENTRIES_MAX} postings: ask for fewer dates")
    currency = directory.asset(statement.asset).currency
    return node(
        "BkToCstmrDbtCdtNtfctn",
        node(
            "GrpHdr",
            node("MsgId", message_id),
            node("CreDtTm", created.isoformat(timespec="seconds")),
        ),
        node(
            "Ntfctn",
            node("Id", message_id),
            node(
                "Acct",
                nested("Id/Othr/Id", statement.account.hex()),
                nested("Tp/Prtry", statement.asset),
                node("Ccy", currency),
            ),
            *[
                _entry(line, number, currency, directory.minor_digits)
                for number, line in enumerate(statement.lines)
            ],
        ),
    )


def _entry(line: StatementLine, number: int, currency: str, known: Digits) -> Element:
    amount = line.credit or line.debit
    return node(
        "Ntry",
        node("NtryRef", f"{line.height}-{line.index}-{number}"),
        node("Amt", number_of(amount, currency, known), Ccy=currency),
        node("CdtDbtInd", "CRDT" if line.credit else "DBIT"),
        nested("Sts/Cd", "BOOK"),
        nested("BookgDt/Dt", str(line.date)),
        node("AcctSvcrRef", line.tx_id[:16].hex()),
        nested("BkTxCd/Prtry", node("Cd", line.event), node("Issr", ISSUER)),
    )
