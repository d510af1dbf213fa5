"""Where money waits whose owner cannot be credited: the servicer's unclaimed account (5.3)."""

from tokens.codec import tagged_hash
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
