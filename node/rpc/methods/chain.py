"""chain_*: genesis, blocks, certificates, proofs."""

from node.network_card import card_of
from node.rpc.dated_statement import Place, period_of
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.views import (
    block_header_view,
    block_view,
    certificate_view,
    check_kept,
    find_block,
    proof_of,
)
from node.sdk.schema import chain
from node.sdk.schema.common import Certificate, NoParams, Proof
from tokens.codec import encode
from tokens.records import KINDS
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.parties import PARTICIPANT
from tokens.records.system import PARAMETER

PARAMETERS_MAX = 1_000


def get_genesis(call: Call, params: NoParams) -> chain.GenesisInfo:
    """How the network began."""
    return chain.GenesisInfo(
        digest=call.api.genesis_digest, document=encode(call.api.genesis), genesis=call.api.genesis
    )


def get_card(call: Call, params: NoParams) -> chain.NetworkCard:
    """Who validates, who sees what, which figures the network began with."""
    sets = call.state.get(VALIDATOR_SETS)
    members = call.api.genesis.validators if sets is None else sets.current
    operators = [call.state.get(PARTICIPANT, member.operator) for member in members]
    by_id = {entry.id: entry for entry in operators if entry is not None}
    return card_of(call.api.genesis, call.tip.protocol_version, members, by_id)


def get_params(call: Call, params: NoParams) -> tuple[chain.Parameter, ...]:
    """Governed parameters in force."""
    found = call.state.scan(PARAMETER, PARAMETER.indexes[0], limit=PARAMETERS_MAX)
    return tuple([chain.Parameter(name=entry.name, value=entry.value) for entry in found])


def get_block(call: Call, params: chain.BlockParams) -> chain.Block:
    """A decided block."""
    return block_view(find_block(call, params.block))


def get_header(call: Call, params: chain.BlockParams) -> chain.BlockHeader:
    """Its header."""
    return block_header_view(find_block(call, params.block))


def get_blocks(call: Call, params: chain.BlocksParams) -> tuple[chain.BlockHeader, ...]:
    """Headers of a run of blocks."""
    check_kept(call, max(1, params.from_height))
    stop = min(call.tip.height, params.from_height + params.limit - 1)
    blocks = [call.api.block(height) for height in range(params.from_height, stop + 1)]
    return tuple([block_header_view(block) for block in blocks if block is not None])


def get_days(call: Call, params: chain.DaysParams) -> tuple[chain.BusinessDateSpan, ...]:
    """Where each business date begins and ends."""
    period = period_of(call, params.from_date, params.to_date)
    begins = [_place(place) for place, _ in period.marks]
    ends = [*begins[1:], None if period.reaches_now else _place(period.end)]
    return tuple(
        [
            chain.BusinessDateSpan(date=date, begins=begin, ends=end)
            for (_, date), begin, end in zip(period.marks, begins, ends, strict=False)
        ]
    )


def _place(place: Place) -> chain.ReceiptPlace:
    return chain.ReceiptPlace(height=place[0], index=place[1])


def get_commit(call: Call, params: chain.BlockParams) -> Certificate:
    """The quorum certificate of a block."""
    return certificate_view(call, find_block(call, params.block))


_KINDS = {kind.name: kind for kind in KINDS}


def get_proof(call: Call, params: chain.ProofParams) -> Proof:
    """A record or its absence, proven against the certificate of its height."""
    kind = _KINDS.get(params.kind)
    if kind is None:
        names = ", ".join(_KINDS)
        raise RpcError(RpcCode.INVALID_PARAMS, f"params.kind: one of {names}")
    return proof_of(call, kind, params.key_hash)


READ = Tier.READ
METHODS = (
    method("chain_getGenesis", NoParams, chain.GenesisInfo, READ, get_genesis, "Genesis."),
    method(
        "chain_getCard",
        NoParams,
        chain.NetworkCard,
        READ,
        get_card,
        "The identity card of the network.",
        reads=Reads.STATE,
    ),
    method(
        "chain_getParams",
        NoParams,
        tuple[chain.Parameter, ...],
        READ,
        get_params,
        "Governed parameters in force.",
        reads=Reads.STATE,
    ),
    method("chain_getBlock", chain.BlockParams, chain.Block, READ, get_block, "A block."),
    method(
        "chain_getBlocks",
        chain.BlocksParams,
        tuple[chain.BlockHeader, ...],
        READ,
        get_blocks,
        "Headers of a run of blocks, ascending.",
    ),
    method(
        "chain_getDays",
        chain.DaysParams,
        tuple[chain.BusinessDateSpan, ...],
        READ,
        get_days,
        "Where each business date of a range begins and ends, ascending.",
        reads=Reads.STATE,
    ),
    method("chain_getHeader", chain.BlockParams, chain.BlockHeader, READ, get_header, "A header."),
    method(
        "chain_getCommit",
        chain.BlockParams,
        Certificate,
        READ,
        get_commit,
        "The quorum certificate of a block.",
    ),
    method(
        "chain_getProof",
        chain.ProofParams,
        Proof,
        READ,
        get_proof,
        "A record, or its absence, proven against the certificate of its height.",
        reads=Reads.STATE,
        answers_proofs=True,
    ),
)
