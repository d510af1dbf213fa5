"""colr.007 and colr.010: collateral proposed and substituted, there and back."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.iso20022 import collateral
from node.iso20022.header import text_with_header
from node.iso20022.outgoing import text_of
from node.iso20022.reading import parse
from node.iso20022.refusal import MessageRefused, NotSayable
from tests.node.iso20022.case import (
    BOND,
    BUYER,
    COIN,
    DIRECTORY,
    HOUSE,
    NOTE,
    SELLER,
    operation_in,
)
from tests.node.iso20022.golden import CREATED, DAY, FOLDER
from tests.node.iso20022.repo_case import ADDED, REPO, SWAPPED
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral
from tokens.records.repos import Repo

amounts = st.integers(1, 10**18 - 1)
securities = st.sampled_from([BOND, NOTE])


def proposal(operation: AddCollateral) -> str:
    root = collateral.written_proposal(DIRECTORY, REPO, operation, "C-1", DAY)
    return text_of(collateral.PROPOSAL, root)


def substitution(operation: SubstituteCollateral) -> str:
    root = collateral.written_substitution(DIRECTORY, REPO, operation, "C-1", DAY)
    return text_of(collateral.SUBSTITUTION, root)


def read(text: str, repo: Repo = REPO) -> msgspec.Struct:
    return operation_in(DIRECTORY, text, repo=repo)


@given(securities, amounts)
@settings(deadline=None, max_examples=60)
def test_a_proposal_comes_back_as_it_went_out(asset: str, amount: int) -> None:
    operation = AddCollateral(repo=REPO.id, asset=asset, amount=amount)
    assert read(proposal(operation)) == operation


@given(securities, amounts, amounts)
@settings(deadline=None, max_examples=60)
def test_a_substitution_comes_back_as_it_went_out(asset: str, amount: int, amount_in: int) -> None:
    operation = SubstituteCollateral(
        repo=REPO.id, line=0, amount=amount, asset=asset, amount_in=amount_in
    )
    assert read(substitution(operation)) == operation


def golden(message: str) -> str:
    return (FOLDER / f"{message}.xml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (REPO.id.hex(), "0" * 64, "Agrmt/AgrmtId"),
        (REPO.id.hex(), "REPO-7", "Agrmt/AgrmtId"),
        (REPO.id[:16].hex() + "</Mrgn", "1</Mrgn", "{moved}/MrgnCallReqId"),
        (">REPO-7<", ">REPO-8<", "Agrmt/AgrmtDtls"),
        ("<AgrmtDt>2026-07-01<", "<AgrmtDt>2026-07-02<", "Agrmt/AgrmtDt"),
        ("<BaseCcy>PKR<", "<BaseCcy>USD<", "Agrmt/BaseCcy"),
        (SELLER.hex(), BUYER.hex(), "Oblgtn/PtyA/PrtryId/Id"),
        (">REPO</XpsrTp", ">RVPO</XpsrTp", "Oblgtn/XpsrTp"),
        (">INIT<", ">COUN<", "TpAndDtls/CollPrpslTp"),
        ("<FaceAmt>10000.00<", "<FaceAmt>10001.00<", "{agreed}"),
        ("<FaceAmt>10000.00<", "<FaceAmt>10000.001<", "{moved}/SctiesColl/Qty/FaceAmt"),
        (">PK0000000001<", ">PK0000000002<", "{moved}/SctiesColl/SctyId"),
        (">LDGR<", ">OTHR<", "{moved}/SctiesColl/SfkpgPlc/Prtry/Tp/Id"),
        ("<TxId>COLL-1</TxId>", "", "TxId"),
    ],
)
def test_a_proposal_for_another_repo_is_refused(old: str, new: str, path: str) -> None:
    text, margin = golden(collateral.PROPOSAL), "TpAndDtls/CollPrpsl/CollPrpslDtls/VartnMrgn"
    assert old in text
    with pytest.raises(MessageRefused) as caught:
        read(text.replace(old, new))
    moved = f"{margin}/MvmntDrctn/CollMvmntDrctn/Dlvr"
    expected = path.format(moved=moved, agreed=f"{margin}/AgrdAmt")
    assert caught.value.path == f"CollPrpsl/{expected}"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("<CollId>0<", "<CollId>2<", "CollSbstitnRtr/SctiesColl/CollId"),
        ("<CollId>0<", "<CollId>00<", "CollSbstitnRtr/SctiesColl/CollId"),
        ("<CollId>0<", "<CollId>1<", "CollSbstitnRtr/SctiesColl/CollId"),
        ("<CollId>0</CollId>", "", "CollSbstitnRtr/SctiesColl/CollId"),
        (">NOTE-7<", ">NOTE-8<", "CollSbstitnDlvr/SctiesColl/SctyId"),
        (">NOTE-7<", f">{COIN}<", "CollSbstitnDlvr/SctiesColl/SctyId"),
        (">41000.00</FaceAmt", ">41000.01</FaceAmt", "CollSbstitnDlvr/SbstitnRqrmnt"),
        (">AVMG<", ">ASIA<", "CollSbstitnRtr/CollSbstitnTp"),
        (">INIT<", ">UPDD<", "CollSbstitnRtr/CollSbstitnSeq"),
    ],
)
def test_a_substitution_of_something_else_is_refused(old: str, new: str, path: str) -> None:
    text = golden(collateral.SUBSTITUTION)
    assert old in text
    with pytest.raises(MessageRefused) as caught:
        read(text.replace(old, new))
    assert caught.value.path == f"CollSbstitnReq/{path}"


def test_the_line_must_be_of_the_asset_that_is_named() -> None:
    other = msgspec.structs.replace(REPO.lines[0], asset=NOTE)
    repo = msgspec.structs.replace(REPO, lines=(other,))
    with pytest.raises(MessageRefused, match="SctyId"):
        read(golden(collateral.SUBSTITUTION), repo)


@pytest.mark.parametrize("message", [collateral.PROPOSAL, collateral.SUBSTITUTION])
def test_the_seller_sends_it(message: str) -> None:
    def behind(sender: bytes) -> str:
        return text_with_header(
            DIRECTORY,
            parse(golden(message).encode()),
            sender=sender,
            receiver=HOUSE,
            reference="M",
            created=CREATED,
        )

    assert read(behind(SELLER)) in (ADDED, SWAPPED)
    with pytest.raises(MessageRefused, match="AppHdr/Fr"):
        read(behind(BUYER))


def test_a_date_and_a_reference_are_the_senders() -> None:
    root = collateral.written_proposal(DIRECTORY, REPO, ADDED, "X", dt.date(2027, 1, 1))
    assert read(text_of(collateral.PROPOSAL, root)) == ADDED


def test_money_and_lines_that_are_not_there_cannot_be_said() -> None:
    with pytest.raises(NotSayable, match="DPKR is money"):
        proposal(msgspec.structs.replace(ADDED, asset=COIN))
    with pytest.raises(NotSayable, match="DPKR is money"):
        substitution(msgspec.structs.replace(SWAPPED, line=1))
    with pytest.raises(NotSayable, match="2 lines"):
        substitution(msgspec.structs.replace(SWAPPED, line=2))
