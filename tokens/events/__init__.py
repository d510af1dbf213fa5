"""Typed events of receipts. A tag is never reused.

Tags: 1-49 holdings, 50-99 parties and proposals, 100-149 instruments, 150-199 settlement,
200-249 cash, 250-299 control, 300-349 business day and agenda, 350-399 governance,
430-449 marks, pledges and repos.
460-479 auctions.
500-529 the travel rule and reports.
"""

from tokens.events.auctions import (
    AllotmentEnded,
    Allotted,
    AuctionAnnounced,
    AuctionCut,
    AuctionKeyPublished,
    AuctionStatusChanged,
    BidForfeited,
    BidOpened,
    BidPlaced,
    BidWithdrawn,
    NonCompetitiveBidPlaced,
)
from tokens.events.cash import (
    CashMinted,
    CashRedeemed,
    CentralBankMoneyIssued,
    CentralBankMoneyWithdrawn,
    RedemptionEnded,
    RedemptionQueued,
)
from tokens.events.collateral import CollateralEvent
from tokens.events.commodities import DeliveryChanged, LotChanged, LotDocumentAdded
from tokens.events.complaints import ComplaintChanged
from tokens.events.control import (
    AssetPaused,
    CreditStopSet,
    FreezeChanged,
    FreezeLifted,
    Seized,
)
from tokens.events.day import (
    CalendarSet,
    DayClosed,
    DayOpened,
)
from tokens.events.governance import (
    ApprovalPolicySet,
    MisbehaviourReported,
    ObserversChanged,
    ParameterSet,
    ValidatorsChanged,
)
from tokens.events.holdings import Burned, Issued, LienEnded, LienPlaced, Moved
from tokens.events.instruments import (
    AssetDefined,
    AssetStatusChanged,
    CouponPaid,
    CrossDefaultSet,
    DefaultCured,
    DefaultDeclared,
    DocumentAdded,
    InstrumentCalled,
    PaymentFunded,
    PaymentStatusChanged,
    PaymentUnclaimed,
    PrincipalPaid,
    PutElected,
    RecordBlocked,
    RecordTaken,
    ResidualReturned,
    TaxTableSet,
    TaxWithheld,
    TermsAmended,
    UnclaimedPaid,
)
from tokens.events.market import (
    BookCleared,
    OrderEnded,
    OrderFilled,
    OrderPlaced,
    OrderReplaced,
)
from tokens.events.parties import (
    AccountClosed,
    AccountOpened,
    Approved,
    GrantEnded,
    GrantSet,
    KeyPolicySet,
    ParticipantSet,
    ProposalClosed,
    Proposed,
)
from tokens.events.protocol import (
    ActivationLapsed,
    ActivationScheduled,
    ProtocolActivated,
    SupportSignalled,
)
from tokens.events.quotes import QuoteClosed, Quoted, QuoteRequested
from tokens.events.ramps import RampChanged, RampOpened
from tokens.events.rates import CouponFixed, FixingMissed, ReferenceRateSet, SupplyRaised
from tokens.events.reserves import BreachChanged, RedemptionPaused, ReserveChanged, ReservePolicySet
from tokens.events.rules import (
    AccountScreened,
    CredentialSet,
    LicenceChanged,
    LockUpSet,
    RecoveryAnswered,
    RecoveryClosed,
    RecoveryOpened,
    RuleChanged,
    SanctionsUpdated,
    ServicerChanged,
    TotalsMoved,
)
from tokens.events.settlement import (
    BatchAllocated,
    BatchApproved,
    BatchInstructed,
    BatchPending,
    BatchStatusChanged,
    CashRouteSet,
    PreimageShown,
)
from tokens.events.travel import TravelEvent

LedgerEvent = (
    Moved
    | ComplaintChanged
    | Issued
    | Burned
    | LienPlaced
    | LienEnded
    | ParticipantSet
    | KeyPolicySet
    | AccountOpened
    | AccountClosed
    | Proposed
    | Approved
    | ProposalClosed
    | GrantSet
    | GrantEnded
    | CentralBankMoneyIssued
    | CentralBankMoneyWithdrawn
    | CashMinted
    | CashRedeemed
    | RedemptionQueued
    | RedemptionEnded
    | LotChanged
    | DeliveryChanged
    | LotDocumentAdded
    | ReservePolicySet
    | ReserveChanged
    | BreachChanged
    | RedemptionPaused
    | RampOpened
    | RampChanged
    | FreezeChanged
    | CreditStopSet
    | AssetPaused
    | Seized
    | FreezeLifted
    | DayOpened
    | DayClosed
    | CalendarSet
    | AssetDefined
    | AssetStatusChanged
    | DocumentAdded
    | TermsAmended
    | RecordTaken
    | PaymentFunded
    | PaymentStatusChanged
    | CouponPaid
    | PrincipalPaid
    | PaymentUnclaimed
    | ResidualReturned
    | TaxTableSet
    | TaxWithheld
    | CrossDefaultSet
    | DefaultCured
    | DefaultDeclared
    | InstrumentCalled
    | PutElected
    | RecordBlocked
    | UnclaimedPaid
    | ReferenceRateSet
    | CouponFixed
    | FixingMissed
    | SupplyRaised
    | BatchInstructed
    | BatchApproved
    | BatchAllocated
    | BatchStatusChanged
    | BatchPending
    | PreimageShown
    | CashRouteSet
    | OrderPlaced
    | OrderReplaced
    | OrderFilled
    | OrderEnded
    | BookCleared
    | QuoteRequested
    | Quoted
    | QuoteClosed
    | ParameterSet
    | ApprovalPolicySet
    | ValidatorsChanged
    | ObserversChanged
    | MisbehaviourReported
    | CollateralEvent
    | SupportSignalled
    | ActivationScheduled
    | ProtocolActivated
    | ActivationLapsed
    | AuctionAnnounced
    | AuctionStatusChanged
    | BidPlaced
    | BidWithdrawn
    | NonCompetitiveBidPlaced
    | BidOpened
    | BidForfeited
    | AuctionKeyPublished
    | AuctionCut
    | Allotted
    | AllotmentEnded
    | RuleChanged
    | LockUpSet
    | CredentialSet
    | SanctionsUpdated
    | AccountScreened
    | LicenceChanged
    | ServicerChanged
    | TotalsMoved
    | RecoveryOpened
    | RecoveryAnswered
    | RecoveryClosed
    | TravelEvent
)

__all__ = [
    "AccountClosed",
    "AccountOpened",
    "AccountScreened",
    "ActivationLapsed",
    "ActivationScheduled",
    "AllotmentEnded",
    "Allotted",
    "ApprovalPolicySet",
    "Approved",
    "AssetDefined",
    "AssetPaused",
    "AssetStatusChanged",
    "AuctionAnnounced",
    "AuctionCut",
    "AuctionKeyPublished",
    "AuctionStatusChanged",
    "BatchAllocated",
    "BatchApproved",
    "BatchInstructed",
    "BatchPending",
    "BatchStatusChanged",
    "BidForfeited",
    "BidOpened",
    "BidPlaced",
    "BidWithdrawn",
    "BookCleared",
    "BreachChanged",
    "Burned",
    "CalendarSet",
    "CashMinted",
    "CashRedeemed",
    "CashRouteSet",
    "CentralBankMoneyIssued",
    "CentralBankMoneyWithdrawn",
    "CouponFixed",
    "CouponPaid",
    "CredentialSet",
    "CreditStopSet",
    "CrossDefaultSet",
    "DayClosed",
    "DayOpened",
    "DefaultCured",
    "DefaultDeclared",
    "DeliveryChanged",
    "DocumentAdded",
    "FixingMissed",
    "FreezeChanged",
    "FreezeLifted",
    "GrantEnded",
    "GrantSet",
    "InstrumentCalled",
    "Issued",
    "KeyPolicySet",
    "LedgerEvent",
    "LicenceChanged",
    "LienEnded",
    "LienPlaced",
    "LockUpSet",
    "LotChanged",
    "LotDocumentAdded",
    "MisbehaviourReported",
    "Moved",
    "NonCompetitiveBidPlaced",
    "ObserversChanged",
    "OrderEnded",
    "OrderFilled",
    "OrderPlaced",
    "OrderReplaced",
    "ParameterSet",
    "ParticipantSet",
    "PaymentFunded",
    "PaymentStatusChanged",
    "PaymentUnclaimed",
    "PreimageShown",
    "PrincipalPaid",
    "ProposalClosed",
    "Proposed",
    "ProtocolActivated",
    "PutElected",
    "QuoteClosed",
    "QuoteRequested",
    "Quoted",
    "RampChanged",
    "RampOpened",
    "RecordBlocked",
    "RecordTaken",
    "RecoveryAnswered",
    "RecoveryClosed",
    "RecoveryOpened",
    "RedemptionEnded",
    "RedemptionPaused",
    "RedemptionQueued",
    "ReferenceRateSet",
    "ReserveChanged",
    "ReservePolicySet",
    "ResidualReturned",
    "RuleChanged",
    "SanctionsUpdated",
    "Seized",
    "ServicerChanged",
    "SupplyRaised",
    "SupportSignalled",
    "TaxTableSet",
    "TaxWithheld",
    "TermsAmended",
    "TotalsMoved",
    "UnclaimedPaid",
    "ValidatorsChanged",
]
