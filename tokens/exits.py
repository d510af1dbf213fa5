"""Who may only move out, and what counts as moving out (page 04, the table; Licences).

Rules of this file:
1. A licence that has a last day is over on that day, whether the agenda has come by or not.
2. An end lasts until the next licence is granted: a new application is the institution's own act,
   and brings nothing back.
3. Out is to another account of the same person at an institution that stands, or off the ledger. No
   licence table stops it: what an institution may not do, its clients must be able to leave.
"""

import datetime as dt

from tokens.context import Context
from tokens.movement import Channel, Movement
from tokens.records.licences import EXITING, LICENCE, Licence
from tokens.records.parties import Account
from tokens.types import LicencePhase

_DATED = (LicencePhase.LICENSED, LicencePhase.SUSPENDED)


def phase_on(licence: Licence, day: dt.date) -> LicencePhase:
    """The phase of a licence on a business date."""
    over = licence.expires_on is not None and licence.expires_on <= day
    return LicencePhase.EXPIRED if over and licence.phase in _DATED else licence.phase


def is_exiting(context: Context, institution: bytes) -> bool:
    """Whether clients of an institution may only move out, and its own accounts stand still."""
    licence = context.state.get(LICENCE, institution)
    if licence is None:
        return False
    return licence.exit_only or phase_on(licence, context.business_date) in EXITING


def is_exit(context: Context, movement: Movement, account: Account) -> bool:
    """Whether a client leaves its institution by this movement."""
    if account.holder == account.servicer:
        return False
    target = movement.target
    if target is None:
        return movement.channel is not Channel.ORDINARY
    return target.owner == account.owner and not is_exiting(context, target.servicer)
