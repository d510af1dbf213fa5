"""A batch as one party of a securities trade sees it: what sese.023, .024 and .025 speak of."""

import msgspec

from node.iso20022.amounts import number_of
from node.iso20022.directory import Directory
from node.iso20022.element import Element, node
from node.iso20022.refusal import NotSayable
from tokens.records.settlement import ISSUANCE, Batch, Leg


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A trade that is a part of a batch: its message is linked with those of the other parts."""

    tx_id: str
    """Of its own message."""
    others: tuple[str, ...]
    """Those of the other parts, in their order."""


class TradeName(msgspec.Struct, frozen=True, kw_only=True):
    """How a message about a trade names it."""

    tx_id: str
    """TxId of the sese.023."""
    market_ref: str
    """First 16 bytes of the batch's digest, 32 hex digits; empty where there is no batch."""


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One security, free of payment or against one payment."""

    batch: Batch
    party: bytes
    """Participant from whose side it is told."""
    security: Leg
    cash: Leg | None
    link: Link | None = None
    """None where the batch is this trade and no more."""

    @property
    def tx_id(self) -> str:
        """TxId of its messages."""
        return self.batch.batch_id if self.link is None else self.link.tx_id

    @property
    def name(self) -> TradeName:
        """How its messages name it."""
        return TradeName(tx_id=self.tx_id, market_ref=self.batch.digest[:16].hex())

    @property
    def delivers(self) -> bool:
        """Whether the party gives the security."""
        return self.party == self.security.giver

    @property
    def issues(self) -> bool:
        """Whether units come into being."""
        return self.security.source == ISSUANCE

    @property
    def security_account(self) -> bytes | None:
        """The party's own account for the security; None for an issue, or if it has named none."""
        account = self.security.source if self.delivers else self.security.target
        return None if account == ISSUANCE else account

    @property
    def cash_account(self) -> bytes | None:
        """The party's own account for the cash."""
        if self.cash is None:
            return None
        return self.cash.target if self.delivers else self.cash.source


def trades_of(directory: Directory, batch: Batch, party: bytes) -> tuple[Trade, ...]:
    """The batch as trades of one party, each of which has a message of its own. NotSayable.

    A payment belongs to the first security that goes the other way and has none yet.
    """
    securities = [leg for leg in batch.legs if not directory.is_money(leg.asset)]
    if len(securities) < 2:
        return (trade_of(directory, batch, party),)
    money = [leg for leg in batch.legs if directory.is_money(leg.asset)]
    pairs: list[tuple[Leg, Leg | None]] = []
    for security in securities:
        back = (security.taker, security.giver)
        cash = next((leg for leg in money if (leg.giver, leg.taker) == back), None)
        if cash is not None:
            money.remove(cash)
        pairs.append((security, cash))
    if money:
        raise NotSayable("a payment goes back for no security of the batch")
    if any((leg.giver == party) == (leg.taker == party) for leg, _ in pairs):
        raise NotSayable("a leg of others, or within one participant: no message of this party")
    ids = [f"{batch.digest[:15].hex()}-{number}" for number in range(1, len(pairs) + 1)]
    return tuple(
        Trade(
            batch=batch,
            party=party,
            security=security,
            cash=cash,
            link=Link(tx_id=own, others=tuple(other for other in ids if other != own)),
        )
        for own, (security, cash) in zip(ids, pairs, strict=True)
    )


def trade_of(directory: Directory, batch: Batch, party: bytes) -> Trade:
    """The batch as a trade. NotSayable for other shapes: their legs need more than one message."""
    money = [leg for leg in batch.legs if directory.is_money(leg.asset)]
    securities = [leg for leg in batch.legs if not directory.is_money(leg.asset)]
    if len(securities) != 1 or len(money) > 1:
        raise NotSayable(
            f"{len(securities)} securities legs and {len(money)} cash legs:"
            " a securities message says one security against at most one payment"
        )
    security, cash = securities[0], money[0] if money else None
    if security.giver == security.taker:
        raise NotSayable("one participant gives and takes: there is nobody to instruct")
    if cash is not None and (cash.giver, cash.taker) != (security.taker, security.giver):
        raise NotSayable("the cash does not go back where the security comes from")
    if party not in (security.giver, security.taker):
        raise NotSayable("the participant is no party of the batch")
    return Trade(batch=batch, party=party, security=security, cash=cash)


# --- the same elements in sese.023 and sese.025 --------------------------------------------------


def movement(trade: Trade) -> str:
    """SctiesMvmntTp."""
    return "DELI" if trade.delivers else "RECE"


def payment(trade: Trade) -> str:
    """Pmt."""
    return "FREE" if trade.cash is None else "APMT"


def date_element(name: str, date: object) -> Element:
    """A date where the standard also allows codes."""
    return node(name, node("Dt", node("Dt", str(date))))


def optional(name: str, text: str | None) -> Element | None:
    """An element, or nothing for no text."""
    return node(name, text) if text else None


def hexed(value: bytes | None) -> str | None:
    """Hex digits of what is there."""
    return None if value is None else value.hex()


def quantity(directory: Directory, name: str, leg: Leg) -> Element:
    """Face amount of a leg."""
    face = number_of(leg.quantity, directory.asset(leg.asset).currency, directory.minor_digits)
    return node(name, node("Qty", node("FaceAmt", face)))


def accounts(directory: Directory, trade: Trade) -> tuple[Element | None, ...]:
    """The party's own accounts. NotSayable if it has named none, for nobody could read it back."""
    security, cash = trade.security_account, trade.cash_account
    if security is None and not (trade.issues and trade.delivers):
        raise NotSayable(no_account_for(trade.security.asset))
    if cash is None and trade.cash is not None:
        raise NotSayable(no_account_for(trade.cash.asset))
    return (
        None
        if security is None
        else node("BlckChainAdrOrWllt", node("Id", directory.address_text(security))),
        None if cash is None else node("CshAcct", node("Prtry", cash.hex())),
    )


def no_account_for(asset: str) -> str:
    """Why a party that has not agreed yet has no message of its own."""
    return (
        f"the party has named no account for {asset} in the batch, as far as this node shows it:"
        " its own message carries them"
    )


def money(directory: Directory, trade: Trade, name: str) -> Element | None:
    """Amount and direction of the cash, from the party's side."""
    if trade.cash is None:
        return None
    currency = directory.asset(trade.cash.asset).currency
    return node(
        name,
        node("Amt", number_of(trade.cash.quantity, currency, directory.minor_digits), Ccy=currency),
        node("CdtDbtInd", "CRDT" if trade.delivers else "DBIT"),
    )


def transaction_type(trade: Trade) -> Element:
    """SctiesTxTp."""
    return node("SctiesTxTp", node("Cd", "ISSU" if trade.issues else "TRAD"))
