"""sese.025, securities settlement transaction confirmation: a settled batch, to one party."""

import datetime as dt

import msgspec

from node.iso20022.amounts import amount_of, number_of
from node.iso20022.directory import (
    Directory,
    instrument,
    party_elements,
    read_hex,
    read_instrument,
)
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SESE_025
from node.iso20022.places import date_at, party_at, text_at
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.trade import Trade, TradeName, date_element, optional
from tokens.records.settlement import BatchStatus
from tokens.types import Address, AssetId, PositiveAmount

MESSAGE = SESE_025
ROOT = "SctiesSttlmTxConf"


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What a sese.025 says."""

    trade: TradeName
    trade_ref: str
    """Empty where there is none."""
    uti: str
    """Empty where there is none."""
    trade_date: dt.date
    isd: dt.date
    settled_on: dt.date
    """Business date."""
    giver: Address
    """Participant that delivered the security."""
    taker: Address
    delivers: bool
    """Whether it is told to the giver."""
    issues: bool
    """Whether units came into being."""
    asset: AssetId
    quantity: PositiveAmount
    """Face, minor units."""
    account: Address | None
    """The party's account for the security; None for who issues."""
    cash_amount: PositiveAmount | None
    """Minor units; None = free of payment."""
    currency: str | None
    """ISO 4217; which money of it, the standard has no element for."""
    cash_account: Address | None
    """The party's account for the cash."""

    @property
    def party(self) -> bytes:
        """Participant to which it is told."""
        return self.giver if self.delivers else self.taker


def confirmation_of(directory: Directory, trade: Trade, settled_on: dt.date) -> Confirmation:
    """The confirmation to the trade's party. NotSayable for a batch that is not settled."""
    batch, cash = trade.batch, trade.cash
    if batch.status is not BatchStatus.SETTLED:
        raise NotSayable(f"the batch is {batch.status.name}, not settled")
    if not batch.isd <= settled_on <= batch.expires_on:
        raise NotSayable(f"it settled between {batch.isd} and {batch.expires_on}")
    return Confirmation(
        trade=trade.name,
        trade_ref=batch.trade_ref,
        uti=batch.uti,
        trade_date=batch.trade_date,
        isd=batch.isd,
        settled_on=settled_on,
        giver=trade.security.giver,
        taker=trade.security.taker,
        delivers=trade.delivers,
        issues=trade.issues,
        asset=trade.security.asset,
        quantity=trade.security.quantity,
        account=trade.security_account,
        cash_amount=None if cash is None else cash.quantity,
        currency=None if cash is None else directory.asset(cash.asset).currency,
        cash_account=trade.cash_account,
    )


def written(directory: Directory, told: Confirmation) -> Element:
    """The message. NotSayable."""
    digits = directory.minor_digits
    face = number_of(told.quantity, directory.asset(told.asset).currency, digits)
    account, cash_account = told.account, told.cash_account
    return node(
        ROOT,
        node(
            "TxIdDtls",
            node("AcctOwnrTxId", told.trade.tx_id),
            node("MktInfrstrctrTxId", told.trade.market_ref),
            node("SctiesMvmntTp", "DELI" if told.delivers else "RECE"),
            node("Pmt", "FREE" if told.cash_amount is None else "APMT"),
            optional("CmonId", told.trade_ref),
        ),
        node(
            "TradDtls",
            optional("TradId", told.uti),
            date_element("TradDt", told.trade_date),
            date_element("SttlmDt", told.isd),
            date_element("FctvSttlmDt", told.settled_on),
        ),
        instrument(told.asset),
        node(
            "QtyAndAcctDtls",
            nested("SttldQty/Qty/FaceAmt", face),
            None
            if account is None
            else nested("BlckChainAdrOrWllt/Id", directory.address_text(account)),
            None if cash_account is None else nested("CshAcct/Prtry", cash_account.hex()),
        ),
        nested("SttlmParams/SctiesTxTp/Cd", "ISSU" if told.issues else "TRAD"),
        nested("DlvrgSttlmPties/Pty1", *party_elements(directory, told.giver)),
        nested("RcvgSttlmPties/Pty1", *party_elements(directory, told.taker)),
        _money(directory, told),
    )


def _money(directory: Directory, told: Confirmation) -> Element | None:
    if told.cash_amount is None or told.currency is None:
        return None
    amount = number_of(told.cash_amount, told.currency, directory.minor_digits)
    return node(
        "SttldAmt",
        node("Amt", amount, Ccy=told.currency),
        node("CdtDbtInd", "CRDT" if told.delivers else "DBIT"),
    )


# --- coming in -----------------------------------------------------------------------------------


def read(directory: Directory, root: Element) -> Confirmation:
    """What a message says that followed its profile. MessageRefused with the element."""
    delivers = text_at(root, "TxIdDtls/SctiesMvmntTp") == "DELI"
    issues = text_at(root, "SttlmParams/SctiesTxTp/Cd") == "ISSU"
    giver = party_at(directory, root, "DlvrgSttlmPties/Pty1")
    taker = party_at(directory, root, "RcvgSttlmPties/Pty1")
    if giver == taker:
        raise MessageRefused(f"{ROOT}/RcvgSttlmPties/Pty1", "the deliverer itself")
    path = "FinInstrmId"
    asset = read_instrument(directory, root.at(path) or Element(name=path), f"{ROOT}/{path}")
    if directory.is_money(asset):
        raise MessageRefused(f"{ROOT}/{path}", "money is no security")
    path = "QtyAndAcctDtls/SttldQty/Qty/FaceAmt"
    currency = directory.asset(asset).currency
    quantity = amount_of(text_at(root, path), currency, directory.minor_digits, f"{ROOT}/{path}")
    amount, currency_paid = _paid(directory, root, delivers=delivers)
    return Confirmation(
        trade=TradeName(
            tx_id=text_at(root, "TxIdDtls/AcctOwnrTxId"),
            market_ref=text_at(root, "TxIdDtls/MktInfrstrctrTxId"),
        ),
        trade_ref=root.text_at("TxIdDtls/CmonId") or "",
        uti=root.text_at("TradDtls/TradId") or "",
        trade_date=date_at(root, "TradDtls/TradDt/Dt/Dt"),
        isd=date_at(root, "TradDtls/SttlmDt/Dt/Dt"),
        settled_on=date_at(root, "TradDtls/FctvSttlmDt/Dt/Dt"),
        giver=giver,
        taker=taker,
        delivers=delivers,
        issues=issues,
        asset=asset,
        quantity=quantity,
        account=_account(directory, root, named=not (issues and delivers)),
        cash_amount=amount,
        currency=currency_paid,
        cash_account=_cash_account(root, named=amount is not None),
    )


def _paid(directory: Directory, root: Element, *, delivers: bool) -> tuple[int | None, str | None]:
    """(minor units, currency) of the cash; nothing where it was free of payment."""
    element = root.at("SttldAmt/Amt")
    if text_at(root, "TxIdDtls/Pmt") == "FREE":
        if element is not None:
            raise MessageRefused(f"{ROOT}/SttldAmt", "an amount, free of payment")
        return None, None
    if element is None:
        raise MessageRefused(f"{ROOT}/SttldAmt", "missing, against payment")
    if text_at(root, "SttldAmt/CdtDbtInd") != ("CRDT" if delivers else "DBIT"):
        raise MessageRefused(f"{ROOT}/SttldAmt/CdtDbtInd", "the cash goes against the security")
    currency = dict(element.attributes)["Ccy"]
    path = f"{ROOT}/SttldAmt/Amt"
    return amount_of(element.text, currency, directory.minor_digits, path), currency


def _account(directory: Directory, root: Element, *, named: bool) -> bytes | None:
    path = "QtyAndAcctDtls/BlckChainAdrOrWllt/Id"
    if not named:
        if root.at(path) is not None:
            raise MessageRefused(f"{ROOT}/{path}", "what comes into being leaves no account")
        return None
    return directory.read_address(text_at(root, path), f"{ROOT}/{path}")


def _cash_account(root: Element, *, named: bool) -> bytes | None:
    path = "QtyAndAcctDtls/CshAcct/Prtry"
    if not named:
        if root.at(path) is not None:
            raise MessageRefused(f"{ROOT}/{path}", "an account for cash, free of payment")
        return None
    return read_hex(text_at(root, path), f"{ROOT}/{path}")
