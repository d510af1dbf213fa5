"""colr.007 and colr.010: collateral that a repo's seller proposes, or asks to substitute.

Rules of this file:
1. colr.007 is a proposal of collateral (add_collateral), colr.010 a request to substitute some
   (substitute_collateral). What may come in, and its value, is asked by the ledger alone.
2. AgrmtId is the repo. Coming in, whatever the message says of it has to be the repo's.
3. Securities only: the standard wants a value beside money, which the ledger does not take from it.
"""

import datetime as dt
import re

from node.iso20022.amounts import amount_of, number_of
from node.iso20022.comparing import check_same
from node.iso20022.directory import ISSUER, Directory, instrument, read_instrument
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import COLR_007, COLR_010
from node.iso20022.refusal import MessageRefused, NotSayable
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral
from tokens.records.repos import LINES_MAX, Repo

PROPOSAL = COLR_007
SUBSTITUTION = COLR_010
PROPOSAL_ROOT = "CollPrpsl"
SUBSTITUTION_ROOT = "CollSbstitnReq"

_REPO_RE = re.compile(r"[0-9a-f]{64}")
_AGREEMENT = "Agrmt/AgrmtId"
_VALUATION = "Oblgtn/ValtnDt/Dt"
_PROPOSED = "TpAndDtls/CollPrpsl/CollPrpslDtls/VartnMrgn"
_DELIVERED = f"{_PROPOSED}/MvmntDrctn/CollMvmntDrctn/Dlvr/SctiesColl"
_OUT, _IN = "CollSbstitnRtr", "CollSbstitnDlvr"


def written_proposal(
    directory: Directory, repo: Repo, operation: AddCollateral, tx_id: str, on: dt.date
) -> Element:
    """More collateral for a repo. NotSayable for money."""
    security = _security(directory, operation.asset, operation.amount, None)
    return node(
        PROPOSAL_ROOT,
        node("TxId", tx_id),
        _obligation(repo, on),
        _agreement(directory, repo),
        node(
            "TpAndDtls",
            node("CollPrpslTp", "INIT"),
            nested(
                "CollPrpsl/CollPrpslDtls/VartnMrgn",
                _amount(directory, "AgrdAmt", operation.asset, operation.amount),
                nested(
                    "MvmntDrctn/CollMvmntDrctn/Dlvr",
                    node("MrgnCallReqId", repo.id[:16].hex()),
                    security,
                ),
            ),
        ),
    )


def written_substitution(
    directory: Directory, repo: Repo, operation: SubstituteCollateral, tx_id: str, on: dt.date
) -> Element:
    """A part of a line against other collateral. NotSayable for money, or without such a line."""
    if operation.line >= len(repo.lines):
        raise NotSayable(f"the repo has {len(repo.lines)} lines of collateral")
    out = repo.lines[operation.line].asset
    return node(
        SUBSTITUTION_ROOT,
        node("TxId", tx_id),
        _obligation(repo, on),
        _agreement(directory, repo),
        _side(directory, _OUT, out, operation.amount, str(operation.line)),
        _side(directory, _IN, operation.asset, operation.amount_in, None),
    )


def _side(directory: Directory, name: str, asset_id: str, amount: int, line: str | None) -> Element:
    return node(
        name,
        node("CollSbstitnSeq", "INIT"),
        _amount(directory, "SbstitnRqrmnt", asset_id, amount),
        node("CollSbstitnTp", "AVMG"),
        _security(directory, asset_id, amount, line),
    )


def _obligation(repo: Repo, on: dt.date) -> Element:
    parties = [
        nested(f"{name}/PrtryId", node("Id", address.hex()), node("Issr", ISSUER))
        for name, address in (("PtyA", repo.terms.seller), ("PtyB", repo.terms.buyer))
    ]
    return node("Oblgtn", *parties, node("XpsrTp", "REPO"), nested("ValtnDt/Dt", str(on)))


def _agreement(directory: Directory, repo: Repo) -> Element:
    return node(
        "Agrmt",
        node("AgrmtDtls", repo.terms.reference),
        node("AgrmtId", repo.id.hex()),
        node("AgrmtDt", str(repo.terms.start)),
        node("BaseCcy", directory.asset(repo.terms.cash_asset).currency),
    )


def _amount(directory: Directory, name: str, asset_id: str, amount: int) -> Element:
    currency = directory.asset(asset_id).currency
    return node(name, number_of(amount, currency, directory.minor_digits), Ccy=currency)


def _security(directory: Directory, asset_id: str, amount: int, line: str | None) -> Element:
    if directory.is_money(asset_id):
        raise NotSayable(f"{asset_id} is money: these messages say securities")
    name = instrument(asset_id)
    face = number_of(amount, directory.asset(asset_id).currency, directory.minor_digits)
    return node(
        "SctiesColl",
        None if line is None else node("CollId", line),
        node("SctyId", *name.children),
        nested("Qty/FaceAmt", face),
        nested("SfkpgPlc/Prtry/Tp", node("Id", "LDGR"), node("Issr", ISSUER)),
    )


# --- coming in -----------------------------------------------------------------------------------


def repo_of(root: Element) -> bytes:
    """The repo that a message is about. MessageRefused."""
    text = root.text_at(_AGREEMENT)
    if text is None or _REPO_RE.fullmatch(text) is None:
        raise MessageRefused(f"{root.name}/{_AGREEMENT}", "64 small hex digits: which repo")
    return bytes.fromhex(text)


def read_proposal(directory: Directory, root: Element, repo: Repo) -> AddCollateral:
    """The collateral that is proposed. MessageRefused with what is not the repo's."""
    asset_id, amount = _read_security(directory, root, _DELIVERED)
    operation = AddCollateral(repo=repo.id, asset=asset_id, amount=amount)
    tx_id, on = _own(root)
    check_same(root, written_proposal(directory, repo, operation, tx_id, on))
    return operation


def read_substitution(directory: Directory, root: Element, repo: Repo) -> SubstituteCollateral:
    """What goes out and what comes in. MessageRefused with what is not the repo's."""
    _, amount = _read_security(directory, root, f"{_OUT}/SctiesColl")
    asset_id, amount_in = _read_security(directory, root, f"{_IN}/SctiesColl")
    path = f"{_OUT}/SctiesColl/CollId"
    line = root.text_at(path) or ""
    if line not in [str(place) for place in range(min(len(repo.lines), LINES_MAX))]:
        raise MessageRefused(f"{root.name}/{path}", f"{line!r} is no line of the repo")
    operation = SubstituteCollateral(
        repo=repo.id, line=int(line), amount=amount, asset=asset_id, amount_in=amount_in
    )
    tx_id, on = _own(root)
    try:
        expected = written_substitution(directory, repo, operation, tx_id, on)
    except NotSayable as error:
        raise MessageRefused(f"{root.name}/{path}", str(error)) from None
    check_same(root, expected)
    return operation


def _own(root: Element) -> tuple[str, dt.date]:
    """What only the sender knows: its reference, and the date for which it asks."""
    return root.text_at("TxId") or "", dt.date.fromisoformat(root.text_at(_VALUATION) or "")


def _read_security(directory: Directory, root: Element, path: str) -> tuple[str, int]:
    element = root.at(path)
    if element is None:
        raise MessageRefused(f"{root.name}/{path}", "missing")
    name = element.at("SctyId") or Element(name="SctyId")
    asset_id = read_instrument(directory, name, f"{root.name}/{path}/SctyId")
    if directory.is_money(asset_id):
        raise MessageRefused(f"{root.name}/{path}/SctyId", "money is no security")
    text, place = element.text_at("Qty/FaceAmt") or "", f"{root.name}/{path}/Qty/FaceAmt"
    currency = directory.asset(asset_id).currency
    return asset_id, amount_of(text, currency, directory.minor_digits, place)
