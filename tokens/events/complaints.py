"""Events of complaints."""

import msgspec

from tokens.records.complaints import ComplaintStatus
from tokens.types import Address, Reference


class ComplaintChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=530,
):
    """A complaint has been filed, or has gone on."""

    account: Address
    reference: Reference
    about: Address
    status: ComplaintStatus
