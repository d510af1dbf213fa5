"""Where money waits whose owner cannot be credited: the servicer's unclaimed account (5.3)."""

from tokens.codec import tagged_hash
from tokens.records.parties import ACCOUNT, Account
from tokens.state import Overlay
from tokens.types import NO_ADDRESS, AccountPurpose, AccountStatus

_DOMAIN = b"mohur/unclaimed/v1"


def unclaimed_address(servicer: bytes) -> bytes:
    """Address of a servicer's unclaimed account."""
    return tagged_hash(_DOMAIN, servicer)[:16]


def unclaimed_account_of(state: Overlay, account: Account) -> Account:
    """The unclaimed account of an account's servicer; opened when it is needed first."""
    address = unclaimed_address(account.servicer)
    known = state.get(ACCOUNT, address)
    if known is not None:
        return known
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
