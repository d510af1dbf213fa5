"""sese.023 coming in: an operation instruct_batch, or the approval of what the other instructed."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from node.iso20022.amounts import amount_of
from node.iso20022.directory import Directory, read_hex, read_instrument
from node.iso20022.element import Element
from node.iso20022.places import date_at, party_at, refused, text_at
from node.iso20022.refusal import MessageRefused
from node.iso20022.sese_023 import Defaults
from tokens.finance.uti import is_uti
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.records.settlement import ISSUANCE, LEGS_MAX, Batch, Leg
from tokens.types import Reference

ROOT = "SctiesSttlmTxInstr"
_OWN = "SplmtryData/Envlp/m:Btch"
_PRIORITY_MAX = 9


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """What a message instructs."""

    party: bytes
    """Participant that instructs: who delivers, or who receives."""
    counterparties: tuple[bytes, ...]
    """Who may have instructed the batch already."""
    operation: InstructBatch
    """Of each message the security first, then the cash."""
    hash_names: tuple[str, ...]
    """Of each leg, the element that carries its travel hash."""
    tx_id: str
    others: tuple[str, ...] | None
    """Messages that it is linked with; None = it stands alone."""


def joined(parts: Sequence[Instruction]) -> Instruction:
    """The batch of linked messages, in their order. MessageRefused unless they are all of it."""
    first = parts[0]
    names = [part.tx_id for part in parts]
    for part in parts:
        others = [name for name in names if name != part.tx_id]
        if (
            part.others is None
            or sorted(part.others) != sorted(others)
            or len(others) + 1 != len(names)
        ):
            raise MessageRefused(f"{ROOT}/Lnkgs", f"{part.tx_id}: linked with other messages")
        if part.party != first.party:
            raise MessageRefused(f"{ROOT}/SttlmTpAndAddtlParams/SctiesMvmntTp", "another party")
        for name, path in (("batch_id", "Lnkgs/Ref/PoolId"), *_FIELD_PATHS, _LOCK_PATH):
            if getattr(part.operation, name) != getattr(first.operation, name):
                raise MessageRefused(f"{ROOT}/{path}", f"{part.tx_id} has another")
    legs = tuple(leg for part in parts for leg in part.operation.legs)
    if len(legs) > LEGS_MAX:
        raise MessageRefused(f"{ROOT}/Lnkgs", f"more than {LEGS_MAX} legs")
    return msgspec.structs.replace(
        first,
        counterparties=tuple(dict.fromkeys(c for part in parts for c in part.counterparties)),
        operation=msgspec.structs.replace(first.operation, legs=legs),
        hash_names=tuple(name for part in parts for name in part.hash_names),
    )


def reference_of(root: Element) -> str:
    """batch_id of an instruction. MessageRefused for what is no reference."""
    path = "TxId" if root.at("Lnkgs") is None else "Lnkgs/Ref/PoolId"
    text = text_at(root, path)
    try:
        return msgspec.convert(text, Reference)
    except msgspec.ValidationError:
        raise refused(root, path, f"{text!r}: characters that no reference has") from None


def read(directory: Directory, root: Element, defaults: Defaults) -> Instruction:
    """An instruction that followed its profile. MessageRefused with the element."""
    return _Reader(directory, root, defaults).instruction()


class _Reader:
    def __init__(self, directory: Directory, root: Element, defaults: Defaults) -> None:
        self._directory = directory
        self._root = root
        self._defaults = defaults
        kind = self._text("SttlmTpAndAddtlParams/SctiesMvmntTp")
        self._delivers = kind == "DELI"
        self._paid = self._text("SttlmTpAndAddtlParams/Pmt") == "APMT"

    def instruction(self) -> Instruction:
        giver = self._party("DlvrgSttlmPties/Pty1")
        taker = self._party("RcvgSttlmPties/Pty1")
        if giver == taker:
            raise self._refused("RcvgSttlmPties/Pty1", "the deliverer itself")
        legs = [self._security(giver, taker)]
        if self._paid:
            legs.append(self._cash(giver, taker))
        else:
            self._none("SttlmAmt", "QtyAndAcctDtls/CshAcct", f"{_OWN}/m:CshAsst")
            self._none(f"{_OWN}/m:CshTrvlHsh")
        return Instruction(
            party=giver if self._delivers else taker,
            counterparties=(taker if self._delivers else giver,),
            operation=self._operation(tuple(legs)),
            hash_names=("m:TrvlHsh", "m:CshTrvlHsh")[: len(legs)],
            tx_id=self._text("TxId"),
            others=self._others(),
        )

    def _others(self) -> tuple[str, ...] | None:
        if self._root.at("Lnkgs") is None:
            return None
        if len(list(self._root.all_at("Lnkgs/Ref/PoolId"))) != 1:
            raise self._refused("Lnkgs/Ref/PoolId", "once, in one of the links")
        return tuple(other.text for other in self._root.all_at("Lnkgs/Ref/SctiesSttlmTxId"))

    def _operation(self, legs: tuple[Leg, ...]) -> InstructBatch:
        uti = self._optional("TradDtls/TradId") or ""
        if uti and not is_uti(uti):
            raise self._refused("TradDtls/TradId", f"{uti!r} is no UTI (ISO 23897)")
        return InstructBatch(
            batch_id=reference_of(self._root),
            trade_date=self._date("TradDtls/TradDt/Dt/Dt"),
            isd=self._date("TradDtls/SttlmDt/Dt/Dt"),
            expires_on=self._expiry(),
            legs=legs,
            trade_ref=self._optional("SttlmTpAndAddtlParams/CmonId") or "",
            uti=uti,
            priority=self._priority(),
            automatic=self._optional("SttlmParams/HldInd/Ind") in ("false", "0"),
            hash_lock=self._hash("m:HshLck"),
        )

    def _security(self, giver: bytes, taker: bytes) -> Leg:
        path = "FinInstrmId"
        element = self._root.at(path) or Element(name=path)
        asset_id = read_instrument(self._directory, element, f"{ROOT}/{path}")
        if self._directory.is_money(asset_id):
            raise self._refused(path, "money is no security")
        currency = self._directory.asset(asset_id).currency
        source, target = self._security_accounts()
        quantity = "QtyAndAcctDtls/SttlmQty/Qty/FaceAmt"
        return Leg(
            asset=asset_id,
            quantity=amount_of(
                self._text(quantity), currency, self._directory.minor_digits, f"{ROOT}/{quantity}"
            ),
            giver=giver,
            taker=taker,
            source=source,
            target=target,
            travel_hash=self._hash("m:TrvlHsh"),
        )

    def _security_accounts(self) -> tuple[bytes | None, bytes | None]:
        """(source, target): the other party's is None."""
        path = "QtyAndAcctDtls/BlckChainAdrOrWllt/Id"
        issues = self._text("SttlmParams/SctiesTxTp/Cd") == "ISSU"
        if issues and self._delivers:
            self._none("QtyAndAcctDtls/BlckChainAdrOrWllt")
            return ISSUANCE, None
        account = self._directory.read_address(self._text(path), f"{ROOT}/{path}")
        if account == ISSUANCE:
            raise self._refused(path, "an issue is said by SctiesTxTp")
        return (account, None) if self._delivers else (None, account)

    def _cash(self, giver: bytes, taker: bytes) -> Leg:
        directory = self._directory
        place = "SplmtryData/Envlp/m:Btch/m:CshAsst"
        asset_id = self._optional(place) or self._defaults.cash_asset
        if asset_id is None:
            raise self._refused(place, "missing, and no cash asset was given")
        if asset_id not in directory.assets or not directory.is_money(asset_id):
            raise self._refused(place, f"{asset_id} is no money of this ledger")
        currency = directory.asset(asset_id).currency
        amount = self._root.at("SttlmAmt/Amt")
        if amount is None:
            raise self._refused("SttlmAmt", "missing")
        if dict(amount.attributes)["Ccy"] != currency:
            raise self._refused("SttlmAmt/Amt/@Ccy", f"{asset_id} is in {currency}")
        if self._text("SttlmAmt/CdtDbtInd") != ("CRDT" if self._delivers else "DBIT"):
            raise self._refused("SttlmAmt/CdtDbtInd", "the cash goes against the security")
        path = "QtyAndAcctDtls/CshAcct/Prtry"
        account = read_hex(self._text(path), f"{ROOT}/{path}")
        if account == ISSUANCE:
            raise self._refused(path, "no account")
        return Leg(
            asset=asset_id,
            quantity=amount_of(
                amount.text, currency, directory.minor_digits, f"{ROOT}/SttlmAmt/Amt"
            ),
            giver=taker,
            taker=giver,
            source=None if self._delivers else account,
            target=account if self._delivers else None,
            travel_hash=self._hash("m:CshTrvlHsh"),
        )

    def _party(self, path: str) -> bytes:
        return party_at(self._directory, self._root, path)

    def _expiry(self) -> dt.date:
        path = "SplmtryData/Envlp/m:Btch/m:XpryDt"
        text = self._optional(path) or self._defaults.expires_on
        if text is None:
            raise self._refused(path, "missing, and no expiry was given")
        return dt.date.fromisoformat(text)

    def _priority(self) -> int:
        priority = int(self._optional("SttlmParams/Prty/Nmrc") or "0")
        if priority > _PRIORITY_MAX:
            raise self._refused("SttlmParams/Prty/Nmrc", f"priorities end at {_PRIORITY_MAX}")
        return priority

    def _hash(self, name: str) -> bytes | None:
        text = self._optional(f"{_OWN}/{name}")
        return None if text is None else bytes.fromhex(text)

    def _date(self, path: str) -> dt.date:
        return date_at(self._root, path)

    def _text(self, path: str) -> str:
        return text_at(self._root, path)

    def _optional(self, path: str) -> str | None:
        return self._root.text_at(path)

    def _none(self, *paths: str) -> None:
        for path in paths:
            if self._root.at(path) is not None:
                raise self._refused(path, "nothing stands here in such an instruction")

    def _refused(self, path: str, reason: str) -> MessageRefused:
        return refused(self._root, path, reason)


_LOCK_PATH = ("hash_lock", "SplmtryData/Envlp/m:Btch/m:HshLck")

_FIELD_PATHS: tuple[
    tuple[
        Literal["trade_date", "isd", "expires_on", "trade_ref", "uti", "priority", "automatic"], str
    ],
    ...,
] = (
    ("trade_date", "TradDtls/TradDt/Dt/Dt"),
    ("isd", "TradDtls/SttlmDt/Dt/Dt"),
    ("expires_on", "SplmtryData/Envlp/m:Btch/m:XpryDt"),
    ("trade_ref", "SttlmTpAndAddtlParams/CmonId"),
    ("uti", "TradDtls/TradId"),
    ("priority", "SttlmParams/Prty/Nmrc"),
    ("automatic", "SttlmParams/HldInd/Ind"),
)


def approval(instruction: Instruction, batch: Batch) -> ApproveBatch:
    """The counterparty's batch, agreed to. MessageRefused with the first element that differs."""
    said = instruction.operation
    for name, path in _FIELD_PATHS:
        if getattr(said, name) != getattr(batch, name):
            raise _differs(path, getattr(batch, name))
    if said.hash_lock != batch.hash_lock:
        raise _differs("SplmtryData/Envlp/m:Btch/m:HshLck", batch.hash_lock)
    if len(said.legs) != len(batch.legs):
        raise _differs("SttlmTpAndAddtlParams/Pmt", f"{len(batch.legs)} legs")
    taken: list[LegAccount] = []
    places = set[int]()
    for leg, hash_name in zip(said.legs, instruction.hash_names, strict=True):
        place = _place(leg, batch, places)
        places.add(place)
        if leg.travel_hash != batch.legs[place].travel_hash:
            raise _differs(f"{_OWN}/{hash_name}", batch.legs[place].travel_hash)
        gives = leg.giver == instruction.party
        account = leg.source if gives else leg.target
        if account is not None:
            taken.append(LegAccount(leg=place, gives=gives, account=account))
    return ApproveBatch(
        initiator=batch.initiator,
        batch_id=batch.batch_id,
        digest=batch.digest,
        accounts=tuple(sorted(taken, key=lambda entry: (entry.leg, entry.gives))),
    )


def _place(leg: Leg, batch: Batch, places: Collection[int]) -> int:
    """The leg of the batch that the message means, if no other message means it."""
    for place, other in enumerate(batch.legs):
        if place not in places and (leg.asset, leg.quantity, leg.giver, leg.taker) == (
            other.asset,
            other.quantity,
            other.giver,
            other.taker,
        ):
            return place
    raise _differs("QtyAndAcctDtls", "no such leg")


def _differs(path: str, value: object) -> MessageRefused:
    return MessageRefused(f"{ROOT}/{path}", f"the counterparty's batch has {value}")
