"""fxtr.014, foreign exchange trade instruction: payment against payment, one money for another.

Rules of this file:
1. A batch of two legs, both of money, between two participants in opposite directions. Each side
   tells it as the trading side: what it gives is the sell amount.
2. The rate is what the two amounts say, sold for one unit bought, half up to the digits that the
   schema has. Coming in it must be that very number: the amounts settle, not the rate.
3. What the standard has no element for is in supplementary data, as in sese.023.
"""

import datetime as dt

import msgspec

from node.iso20022.amounts import amount_of, number_of
from node.iso20022.comparing import check_same
from node.iso20022.directory import Directory, read_hex
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import FXTR_014
from node.iso20022.places import refused, text_at
from node.iso20022.refusal import NotSayable
from node.iso20022.trade import hexed, no_account_for, optional
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.records.settlement import ISSUANCE, Batch, Leg
from tokens.types import Reference

MESSAGE = FXTR_014
ROOT = "FXTradInstr"

_OWN = "SplmtryData/Envlp/m:Btch"
_PARTY = "SubmitgPty/PtyId/ClrSysId/Prtry"
RATE_DIGITS_MAX = 11
RATE_DECIMALS_MAX = 10


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of two moneys, from the side of one party."""

    party: bytes
    other: bytes
    operation: InstructBatch
    """What the party gives first."""

    @property
    def sold(self) -> Leg:
        """What the party gives."""
        return self.operation.legs[0]

    @property
    def bought(self) -> Leg:
        """What it gets."""
        return self.operation.legs[1]


def exchange_of(directory: Directory, batch: Batch, party: bytes) -> Exchange:
    """The batch as an exchange. NotSayable for other shapes."""
    legs = batch.legs
    if len(legs) != 2 or not all(directory.is_money(leg.asset) for leg in legs):
        raise NotSayable("an exchange has two legs, both of money")
    one, two = legs
    if one.giver == one.taker or (two.giver, two.taker) != (one.taker, one.giver):
        raise NotSayable("the second money does not go back where the first comes from")
    if party not in (one.giver, one.taker):
        raise NotSayable("the participant is no party of the batch")
    operation = InstructBatch(
        batch_id=batch.batch_id,
        trade_date=batch.trade_date,
        isd=batch.isd,
        expires_on=batch.expires_on,
        legs=(one, two) if one.giver == party else (two, one),
        trade_ref=batch.trade_ref,
        uti=batch.uti,
        priority=batch.priority,
        automatic=batch.automatic,
        hash_lock=batch.hash_lock,
    )
    other = one.taker if one.giver == party else one.giver
    return Exchange(party=party, other=other, operation=operation)


def written(directory: Directory, exchange: Exchange) -> Element:
    """The instruction of the exchange's party. NotSayable."""
    said, sold, bought = exchange.operation, exchange.sold, exchange.bought
    for leg, account in ((sold, sold.source), (bought, bought.target)):
        if account is None:
            raise NotSayable(no_account_for(leg.asset))
    return node(
        ROOT,
        node(
            "TradInf",
            node("TradDt", str(said.trade_date)),
            node("OrgtrRef", said.batch_id),
            optional("CmonRef", said.trade_ref),
            node("PmtVrssPmtInd", "true"),
        ),
        nested(f"TradgSdId/{_PARTY}", exchange.party.hex()),
        nested(f"CtrPtySdId/{_PARTY}", exchange.other.hex()),
        node(
            "TradAmts",
            _amount(directory, "TradgSdBuyAmt", bought),
            _amount(directory, "TradgSdSellAmt", sold),
            node("SttlmDt", str(said.isd)),
        ),
        nested("AgrdRate/XchgRate", _rate(directory, sold, bought)),
        nested(
            _OWN,
            node("m:XpryDt", str(said.expires_on)),
            optional("m:HshLck", hexed(said.hash_lock)),
            node("m:ByAsst", bought.asset),
            optional("m:ByAcct", hexed(bought.target)),
            optional("m:ByTrvlHsh", hexed(bought.travel_hash)),
            node("m:SllAsst", sold.asset),
            optional("m:SllAcct", hexed(sold.source)),
            optional("m:SllTrvlHsh", hexed(sold.travel_hash)),
            optional("m:UTI", said.uti),
            node("m:Prty", str(said.priority)),
            node("m:Auto", "true" if said.automatic else "false"),
        ),
    )


def _amount(directory: Directory, name: str, leg: Leg) -> Element:
    currency = directory.asset(leg.asset).currency
    return node(
        name, node("Amt", number_of(leg.quantity, currency, directory.minor_digits), Ccy=currency)
    )


def _rate(directory: Directory, sold: Leg, bought: Leg) -> str:
    """Sold for one unit bought: as many decimals as fit into the schema, half up."""
    digits = directory.minor_digits  # of both currencies: their amounts are written already
    scales = [10 ** digits[directory.asset(leg.asset).currency] for leg in (sold, bought)]
    above, below = sold.quantity * scales[1], bought.quantity * scales[0]
    whole = len(str(above // below)) if above >= below else 0
    decimals = min(RATE_DECIMALS_MAX, RATE_DIGITS_MAX - whole)
    if decimals < 0:
        raise NotSayable(f"the rate has more than {RATE_DIGITS_MAX} digits")
    scaled = (2 * above * 10**decimals + below) // (2 * below)
    if not 1 <= scaled < 10**RATE_DIGITS_MAX:
        raise NotSayable("the rate does not fit into the digits of the schema")
    text = str(scaled).rjust(decimals + 1, "0")
    return f"{text[: len(text) - decimals]}.{text[len(text) - decimals :]}".rstrip("0").rstrip(".")


# --- coming in -----------------------------------------------------------------------------------


def read(directory: Directory, root: Element) -> Exchange:
    """An exchange that followed its profile. MessageRefused with the element."""
    party, other = (_party(directory, root, side) for side in ("TradgSdId", "CtrPtySdId"))
    if party == other:
        raise refused(root, f"CtrPtySdId/{_PARTY}", "the trading side itself")
    lock = root.text_at(f"{_OWN}/m:HshLck")
    operation = InstructBatch(
        batch_id=_reference(root),
        trade_date=dt.date.fromisoformat(root.text_at("TradInf/TradDt") or ""),
        isd=dt.date.fromisoformat(root.text_at("TradAmts/SttlmDt") or ""),
        expires_on=dt.date.fromisoformat(text_at(root, f"{_OWN}/m:XpryDt")),
        legs=(
            _leg(directory, root, "Sll", "TradgSdSellAmt", (party, other)),
            _leg(directory, root, "By", "TradgSdBuyAmt", (other, party)),
        ),
        trade_ref=root.text_at("TradInf/CmonRef") or "",
        uti=root.text_at(f"{_OWN}/m:UTI") or "",
        priority=int(text_at(root, f"{_OWN}/m:Prty")),
        automatic=text_at(root, f"{_OWN}/m:Auto") == "true",
        hash_lock=None if lock is None else bytes.fromhex(lock),
    )
    exchange = Exchange(party=party, other=other, operation=operation)
    _check(directory, root, exchange)
    return exchange


def approval(directory: Directory, root: Element, said: Exchange, batch: Batch) -> ApproveBatch:
    """The counterparty's batch, agreed to. MessageRefused with the first element that differs."""
    accounts = []
    legs = list(batch.legs)
    for place, leg in enumerate(batch.legs):
        gives = leg.giver == said.party
        account = (said.sold.source if gives else said.bought.target) or b""
        accounts.append(LegAccount(leg=place, gives=gives, account=account))
        name = "source" if gives else "target"
        legs[place] = msgspec.structs.replace(leg, **{name: account})
    try:
        known = exchange_of(directory, msgspec.structs.replace(batch, legs=tuple(legs)), said.party)
    except NotSayable as error:
        raise refused(root, "TradInf/OrgtrRef", str(error)) from None
    _check(directory, root, known)
    return ApproveBatch(
        initiator=batch.initiator,
        batch_id=batch.batch_id,
        digest=batch.digest,
        accounts=tuple(accounts),
    )


def _check(directory: Directory, root: Element, known: Exchange) -> None:
    try:
        expected = written(directory, known)
    except NotSayable as error:
        raise refused(root, "AgrdRate/XchgRate", str(error)) from None
    check_same(root, expected)


def _leg(
    directory: Directory, root: Element, side: str, amount: str, way: tuple[bytes, bytes]
) -> Leg:
    """The money that the message calls By or Sll, from giver to taker."""
    asset_id, path = text_at(root, f"{_OWN}/m:{side}Asst"), f"TradAmts/{amount}/Amt"
    if asset_id not in directory.assets or not directory.is_money(asset_id):
        raise refused(root, f"{_OWN}/m:{side}Asst", f"{asset_id} is no money of this ledger")
    currency, element = directory.asset(asset_id).currency, root.at(path)
    if element is None or dict(element.attributes)["Ccy"] != currency:
        raise refused(root, f"{path}/@Ccy", f"{asset_id} is in {currency}")
    account = read_hex(text_at(root, f"{_OWN}/m:{side}Acct"), f"{ROOT}/{_OWN}/m:{side}Acct")
    if account == ISSUANCE:
        raise refused(root, f"{_OWN}/m:{side}Acct", "no account")
    travel = root.text_at(f"{_OWN}/m:{side}TrvlHsh")
    return Leg(
        asset=asset_id,
        quantity=amount_of(element.text, currency, directory.minor_digits, f"{ROOT}/{path}"),
        giver=way[0],
        taker=way[1],
        source=account if side == "Sll" else None,
        target=None if side == "Sll" else account,
        travel_hash=None if travel is None else bytes.fromhex(travel),
    )


def _party(directory: Directory, root: Element, side: str) -> bytes:
    address = read_hex(text_at(root, f"{side}/{_PARTY}"), f"{ROOT}/{side}/{_PARTY}")
    if address not in directory.participants:
        raise refused(root, f"{side}/{_PARTY}", "no participant of this ledger")
    return address


def _reference(root: Element) -> str:
    text = root.text_at("TradInf/OrgtrRef") or ""
    try:
        return msgspec.convert(text, Reference)
    except msgspec.ValidationError:
        reason = f"{text!r}: characters that no reference has"
        raise refused(root, "TradInf/OrgtrRef", reason) from None
