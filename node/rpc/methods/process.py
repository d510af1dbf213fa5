"""settle_*, gov_*, agenda_*."""

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import process as schema
from node.sdk.schema.common import NoParams, Page
from tokens.agenda import upcoming
from tokens.protocol import PROTOCOL_VERSION, supporters, version_in_force
from tokens.queries import validators_at
from tokens.records.day import BUSINESS_DAY
from tokens.records.governance import Validator
from tokens.records.kind import Key, Kind
from tokens.records.proposals import PROPOSAL, Proposal
from tokens.records.protocol import ACTIVATION, SUPPORT
from tokens.records.settlement import BATCH, Batch
from tokens.validators import quorum

AGENDA_COUNTED_MAX = 1_000
AGENDA_SHOWN_MAX = 20


def get_batch(call: Call, params: schema.BatchParams) -> Batch:
    """A settlement batch."""
    record = call.state.get(BATCH, params.initiator, params.batch_id)
    if record is None:
        raise not_found("settlement batch")
    return record


def list_batches(call: Call, params: schema.BatchListParams) -> Page[Batch]:
    """Settlement batches in the order of instruction."""
    index = BATCH.indexes[1 if params.open_only else 0]
    records, following, pinned = page_of(
        call, BATCH, index, (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_proposal(call: Call, params: schema.ProposalParams) -> Proposal:
    """A proposal."""
    record = call.state.get(PROPOSAL, params.proposal_id)
    if record is None:
        raise not_found("proposal")
    return record


def list_proposals(call: Call, params: schema.ProposalListParams) -> Page[Proposal]:
    """Proposals in the order of proposing."""
    index = PROPOSAL.indexes[1 if params.open_only else 0]
    records, following, pinned = page_of(
        call, PROPOSAL, index, (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_protocol(call: Call, params: NoParams) -> schema.ProtocolState:
    """Protocol versions in force, to come, and known by whom."""
    state = call.state
    view = validators_at(state, call.tip.height, call.tip.height + 1)
    members = () if view is None else view.members
    pending = state.get(ACTIVATION)
    return schema.ProtocolState(
        in_force=version_in_force(state),
        known_here=PROTOCOL_VERSION,
        pending=None
        if pending is None
        else schema.PendingActivation(
            protocol_version=pending.protocol_version,
            height=pending.height,
            supporters=len(supporters(state, members, pending.protocol_version)),
            quorum=quorum(len(members)),
        ),
        signals=tuple([_signal(call, member) for member in members]),
    )


def _signal(call: Call, member: Validator) -> schema.VersionSignal:
    said = call.state.get(SUPPORT, member.id)
    holds = said is not None and said.operator == member.operator
    return schema.VersionSignal(
        validator=member.id,
        protocol_version=said.protocol_version if said is not None and holds else 0,
        signalled_at=said.signalled_at if said is not None and holds else None,
    )


def agenda_status(call: Call, params: NoParams) -> schema.AgendaStatus:
    """The business day and the work before it."""
    day = call.state.get(BUSINESS_DAY)
    if day is None:
        raise RpcError(RpcCode.UNAVAILABLE, "the ledger has no business day yet")
    items = upcoming(call.state, AGENDA_COUNTED_MAX)
    return schema.AgendaStatus(
        business_date=day.date,
        day_open=day.open,
        due=len([item for item in items if item.due_on <= day.date]),
        next=tuple(
            [
                schema.AgendaEntry(
                    due_on=item.due_on,
                    item_class=item.item_class.name,
                    handler=item.handler,
                    id=item.id,
                )
                for item in items[:AGENDA_SHOWN_MAX]
            ]
        ),
    )


def _batch_key(params: schema.BatchParams) -> tuple[Kind, Key]:
    return BATCH, (params.initiator, params.batch_id)


def _proposal_key(params: schema.ProposalParams) -> tuple[Kind, Key]:
    return PROPOSAL, (params.proposal_id,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "settle_get",
        schema.BatchParams,
        Batch,
        READ,
        get_batch,
        "A settlement batch.",
        reads=STATE,
        proves=_batch_key,
    ),
    method(
        "settle_list",
        schema.BatchListParams,
        Page[Batch],
        READ,
        list_batches,
        "Settlement batches in the order of instruction.",
        reads=STATE,
    ),
    method(
        "gov_getProposals",
        schema.ProposalListParams,
        Page[Proposal],
        READ,
        list_proposals,
        "Proposals in the order of proposing.",
        reads=STATE,
    ),
    method(
        "gov_getProposal",
        schema.ProposalParams,
        Proposal,
        READ,
        get_proposal,
        "A proposal.",
        reads=STATE,
        proves=_proposal_key,
    ),
    method(
        "gov_getProtocol",
        NoParams,
        schema.ProtocolState,
        READ,
        get_protocol,
        "Protocol versions: in force, to come, known by which validators.",
        reads=STATE,
    ),
    method(
        "agenda_status",
        NoParams,
        schema.AgendaStatus,
        READ,
        agenda_status,
        "The business day and the work that the ledger will do by itself.",
        reads=STATE,
    ),
)
