"""rule_*, licence_*, sanction_*, credential_*, recovery_*: who may hold and move what."""

from node.rpc.errors import not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.rpc.trace import require_supervisor
from node.sdk.schema import rules as schema
from node.sdk.schema.common import Page, PageParams
from tokens.records.day import BUSINESS_DAY
from tokens.records.kind import Key, Kind
from tokens.records.licences import LICENCE, Licence
from tokens.records.persons import CREDENTIAL, SANCTIONS_LIST, Credential
from tokens.records.recovery import RECOVERY, Recovery
from tokens.records.rules import RULE, Rule
from tokens.ruling import settled


def _view(call: Call, rule: Rule) -> schema.RuleInfo:
    day = call.state.get(BUSINESS_DAY)
    now = rule if day is None else settled(rule, day.date)
    return schema.RuleInfo(
        id=now.id,
        asset=now.asset,
        version=now.version,
        body=now.body,
        next_body=now.next_body,
        next_on=now.next_on,
    )


def get_rule(call: Call, params: schema.RuleParams) -> schema.RuleInfo:
    """A rule on the business date."""
    record = call.state.get(RULE, params.rule)
    if record is None:
        raise not_found("rule")
    return _view(call, record)


def list_rules(call: Call, params: PageParams) -> Page[schema.RuleInfo]:
    """All rules, by id."""
    records, following, pinned = page_of(
        call, RULE, RULE.indexes[0], (), cursor=params.cursor, limit=params.limit
    )
    items = tuple([_view(call, record) for record in records])
    return Page(items=items, next=following, pinned_height=pinned)


def get_licence(call: Call, params: schema.LicenceParams) -> Licence:
    """An institution's licence."""
    record = call.state.get(LICENCE, params.institution)
    if record is None:
        raise not_found("licence")
    return record


def list_licences(call: Call, params: PageParams) -> Page[Licence]:
    """All licences, by institution."""
    records, following, pinned = page_of(
        call, LICENCE, LICENCE.indexes[0], (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def list_sanctions(call: Call, params: PageParams) -> Page[schema.SanctionsInfo]:
    """Ids and versions; how many are on a list, and who, is not told."""
    records, following, pinned = page_of(
        call,
        SANCTIONS_LIST,
        SANCTIONS_LIST.indexes[0],
        (),
        cursor=params.cursor,
        limit=params.limit,
        shows_sums_only=True,
    )
    items = tuple(
        [
            schema.SanctionsInfo(id=record.id, version=record.version, authority=record.authority)
            for record in records
        ]
    )
    return Page(items=items, next=following, pinned_height=pinned)


def get_credential(call: Call, params: schema.CredentialParams) -> Credential:
    """What the registrar said of a person: for supervisors only (page 04, Identity)."""
    require_supervisor(call)
    record = call.state.get(CREDENTIAL, params.person, params.kind)
    if record is None:
        raise not_found("credential")
    return record


def get_recovery(call: Call, params: schema.RecoveryParams) -> Recovery:
    """New keys that wait for their day."""
    record = call.state.get(RECOVERY, params.account)
    if record is None:
        raise not_found("recovery")
    return record


def _licence_key(params: schema.LicenceParams) -> tuple[Kind, Key]:
    return LICENCE, (params.institution,)


def _recovery_key(params: schema.RecoveryParams) -> tuple[Kind, Key]:
    return RECOVERY, (params.account,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "rule_get",
        schema.RuleParams,
        schema.RuleInfo,
        READ,
        get_rule,
        "A governed rule: its version in force and what waits.",
        reads=STATE,
    ),
    method(
        "rule_list",
        PageParams,
        Page[schema.RuleInfo],
        READ,
        list_rules,
        "All governed rules, by id.",
        reads=STATE,
    ),
    method(
        "licence_get",
        schema.LicenceParams,
        Licence,
        READ,
        get_licence,
        "An institution's licence.",
        reads=STATE,
        proves=_licence_key,
    ),
    method(
        "licence_list",
        PageParams,
        Page[Licence],
        READ,
        list_licences,
        "All licences, by institution.",
        reads=STATE,
    ),
    method(
        "sanction_list",
        PageParams,
        Page[schema.SanctionsInfo],
        READ,
        list_sanctions,
        "Sanctions lists by id and version; never who is on them.",
        reads=STATE,
    ),
    method(
        "credential_get",
        schema.CredentialParams,
        Credential,
        READ,
        get_credential,
        "A person's credential: for supervisors, and on dev networks.",
        reads=STATE,
    ),
    method(
        "recovery_get",
        schema.RecoveryParams,
        Recovery,
        READ,
        get_recovery,
        "An account's recovery: the new keys and their day.",
        reads=STATE,
        proves=_recovery_key,
    ),
)
