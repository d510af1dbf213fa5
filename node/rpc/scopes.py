"""Who may call which method about what: one line a method (docs/adr/0023-scoped-reads.md).

Rules of this file:
1. A method without a line is refused to every closed view (tests/node/rpc/test_scopes.py wants
   one for each).
2. What a line refuses it refuses before the handler runs, or instead of its result: hidden and
   missing are one answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import msgspec

from node.rpc import scoped_results as results
from node.rpc.method import Call
from node.rpc.record_scopes import shows
from node.rpc.view import refused
from node.sdk.schema.sub import SubscribeParams
from node.sdk.schema.tax import CertificateParams
from node.sdk.schema.tx import TxListParams
from tokens.records.complaints import COMPLAINT
from tokens.records.enforcements import ENFORCEMENT
from tokens.records.kind import Kind
from tokens.records.market import ORDER, TRADE
from tokens.records.proposals import PROPOSAL
from tokens.records.quotes import QUOTE_REQUEST
from tokens.records.ramps import RAMP, RAMP_REFERENCE
from tokens.records.recovery import RECOVERY
from tokens.records.repos import REPO
from tokens.records.settlement import BATCH
from tokens.records.travel import TRAVEL
from tokens.types import Role

Params = msgspec.Struct
Shown = Callable[[Call, Params, object], object]


@dataclass(frozen=True, slots=True)
class Scope:
    """The decision about one method, for closed views."""

    allows: Callable[[Call, Params], bool]
    """Before the handler."""
    shown: Shown
    """The result as the view may see it. Raises refused()."""
    hides_missing: bool = False
    """NOT_FOUND is answered as what is hidden."""


def _always(_call: Call, _params: Params) -> bool:
    return True


def _never(_call: Call, _params: Params) -> bool:
    return False


def _whole(_call: Call, _params: Params, result: object) -> object:
    return result


PUBLIC = Scope(_always, _whole)
"""Everybody."""
LISTED = Scope(_always, _whole)
"""A list: page_of takes out what the view does not show (record_scopes.py)."""
SUPERVISED = Scope(_never, _whole)
"""Open views only."""


def own(field: str) -> Scope:
    """Only about an account or participant of the caller, named by a param."""

    def allows(call: Call, params: Params) -> bool:
        return call.view.covers(getattr(params, field))

    return Scope(allows, _whole)


def either(*fields: str, shown: Shown = _whole) -> Scope:
    """Own, by whichever of the params is given."""

    def allows(call: Call, params: Params) -> bool:
        given = [getattr(params, field) for field in fields]
        return all(call.view.covers(each) for each in given if each is not None)

    return Scope(allows, shown)


def record(kind: Kind, part: str | None = None) -> Scope:
    """One record, if the view shows it; `part`: the field of the result that holds it."""

    def shown(call: Call, _params: Params, result: object) -> object:
        whole = cast("msgspec.Struct", result)
        found = whole if part is None else getattr(whole, part)
        if not shows(call.view, kind, found):
            raise refused()
        return call.view.blot(whole)

    return Scope(_always, shown, hides_missing=True)


def _taxes(call: Call, params: Params) -> bool:
    account = cast("CertificateParams", params).account
    return call.view.covers(account) or Role.TAX_AUTHORITY in call.view.roles


def _subscribes(call: Call, params: Params) -> bool:
    wanted = cast("SubscribeParams", params)
    if wanted.topic == "blocks":
        return True
    address = None if wanted.filter is None else wanted.filter.address
    return call.view.subject is not None and (address is None or call.view.covers(address))


def _lists(call: Call, params: Params) -> bool:
    address = cast("TxListParams", params).address
    return address is not None and call.view.covers(address)


_ACCOUNT = own("account")

SCOPES: dict[str, Scope] = {
    "account_get": _ACCOUNT,
    "account_getBalances": _ACCOUNT,
    "account_getCashRoutes": _ACCOUNT,
    "account_getDatedStatement": _ACCOUNT,
    "account_getHistory": Scope(_ACCOUNT.allows, results.places),
    "account_getHoldingProof": _ACCOUNT,
    "account_getLimits": _ACCOUNT,
    "account_getLockUps": _ACCOUNT,
    "account_getStatement": Scope(_ACCOUNT.allows, results.statement),
    "account_getUnclaimed": _ACCOUNT,
    "agenda_status": Scope(_always, results.agenda),
    "asset_get": PUBLIC,
    "asset_getDocuments": PUBLIC,
    "asset_getHolders": LISTED,
    "asset_getSupply": PUBLIC,
    "asset_getTrace": SUPERVISED,
    "asset_list": PUBLIC,
    "auction_get": PUBLIC,
    "auction_getAllotments": LISTED,
    "auction_getNcbs": LISTED,
    "auction_getResult": PUBLIC,
    "auction_getSheets": LISTED,
    "auction_list": PUBLIC,
    "book_get": PUBLIC,
    "book_list": PUBLIC,
    "cash_getQueue": LISTED,
    "cash_getReserveProof": PUBLIC,
    "cash_getReserves": PUBLIC,
    "cash_getSupply": PUBLIC,
    "chain_getBlock": PUBLIC,
    "chain_getBlocks": PUBLIC,
    "chain_getCommit": PUBLIC,
    "chain_getDays": PUBLIC,
    "chain_getCard": PUBLIC,
    "chain_getGenesis": PUBLIC,
    "chain_getHeader": PUBLIC,
    "chain_getParams": PUBLIC,
    "chain_getProof": Scope(_always, results.proof),
    "commodity_get": PUBLIC,
    "commodity_getDeliveries": LISTED,
    "commodity_getLot": PUBLIC,
    "commodity_getLots": PUBLIC,
    "commodity_list": PUBLIC,
    "complaint_get": record(COMPLAINT),
    "complaint_list": either("account", "about"),
    "consensus_evidence": PUBLIC,
    "consensus_participation": PUBLIC,
    "consensus_state": PUBLIC,
    "consensus_validators": PUBLIC,
    "credential_get": SUPERVISED,
    "gov_getPolicies": PUBLIC,
    "gov_getProposal": record(PROPOSAL),
    "gov_getProposals": LISTED,
    "gov_getProtocol": PUBLIC,
    "grant_list": either("grantor", "grantee"),
    "instrument_get": PUBLIC,
    "instrument_getAccrued": PUBLIC,
    "instrument_getFixings": PUBLIC,
    "instrument_getPrice": PUBLIC,
    "instrument_getRegister": LISTED,
    "instrument_getSchedule": PUBLIC,
    "instrument_getYield": PUBLIC,
    "licence_get": PUBLIC,
    "licence_list": PUBLIC,
    "mark_get": PUBLIC,
    "mark_list": PUBLIC,
    "mempool_list": PUBLIC,
    "mempool_status": PUBLIC,
    "lien_list": either("account", "authority", shown=results.liens),
    "node_health": PUBLIC,
    "node_peers": PUBLIC,
    "node_status": PUBLIC,
    "node_version": PUBLIC,
    "order_get": record(ORDER),
    "order_list": own("account"),
    "participant_get": PUBLIC,
    "participant_getStatement": own("servicer"),
    "participant_list": PUBLIC,
    "payment_get": PUBLIC,
    "payment_getDefaults": PUBLIC,
    "payment_getElections": LISTED,
    "payment_list": PUBLIC,
    "pledge_get": Scope(_always, results.pledges, hides_missing=True),
    "pledge_getNotice": record(ENFORCEMENT, "notice"),
    "pledge_list": own("pledgee"),
    "ramp_get": record(RAMP),
    "ramp_getReference": record(RAMP_REFERENCE),
    "ramp_list": either("account", "bank"),
    "rate_list": PUBLIC,
    "recovery_get": record(RECOVERY),
    "repo_get": record(REPO, "repo"),
    "repo_list": LISTED,
    "report_get": own("institution"),
    "report_getAnchor": own("institution"),
    "report_list": own("institution"),
    "report_listAnchors": own("institution"),
    "rfq_get": record(QUOTE_REQUEST),
    "rfq_list": own("participant"),
    "rpc.discover": PUBLIC,
    "rule_get": PUBLIC,
    "rule_list": PUBLIC,
    "sanction_list": PUBLIC,
    "settle_get": record(BATCH),
    "settle_list": LISTED,
    "sub_subscribe": Scope(_subscribes, _whole),
    "sub_unsubscribe": PUBLIC,
    "supervision_getCoverage": SUPERVISED,
    "supervision_getFails": SUPERVISED,
    "supervision_getHolders": SUPERVISED,
    "supervision_getMaturityLadder": SUPERVISED,
    "supervision_getOutstanding": SUPERVISED,
    "supervision_getVelocity": SUPERVISED,
    "tax_getCertificates": Scope(_taxes, _whole),
    "tax_getIssuePrice": PUBLIC,
    "tax_getTable": PUBLIC,
    "trade_get": record(TRADE),
    "trade_list": PUBLIC,
    "travel_get": record(TRAVEL),
    "travel_list": either("originator", "beneficiary", "account"),
    "tx_decode": PUBLIC,
    "tx_encode": PUBLIC,
    "tx_get": Scope(_always, results.transaction, hides_missing=True),
    "tx_getProof": Scope(_always, results.transaction_proof, hides_missing=True),
    "tx_getReceipt": Scope(_always, results.receipt, hides_missing=True),
    "tx_list": Scope(_lists, results.places),
    "tx_simulate": Scope(results.may_simulate, results.simulation),
    "tx_submit": Scope(_always, results.submission),
    "tx_submitAndWait": Scope(_always, results.submitted_receipt),
    "tx_submitBatch": Scope(_always, results.submissions),
}
