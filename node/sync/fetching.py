"""Pieces of work given to several peers: a liar costs one answer, a silent one little time.

Rules of this file:
1. A peer has one piece of work at a time. Who sends something wrong, or nothing for TIMEOUT_S, or
   has not what it offered, gets no more work: not of another snapshot of the run either.
2. What is overdue is given to one more peer that has nothing to do, and again when it is overdue
   from then on; the first good answer counts. Overdue is OVERDUE_FACTOR times the fastest answer so
   far, within bounds.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from node.sync.snapshot_check import SnapshotRefused

TIMEOUT_S = 5.0
OVERDUE_FACTOR = 4
OVERDUE_MIN_S = 0.05
OVERDUE_MAX_S = 2.0


class PeerGone(Exception):
    """The peer does not hold what was asked for: no fault, but no more work either."""


class NotVouched(PeerGone):
    """What the peer holds is not confirmed by enough others: it may be asked for something else."""


class NoPeersLeft(Exception):
    """All peers were wrong, silent or empty-handed."""


class Work(Protocol):
    """Something that any peer of a run can do."""

    async def run(self, peer: str) -> "list[Work]":
        """Ask the peer and keep what it sent; what is left to do of it.

        Raises SnapshotRefused, PeerGone or TimeoutError. If somebody else was faster it keeps
        nothing and returns nothing.
        """
        ...


class Given:
    """A piece of work that is being done."""

    __slots__ = ("runners", "since_s", "work")

    def __init__(self, work: Work, since_s: float) -> None:
        self.work = work
        self.since_s = since_s
        self.runners = 0


class Fetcher:
    """The peers of one run, the best first."""

    def __init__(
        self,
        peers: tuple[str, ...],
        report: Callable[[str], None],
        fastest_s: float = OVERDUE_MAX_S,
    ) -> None:
        """`fastest_s`: the quickest answer that is known already, such as that of an offer."""
        self.peers: dict[str, None] = dict.fromkeys(peers)
        """Who is still given work."""
        self.out: dict[str, None] = {}
        """Who is given nothing more in this run."""
        self._slow: dict[str, None] = {}
        """Who was asked for something and has not answered, also in an earlier `do`."""
        self._report = report
        self._fastest_s = fastest_s

    async def do(self, works: list[Work]) -> None:
        """Do all of it. Raises NoPeersLeft, and what `run` raises besides the three."""
        waiting: list[Work] = list(works)
        given: list[Given] = []
        changed = asyncio.Condition()
        async with asyncio.TaskGroup() as group:
            tasks = {
                peer: group.create_task(self._serve(peer, waiting, given, changed))
                for peer in tuple(self.peers)
            }
            while (waiting or given) and not all(task.done() for task in tasks.values()):
                open_tasks = [task for task in tasks.values() if not task.done()]
                await asyncio.wait(open_tasks, return_when=asyncio.FIRST_COMPLETED)
            # Who is still asked for what another peer has given is not waited for.
            for task in tasks.values():
                task.cancel()
        if waiting or given:
            raise NoPeersLeft

    async def _serve(
        self, peer: str, waiting: list[Work], given: list[Given], changed: asyncio.Condition
    ) -> None:
        """One peer's part, until everything is done or the peer is out."""
        while waiting or given:
            task = self._next(peer, waiting, given)
            if task is None:
                await self._wait(given, changed)
                continue
            self._slow[peer] = None
            is_used = await self._run(peer, task, waiting, given)
            async with changed:
                changed.notify_all()
            if not is_used:
                return
            del self._slow[peer]

    def _next(self, peer: str, waiting: list[Work], given: list[Given]) -> Given | None:
        """Something to do for a peer. One that has not answered gets what others leave over."""
        now_s = asyncio.get_running_loop().time()
        if waiting and (peer not in self._slow or all(each in self._slow for each in self.peers)):
            task = Given(waiting.pop(0), now_s)
            given.append(task)
            return task
        for task in given:
            if now_s >= task.since_s + self._overdue_s:
                task.since_s = now_s
                return task
        return None

    @property
    def _overdue_s(self) -> float:
        return min(OVERDUE_MAX_S, max(OVERDUE_MIN_S, OVERDUE_FACTOR * self._fastest_s))

    async def _run(self, peer: str, task: Given, waiting: list[Work], given: list[Given]) -> bool:
        """Whether the peer may go on."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        task.runners += 1
        try:
            rest = await task.work.run(peer)
        except (SnapshotRefused, PeerGone, TimeoutError) as error:
            task.runners -= 1
            self._drop(peer, error)
            if task in given and task.runners == 0:
                given.remove(task)
                waiting.insert(0, task.work)
            return False
        self._fastest_s = min(self._fastest_s, loop.time() - began_s)
        if task in given:
            given.remove(task)
            waiting[:0] = rest
        return True

    def _drop(self, peer: str, error: Exception) -> None:
        self.peers.pop(peer, None)
        if not isinstance(error, NotVouched):
            self.out[peer] = None
        why = str(error) or "no answer"
        self._report(f"snapshot: {peer} is not asked again: {why}")

    async def _wait(self, given: list[Given], changed: asyncio.Condition) -> None:
        """Until another peer has got on, or something is overdue."""
        oldest_s = min([task.since_s for task in given], default=asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout_at(oldest_s + self._overdue_s), changed:
                await changed.wait()
        except TimeoutError:
            return
