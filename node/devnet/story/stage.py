"""What a step of the story can do: act for somebody, and see that all nodes agree about the effect.

Rules of this file:
1. A step proves what it says: after each act all running nodes have the same height and the same
   state root, and values are read from each of them.
2. Transactions go to the nodes in turn, so that each node is a way in.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from node.devnet.card import address_text
from node.devnet.cast import CENTRAL_BANK, CHAIN_ID, Book, Party
from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.profile import BUSINESS_DATE, calendar
from node.devnet.truth import read_from_all, state_roots
from node.devnet.wait import NotYet, until
from node.sdk.client import Client
from node.sdk.schema.account import Balance
from node.sdk.schema.asset import AssetSupply
from node.sdk.schema.common import Page, Receipt
from node.sdk.send import send_until_final
from node.sdk.wallet import Wallet
from tokens.codec import encode
from tokens.events import ProposalClosed, Proposed
from tokens.finance.calendar import is_business_day
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.proposals import Approve, Propose
from tokens.results import Code
from tokens.transaction import DecodedTransaction

WAIT_SECONDS = 20
"""For work that the ledger does by itself."""

T = TypeVar("T")


class StepFailed(Exception):
    """Something that a step says did not hold."""


class Stage:
    """One running network, seen from the story."""

    def __init__(self, network: Network, probe: Probe) -> None:
        self.network = network
        self.probe = probe
        self.height = 0
        """Newest height at which all nodes were seen to agree."""
        self.root = b""
        """State root that all nodes showed last."""
        self.day = BUSINESS_DATE
        """The open business date."""
        self._turn = itertools.count()

    # --- acting ----------------------------------------------------------------------------------

    def wallet(self, party: Party) -> Wallet:
        """As many of a party's keys as its policy asks for."""
        return Wallet(party.address, party.signers[: party.threshold], CHAIN_ID)

    async def clients(self) -> list[Client]:
        """Clients of the running nodes, another one first each time."""
        names = self.network.running
        first = next(self._turn) % len(names)
        return [
            await self.probe.client(self.network.url(name))
            for name in (*names[first:], *names[:first])
        ]

    async def prepare(self, party: Party, *operations: msgspec.Struct) -> DecodedTransaction:
        """A signed transaction."""
        clients = await self.clients()
        return await self.wallet(party).prepare(clients[0], *operations)

    async def act(self, party: Party, *operations: msgspec.Struct, expect: str = "OK") -> Receipt:
        """Send, wait until final, see that all nodes agree. StepFailed for another outcome."""
        return await self.send(party.name, self.wallet(party), *operations, expect=expect)

    async def send(
        self, name: str, wallet: Wallet, *operations: msgspec.Struct, expect: str = "OK"
    ) -> Receipt:
        """The same with any keys."""
        transaction = await wallet.prepare((await self.clients())[0], *operations)
        receipt = await send_until_final(await self.clients(), transaction)
        if receipt.symbol != expect:
            raise StepFailed(
                f"{name}: {_names(operations)} gave {receipt.symbol} in operation "
                f"{receipt.operation}, expected {expect}"
            )
        await self.agree(receipt.height)
        return receipt

    async def agree(self, height: int = 0) -> int:
        """See that all running nodes have one root at one height; how many they are."""
        common, roots = await state_roots(self.network, self.probe, at_least=height)
        self.root = next(iter(roots.values()))
        self.height = max(self.height, common)
        return len(roots)

    async def together(
        self,
        proposer: Party,
        approvers: Sequence[Party],
        *operations: msgspec.Struct,
        named: Sequence[Party] = (),
    ) -> Receipt:
        """A proposal, and the approvals that it needs; the receipt of the last approval.

        `named` are those whose own agreement is needed, beside the roles of the policy.
        """
        receipt, code = await self._agreed(proposer, approvers, operations, named)
        require(code is Code.OK, f"the proposal of {_names(operations)} gave {code.name}")
        return receipt

    async def _agreed(
        self,
        proposer: Party,
        approvers: Sequence[Party],
        operations: Sequence[msgspec.Struct],
        named: Sequence[Party],
    ) -> tuple[Receipt, Code]:
        """Proposed and approved by all; the last receipt, and how the proposal ended."""
        proposal = Propose(
            operations=tuple(encode(operation) for operation in operations),
            approvers=tuple(sorted(party.address for party in named)),
            expires_on=BUSINESS_DATE.replace(year=BUSINESS_DATE.year + 1),
        )
        receipt = await self.act(proposer, proposal)
        made = next(event for event in receipt.events if isinstance(event, Proposed))
        for approver in approvers:
            receipt = await self.act(
                approver,
                Approve(proposal_id=made.proposal, operations_digest=made.operations_digest),
            )
        closed = [event for event in receipt.events if isinstance(event, ProposalClosed)]
        require(bool(closed), f"the proposal of {_names(operations)} still waits for somebody")
        return receipt, Code(closed[0].code)

    async def go_to(self, date: dt.date) -> None:
        """Close the open business date, open another."""
        await self.act(CENTRAL_BANK, CloseDay(date=self.day), OpenDay(date=date))
        self.day = date

    def next_business_date(self) -> dt.date:
        """The first date after the open one that is neither weekend nor holiday here."""
        known = calendar()
        date = self.day + dt.timedelta(days=1)
        while not is_business_day(known, date):
            date += dt.timedelta(days=1)
        return date

    async def refused(
        self, proposer: Party, approvers: Sequence[Party], *operations: msgspec.Struct
    ) -> str:
        """A proposal that everybody agrees to and that fails all the same: the name of its code."""
        _, code = await self._agreed(proposer, approvers, operations, ())
        require(code is not Code.OK, f"the proposal of {_names(operations)} passed")
        return code.name

    # --- seeing ----------------------------------------------------------------------------------

    async def read(self, method: str, of: type[T], params: dict[str, object]) -> T:
        """A value as all running nodes show it."""
        return await read_from_all(
            self.network, self.probe, method, of, params, at_least=self.height
        )

    async def until_status(
        self, what: str, missing: Callable[[Stage], Awaitable[str | None]]
    ) -> None:
        """The ledger works by itself: wait until `missing` names nothing any more."""

        async def reached() -> None:
            found = await missing(self)
            if found is not None:
                raise NotYet(f"it is {found}")

        await until(what, reached, seconds=WAIT_SECONDS)
        await self.agree()

    async def balance(self, book: Book, asset: str) -> Balance:
        """A position as all running nodes show it."""
        page = await read_from_all(
            self.network,
            self.probe,
            "account_getBalances",
            Page[Balance],
            {"account": address_text(book.address)},
            at_least=self.height,
        )
        for entry in page.items:
            if entry.asset == asset:
                return entry
        return Balance(asset=asset, balance=0, held=0, pledged=0, frozen=0, available=0)

    async def supply(self, asset: str) -> int:
        """Units in existence, as all running nodes show it."""
        answer = await read_from_all(
            self.network,
            self.probe,
            "asset_getSupply",
            AssetSupply,
            {"asset": asset},
            at_least=self.height,
        )
        return answer.amount

    async def expect_balance(self, book: Book, asset: str, amount: int) -> None:
        """StepFailed unless all running nodes show this balance."""
        found = await self.balance(book, asset)
        require(found.balance == amount, f"{book.name} has {found.balance} {asset}, not {amount}")


def require(holds: bool, sentence: str) -> None:
    """StepFailed with the sentence unless it holds."""
    if not holds:
        raise StepFailed(sentence)


def _names(operations: Sequence[msgspec.Struct]) -> str:
    return ", ".join(type(operation).__name__ for operation in operations)


def rupees(minor: int) -> str:
    """Minor units with two decimals and separators."""
    whole, part = divmod(minor, 100)
    return f"{whole:,}.{part:02}"
