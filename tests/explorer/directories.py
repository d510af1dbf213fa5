"""Names for tests that make cells without a node."""

from node.explorer.directory import Directory
from node.explorer.show import Show
from node.network_card import first_card
from tests.node.rpc.fake_genesis import genesis_of
from tokens.jsonform import PREFIX_TEST
from tokens.records.instruments import Asset
from tokens.types import AssetKind, AssetStatus

ISSUER = b"i" * 16


def asset_of(asset: str, kind: AssetKind, name: str = "", currency: str = "PKR") -> Asset:
    """One asset."""
    return Asset(
        id=asset,
        kind=kind,
        name=name or asset,
        currency=currency,
        issuer=ISSUER,
        status=AssetStatus.OUTSTANDING,
        flags=0,
        paused=0,
        denomination=1,
        increment=1,
        max_supply=10**12,
        kyc_tier_min=0,
        record_no=0,
        unpaid_record=0,
    )


def show_of(*assets: Asset, digits: int = 2) -> Show:
    """Cells under these assets; PKR has so many digits."""
    directory = Directory(
        card=first_card(genesis_of(is_dev=True)),
        participants={},
        assets={each.id: each for each in assets},
        digits={"PKR": digits},
        well_known={},
    )
    return Show(directory, PREFIX_TEST)
