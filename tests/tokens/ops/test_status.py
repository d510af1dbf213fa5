"""The status table of page 04, cell by cell, written a second time as words."""

import pytest

from tests.tokens.ops.world import CBM, World
from tokens.lookup import require_asset
from tokens.records.amend import with_asset
from tokens.results import Code
from tokens.status import ACCOUNT_TABLE, ASSET_TABLE, Standing, Use, asset_refusal, use_of
from tokens.types import AssetStatus, OperationClass

USES = (
    "OUT", "IN", "LIEN", "RELEASE", "ISSUE_OUT", "ISSUE_IN", "SERVICE", "CONTROL", "SERVICE_OUT",
)  # fmt: skip

ACCOUNT_ROWS = {
    "OPEN":           "yes yes yes yes yes yes yes yes yes",
    "FROZEN":         "no  yes no  yes no  yes yes yes yes",
    "CREDIT_STOPPED": "yes no  no  yes no  no  yes yes yes",
    "CLOSED":         "no  no  no  no  no  no  yes yes yes",
    "EXITING":        "no  no  no  yes no  no  yes yes yes",
    "RECOVERING":     "no  yes no  yes no  yes yes yes no",
}  # fmt: skip
ASSET_ROWS = {
    "DRAFT":       "no  no  no  no  no  no  no  no  no",
    "APPROVED":    "no  no  no  no  yes yes no  yes no",
    "OUTSTANDING": "yes yes yes yes yes yes yes yes yes",
    "MATURED":     "no  no  no  yes no  no  yes yes yes",
    "REDEEMED":    "no  no  no  yes no  no  yes no  yes",
    "CANCELLED":   "no  no  no  no  no  no  no  no  no",
}  # fmt: skip


def _cells(rows: dict[str, str]) -> list[tuple[str, str, bool]]:
    return [
        (row, use, word == "yes")
        for row, words in rows.items()
        for use, word in zip(USES, words.split(), strict=True)
    ]


def test_tables_are_complete() -> None:
    assert [row.name for row in Standing] == list(ACCOUNT_ROWS)
    assert [row.name for row in AssetStatus] == list(ASSET_ROWS)
    assert [use.name for use in Use] == list(USES)


@pytest.mark.parametrize(("row", "use", "allowed"), _cells(ACCOUNT_ROWS))
def test_account_cell(row: str, use: str, allowed: bool) -> None:
    assert (ACCOUNT_TABLE[Standing[row]][Use[use]] is None) is allowed


@pytest.mark.parametrize(("row", "use", "allowed"), _cells(ASSET_ROWS))
def test_asset_cell(row: str, use: str, allowed: bool) -> None:
    assert (ASSET_TABLE[AssetStatus[row]][Use[use]] is None) is allowed


@pytest.mark.parametrize("operation_class", list(OperationClass))
@pytest.mark.parametrize("gives", [True, False])
def test_pause_stops_its_class_but_never_service_or_control(
    operation_class: OperationClass, gives: bool
) -> None:
    asset = with_asset(require_asset(World().state, CBM), paused=int(operation_class))
    use = use_of(operation_class, gives=gives)
    never = use in (Use.SERVICE, Use.SERVICE_OUT, Use.CONTROL, Use.RELEASE)
    expected = None if never else Code.ASSET_PAUSED
    assert asset_refusal(asset, operation_class, use) is expected
