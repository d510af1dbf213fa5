"""consensus_*: who decides, how it goes, and what was proven against whom."""

import hashlib

from consensus.quorum import max_faulty, quorum
from node.rpc.errors import not_found
from node.rpc.method import Call, Tier, method
from node.sdk.schema import consensus as schema
from node.sdk.schema.common import NoParams

PARTICIPATION_HEIGHTS = 100


def validators(call: Call, params: schema.ValidatorsParams) -> schema.ValidatorSetInfo:
    """The set of a height."""
    height = call.tip.height + 1 if params.height is None else params.height
    members = call.api.validators_at(height)
    if members is None:
        raise not_found("validator set: sets are known up to the next height")
    return schema.ValidatorSetInfo(
        height=height,
        validators=tuple(
            [
                schema.ValidatorInfo(
                    id=member.id,
                    public_key=member.public_key,
                    network_key=member.network_key,
                    operator=member.operator,
                )
                for member in members
            ]
        ),
        quorum=quorum(len(members)),
        tolerated=max_faulty(len(members)),
    )


def state(call: Call, params: NoParams) -> schema.ConsensusState:
    """The height in progress, in a sentence."""
    node = call.api.node_state()
    return schema.ConsensusState(
        height=node.height + 1,
        view=node.view,
        phase=node.phase,
        voting=node.voting,
        syncing=node.syncing,
        halted=node.halted,
        sentence=node.sentence,
        connected=tuple([peer.id for peer in node.peers if peer.connected]),
        missing=tuple([peer.id for peer in node.peers if not peer.connected]),
    )


def participation(call: Call, params: NoParams) -> tuple[schema.Participation, ...]:
    """Who proposed and who signed over the last 100 heights."""
    window = min(PARTICIPATION_HEIGHTS, call.tip.height)
    return tuple(
        [
            schema.Participation(
                validator=validator, proposed=proposed, commits=commits, window=window
            )
            for validator, proposed, commits in call.api.participation()
        ]
    )


def evidence(call: Call, params: NoParams) -> tuple[schema.EvidenceInfo, ...]:
    """What this node or the ledger holds against validators."""
    held = {(validator, height): data for validator, height, data in call.api.evidence()}
    reports: dict[tuple[str, int], list[schema.EvidenceReport]] = {place: [] for place in held}
    for found in call.api.reports():
        record = found.record
        place = (record.validator, record.accused_height)
        held.setdefault(place, found.evidence)
        reports.setdefault(place, []).append(
            schema.EvidenceReport(
                reporter=record.reporter, reported_at=record.reported_at, tx_id=found.tx_id
            )
        )
    return tuple(
        [
            schema.EvidenceInfo(
                validator=validator,
                height=height,
                digest=hashlib.sha256(data).digest(),
                data=data,
                reports=tuple(reports[validator, height]),
            )
            for (validator, height), data in held.items()
        ]
    )


READ = Tier.READ
METHODS = (
    method(
        "consensus_validators",
        schema.ValidatorsParams,
        schema.ValidatorSetInfo,
        READ,
        validators,
        "The validator set of a height, its quorum and what it tolerates.",
    ),
    method(
        "consensus_state",
        NoParams,
        schema.ConsensusState,
        READ,
        state,
        "The height in progress; says in a sentence why there is no block and whom it waits for.",
    ),
    method(
        "consensus_participation",
        NoParams,
        tuple[schema.Participation, ...],
        READ,
        participation,
        "Blocks proposed and certificates signed over the last 100 heights.",
    ),
    method(
        "consensus_evidence",
        NoParams,
        tuple[schema.EvidenceInfo, ...],
        READ,
        evidence,
        "Proof of misbehaviour that this node holds, and where the ledger has it.",
    ),
)
