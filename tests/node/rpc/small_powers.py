"""Powers that were lent, policies, unclaimed money and papers of the small ledger."""

import datetime as dt

from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.documents import DOCUMENT, Document
from tokens.records.proposals import APPROVAL_POLICY, GRANT, ApprovalPolicy, Grant
from tokens.state import Overlay
from tokens.types import Role


def add_powers(overlay: Overlay, *, coin: str, bond: str, money: str) -> None:
    """Two of each, and one entry of unclaimed money."""
    for operation, used in (("cash_mint", 500), ("transfer", 0)):
        grant = Grant(
            grantor=address_of("issuer"),
            grantee=address_of("bank"),
            operation=operation,
            asset=coin,
            sources=(),
            targets=(address_of("alice"),),
            cap_call=1_000,
            cap_day=2_000,
            cap_total=9_000,
            used_day=used,
            used_total=used,
            used_on=BUSINESS_DATE,
            expires_on=dt.date(2026, 12, 31),
        )
        overlay.put(GRANT, grant)
    for name in ("cash_asset", "mint_grant"):
        policy = ApprovalPolicy(
            name=name,
            required=((Role.CASH_ISSUER,), (Role.CENTRAL_BANK,)),
            approvals_min=2,
            threshold_min=1,
            validator_quorum=False,
        )
        overlay.put(APPROVAL_POLICY, policy)
    unclaimed = Unclaimed(
        account=address_of("alice"),
        asset=money,
        security=bond,
        payment=1,
        amount=25,
        since=BUSINESS_DATE,
        keeper=address_of("bob"),
    )
    overlay.put(UNCLAIMED, unclaimed)
    for number in (1, 2):
        paper = Document(
            asset=bond,
            number=number,
            name="Prospectus",
            uri="https://example.org/prospectus",
            sha256=digest_of(f"prospectus {number}"),
            version=number,
        )
        overlay.put(DOCUMENT, paper)
