"""Who would agree to a proposal: those whom it names, and somebody for each approval policy.

Rules of this file:
1. For trials only (simulate.py). Who agrees is read from what parties have signed, never from here.
2. Of the participants that could meet a policy no more than it takes: whoever is taken for agreeing
   lends its own powers, too.
"""

from collections.abc import Sequence

import msgspec

from tokens.authority import policy_is_met
from tokens.context import Actors, Context
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.proposals import APPROVAL_POLICY, PARTIES_MAX

PARTICIPANTS_MAX = 1_000
"""Of the ledger, in order of address, among whom somebody for a policy is looked for."""


def as_if_agreed(
    context: Context, operations: Sequence[msgspec.Struct], parties: Sequence[bytes]
) -> Actors:
    """Those behind a proposal's operations, were all of them agreed; `parties`: proposer first.

    Where nobody can meet a policy, it stays unmet.
    """
    named = tuple(dict.fromkeys(parties))
    state = context.state
    participants = [each for each in named if state.get(PARTICIPANT, each) is not None]
    accounts = [
        each
        for each in named
        if (account := state.get(ACCOUNT, each)) is not None and account.policy is not None
    ]
    traits = [context.runner.traits(each) for each in operations]
    policies = dict.fromkeys((each.approval, each.emergency) for each in traits)
    for name, emergency in policies:
        if name is not None:
            participants += _missing(context, participants, name, emergency=emergency)
    return Actors(named[0], tuple(participants), tuple(accounts), in_proposal=True)


def _missing(
    context: Context, agreed: Sequence[bytes], name: str, *, emergency: bool
) -> list[bytes]:
    """Participants that meet a policy together with those who have agreed; none if they do."""
    found: list[bytes] = []

    def is_met() -> bool:
        return policy_is_met(context, [*agreed, *found], name, emergency=emergency)

    for candidate in _candidates(context, name):
        if is_met() or len(agreed) + len(found) >= PARTIES_MAX:
            break
        if candidate not in agreed:
            found.append(candidate)
    if not is_met():
        return []
    for candidate in tuple(found):
        found.remove(candidate)
        if not is_met():
            found.append(candidate)
    return found


def _candidates(context: Context, name: str) -> list[bytes]:
    """Those who fill a slot, those who run validators, then everybody; each once."""
    state = context.state
    policy = state.get(APPROVAL_POLICY, name)
    if policy is None:
        return []
    known = state.scan(PARTICIPANT, PARTICIPANT.indexes[0], limit=PARTICIPANTS_MAX)
    wanted = {role for slot in policy.required for role in slot}
    fill = [each.id for each in known if any(role in wanted for role in each.roles)]
    sets = state.get(VALIDATOR_SETS)
    run = [] if sets is None else [each.operator for each in (*sets.current, *sets.next)]
    others = [each.id for each in known]
    chosen = [*fill, *(run if policy.validator_quorum else []), *others]
    return list(dict.fromkeys(chosen))
