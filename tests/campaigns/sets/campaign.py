"""200 random changes of the validator set, 4 <-> 31, under faults: `make sets N=200 SEED=1`.

Each change is a real operation in a real block, judged by the real rule R13 (tokens/ops): a member
is added, removed, replaced, or gets another key while its node runs. Nodes crash and come back, are
cut off, and lose messages. Checked for every change and at the end:

1. the set of every height is that of a model which knows only what was decided: in force exactly
   two heights later, on every node;
2. every certificate is a quorum of the set of its height, by the keys that the model names, checked
   by the code of the light client;
3. all nodes have one chain, nobody holds evidence, nobody stopped, every node is level in the end;
4. a light client that knows genesis follows all of it.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import msgspec

from consensus.quorum import commit_certificate_fits
from node.chain import Chain
from node.sdk.light.anchor import anchor_of
from node.sdk.light.client import LightClient
from node.sdk.light.source import RpcSource
from node.signing import verify
from node.wire.hashing import validators_hash
from tests.campaigns.sets.world import (
    AUTHORITY,
    FIRST_SIZE,
    NAMES,
    SIZE_MAX,
    World,
    key_of,
    member,
    operator,
)
from tests.node.sdk.light.nodes import Calls
from tests.node.support.chains import scope_of, transfer
from tests.node.support.set_changes import (
    KEYS_EACH,
    SetModel,
    SetOperation,
    adding,
    kind_of,
    rotating,
    signatures_hold,
)
from tests.node.support.virtual_loop import START_S, run_virtually
from tokens.ops.validators import RemoveValidator
from tokens.results import Code
from tokens.transaction import DecodedTransaction

TRIES_MAX = 60
TRY_S = 5.0
"""Virtual seconds between two tries to have a change decided; something mends after each."""
VALID_BLOCKS = 90
MEND_SHARE = 0.6
"""How often something mends after a change."""
LEVEL_S = 300.0
"""Virtual seconds in which all nodes are level once everything is mended."""
CHECKED_EACH = 10
"""Signatures are checked at each such height and around each change, on every node."""


class Outcome(msgspec.Struct, kw_only=True):
    """What a run did."""

    changes: Counter[str]
    """By kind, decided and in force."""
    refused: Counter[str]
    """By code of R13."""
    sizes: tuple[int, int]
    """Smallest and largest set."""
    heights: int
    crashes: int
    cuts: int
    lost: int
    virtual_s: int


class Run:
    """One execution."""

    def __init__(self, folder: Path, seed: int, count: int) -> None:
        self.world = World(folder, seed)
        self.network = self.world.network
        self.count = count
        self.model = SetModel(tuple(member(name, key_of(name)) for name in NAMES[:FIRST_SIZE]))
        self.changes: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.sizes = (FIRST_SIZE, FIRST_SIZE)
        self._number = 0
        self._growing = True

    # --- one change -------------------------------------------------------------------------------

    async def change(self) -> None:
        """Draw one, have it decided, and follow it in the model."""
        chance, members = self.world.random, self.model.newest()
        outside = [name for name in NAMES if name not in members]
        if len(members) >= SIZE_MAX:
            self._growing = False
        if len(members) <= FIRST_SIZE:
            self._growing = True
        kind = chance.choices(("move", "replace", "rotate"), (6, 1, 2))[0]
        name = chance.choice(sorted(members))
        if kind == "rotate" and self.world.generations[name] < KEYS_EACH:
            await self._rotate(name)
        elif kind == "replace" and outside:
            await self._add(chance.choice(outside), name)
        elif self._growing and outside:
            await self._add(chance.choice(outside), None)
        else:
            await self._decide(RemoveValidator(id=name))

    async def _add(self, name: str, replaces: str | None) -> None:
        signer = key_of(name, self.world.generations[name])
        await self._decide(adding(self._some_chain(), member(name, signer), signer, replaces))

    async def _rotate(self, name: str) -> None:
        signer = self.world.next_key(name)
        operation = rotating(self._some_chain(), self.model.newest()[name], signer)
        await self._decide(operation, by=name)

    def _some_chain(self) -> Chain:
        return self.network.nodes[self.world.some_node()].chain

    async def _decide(self, operation: SetOperation, by: str | None = None) -> None:
        """Have it in a block, whatever breaks meanwhile, and note what the ledger made of it."""
        self._number += 1
        party = AUTHORITY if by is None else operator(by)
        top = max(node.height for node in self.network.nodes.values())
        made = transfer(
            self._number, party=party, operations=(operation,), valid_until=top + VALID_BLOCKS
        )
        height, code = await self._entered(made)
        if code is not Code.OK:
            self.refused[code.name] += 1
            return
        self.changes[kind_of(operation)] += 1
        self.model.decided(height, operation)
        size = len(self.model.newest())
        self.sizes = (min(self.sizes[0], size), max(self.sizes[1], size))

    async def _entered(self, made: DecodedTransaction) -> tuple[int, Code]:
        """Height and code of a transaction, sent again and again to nodes that run."""
        for _ in range(TRIES_MAX):
            await self.network.submit(self.world.some_node(), made)
            with contextlib.suppress(TimeoutError):
                await self.network.until(lambda: self._holder(made) is not None, TRY_S)
            chain = self._holder(made)
            if chain is not None:
                place = chain.blocks.place(made.tx_id)
                block = None if place is None else chain.blocks.block(place.height)
                if place is None or block is None:
                    raise AssertionError("a decided block is gone")
                return place.height, Code(block.receipts[place.index].code)
            self.world.mend_something()
        raise AssertionError(f"a change was not decided: {self.describe()}")

    def _holder(self, made: DecodedTransaction) -> Chain | None:
        """The chain of a node that has decided it."""
        for node in self.network.nodes.values():
            if node.has_decided([made.tx_id]):
                return node.chain
        return None

    def describe(self) -> str:
        """Where each node stands."""
        nodes = sorted(self.network.nodes.items())
        heights = ", ".join(f"{name} {node.height}" for name, node in nodes)
        world, members = self.world, sorted(self.model.newest())
        return f"down {world.down()}, apart {world.apart}, set {members}; {heights}"

    # --- the whole --------------------------------------------------------------------------------

    async def run(self) -> Outcome:
        """All changes, then the end: everything mended, everybody level, everything checked."""
        async with self.network:
            self.network.start()
            await self.network.reach(2)
            while sum(self.changes.values()) < self.count:
                self.world.break_something(sorted(self.model.newest()))
                await self.change()
                if self.world.random.random() < MEND_SHARE:
                    self.world.mend_something()
            self.world.mend_all()
            last = self.model.newest_from() + 2
            await self.network.reach(last, within_s=LEVEL_S)
            self.network.check()
            chains = {name: node.chain for name, node in self.network.nodes.items()}
            assert len(chains) == SIZE_MAX, self.describe()
            for chain in chains.values():
                self._check_sets(chain, last)
            await self._check_light(chains[NAMES[0]], last)
            return self._outcome(last)

    def _check_sets(self, chain: Chain, last: int) -> None:
        """Rule 1, and rule 2 on the certificates that this node holds."""
        scope = scope_of(chain)
        for height in range(1, last + 1):
            model, kinds = self.model.at(height), self.model.kinds
            assert chain.validators_at(height) == model, (height, self.describe())
            row = chain.blocks.row(height)
            assert row is not None
            assert commit_certificate_fits(row.certificate, len(model)), height
            assert row.header.validators_hash == validators_hash(model.members), height
            if height % CHECKED_EACH == 0 or height in kinds or height + 1 in kinds:
                assert signatures_hold(scope, model, row.certificate, verify), height

    async def _check_light(self, chain: Chain, last: int) -> None:
        light = LightClient(RpcSource(Calls(chain)), anchor_of(chain.genesis))
        anchor = await light.sync(last)
        assert anchor.height == last
        assert {each.id: each.public_key for each in anchor.validators} == {
            name: each.public_key for name, each in self.model.members_at(last + 1).items()
        }

    def _outcome(self, heights: int) -> Outcome:
        world = self.world
        return Outcome(
            changes=self.changes,
            refused=self.refused,
            sizes=self.sizes,
            heights=heights,
            crashes=world.crashes,
            cuts=world.cuts,
            lost=world.lost,
            virtual_s=int(asyncio.get_running_loop().time() - START_S),
        )


def run(seed: int, count: int) -> Outcome:
    """One execution in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="mohur-sets-") as folder:

        async def main() -> Outcome:
            return await Run(Path(folder), seed, count).run()

        return run_virtually(main)


def main(arguments: list[str]) -> int:
    """The command line; 1 if the run failed."""
    parser = argparse.ArgumentParser(prog="tests.campaigns.sets.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--changes", type=int, default=20)
    options = parser.parse_args(arguments)
    begin = time.process_time()
    try:
        found = run(options.seed, options.changes)
    except (AssertionError, TimeoutError, BaseExceptionGroup) as failure:
        print(f"seed {options.seed} FAILED: {failure!r}")
        print(f"make sets N={options.changes} SEED={options.seed}")
        return 1
    made = sum(found.changes.values())
    assert made == options.changes
    print(
        f"seed {options.seed}: {made} changes {dict(found.changes)}, "
        f"refused {dict(found.refused)}, "
        f"sizes {found.sizes[0]}..{found.sizes[1]}, {found.heights} heights, "
        f"{found.crashes} crashes, {found.cuts} cut off, {found.lost} messages lost, "
        f"{found.virtual_s} virtual s, {time.process_time() - begin:.0f} CPU s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
