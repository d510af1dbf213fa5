"""Operations that the development network can run as they are, and who may send them."""

import datetime as dt
import hashlib
from random import Random
from typing import NamedTuple

import msgspec

from node.devnet.cast import (
    BANK_1,
    BANK_1_ACCOUNT,
    BANK_2,
    BANK_2_ACCOUNT,
    CENTRAL_BANK,
    COIN,
    FIU,
    ISSUER,
    MONEY,
    PARTIES,
    RESERVE_ACCOUNT,
    TREASURY,
    TREASURY_ACCOUNT,
    Party,
)
from node.devnet.profile import BUSINESS_DATE, TAX_PROFILE
from tests.tokens.ops.build import terms
from tokens.finance.isin import isin_check_digit
from tokens.ops.accounts import CloseAccount, OpenAccount
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.central_bank_money import CbIssue, CbWithdraw
from tokens.ops.control import PauseAsset
from tokens.ops.documents import AddDocument
from tokens.ops.freezes import ChangeFreeze, Freeze, LiftFreeze, StopCredits
from tokens.ops.governance import SetParameter
from tokens.ops.grants import GrantPower, RevokeGrant
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.participants import RegisterParticipant, SetKeyPolicy, UpdateParticipant
from tokens.ops.transfer import Transfer
from tokens.records.holdings import LegalBasis
from tokens.types import NO_ADDRESS, AccountPurpose

ISIN = "PK000000001" + isin_check_digit("PK000000001")
BASIS = LegalBasis(authority="FIU", order_no="1", sha256=bytes(32))
LATER = BUSINESS_DATE + dt.timedelta(days=300)


class Useful(NamedTuple):
    """One operation."""

    sender: Party | None
    """None: all parties have to agree."""
    operation: msgspec.Struct


def name_of(number: int, size: int) -> bytes:
    """Bytes that stand for a number."""
    return hashlib.sha256(number.to_bytes(8)).digest()[:size]


def useful(rng: Random) -> Useful:
    """One of those below; some repeat what was there, on purpose."""
    number = rng.randrange(6)
    made = [*_money(number, rng), *_parties(number), *_control(number, rng), *_instruments()]
    return rng.choice(made)


def _money(number: int, rng: Random) -> list[Useful]:
    source, target = BANK_1_ACCOUNT.address, BANK_2_ACCOUNT.address
    payment = Transfer(
        asset=MONEY,
        source=source,
        target=target,
        amount=rng.choice((1, 1, 7, 10**6, 2**63, 2**64 - 1)),
        end_to_end_ref="",
    )
    issue = CbIssue(asset=MONEY, target=source, amount=5, rtgs_ref=f"R-{rng.getrandbits(40)}")
    take = CbWithdraw(asset=MONEY, source=target, amount=5, rtgs_ref=f"W-{rng.getrandbits(40)}")
    coin = DefineCashAsset(
        asset=COIN,
        name="Digital rupee",
        currency="PKR",
        backing=MONEY,
        reserve_account=RESERVE_ACCOUNT.address,
        max_supply=10**12,
        kyc_tier_min=0,
    )
    grant = GrantPower(
        grantor=ISSUER.address,
        grantee=BANK_1.address,
        operation="cash_mint",
        asset=COIN,
        sources=(),
        targets=(BANK_1_ACCOUNT.address,),
        cap_call=10**6,
        cap_day=10**6,
        cap_total=10**6,
        expires_on=LATER,
    )
    revoke = RevokeGrant(
        grantor=ISSUER.address, grantee=BANK_1.address, operation="cash_mint", asset=COIN
    )
    back = msgspec.structs.replace(payment, source=target, target=source)
    return [
        *[Useful(BANK_1, payment)] * 4,
        *[Useful(BANK_2, back)] * 4,
        Useful(CENTRAL_BANK, issue),
        Useful(None, take),
        Useful(None, coin),
        Useful(None, grant),
        Useful(ISSUER, revoke),
    ]


def _parties(number: int) -> list[Useful]:
    party = PARTIES[number]
    opened = OpenAccount(
        id=name_of(number, 16),
        owner=name_of(number, 32),
        holder=NO_ADDRESS,
        servicer=BANK_1.address,
        purpose=AccountPurpose.GENERAL,
        kyc_tier=1,
        residency="RESIDENT",
        tax_class="filer",
        policy=None,
    )
    values = {
        "name": f"Newcomer {number}",
        "lei": "",
        "jurisdiction": "PK",
        "control_group": f"newcomer-{number}",
        "roles": (),
        "encryption_key": name_of(number, 32),
    }
    register = RegisterParticipant(
        id=name_of(100 + number, 16),
        policy=party.policy,
        **values,  # type: ignore[arg-type]
    )
    update = UpdateParticipant(id=name_of(100 + number, 16), **values)  # type: ignore[arg-type]
    return [
        Useful(BANK_1, opened),
        Useful(BANK_1, CloseAccount(id=opened.id)),
        Useful(None, register),
        Useful(None, update),
        Useful(party, SetKeyPolicy(owner=party.address, policy=party.policy)),
    ]


def _control(number: int, rng: Random) -> list[Useful]:
    order, account = name_of(number, 32), BANK_2_ACCOUNT.address
    freeze = Freeze(
        order_id=order,
        account=account,
        asset=rng.choice((None, MONEY)),
        amount=None,
        expires_on=rng.choice((None, LATER)),
        basis=BASIS,
    )
    date = BUSINESS_DATE + dt.timedelta(days=number)
    quota = SetParameter(name="agenda_quota", value=rng.choice((1, 400)), effective_on=None)
    return [
        Useful(FIU, freeze),
        Useful(FIU, ChangeFreeze(order_id=order, amount=50, expires_on=None)),
        Useful(FIU, LiftFreeze(order_id=order)),
        Useful(FIU, StopCredits(account=account, stopped=bool(number % 2), basis=BASIS)),
        Useful(None, PauseAsset(asset=MONEY, classes=0)),
        Useful(None, quota),
        Useful(CENTRAL_BANK, CloseDay(date=date)),
        Useful(CENTRAL_BANK, OpenDay(date=date + dt.timedelta(days=1))),
    ]


def _instruments() -> list[Useful]:
    made = terms(
        settlement_asset=MONEY,
        treasury_account=TREASURY_ACCOUNT.address,
        tax_profile=TAX_PROFILE,
        issue_date=LATER,
        dated_date=LATER,
        maturity_date=LATER.replace(year=LATER.year + 3),
        roll_day=LATER.day,
    )
    document = AddDocument(asset=ISIN, name="prospectus", uri="ipfs://x", sha256=bytes(32))
    return [
        Useful(TREASURY, CreateInstrument(terms=made)),
        Useful(None, ApproveInstrument(asset=ISIN, terms_digest=terms_digest(made))),
        Useful(TREASURY, document),
    ]
