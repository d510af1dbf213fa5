"""Seeded bugs of snapshots: what a client leaves out, and what it forgets."""

from node.sync.staging import Staging
from tests.sim.canaries.canary import Canary, Patch


def no_headers(patch: Patch) -> None:
    """The headers of the suspension window are not fetched."""
    patch.setattr(Staging, "next_header", lambda self: None)


def number_forgotten(patch: Patch) -> None:
    """The new store does not take over the number of the sign guard (R12)."""
    finish = Staging.finish

    def forgetful(self: Staging, guard_sequence: int, evidence: object = ()) -> None:
        finish(self, 0, evidence)  # type: ignore[arg-type]

    patch.setattr(Staging, "finish", forgetful)


SNAPSHOT_CANARIES = (
    Canary(
        name="no headers",
        layer="snapshot",
        rule="Who proposes",
        plant=no_headers,
        campaign="sim",
        finding=("other headers below its snapshot",),
    ),
    Canary(
        name="guard number forgotten",
        layer="snapshot",
        rule="R12",
        plant=number_forgotten,
        campaign="sim",
        finding=("of its guard",),
    ),
)
