"""semt.002, securities balance custody report: what an account, or a bank's accounts, hold.

Securities only: money is told by camt.054. A position of zero is no holding and is left out.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

import msgspec

from node.iso20022.amounts import amount_of, number_of
from node.iso20022.directory import (
    Directory,
    instrument,
    party_elements,
    read_instrument,
    read_party,
)
from node.iso20022.element import Element, nested, node, says_true
from node.iso20022.paths import SEMT_002
from node.iso20022.profile import OCCURS_MAX
from node.iso20022.refusal import MessageRefused, NotSayable
from tokens.types import Address, AssetId, PositiveAmount

MESSAGE = SEMT_002
ROOT = "SctiesBalCtdyRpt"

Holdings = dict[str, int]
"""Asset -> minor units of face at the end of the business date."""

_ADDRESS = "BlckChainAdrOrWllt/Id"


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A position in one security."""

    asset: AssetId
    amount: PositiveAmount
    """Face, minor units."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What one account holds."""

    account: Address
    holdings: tuple[Holding, ...]
    """By asset."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a semt.002 says, beside its own id."""

    date: dt.date
    """Business date, at its end."""
    servicer: Address
    account: Address | None
    """The one account; None = all that the servicer services."""
    held: tuple[Held, ...]
    """By account; an account that holds nothing is left out."""


def report_of_account(
    directory: Directory, servicer: bytes, account: bytes, holdings: Holdings, date: dt.date
) -> Report:
    """The report of one account."""
    held = _held(directory, {account: holdings})
    return Report(date=date, servicer=servicer, account=account, held=held)


def report_of_bank(
    directory: Directory, servicer: bytes, accounts: Mapping[bytes, Holdings], date: dt.date
) -> Report:
    """The report of all accounts that a participant services. NotSayable for too many."""
    held = _held(directory, accounts)
    if len(held) > OCCURS_MAX:
        raise NotSayable(f"more than {OCCURS_MAX} accounts: ask for them one by one")
    return Report(date=date, servicer=servicer, account=None, held=held)


def _held(directory: Directory, accounts: Mapping[bytes, Holdings]) -> tuple[Held, ...]:
    found = []
    for account in sorted(accounts):
        holdings = tuple(
            [
                Holding(asset=asset, amount=accounts[account][asset])
                for asset in sorted(accounts[account])
                if accounts[account][asset] and not directory.is_money(asset)
            ]
        )
        if holdings:
            found.append(Held(account=account, holdings=holdings))
    return tuple(found)


def written(directory: Directory, report: Report, ref: str) -> Element:
    """The message. NotSayable."""
    whole = report.account is None
    address = report.servicer if report.account is None else report.account
    return node(
        ROOT,
        node("Pgntn", node("PgNb", "1"), node("LastPgInd", "true")),
        node(
            "StmtGnlDtls",
            node("StmtId", ref),
            nested("StmtDtTm/Dt", str(report.date)),
            nested("Frqcy/Cd", "ADHO"),
            nested("UpdTp/Cd", "COMP"),
            nested("StmtBsis/Cd", "SETT"),
            node("ActvtyInd", "true" if report.held else "false"),
            node("SubAcctInd", "true" if whole else "false"),
        ),
        node("AcctSvcr", *party_elements(directory, report.servicer)),
        nested(_ADDRESS, directory.address_text(address)),
        *(_accounts(directory, report.held) if whole else _own(directory, report.held)),
    )


def _own(directory: Directory, held: tuple[Held, ...]) -> list[Element]:
    return [element for one in held for element in _balances(directory, "BalForAcct", one)]


def _accounts(directory: Directory, held: tuple[Held, ...]) -> list[Element]:
    return [
        node(
            "SubAcctDtls",
            nested(_ADDRESS, directory.address_text(one.account)),
            node("ActvtyInd", "true"),
            *_balances(directory, "BalForSubAcct", one),
        )
        for one in held
    ]


def _balances(directory: Directory, name: str, held: Held) -> list[Element]:
    return [
        node(
            name,
            instrument(holding.asset),
            node(
                "AggtBal",
                node("ShrtLngInd", "LONG"),
                nested(
                    "Qty/Qty/Qty/FaceAmt",
                    number_of(
                        holding.amount,
                        directory.asset(holding.asset).currency,
                        directory.minor_digits,
                    ),
                ),
            ),
        )
        for holding in held.holdings
    ]


# --- coming in -----------------------------------------------------------------------------------


def read(directory: Directory, root: Element) -> Report:
    """What a message says that followed its profile. MessageRefused with the element."""
    for path, value in (
        ("Pgntn/PgNb", ("1",)),
        ("Pgntn/LastPgInd", ("true", "1")),
    ):
        if root.text_at(path) not in value:
            raise MessageRefused(f"{ROOT}/{path}", f"only {value[0]} is understood")
    servicer = read_party(directory, root.at("AcctSvcr") or Element(name=""), f"{ROOT}/AcctSvcr")
    address = _address(directory, root, ROOT)
    whole = says_true(root.text_at("StmtGnlDtls/SubAcctInd"))
    if whole and address != servicer:
        raise MessageRefused(f"{ROOT}/{_ADDRESS}", "of all accounts it is the servicer's address")
    other = root.at("BalForAcct" if whole else "SubAcctDtls")
    if other is not None:
        raise MessageRefused(f"{ROOT}/{other.name}", "SubAcctInd says otherwise")
    held = _read_accounts(directory, root) if whole else _read_own(directory, root, address)
    if says_true(root.text_at("StmtGnlDtls/ActvtyInd")) != bool(held):
        raise MessageRefused(f"{ROOT}/StmtGnlDtls/ActvtyInd", "holdings say otherwise")
    return Report(
        date=dt.date.fromisoformat(root.text_at("StmtGnlDtls/StmtDtTm/Dt") or ""),
        servicer=servicer,
        account=None if whole else address,
        held=held,
    )


def _read_own(directory: Directory, root: Element, account: bytes) -> tuple[Held, ...]:
    holdings = tuple(_read_balances(directory, root, "BalForAcct", ROOT))
    return (Held(account=account, holdings=holdings),) if holdings else ()


def _read_accounts(directory: Directory, root: Element) -> tuple[Held, ...]:
    found: dict[bytes, Held] = {}
    for place, element in enumerate(root.all_at("SubAcctDtls")):
        path = f"{ROOT}/SubAcctDtls[{place}]"
        account = _address(directory, element, path)
        if account in found:
            raise MessageRefused(f"{path}/{_ADDRESS}", "twice")
        if not says_true(element.text_at("ActvtyInd")):
            raise MessageRefused(f"{path}/ActvtyInd", "only true is understood")
        holdings = tuple(_read_balances(directory, element, "BalForSubAcct", path))
        if not holdings:
            raise MessageRefused(f"{path}/BalForSubAcct", "missing")
        found[account] = Held(account=account, holdings=holdings)
    return tuple([found[account] for account in sorted(found)])


def _read_balances(
    directory: Directory, element: Element, name: str, above: str
) -> Iterator[Holding]:
    """By asset, in whatever order they stand."""
    found: dict[str, int] = {}
    for place, balance in enumerate(element.all_at(name)):
        path = f"{above}/{name}[{place}]"
        said = balance.at("FinInstrmId") or Element(name="")
        asset = read_instrument(directory, said, f"{path}/FinInstrmId")
        if asset in found:
            raise MessageRefused(f"{path}/FinInstrmId", "twice")
        if directory.is_money(asset):
            raise MessageRefused(f"{path}/FinInstrmId", "money is no security")
        face = "AggtBal/Qty/Qty/Qty/FaceAmt"
        text = balance.text_at(face)
        if text is None:
            raise MessageRefused(f"{path}/{face}", "missing")
        currency = directory.asset(asset).currency
        found[asset] = amount_of(text, currency, directory.minor_digits, f"{path}/{face}")
    for asset in sorted(found):
        yield Holding(asset=asset, amount=found[asset])


def _address(directory: Directory, element: Element, path: str) -> bytes:
    text = element.text_at(_ADDRESS)
    if text is None:
        raise MessageRefused(f"{path}/{_ADDRESS}", "missing")
    return directory.read_address(text, f"{path}/{_ADDRESS}")
