"""Protocol versions: which one is in force, who knows the next one, and when it takes over.

Rules of this file (page 04, "Genesis, governance, upgrades"; ADR 0019):
1. One version is in force for a whole block. It changes between two blocks and only upwards.
2. An activation is data of the state, decided before its height. At that height it takes effect if
   members that run a quorum of the set of that height still signal support; else it lapses.
3. The ledger decides without regard to what this node knows. A node that does not know a version
   stops before the first block under it (node/chain.py).
"""

from collections.abc import Sequence

import msgspec

from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import ActivationLapsed, ProtocolActivated
from tokens.records.governance import VALIDATOR_SETS, Validator
from tokens.records.protocol import ACTIVATION, SUPPORT, Activation
from tokens.records.system import CHAIN
from tokens.state import Overlay
from tokens.validators import quorum, set_of

PROTOCOL_VERSION = 1
"""Newest protocol version that this software knows."""

_ACTIVATION = b"mohur/activation/v1"


def version_in_force(state: Overlay) -> int:
    """Version of the next block; PROTOCOL_VERSION without genesis (bare states of tests)."""
    chain = state.get(CHAIN)
    return PROTOCOL_VERSION if chain is None else chain.protocol_version


def supporters(state: Overlay, members: Sequence[Validator], version: int) -> tuple[str, ...]:
    """Ids of the members whose software knows `version`, as their present operators signalled."""
    found = []
    for member in members:
        signal = state.get(SUPPORT, member.id)
        if signal is None or signal.operator != member.operator:
            continue
        if signal.protocol_version >= version:
            found.append(member.id)
    return tuple(found)


def is_supported(state: Overlay, members: Sequence[Validator], version: int) -> bool:
    """Whether a quorum of the members, ceil(2n/3), knows a version."""
    return len(supporters(state, members, version)) >= quorum(len(members))


def activation_after(state: Overlay, height: int) -> Activation | None:
    """The activation that the block of `height` is the last one before, or None."""
    pending = state.get(ACTIVATION)
    return pending if pending is not None and pending.height == height + 1 else None


def activation_id(activation: Activation) -> bytes:
    """Id of the system receipt in which a version takes over, or does not."""
    place = activation.height.to_bytes(8, "big") + bytes([activation.protocol_version])
    return tagged_hash(_ACTIVATION, place)


def take_over(context: Context, activation: Activation) -> None:
    """End of the last block before an activation: the next one is under the new version.

    If too few validators of that height still know it, the activation lapses instead.
    """
    state, version = context.state, activation.protocol_version
    state.delete(ACTIVATION)
    chain, sets = state.get(CHAIN), state.get(VALIDATOR_SETS)
    if chain is None or sets is None:
        raise ValueError("an activation without a chain record or validators")
    members = set_of(sets, activation.height)
    if is_supported(state, members, version):
        state.put(CHAIN, msgspec.structs.replace(chain, protocol_version=version))
        context.emit(ProtocolActivated(protocol_version=version, height=activation.height))
    else:
        context.emit(ActivationLapsed(protocol_version=version, height=activation.height))
