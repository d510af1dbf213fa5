"""A receipt tells nobody whether a record of others is there (docs/privacy.md, Probing).

Every operation of some lives is also tried by everybody who is no party of the records that it
names, before it, after it and at the end, each time with the record and without it: the same code.
The code of a receipt is the first refusal; a simulation is cut further (test_scoped_simulation.py).
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
import pytest

from node.rpc.record_scopes import is_public, shows
from node.rpc.view import View
from tests.tokens.ops import enforcement_world, test_holder_complaints, test_recovery
from tests.tokens.ops.build import FACE, go_to
from tests.tokens.ops.repo_build import PAR, mark
from tests.tokens.ops.script import script
from tests.tokens.ops.world import CBM, START, World, address
from tokens.authority import approval_refusal, replace_keys
from tokens.codec import encode, tagged_hash
from tokens.context import Actors
from tokens.ops import SPEC_OF
from tokens.ops.enforcement import WithdrawEnforcement
from tokens.ops.grants import GrantPower, RevokeGrant
from tokens.ops.proposals import Approve, Propose, WithdrawProposal
from tokens.records.kind import Key, RecordKind
from tokens.records.parties import ACCOUNT, PARTICIPANT, KeyPolicy
from tokens.records.proposals import PROPOSAL
from tokens.results import Code
from tokens.state import Overlay
from tokens.types import Role

PROBERS: dict[str, tuple[Role, ...]] = {
    "other_bank": (Role.BANK_CUSTODIAN,),
    "other_dealer": (Role.PRIMARY_DEALER,),
    "other_exchange": (Role.VASP,),
    "nobody_in_particular": (),
    "issuer": (Role.CASH_ISSUER,),
    "treasury": (Role.TREASURY,),
    "tax": (Role.TAX_AUTHORITY,),
}
"""Who sees only what is its own; each is probed where it is no party."""
EVERY = 8
"""Steps between two times at which everything so far is tried again."""

BY_DESIGN = {
    ("freeze", "lien", "ALREADY_EXISTS"): "who may freeze chooses the id of the order",
    ("stop_credits", "credit_stop", "NOT_THE_AUTHORITY"): "one stop an account, of one authority",
    ("reveal_bid", "bid_sheet", "ALREADY_REVEALED"): "with both keys public anybody opens sheets",
    ("approve", "proposal", "PROPOSAL_NOT_OPEN"): "any participant may approve",
}
"""(operation, kind of record, code) that tell of a record of others, and why: docs/privacy.md."""

ACTED_ON = frozenset(
    {
        "batch",
        "bid_sheet",
        "allotment",
        "complaint",
        "delivery",
        "grant",
        "order",
        "quote_request",
        "ramp",
        "repo",
        "report",
        "travel",
    }
)
"""Kinds whose records operations name: of these, who acts is a party."""

Step = tuple[str, msgspec.Struct]


class Found(NamedTuple):
    """A record that an operation looked at."""

    kind: RecordKind[msgspec.Struct]
    key: Key
    record: msgspec.Struct


class Told(NamedTuple):
    """What one tried, about which kind of record, and what it was told with and without it."""

    operation: str
    kind: str
    prober: str
    there: str
    gone: str


def first(world: World, actors: Actors, operation: msgspec.Struct) -> str:
    """The code that a receipt would have."""
    context = world.context(actors)
    world.height -= 1
    spec = SPEC_OF[type(operation)]
    if spec.approval is not None:
        code = approval_refusal(context, spec.approval, emergency=spec.emergency)
        if code is not None:
            return code.name
    refusal = next(spec.check(context, operation), None)
    return Code.OK.name if refusal is None else refusal.code.name


def looked_at(
    world: World, actors: Actors, operation: msgspec.Struct, monkeypatch: pytest.MonkeyPatch
) -> list[Found]:
    """Records that the checks of an operation read."""
    found: dict[tuple[int, Key], Found] = {}
    real = Overlay.get

    def get(state: Overlay, kind: RecordKind[msgspec.Struct], *key: object) -> object:
        record = real(state, kind, *key)  # type: ignore[arg-type]
        if record is not None:
            found[kind.tag, key] = Found(kind, key, record)  # type: ignore[index, arg-type]
        return record

    with monkeypatch.context() as patched:
        patched.setattr(Overlay, "get", get)
        first(world, actors, operation)
    return list(found.values())


def tried(
    world: World, operation: msgspec.Struct, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Told]:
    """The operation by each prober about each record that it does not see."""
    name = SPEC_OF[type(operation)].name
    for prober in PROBERS:
        actors = Actors(address(prober), (address(prober),))
        view = View(world.state, address(prober))
        there = first(world, actors, operation)
        if there == Code.OK.name:
            continue  # a party of what it does, or who may do it to anybody
        for kind, key, record in looked_at(world, actors, operation, monkeypatch):
            if is_public(kind) or kind is ACCOUNT or shows(view, kind, record):
                continue
            point = world.state.savepoint()
            world.state.delete(kind, *key)
            yield Told(name, kind.name, prober, there, first(world, actors, operation))
            world.state.rollback(point)


def peopled(world: World) -> World:
    """The probers join."""
    for name, roles in PROBERS.items():
        if world.state.get(PARTICIPANT, address(name)) is None:
            known = world.state.get(PARTICIPANT, address("bank_a"))
            assert known is not None
            key = tagged_hash(b"test/key", name.encode())
            joined = msgspec.structs.replace(
                known,
                id=address(name),
                name=name,
                control_group=name,
                roles=roles,
                policy=KeyPolicy(threshold=1, keys=(key,)),
            )
            world.state.put(PARTICIPANT, joined)
    world.write()
    return world


Life = Iterator[tuple[World, Step]]
"""Before each operation: the world, who agrees (`account:NAME` for its own keys), the operation."""


def of_script() -> Life:
    """Nearly every operation of money, debt, market, collateral, ramps, travel rule, reports."""
    world = peopled(World())
    for who, operation in script(world):
        world.write()
        yield world, (who, operation)


def client_world() -> World:
    """A client of bank A with keys of its own."""
    world = peopled(World())
    policy = KeyPolicy(threshold=1, keys=(tagged_hash(b"test/key", b"holder"),))
    world.account("client", None, "bank_a", policy=policy)
    replace_keys(world.state, address("client"), None, policy)
    world.write()
    return world


def of_complaints() -> Life:
    """A complaint from filing to decision."""
    world, life = client_world(), test_holder_complaints
    yield world, ("account:client", life.FILE)
    yield world, ("regulator", life.ASSIGN)
    yield world, ("bank_a", life.ANSWER)
    yield world, ("account:client", life.ESCALATE)
    yield world, ("regulator", life.DECIDE)
    yield world, ("account:client", msgspec.structs.replace(life.FILE, reference="C-2"))
    yield world, ("account:client", msgspec.structs.replace(life.ACCEPT, reference="C-2"))


def of_powers() -> Life:
    """A grant that is given and taken back, a proposal that is made and withdrawn, a recovery."""
    world = client_world()
    until = START + dt.timedelta(days=30)
    lent = GrantPower(
        grantor=address("bank_a"),
        grantee=address("bank_b"),
        operation="accept_repo",
        asset=CBM,
        sources=(),
        targets=(),
        cap_call=9,
        cap_day=9,
        cap_total=9,
        expires_on=until,
    )
    yield world, ("bank_a", lent)
    taken = RevokeGrant(
        grantor=lent.grantor, grantee=lent.grantee, operation=lent.operation, asset=lent.asset
    )
    yield world, ("bank_a", taken)
    inner = encode(test_recovery.RECOVER)
    asked = tuple(sorted((address("bank_b"), address("fiu"))))
    yield world, ("bank_a", Propose(operations=(inner,), approvers=asked, expires_on=until))
    proposal = world.state.scan(PROPOSAL, PROPOSAL.indexes[0], limit=1)[0]
    agreed = Approve(proposal_id=proposal.id, operations_digest=proposal.operations_digest)
    yield world, ("bank_b", agreed)
    yield world, ("bank_a", WithdrawProposal(proposal_id=proposal.id))
    yield world, ("bank_a+central", test_recovery.RECOVER)
    yield world, ("account:client", test_recovery.OBJECT)


def of_enforcement() -> Life:
    """A pledge whose notice is given, taken back, given again and used."""
    world = peopled(enforcement_world.pledged())
    note = enforcement_world.notice(world)
    yield world, ("bank_b", note)
    yield world, ("bank_b", WithdrawEnforcement(pledge=note.pledge))
    yield world, ("bank_b", note)
    go_to(world, enforcement_world.DUE - dt.timedelta(days=3))
    mark(world, PAR)
    go_to(world, enforcement_world.DUE)
    yield world, (enforcement_world.SELLER, enforcement_world.sale(world, FACE, FACE))
    yield world, (enforcement_world.TAKER, enforcement_world.title(world))


def act(world: World, who: str, operation: msgspec.Struct) -> None:
    """It succeeds."""
    account = who.removeprefix("account:")
    done = world.attempt_account if account != who else world.attempt
    assert done(account, operation) is Code.OK
    world.end_block()


def probed(life: Life, monkeypatch: pytest.MonkeyPatch) -> list[Told]:
    """All that the probers were told."""
    told: list[Told] = []
    known: list[msgspec.Struct] = []
    for number, (world, (who, operation)) in enumerate(life):
        known.append(operation)
        for each in known if number % EVERY == 0 else known[-2:]:
            told += tried(world, each, monkeypatch)
        act(world, who, operation)
    for each in known:
        told += tried(world, each, monkeypatch)
    return told


LIVES: dict[str, tuple[Callable[[], Life], int]] = {
    "script": (of_script, 35),
    "complaints": (of_complaints, 3),
    "powers": (of_powers, 4),
    "enforcement": (of_enforcement, 2),
}
"""Each with how many of its operations name a record that a prober does not see, at least."""


@pytest.mark.parametrize("name", LIVES)
def test_a_record_of_others_is_refused_as_if_it_were_not_there(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    life, least = LIVES[name]
    told = probed(life(), monkeypatch)
    names = {each.operation for each in told}
    assert len(names) >= least, names
    found = {
        each
        for each in told
        if each.there != each.gone and (each.operation, each.kind, each.there) not in BY_DESIGN
    }
    assert found == set()


@pytest.mark.parametrize("name", ["script", "complaints", "powers"])
def test_who_acts_on_a_record_sees_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parties of tokens/record_parties.py are all who have a part in it."""
    life, _ = LIVES[name]
    hidden: set[tuple[str, str, str]] = set()
    seen = 0
    for world, (who, operation) in life():
        names = [] if who.startswith("account:") else who.split("+")
        for party in names:
            actors = world.actors(who)
            view = View(world.state, address(party))
            for kind, _, record in looked_at(world, actors, operation, monkeypatch):
                if kind.name in ACTED_ON:
                    seen += 1
                    if not shows(view, kind, record):
                        hidden.add((SPEC_OF[type(operation)].name, party, kind.name))
        act(world, who, operation)
    assert seen
    assert hidden == set()
