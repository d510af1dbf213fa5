"""Table of contents of the ledger's operations: one line each. A tag is never reused.

Tags: 1-19 parties, 20-29 proposals and grants, 30-39 business day, 40-59 cash, 60-69 transfer and
holds, 70-99 instruments, 100-119 settlement, 120-139 control, 140-159 governance, 160-179 auctions,
180-249 later families, 250-269 the travel rule and reports.
"""

from typing import TYPE_CHECKING, Union

import msgspec

from tokens.agenda import AgendaHandler
from tokens.auction_days import (
    AUCTION_ALLOT_AGENDA,
    AUCTION_CLOSE_AGENDA,
    AUCTION_RELEASE_AGENDA,
    AUCTION_VOID_AGENDA,
)
from tokens.auction_settling import AUCTION_SETTLE_AGENDA
from tokens.calling import CALL_AGENDA
from tokens.commodities import DELIVERY_AGENDA, LOT_AGENDA
from tokens.complaining import COMPLAINT_AGENDA
from tokens.credit_stops import CREDIT_STOP_AGENDA
from tokens.defaulting import DEFAULT_AGENDA
from tokens.fixings import FIXING_AGENDA
from tokens.grant_ends import GRANT_VOIDING
from tokens.holders import HOLDER_COUNT_AGENDA
from tokens.licensing import LICENCE_EXPIRY_AGENDA
from tokens.lien_expiry import LIEN_EXPIRY_AGENDA
from tokens.ops.accounts import CLOSE_ACCOUNT, OPEN_ACCOUNT
from tokens.ops.auction_bids import PLACE_BID, WITHDRAW_BID
from tokens.ops.auction_cut_off import CUT_AUCTION, REJECT_AUCTION, SETTLE_ALLOTMENT
from tokens.ops.auction_ncbs import PLACE_NCB
from tokens.ops.auction_reveal import END_REVEAL, PUBLISH_AUCTION_KEY, REVEAL_BID
from tokens.ops.auctions import ANNOUNCE_AUCTION, CANCEL_AUCTION, CLOSE_AUCTION, OPEN_AUCTION
from tokens.ops.batch_steps import ALLOCATE_BATCH, CANCEL_BATCH, REVEAL_BATCH, SETTLE_BATCH
from tokens.ops.business_day import CLOSE_DAY, OPEN_DAY, SET_CALENDAR
from tokens.ops.calls import CALL_INSTRUMENT
from tokens.ops.cash import CASH_MINT, CASH_REDEEM
from tokens.ops.cash_accounts import SET_CASH_ACCOUNT
from tokens.ops.cash_asset import DEFINE_CASH_ASSET
from tokens.ops.central_bank_money import CB_ISSUE, CB_WITHDRAW
from tokens.ops.commodities import DEFINE_COMMODITY, MINT_RECEIPTS
from tokens.ops.complaints import (
    ANSWER_COMPLAINT,
    ASSIGN_COMPLAINT,
    CLOSE_COMPLAINT,
    ESCALATE_COMPLAINT,
    FILE_COMPLAINT,
)
from tokens.ops.control import FORCE_TRANSFER, PAUSE_ASSET
from tokens.ops.coupons import COUPON_FUND, PRINCIPAL_FUND, REDEMPTION_FUND, SET_TAX_TABLE
from tokens.ops.defaults import SET_CROSS_DEFAULT
from tokens.ops.deliveries import CANCEL_DELIVERY, CONFIRM_DELIVERY, REQUEST_DELIVERY
from tokens.ops.documents import ADD_DOCUMENT, AMEND_INSTRUMENT
from tokens.ops.enforcement import NOTIFY_ENFORCEMENT, WITHDRAW_ENFORCEMENT
from tokens.ops.enforcement_steps import APPROPRIATE_PLEDGE, SELL_PLEDGE
from tokens.ops.freezes import CHANGE_FREEZE, FREEZE, LIFT_FREEZE, STOP_CREDITS
from tokens.ops.governance import PARAMETER_CHANGE, SET_APPROVAL_POLICY, SET_PARAMETER
from tokens.ops.grants import GRANT_EXPIRY, GRANT_POWER, REVOKE_GRANT
from tokens.ops.instruments import APPROVE_INSTRUMENT, CANCEL_INSTRUMENT, CREATE_INSTRUMENT
from tokens.ops.licences import (
    ADVANCE_LICENCE,
    APPLY_LICENCE,
    GRANT_LICENCE,
    REVOKE_LICENCE,
    SUSPEND_LICENCE,
)
from tokens.ops.lots import ADD_LOT_DOCUMENT, ATTEST_LOT
from tokens.ops.marks import SET_MARKS
from tokens.ops.observers import ADD_OBSERVER, REMOVE_OBSERVER
from tokens.ops.off_ramp_ends import COMPLETE_RAMP, RETURN_RAMP
from tokens.ops.off_ramps import OPEN_OFF_RAMP, REFUSE_RAMP, SEND_RAMP
from tokens.ops.on_ramp_ends import CREDIT_RAMP, REFUND_RAMP
from tokens.ops.on_ramps import OPEN_ON_RAMP, RECEIVE_RAMP, SCREEN_RAMP
from tokens.ops.order_changes import CANCEL_ORDER, REPLACE_ORDER
from tokens.ops.orders import PLACE_ORDER
from tokens.ops.participants import REGISTER_PARTICIPANT, SET_KEY_POLICY, UPDATE_PARTICIPANT
from tokens.ops.persons import ISSUE_CREDENTIAL, REVOKE_CREDENTIAL, UPDATE_SANCTIONS
from tokens.ops.pledges import CREATE_PLEDGE, RELEASE_PLEDGE, SUBSTITUTE_PLEDGE
from tokens.ops.proposals import APPROVE, PROPOSAL_EXPIRY, PROPOSE, WITHDRAW_PROPOSAL
from tokens.ops.protocol import ACTIVATE, SIGNAL_SUPPORT
from tokens.ops.puts import ELECT_PUT, WITHDRAW_PUT
from tokens.ops.quote_answers import ACCEPT_QUOTE, QUOTE
from tokens.ops.quotes import DECLINE_QUOTE, REQUEST_QUOTE
from tokens.ops.rates import FIX_COUPON, SET_REFERENCE_RATES
from tokens.ops.reassignment import REASSIGN_SERVICING
from tokens.ops.recovery import AGREE_RECOVERY, END_RECOVERY, OBJECT_RECOVERY, RECOVER_ACCOUNT
from tokens.ops.redemption_pauses import RESUME_REDEMPTION, SUSPEND_REDEMPTION
from tokens.ops.redemption_queue import WITHDRAW_REDEMPTION
from tokens.ops.repo_margin import ADD_COLLATERAL, SUBSTITUTE_COLLATERAL, TAKE_EXCESS
from tokens.ops.repo_steps import CLOSE_OUT_REPO, CLOSE_REPO, RECALL_REPO
from tokens.ops.reports import ANCHOR_REPORTS, ANSWER_REPORT, FILE_REPORT, SUBMIT_REPORT
from tokens.ops.repos import ACCEPT_REPO, PROPOSE_REPO, WITHDRAW_REPO
from tokens.ops.reserve_policies import SET_RESERVE_POLICY
from tokens.ops.reserves import RESERVE_ADD, RESERVE_SWAP, RESERVE_TAKE
from tokens.ops.rules import END_RULE, LOCK_UP_AGENDA, SET_LOCK_UP, SET_RULE
from tokens.ops.settlement import APPROVE_BATCH, INSTRUCT_BATCH
from tokens.ops.taps import TAP
from tokens.ops.transfer import TRANSFER
from tokens.ops.travel import ACCEPT_TRAVEL, REJECT_TRAVEL, SEND_TRAVEL
from tokens.ops.unclaimed import PAY_UNCLAIMED
from tokens.ops.validators import (
    ADD_VALIDATOR,
    REMOVE_VALIDATOR,
    REPORT_MISBEHAVIOUR,
    ROTATE_VALIDATOR_KEYS,
)
from tokens.orders import BOOK_CLOSE_AGENDA, ORDER_EXPIRY_AGENDA
from tokens.payouts import COUPON_AGENDA, REDEMPTION_AGENDA
from tokens.putting import PUT_AGENDA, PUT_WINDOW_AGENDA
from tokens.quotes import QUOTE_EXPIRY_AGENDA
from tokens.ramps import RAMP_EXPIRY_AGENDA
from tokens.reassigning import REASSIGNMENT_AGENDA
from tokens.recovering import RECOVERY_AGENDA
from tokens.registry import OperationSpec
from tokens.repo_life import REPO_DAY_CLOSE_AGENDA, REPO_DAY_OPEN_AGENDA, REPO_EXPIRY_AGENDA
from tokens.reserve import REDEMPTION_QUEUE_HANDLER
from tokens.ruling import RULE_CHANGE_AGENDA
from tokens.screening import SCREENING_AGENDA
from tokens.settling import ASSET_RELEASE_AGENDA, BATCH_EXPIRY_AGENDA, BATCH_SETTLE_AGENDA
from tokens.travel import TRAVEL_EXPIRY_AGENDA

OPERATIONS: tuple[OperationSpec[msgspec.Struct], ...] = (
    REGISTER_PARTICIPANT,
    UPDATE_PARTICIPANT,
    SET_KEY_POLICY,
    OPEN_ACCOUNT,
    CLOSE_ACCOUNT,
    PROPOSE,
    APPROVE,
    WITHDRAW_PROPOSAL,
    GRANT_POWER,
    REVOKE_GRANT,
    OPEN_DAY,
    CLOSE_DAY,
    SET_CALENDAR,
    CB_ISSUE,
    CB_WITHDRAW,
    DEFINE_CASH_ASSET,
    CASH_MINT,
    CASH_REDEEM,
    WITHDRAW_REDEMPTION,
    DEFINE_COMMODITY,
    ATTEST_LOT,
    MINT_RECEIPTS,
    ADD_LOT_DOCUMENT,
    REQUEST_DELIVERY,
    CONFIRM_DELIVERY,
    CANCEL_DELIVERY,
    SET_RESERVE_POLICY,
    RESERVE_SWAP,
    RESERVE_ADD,
    RESERVE_TAKE,
    SUSPEND_REDEMPTION,
    RESUME_REDEMPTION,
    OPEN_ON_RAMP,
    RECEIVE_RAMP,
    SCREEN_RAMP,
    CREDIT_RAMP,
    REFUND_RAMP,
    OPEN_OFF_RAMP,
    SEND_RAMP,
    COMPLETE_RAMP,
    RETURN_RAMP,
    REFUSE_RAMP,
    TRANSFER,
    CREATE_INSTRUMENT,
    APPROVE_INSTRUMENT,
    CANCEL_INSTRUMENT,
    ADD_DOCUMENT,
    AMEND_INSTRUMENT,
    TAP,
    SET_REFERENCE_RATES,
    FIX_COUPON,
    COUPON_FUND,
    REDEMPTION_FUND,
    SET_TAX_TABLE,
    PRINCIPAL_FUND,
    CALL_INSTRUMENT,
    ELECT_PUT,
    WITHDRAW_PUT,
    SET_CROSS_DEFAULT,
    PAY_UNCLAIMED,
    INSTRUCT_BATCH,
    APPROVE_BATCH,
    ALLOCATE_BATCH,
    SETTLE_BATCH,
    CANCEL_BATCH,
    REVEAL_BATCH,
    SET_CASH_ACCOUNT,
    PLACE_ORDER,
    REPLACE_ORDER,
    CANCEL_ORDER,
    REQUEST_QUOTE,
    QUOTE,
    ACCEPT_QUOTE,
    DECLINE_QUOTE,
    FREEZE,
    CHANGE_FREEZE,
    LIFT_FREEZE,
    STOP_CREDITS,
    PAUSE_ASSET,
    FORCE_TRANSFER,
    SET_PARAMETER,
    SET_APPROVAL_POLICY,
    ADD_VALIDATOR,
    REMOVE_VALIDATOR,
    ROTATE_VALIDATOR_KEYS,
    REPORT_MISBEHAVIOUR,
    ADD_OBSERVER,
    REMOVE_OBSERVER,
    SET_MARKS,
    SIGNAL_SUPPORT,
    ACTIVATE,
    CREATE_PLEDGE,
    RELEASE_PLEDGE,
    SUBSTITUTE_PLEDGE,
    NOTIFY_ENFORCEMENT,
    WITHDRAW_ENFORCEMENT,
    APPROPRIATE_PLEDGE,
    SELL_PLEDGE,
    ANNOUNCE_AUCTION,
    OPEN_AUCTION,
    CLOSE_AUCTION,
    CANCEL_AUCTION,
    PLACE_BID,
    WITHDRAW_BID,
    PLACE_NCB,
    REVEAL_BID,
    PUBLISH_AUCTION_KEY,
    END_REVEAL,
    CUT_AUCTION,
    REJECT_AUCTION,
    SETTLE_ALLOTMENT,
    SET_RULE,
    END_RULE,
    SET_LOCK_UP,
    ISSUE_CREDENTIAL,
    REVOKE_CREDENTIAL,
    UPDATE_SANCTIONS,
    APPLY_LICENCE,
    ADVANCE_LICENCE,
    GRANT_LICENCE,
    SUSPEND_LICENCE,
    REVOKE_LICENCE,
    REASSIGN_SERVICING,
    RECOVER_ACCOUNT,
    OBJECT_RECOVERY,
    AGREE_RECOVERY,
    END_RECOVERY,
    FILE_COMPLAINT,
    ASSIGN_COMPLAINT,
    ANSWER_COMPLAINT,
    ESCALATE_COMPLAINT,
    CLOSE_COMPLAINT,
    PROPOSE_REPO,
    ACCEPT_REPO,
    WITHDRAW_REPO,
    CLOSE_REPO,
    RECALL_REPO,
    CLOSE_OUT_REPO,
    ADD_COLLATERAL,
    TAKE_EXCESS,
    SUBSTITUTE_COLLATERAL,
    SEND_TRAVEL,
    ACCEPT_TRAVEL,
    REJECT_TRAVEL,
    FILE_REPORT,
    SUBMIT_REPORT,
    ANSWER_REPORT,
    ANCHOR_REPORTS,
)  # fmt: skip

if TYPE_CHECKING:
    AnyOperation = msgspec.Struct
else:
    AnyOperation = Union[tuple(spec.operation for spec in OPERATIONS)]  # noqa: UP007

SPEC_OF: dict[type[msgspec.Struct], OperationSpec[msgspec.Struct]] = {
    spec.operation: spec for spec in OPERATIONS
}

HANDLERS: tuple[AgendaHandler, ...] = (
    PROPOSAL_EXPIRY,
    GRANT_EXPIRY,
    PARAMETER_CHANGE,
    LIEN_EXPIRY_AGENDA,
    CREDIT_STOP_AGENDA,
    REDEMPTION_QUEUE_HANDLER,
    RAMP_EXPIRY_AGENDA,
    LOT_AGENDA,
    DELIVERY_AGENDA,
    BATCH_EXPIRY_AGENDA,
    BATCH_SETTLE_AGENDA,
    ORDER_EXPIRY_AGENDA,
    BOOK_CLOSE_AGENDA,
    QUOTE_EXPIRY_AGENDA,
    ASSET_RELEASE_AGENDA,
    FIXING_AGENDA,
    COUPON_AGENDA,
    REDEMPTION_AGENDA,
    AUCTION_CLOSE_AGENDA,
    AUCTION_VOID_AGENDA,
    AUCTION_RELEASE_AGENDA,
    AUCTION_ALLOT_AGENDA,
    AUCTION_SETTLE_AGENDA,
    RULE_CHANGE_AGENDA,
    LOCK_UP_AGENDA,
    HOLDER_COUNT_AGENDA,
    SCREENING_AGENDA,
    LICENCE_EXPIRY_AGENDA,
    GRANT_VOIDING,
    REASSIGNMENT_AGENDA,
    RECOVERY_AGENDA,
    COMPLAINT_AGENDA,
    CALL_AGENDA,
    PUT_WINDOW_AGENDA,
    PUT_AGENDA,
    DEFAULT_AGENDA,
    REPO_EXPIRY_AGENDA,
    REPO_DAY_OPEN_AGENDA,
    REPO_DAY_CLOSE_AGENDA,
    TRAVEL_EXPIRY_AGENDA,
)  # fmt: skip
"""Who does the ledger's own work: one line each."""

AGENDA_HANDLERS: dict[str, AgendaHandler] = {handler.name: handler for handler in HANDLERS}
"""Handler by the name that agenda items carry."""
