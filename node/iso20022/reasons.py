"""Why a batch failed, or an instruction was refused: the ledger's code as a reason of ISO 20022.

Of a batch FailingReason4Code, of an instruction RejectionReason75Code.

Rules of this file:
1. Only where the standard's reason says the same. The ledger has finer reasons than the standard;
   the others are OTHR.
2. Number and name of the ledger's code always stand beside the reason.
"""

from tokens.results import Code

OTHER = "OTHR"

REASONS: dict[Code, str] = {
    Code.ACCOUNT_FROZEN: "BLOC",
    Code.CREDIT_STOPPED: "BLOC",
    Code.DENOM_NOT_MULTIPLE: "MINO",
}
"""BLOC: account blocked. MINO: below the minimum quantity."""


REJECTIONS: dict[Code, str] = {
    Code.ALREADY_EXISTS: "REFE",
    Code.DENOM_NOT_MULTIPLE: "MINO",
}
"""REFE: the reference. Which account, date or asset of an instruction is wrong, a code does not
say: the standard has a reason for each, so these are OTHR."""


def rejection_of(code: int) -> tuple[str, str]:
    """The same of an instruction that failed."""
    known = Code(code)
    return REJECTIONS.get(known, OTHER), f"{code} {known.name}"


def reason_of(code: int, *, paid: bool) -> tuple[str, str]:
    """(reason of the standard, the ledger's code in words).

    A batch free of payment that lacks something lacks securities (LACK). One against payment does
    not say which of the two was short.
    """
    known = Code(code)
    words = f"{code} {known.name}"
    if known is Code.INSUFFICIENT_AVAILABLE and not paid:
        return "LACK", words
    return REASONS.get(known, OTHER), words
