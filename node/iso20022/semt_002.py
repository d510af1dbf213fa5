"""semt.002, securities balance custody report: what an account, or a bank's accounts, hold.

Securities only: money is told by camt.054. A position of zero is no holding and is left out.
"""

import datetime as dt

from node.iso20022.amounts import number_of
from node.iso20022.directory import Directory, instrument, party_elements
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SEMT_002
from node.iso20022.profile import OCCURS_MAX
from node.iso20022.refusal import NotSayable

MESSAGE = SEMT_002

Holdings = dict[str, int]
"""Asset -> minor units of face at the end of the business date."""


def written(
    directory: Directory,
    servicer: bytes,
    account: bytes,
    holdings: Holdings,
    date: dt.date,
    ref: str,
) -> Element:
    """The report of one account."""
    balances = _balances(directory, "BalForAcct", holdings)
    return node(
        "SctiesBalCtdyRpt",
        *_head(date, ref, active=bool(balances), sub_accounts=False),
        node("AcctSvcr", *party_elements(directory, servicer)),
        nested("BlckChainAdrOrWllt/Id", directory.address_text(account)),
        *balances,
    )


def written_for_bank(
    directory: Directory, servicer: bytes, accounts: dict[bytes, Holdings], date: dt.date, ref: str
) -> Element:
    """The report of all accounts that a participant services, by address."""
    parts = [
        node(
            "SubAcctDtls",
            nested("BlckChainAdrOrWllt/Id", directory.address_text(account)),
            node("ActvtyInd", "true"),
            *balances,
        )
        for account in sorted(accounts)
        if (balances := _balances(directory, "BalForSubAcct", accounts[account]))
    ]
    if len(parts) > OCCURS_MAX:
        raise NotSayable(f"more than {OCCURS_MAX} accounts: ask for them one by one")
    return node(
        "SctiesBalCtdyRpt",
        *_head(date, ref, active=bool(parts), sub_accounts=True),
        node("AcctSvcr", *party_elements(directory, servicer)),
        nested("BlckChainAdrOrWllt/Id", directory.address_text(servicer)),
        *parts,
    )


def _head(date: dt.date, ref: str, *, active: bool, sub_accounts: bool) -> tuple[Element, ...]:
    return (
        node("Pgntn", node("PgNb", "1"), node("LastPgInd", "true")),
        node(
            "StmtGnlDtls",
            node("StmtId", ref),
            nested("StmtDtTm/Dt", str(date)),
            nested("Frqcy/Cd", "ADHO"),
            nested("UpdTp/Cd", "COMP"),
            nested("StmtBsis/Cd", "SETT"),
            node("ActvtyInd", "true" if active else "false"),
            node("SubAcctInd", "true" if sub_accounts else "false"),
        ),
    )


def _balances(directory: Directory, name: str, holdings: Holdings) -> list[Element]:
    return [
        node(
            name,
            instrument(asset_id),
            node(
                "AggtBal",
                node("ShrtLngInd", "LONG"),
                nested(
                    "Qty/Qty/Qty/FaceAmt",
                    number_of(
                        holdings[asset_id],
                        directory.asset(asset_id).currency,
                        directory.minor_digits,
                    ),
                ),
            ),
        )
        for asset_id in sorted(holdings)
        if holdings[asset_id] and not directory.is_money(asset_id)
    ]
