"""Institutions that are suspended, accounts whose keys are being recovered."""

import msgspec

from tests.tokens.ops.world import START, World, address
from tokens.records.licences import LICENCE, Licence
from tokens.records.parties import ACCOUNT
from tokens.types import AccountStatus, LicencePhase


def suspend(world: World, *names: str) -> None:
    """The institutions are suspended."""
    for name in names:
        world.state.put(
            LICENCE,
            Licence(
                institution=address(name),
                phase=LicencePhase.SUSPENDED,
                categories=2,
                goaml_id="G1",
                registration_no="R1",
                expires_on=None,
                since=START,
                basis=None,
                exit_only=False,
            ),
        )


def recover(world: World, name: str) -> None:
    """A recovery of the keys is under way."""
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.RECOVERING))
