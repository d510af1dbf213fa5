"""Money whose owner cannot be credited: where it waits, and the list of it (5.3).

Rules of this file:
1. It lies in the unclaimed account of the servicer that the owner had when it came first.
2. An entry is (account, security, number): a payment of an instrument, or a ramp of a coin. What
   comes in several parts is one entry, with their sum.
"""

import msgspec

from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import PaymentUnclaimed
from tokens.lookup import require_account
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.parties import ACCOUNT, Account
from tokens.state import Overlay
from tokens.types import NO_ADDRESS, AccountPurpose, AccountStatus

_DOMAIN = b"mohur/unclaimed/v1"


def unclaimed_address(servicer: bytes, number: int = 0) -> bytes:
    """The `number`-th address that a servicer's unclaimed account may have."""
    return tagged_hash(_DOMAIN, servicer + number.to_bytes(4, "big"))[:16]


def unclaimed_account_of(state: Overlay, account: Account) -> Account:
    """The unclaimed account of an account's servicer; opened when it is needed first.

    Anybody may compute its address and open an account there before: then it is the next one. Each
    step over an address costs whoever blocked it an account.
    """
    number = 0
    while True:
        address = unclaimed_address(account.servicer, number)
        known = state.get(ACCOUNT, address)
        if known is None:
            break
        if known.purpose is AccountPurpose.UNCLAIMED and known.servicer == account.servicer:
            return known
        number += 1
    opened = Account(
        id=address,
        owner=bytes(32),
        holder=NO_ADDRESS,
        servicer=account.servicer,
        purpose=AccountPurpose.UNCLAIMED,
        kyc_tier=0,
        residency="RESIDENT",
        tax_class="unclaimed",
        policy=None,
        status=AccountStatus.OPEN,
    )
    state.put(ACCOUNT, opened)
    return opened


def list_unclaimed(
    context: Context, account: Account, asset: str, security: str, number: int, amount: int
) -> Account:
    """Put an amount of `asset` on the list of a closed account, and tell it.

    Returns the account where the money is to lie; the caller moves it there.
    """
    state = context.state
    known = state.get(UNCLAIMED, account.id, security, number)
    if known is None:
        keeper = unclaimed_account_of(state, account)
        entry = Unclaimed(
            account=account.id,
            asset=asset,
            security=security,
            payment=number,
            amount=amount,
            since=context.business_date,
            keeper=keeper.id,
        )
    else:
        keeper = require_account(state, known.keeper)
        entry = msgspec.structs.replace(known, amount=known.amount + amount)
    state.put(UNCLAIMED, entry)
    context.emit(
        PaymentUnclaimed(
            asset=security,
            payment=number,
            account=account.id,
            unclaimed_account=keeper.id,
            amount=amount,
        )
    )
    return keeper
