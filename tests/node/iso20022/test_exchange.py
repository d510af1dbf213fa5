"""fxtr.014: payment against payment, there and back."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.iso20022 import fxtr_014
from node.iso20022.header import text_with_header
from node.iso20022.outgoing import text_of
from node.iso20022.reading import parse
from node.iso20022.refusal import MessageRefused, NotSayable
from tests.node.iso20022.case import (
    BUYER,
    DIRECTORY,
    HOUSE,
    SALE,
    SELLER,
    SELLER_ACCOUNT,
    batch_of,
    instructions,
    operation_in,
)
from tests.node.iso20022.golden import CREATED, FOLDER, PVP
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.records.settlement import Batch

BUYERS = FOLDER / f"{fxtr_014.MESSAGE}-buyer.xml"
SELLERS = FOLDER / f"{fxtr_014.MESSAGE}-seller.xml"


def message(batch: Batch, party: bytes) -> str:
    exchange = fxtr_014.exchange_of(DIRECTORY, batch, party)
    return text_of(fxtr_014.MESSAGE, fxtr_014.written(DIRECTORY, exchange))


@given(instructions(), st.integers(1, 10**12), st.integers(1, 10**12), st.booleans())
@settings(deadline=None, max_examples=100)
def test_an_exchange_comes_back_as_it_went_out(
    case: tuple[bytes, InstructBatch], gives: int, gets: int, turned: bool
) -> None:
    _, drawn = case
    one = msgspec.structs.replace(PVP.legs[0], quantity=gives)
    two = msgspec.structs.replace(PVP.legs[1], quantity=gets, travel_hash=drawn.hash_lock)
    operation = msgspec.structs.replace(drawn, legs=(one, two))
    batch = batch_of(operation, BUYER)
    batch = msgspec.structs.replace(batch, legs=(two, one)) if turned else batch
    if gives >= 10**10 * gets or gets >= 10**10 * gives:  # a rate of too many digits
        try:
            text = message(batch, BUYER)
        except NotSayable:
            return
    else:
        text = message(batch, BUYER)
    assert operation_in(DIRECTORY, text) == operation


def test_the_others_message_is_the_approval() -> None:
    assert operation_in(DIRECTORY, SELLERS.read_text(), PVP) == ApproveBatch(
        initiator=BUYER,
        batch_id="TRADE-7",
        digest=PVP.digest,
        accounts=(
            LegAccount(leg=0, gives=False, account=SELLER_ACCOUNT),
            LegAccount(leg=1, gives=True, account=SELLER_ACCOUNT),
        ),
    )


def test_a_rate_is_what_the_amounts_say() -> None:
    """20.00 for 30.01: 0.66644... of what is sold for one unit that is bought."""
    assert "<XchgRate>0.6664445185</XchgRate>" in BUYERS.read_text()
    assert "<XchgRate>1.5005</XchgRate>" in SELLERS.read_text()


MUTATIONS = [
    (">1.5005<", ">1.5006<", "AgrdRate/XchgRate"),
    (">TRADE-7<", ">TRADE_7<", "TradInf/OrgtrRef"),
    (">true</PmtVrssPmtInd", ">false</PmtVrssPmtInd", "TradInf/PmtVrssPmtInd"),
    (BUYER.hex(), SELLER.hex(), "CtrPtySdId/SubmitgPty/PtyId/ClrSysId/Prtry"),
    (BUYER.hex(), "0" * 32, "CtrPtySdId/SubmitgPty/PtyId/ClrSysId/Prtry"),
    (BUYER.hex(), "BUYER", "CtrPtySdId/SubmitgPty/PtyId/ClrSysId/Prtry"),
    ('Ccy="PKR">20.00', 'Ccy="USD">20.00', "TradAmts/TradgSdBuyAmt/Amt/@Ccy"),
    (">20.00<", ">20.001<", "TradAmts/TradgSdBuyAmt/Amt"),
    (">20.00<", ">0<", "TradAmts/TradgSdBuyAmt/Amt"),
    (">DPKR<", ">PK0000000001<", "SplmtryData/Envlp/m:Btch/m:ByAsst"),
    (SELLER_ACCOUNT.hex(), "0" * 32, "SplmtryData/Envlp/m:Btch/m:SllAcct"),
    ("<m:XpryDt>2026-07-10</m:XpryDt>", "", "SplmtryData/Envlp/m:Btch/m:XpryDt"),
]
DIFFERENCES = [
    (">2026-07-03<", ">2026-07-04<", "TradAmts/SttlmDt"),
    (">2026-07-01<", ">2026-07-02<", "TradInf/TradDt"),
    (">DEAL 42<", ">DEAL 43<", "TradInf/CmonRef"),
    (">2026-07-10<", ">2026-07-11<", "SplmtryData/Envlp/m:Btch/m:XpryDt"),
    ("<m:Prty>3<", "<m:Prty>4<", "SplmtryData/Envlp/m:Btch/m:Prty"),
    ("<m:Auto>true<", "<m:Auto>false<", "SplmtryData/Envlp/m:Btch/m:Auto"),
    (">DPKR<", ">PKR-CB<", "SplmtryData/Envlp/m:Btch/m:ByAsst"),
]


@pytest.mark.parametrize(("old", "new", "path"), MUTATIONS + DIFFERENCES)
def test_what_is_odd_or_differs_is_refused_with_its_element(old: str, new: str, path: str) -> None:
    text = SELLERS.read_text()
    assert old in text
    with pytest.raises(MessageRefused) as caught:
        operation_in(DIRECTORY, text.replace(old, new), PVP)
    assert caught.value.path == f"FXTradInstr/{path}"


def test_only_the_trading_side_sends_it() -> None:
    def behind(sender: bytes) -> str:
        return text_with_header(
            DIRECTORY,
            parse(BUYERS.read_bytes()),
            sender=sender,
            receiver=HOUSE,
            reference="M",
            created=CREATED,
        )

    assert isinstance(operation_in(DIRECTORY, behind(BUYER)), InstructBatch)
    with pytest.raises(MessageRefused, match="AppHdr/Fr"):
        operation_in(DIRECTORY, behind(SELLER))


def test_what_is_no_exchange_cannot_be_said() -> None:
    one, two = PVP.legs
    for batch, party, says in (
        (batch_of(SALE), SELLER, "both of money"),
        (msgspec.structs.replace(PVP, legs=(one,)), BUYER, "two legs"),
        (msgspec.structs.replace(PVP, legs=(one, one)), BUYER, "does not go back"),
        (PVP, HOUSE, "no party"),
    ):
        with pytest.raises(NotSayable, match=says):
            fxtr_014.exchange_of(DIRECTORY, batch, party)
    with pytest.raises(NotSayable, match=f"named no account for {two.asset}"):
        fxtr_014.written(DIRECTORY, fxtr_014.exchange_of(DIRECTORY, PVP, SELLER))
    large = msgspec.structs.replace(two, quantity=1)
    dear = msgspec.structs.replace(PVP, legs=(msgspec.structs.replace(one, quantity=10**15), large))
    with pytest.raises(NotSayable, match="the rate"):
        fxtr_014.written(DIRECTORY, fxtr_014.exchange_of(DIRECTORY, dear, BUYER))
