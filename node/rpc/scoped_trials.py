"""What a simulation tells a closed view: all of its own side, nothing of others.

Rules of this file:
1. An operation that names only what the reader sees is answered whole, less the checks behind one
   that it may not do: they would tell of a balance that is others'.
2. Where it names an account or a record that the reader does not see, it fails in one way only:
   what is hidden and what is not there are one answer, as for reads.
3. Whom one pays is not among these: that a payment may arrive is told by design, and no more. Nor
   is the id under which an account is opened: it is in use or not.
4. What names nobody is nobody's: it may be about others without a name (`coupon_fund`: the issuer's
   money).
5. What a proposal holds is tried with the powers of others, who have not lent them yet: of one that
   is proposed only that it was not told, of one that is agreed to not even that it is there.
"""

from collections.abc import Sequence
from typing import cast

import msgspec

from node.rpc.record_scopes import shows
from node.rpc.view import ADDRESS_BYTES, HASH_BYTES, View
from node.sdk.schema.tx import Failure, ProposalTrial, Simulation
from tokens.ops import SPEC_OF
from tokens.ops.accounts import OpenAccount
from tokens.ops.proposals import Propose
from tokens.records.holdings import LIEN
from tokens.records.kind import RecordKind
from tokens.records.market import ORDER
from tokens.records.proposals import PROPOSAL
from tokens.records.quotes import QUOTE_REQUEST
from tokens.records.ramps import RAMP
from tokens.records.repos import REPO
from tokens.records.travel import TRAVEL
from tokens.results import Code

AUTHORITY_CODES = frozenset(
    {
        Code.NOT_AUTHORISED,
        Code.NEEDS_APPROVAL,
        Code.ROLE_REQUIRED,
        Code.GRANT_MISSING,
        Code.NOT_A_PARTY,
        Code.NOT_THE_AUTHORITY,
        Code.NOT_A_BIDDER,
        Code.NOT_THE_PLEDGEE,
        Code.NOT_FOUND,
    }
)
"""Who may not act is told only that, as if it were not there: the checks behind would tell."""

_NO_IDS = ("hash", "digest", "sha256", "root", "key", "commit", "secret", "sealed", "outside")
"""Ends of names of fields with 32 bytes that name no record."""
_COUNTERPARTY = "target"
_BY_ID = tuple(
    cast("RecordKind[msgspec.Struct]", kind)
    for kind in (LIEN, ORDER, PROPOSAL, QUOTE_REQUEST, RAMP, REPO, TRAVEL)
)
"""Kinds whose records are named by one id of 32 bytes."""


def as_seen(view: View, operations: Sequence[msgspec.Struct], whole: Simulation) -> Simulation:
    """A simulation without what the view may not be told."""
    shown: list[Failure] = []
    for index in sorted({failure.operation for failure in whole.failures}):
        found = [each for each in whole.failures if each.operation == index]
        if index < 0 or (names_address(operations[index]) and view.owns(operations[index])):
            shown += found
            continue
        told = _told(view, operations[index], found)
        shown += told
        if told != found:
            break
    untold = tuple(
        [
            ProposalTrial(operation=each.operation, ok=None, failures=())
            for each in whole.proposals
            if isinstance(operations[each.operation], Propose)
        ]
    )
    return msgspec.structs.replace(whole, failures=tuple(shown), proposals=untold)


def names_address(value: object) -> bool:
    """Whether a value names a participant or an account, at any depth."""
    if isinstance(value, bytes):
        return len(value) == ADDRESS_BYTES
    if isinstance(value, tuple):
        return any(names_address(each) for each in value)
    if isinstance(value, msgspec.Struct):
        return any(names_address(getattr(value, name)) for name in value.__struct_fields__)
    return False


def _told(view: View, operation: msgspec.Struct, found: list[Failure]) -> list[Failure]:
    """Of an operation that is not wholly the reader's."""
    first = found[0]
    asks = first.code == Code.NEEDS_APPROVAL and SPEC_OF[type(operation)].approval is not None
    if asks or first.code == Code.ROLE_REQUIRED:
        return [first]
    if names_unseen(view, operation):
        return [_one_answer(first, Code.NOT_AUTHORISED)]
    for failure in found:
        if failure.code in AUTHORITY_CODES:
            return [_one_answer(failure, Code.NOT_AUTHORISED)]
    return [_as_counterparty(each) for each in found]


def _as_counterparty(failure: Failure) -> Failure:
    """Whom one pays and who is not there, and who may not be paid."""
    if failure.code != Code.UNKNOWN_ACCOUNT:
        return failure
    return _one_answer(failure, Code.COUNTERPARTY_NOT_ELIGIBLE)


def _one_answer(failure: Failure, code: Code) -> Failure:
    return msgspec.structs.replace(failure, rule="", version=0, code=int(code), symbol=code.name)


def names_unseen(view: View, operation: msgspec.Struct) -> bool:
    """Whether it names an account or a record that the view does not show, or that is not there."""
    skipped = {_COUNTERPARTY, "id"} if isinstance(operation, OpenAccount) else {_COUNTERPARTY}
    names = [name for name in operation.__struct_fields__ if name not in skipped]
    return any(_is_unseen(view, name, getattr(operation, name)) for name in names)


def _is_unseen(view: View, name: str, value: object) -> bool:
    if isinstance(value, bytes) and len(value) == ADDRESS_BYTES:
        return value != bytes(ADDRESS_BYTES) and view.hides(value)
    if isinstance(value, bytes) and len(value) == HASH_BYTES:
        return not name.endswith(_NO_IDS) and not _is_shown(view, value)
    if isinstance(value, tuple):
        return any(_is_unseen(view, name, each) for each in value)
    if isinstance(value, msgspec.Struct):
        fields = value.__struct_fields__
        return any(_is_unseen(view, each, getattr(value, each)) for each in fields)
    return False


def _is_shown(view: View, record: bytes) -> bool:
    """Whether an id is that of a record that the view shows."""
    for kind in _BY_ID:
        found = view.state.get(kind, record)
        if found is not None and shows(view, kind, found):
            return True
    return False
