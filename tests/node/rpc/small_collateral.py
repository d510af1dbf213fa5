"""What secures claims on the small ledger of RPC tests: marks of the bond, a pledge."""

import datetime

from tests.node.rpc.fake_genesis import BUSINESS_DATE, digest_of
from tokens.records.holdings import LIEN, Lien
from tokens.records.marks import ASSET_MARKS, AssetMarks, Mark
from tokens.state import Overlay
from tokens.types import LienKind


def put_collateral(overlay: Overlay, *, bond: str, holder: bytes, other: bytes) -> None:
    """Records of a bond, its holder, and somebody else."""
    overlay.put(ASSET_MARKS, marks(bond, other))
    overlay.put(LIEN, pledge(bond, holder, other))


def marks(bond: str, source: bytes) -> AssetMarks:
    """A price of the bond in force, and the next one."""
    held = Mark(
        asset=bond,
        price_e4=987_500,
        dirty=False,
        for_date=BUSINESS_DATE - datetime.timedelta(days=1),
        effective=BUSINESS_DATE,
        source=source,
    )
    coming = Mark(
        asset=bond,
        price_e4=990_000,
        dirty=False,
        for_date=BUSINESS_DATE,
        effective=BUSINESS_DATE + datetime.timedelta(days=1),
        source=source,
    )
    return AssetMarks(asset=bond, held=held, coming=coming)


def pledge(bond: str, holder: bytes, pledgee: bytes) -> Lien:
    """Half of Bob's bonds secure a claim of the issuer."""
    return Lien(
        id=digest_of("pledge"),
        account=holder,
        asset=bond,
        amount=250_000,
        kind=LienKind.PLEDGE,
        owner=pledgee,
        expires_on=None,
        basis=None,
        memo="LOAN-1",
    )
