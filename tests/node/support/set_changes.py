"""Changes of the validator set for campaigns: who decides them, their operations, and a model.

Rules of this file:
1. The model knows only what was decided, in order; a change is in force two heights later.
2. Nothing here asks the product what the set is.
"""

import msgspec

from consensus.types import CommitCertificate, ValidatorSet
from node.chain import Chain
from node.identity import CONSENSUS_KEY
from node.signing import SigningKey, VerifySignature
from node.validator_sets import validator_set
from node.wire.hashing import Kind, SigningScope, signing_bytes
from tokens.entry import EntryProof, entry_message
from tokens.ops.validators import AddValidator, RemoveValidator, RotateValidatorKeys
from tokens.records.governance import Validator
from tokens.records.proposals import ApprovalPolicy
from tokens.types import Role

KEYS_EACH = 6
"""Keys that one node gets at most in a run (node/key_ring.py has a bound)."""
EFFECTIVE_AFTER = 2
"""Heights from the block of a change to the first block of the new set."""

Members = dict[str, Validator]
SetOperation = AddValidator | RemoveValidator | RotateValidatorKeys


def treasury_decides(policies: tuple[ApprovalPolicy, ...]) -> tuple[ApprovalPolicy, ...]:
    """The policies of a genesis with one alone who changes the set: the treasury."""
    return tuple(
        msgspec.structs.replace(
            policy, required=((Role.TREASURY,),), approvals_min=1, validator_quorum=False
        )
        if policy.name == "validators"
        else policy
        for policy in policies
    )


def key_name(validator: str, generation: int = 1) -> str:
    """Development name of a validator's consensus key; the first one's has no number."""
    return f"{validator}-{CONSENSUS_KEY}" + ("" if generation == 1 else f"-{generation}")


# --- operations -----------------------------------------------------------------------------------


def entry_proof(chain: Chain, name: str, key: SigningKey) -> EntryProof:
    """The word of a new key on the block before the newest of a chain (R13)."""
    height = chain.tip.height - 1
    row = chain.blocks.row(height)
    assert row is not None
    message = entry_message(chain.chain_id, name, key.public_key, height, row.digest)
    return EntryProof(height=height, digest=row.digest, signature=key.sign(message))


def adding(chain: Chain, new: Validator, key: SigningKey, replaces: str | None) -> AddValidator:
    """A member with the key that it enters with."""
    return AddValidator(validator=new, proof=entry_proof(chain, new.id, key), replaces=replaces)


def rotating(chain: Chain, member: Validator, key: SigningKey) -> RotateValidatorKeys:
    """Another consensus key for a member, the same TLS key."""
    return RotateValidatorKeys(
        id=member.id,
        public_key=key.public_key,
        network_key=member.network_key,
        proof=entry_proof(chain, member.id, key),
    )


# --- the model ------------------------------------------------------------------------------------


def kind_of(operation: SetOperation) -> str:
    """One of add, replace, remove, rotate."""
    match operation:
        case AddValidator(replaces=None):
            return "add"
        case AddValidator():
            return "replace"
        case RemoveValidator():
            return "remove"
        case _:
            return "rotate"


def changed(members: Members, operation: SetOperation) -> Members:
    """What a decided operation makes of a set."""
    match operation:
        case AddValidator(validator=new, replaces=old):
            return {name: each for name, each in members.items() if name != old} | {new.id: new}
        case RemoveValidator(id=gone):
            return {name: each for name, each in members.items() if name != gone}
        case RotateValidatorKeys(id=name, public_key=key, network_key=network_key):
            rotated = msgspec.structs.replace(
                members[name], public_key=key, network_key=network_key
            )
            return members | {name: rotated}


class SetModel:
    """The set of each height, from the operations that were decided."""

    def __init__(self, first: tuple[Validator, ...]) -> None:
        self._sets: dict[int, Members] = {1: {member.id: member for member in first}}
        """First height -> set."""
        self.kinds: dict[int, list[str]] = {}
        """First height -> kinds of the changes that are in force from it on."""

    def decided(self, height: int, operation: SetOperation) -> None:
        """The ledger has made this change in the block of `height`; heights never go down."""
        start = height + EFFECTIVE_AFTER
        self._sets[start] = changed(self.newest(), operation)
        self.kinds.setdefault(start, []).append(kind_of(operation))

    def newest(self) -> Members:
        """The set of the last change, in force or not yet."""
        return self._sets[max(self._sets)]

    def newest_from(self) -> int:
        """First height of `newest`."""
        return max(self._sets)

    def members_at(self, height: int) -> Members:
        """The set of a height."""
        return self._sets[max(start for start in self._sets if start <= height)]

    def at(self, height: int) -> ValidatorSet:
        """The same as consensus knows it."""
        found = self.members_at(height)
        return validator_set(tuple(found[name] for name in sorted(found)))


def signatures_hold(
    scope: SigningScope, members: ValidatorSet, found: CommitCertificate, verify: VerifySignature
) -> bool:
    """Whether each signature is that of the key which the set names at its index."""
    message = signing_bytes(
        Kind.COMMIT,
        scope,
        height=found.height,
        view=found.view,
        digest=found.digest,
        extra=found.root,
    )
    return all(
        verify(members.members[entry.index].public_key, message, entry.signature)
        for entry in found.signatures
    )
