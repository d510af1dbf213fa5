"""Refusals and receipts.

Rules of this file:
1. A refusal is a value, never an exception. Numbers are on the wire: never reused, never
   renumbered.
2. 1..199 are results of execution (in receipts); 1000..1199 are reasons why a transaction is not
   includable or not admitted (never in a receipt).
3. The code of an operation is its *first* failing check; `simulate` lists them all.
"""

from enum import IntEnum, unique
from typing import Annotated, NamedTuple

import msgspec

from tokens.events import LedgerEvent
from tokens.types import BlockHeight, Hash


@unique
class Code(IntEnum):
    """Why something was refused. The name is the stable symbol that clients see."""

    OK = 0
    # the transaction and its authority
    NOT_AUTHORISED = 1
    NEEDS_APPROVAL = 2
    ROLE_REQUIRED = 3
    UNKNOWN_PARTICIPANT = 4
    UNKNOWN_ACCOUNT = 5
    UNKNOWN_ASSET = 6
    ALREADY_EXISTS = 7
    NOT_FOUND = 8
    KEY_IN_USE = 9
    BAD_KEY_POLICY = 10
    AUTHORITY_CHANGED = 11
    AMOUNT_ZERO = 12
    AMOUNT_OVERFLOW = 13
    BAD_FIELD = 14
    NOT_ALLOWED_IN_PROPOSAL = 15
    # asset and account states (order of checks 1 and 2)
    ASSET_NOT_ACTIVE = 20
    ASSET_PAUSED = 21
    ASSET_MATURED = 22
    ACCOUNT_CLOSED = 23
    ACCOUNT_FROZEN = 24
    CREDIT_STOPPED = 25
    ACCOUNT_NOT_EMPTY = 26
    ACCOUNT_RESERVED = 27
    COUNTERPARTY_NOT_ELIGIBLE = 28
    UNDER_REVIEW = 29
    # rules (order of checks 3 to 10)
    KYC_TIER_TOO_LOW = 30
    LICENCE_REQUIRED = 31
    JURISDICTION_REFUSED = 32
    HOLDER_CAP_EXCEEDED = 33
    LOCKED_UP = 34
    DENOM_NOT_MULTIPLE = 35
    VELOCITY_EXCEEDED = 36
    # balances (order of check 11)
    INSUFFICIENT_AVAILABLE = 40
    MAX_SUPPLY_EXCEEDED = 41
    RESERVE_SHORT = 42
    SAME_ACCOUNT = 43
    REFERENCE_USED = 44
    GRANT_MISSING = 45
    GRANT_EXHAUSTED = 46
    SUPPLY_NOT_ZERO = 47
    LIENS_FULL = 48
    # proposals
    PROPOSAL_EXPIRED = 50
    PROPOSAL_NOT_OPEN = 51
    DIGEST_MISMATCH = 52
    ALREADY_APPROVED = 53
    BLOCK_WORK_EXCEEDED = 54
    # instruments
    BAD_CHECK_DIGIT = 60
    BAD_SCHEDULE = 61
    IMMUTABLE_FIELD = 62
    WRONG_STATUS = 63
    UNKNOWN_CALENDAR = 64
    BAD_DATE = 65
    TOO_MANY_INSTRUMENTS = 66
    TOO_MANY_DOCUMENTS = 67
    FIXING_MISSING = 68
    RATE_OF_AUCTION = 69
    # coupons and redemption
    NOT_FUNDED = 70
    ALREADY_PAID = 71
    RECORD_NOT_TAKEN = 72
    SCHEDULE_CHANGED_AFTER_RECORD = 73
    ALREADY_FUNDED = 74
    NO_SUCH_OPTION = 76
    NOTICE_TOO_SHORT = 77
    WINDOW_CLOSED = 78
    ALREADY_CALLED = 79
    # settlement
    BATCH_NOT_OPEN = 80
    NOT_A_PARTY = 81
    SELF_LEG = 82
    NOT_ALLOCATED = 83
    ALREADY_ALLOCATED = 84
    BATCH_EXPIRED = 85
    NOT_MATCHED = 86
    TOO_EARLY = 87
    HASH_LOCKED = 88
    WRONG_PREIMAGE = 89
    # business date
    DAY_OPEN = 90
    DAY_CLOSED = 91
    NOT_A_BUSINESS_DAY = 92
    DATE_NOT_LATER = 93
    # control
    NOT_THE_AUTHORITY = 100
    FREEZE_AND_MOVE = 101
    ORDER_EXCEEDED = 102
    # governance
    TOO_MANY_PER_OPERATOR = 110
    VALIDATOR_LIMIT = 111
    NOT_LIVE_ENOUGH = 112
    BAD_PARAMETER = 113
    # marks, pledges, repos
    MARK_STALE = 145
    MARK_JUMP = 146
    MARK_BY_ISSUER = 147
    # ramps, reserves, commodities
    RAMP_NOT_OPEN = 155
    RAMP_NOT_CLEARED = 156
    RAMP_AMOUNT = 157
    FEE_TOO_HIGH = 158
    RAMPS_FULL = 159
    NOT_ENOUGH_SUPPORT = 114
    VERSION_NOT_LATER = 115
    BAD_HEIGHT = 116
    COLLATERAL_SHORT = 148
    NOT_ON_MATRIX = 149
    REPO_NOT_OPEN = 150
    COUPON_PENDING = 151
    NOT_THE_PLEDGEE = 152
    NOT_DEFAULTED = 153
    # auctions
    AUCTION_NOT_OPEN = 120
    AUCTION_FULL = 121
    BID_SECURITY_WRONG = 122
    NOT_A_BIDDER = 123
    NCB_CAP_EXCEEDED = 124
    BID_VOID = 125
    COMMITMENT_MISMATCH = 126
    ALREADY_REVEALED = 127
    KEY_MISMATCH = 128
    KEYS_NOT_PUBLISHED = 129
    BAD_CUT_OFF = 130
    REVEAL_NOT_OVER = 131
    TOO_LATE = 132
    IN_BREACH = 160
    RESERVE_NOT_ELIGIBLE = 161
    CONCENTRATION_EXCEEDED = 162
    REDEMPTION_SUSPENDED = 163
    # rules, licences, recoveries
    RULE_LIMIT = 170
    CREDENTIAL_MISSING = 171
    SANCTIONED = 172
    EXIT_ONLY = 173
    WRONG_PHASE = 174
    VERSION_MISMATCH = 175
    RECOVERY_OPEN = 176
    PLEDGEE_MUST_AGREE = 177
    AGAINST_RULE = 178
    REASSIGNMENT_OPEN = 179
    ATTESTED_SHORT = 164
    ATTESTATION_STALE = 165
    NOT_INDEPENDENT = 166
    DELIVERY_NOT_OPEN = 167
    # secondary market
    BOOK_CLOSED = 135
    TOO_MANY_ORDERS = 136
    BOOK_FULL = 137
    TOO_MANY_BOOKS = 138
    SELF_MATCH = 139
    ORDER_NOT_OPEN = 140
    QUOTE_NOT_OPEN = 141
    NOT_QUOTED = 142
    QUOTE_EXPIRED = 143
    TOO_MANY_QUOTES = 144
    # the travel rule, reports
    TRAVEL_NOT_OPEN = 190
    TRAVEL_PENDING = 191
    TRAVEL_MISMATCH = 192
    REPORT_NOT_OPEN = 193
    REPORT_MISMATCH = 194
    REPORTS_FULL = 195
    REPORTS_ANCHORED = 196
    ANCHOR_MISMATCH = 197
    TRAVEL_HASH_MISSING = 198
    # not includable: asked of every transaction by `includable` (R8) and by admission
    NON_CANONICAL_ENCODING = 1000
    MALFORMED = 1001
    WRONG_CHAIN = 1002
    EXPIRED = 1003
    TOO_FAR_AHEAD = 1004
    BAD_SIGNATURE = 1005
    UNKNOWN_SENDER = 1006
    WRONG_KEYS = 1007
    TOO_FEW_SIGNATURES = 1008
    CLIENT_REF_REUSED = 1009
    ALREADY_KNOWN = 1010
    MEMPOOL_FULL = 1011
    TX_TOO_LARGE = 1012
    UNSUPPORTED_VERSION = 1013
    UNKNOWN_OPERATION = 1014
    TOO_MANY_OPERATIONS = 1015
    SENDER_LIMIT = 1016
    BLOCK_FULL = 1017
    DEV_KEY = 1018


class Hidden(NamedTuple):
    """What a refusal does not say to everybody (page 04: of the counterparty)."""

    account: bytes
    """Whose institution, and supervisors, may know."""
    code: Code
    rule: str
    version: int


class Refusal(NamedTuple):
    """One failing check."""

    code: Code
    """What everybody may know: it goes into the receipt."""
    rule: str = ""
    """Id of the governed rule that refused, if any."""
    version: int = 0
    """Version of that rule."""
    hidden: Hidden | None = None
    """The whole of it, where `code` does not say it."""


class Receipt(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What became of one transaction (or of one agenda item: a system receipt)."""

    tx_id: Hash
    """For system receipts: hash of (height, agenda key)."""
    height: BlockHeight
    index: Annotated[int, msgspec.Meta(ge=0, le=2**31)]
    """Position in the block; system receipts follow the transactions."""
    code: Annotated[int, msgspec.Meta(ge=0, le=199)]
    """0 = success. Anything else changed nothing."""
    operation: Annotated[int, msgspec.Meta(ge=-1, le=99)]
    """Index of the failing operation; -1 on success."""
    events: tuple[LedgerEvent, ...]
    """Empty when the transaction failed."""
