"""Odd transactions by parties that may send them: every operation, values at and beyond its edges.

A pure function of a seed. Operations are mutants of valid ones that still decode, over the
addresses, assets and amounts of the development network; each party signs with the keys it has.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from node.devnet.cast import BOOKS, COIN, MONEY, PARTIES, Party
from node.devnet.profile import BUSINESS_DATE
from node.signing import Signer
from tests.fuzz.mutate import Mutator
from tests.fuzz.target import Form
from tests.poison.useful import useful
from tests.tokens.samples import sample
from tokens.codec import Canonical, Malformed, NonCanonical, encode
from tokens.ops import OPERATIONS, AnyOperation
from tokens.ops.proposals import Approve, Propose, operations_digest, proposal_id
from tokens.ops.transfer import Transfer
from tokens.transaction import (
    OPERATIONS_MAX,
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    transaction_id,
)

CHAIN_ID = "mohur-dev-1"
MEMO_MAX = 140
TRIES_MAX = 200
OPERATION_BYTES_MAX = 8_000
AGREED_MAX = 8
"""Proposals of a batch that others approve."""
PROPOSED = 0.4
"""Share of the transactions whose operations go the way of a proposal."""

_operation = Canonical[msgspec.Struct](AnyOperation)


def signed(inner: Transaction, signers: Sequence[Signer]) -> DecodedTransaction:
    """With the signatures of these keys."""
    message = transaction_id(inner)
    return build(
        inner,
        tuple(KeySignature(key=key.public_key, signature=key.sign(message)) for key in signers),
    )


def decoded(data: bytes) -> msgspec.Struct | None:
    """An operation, if it is one."""
    try:
        return _operation.decode(data)
    except (Malformed, NonCanonical):
        return None


def real_values(seed: bytes, rng: Random) -> bytes:
    """The sample of an operation with addresses and assets that exist."""
    tree = msgspec.msgpack.decode(seed)
    addresses = [each.address for each in PARTIES] + [each.address for each in BOOKS]

    def walk(value: object) -> object:
        match value:
            case list():
                return [walk(each) for each in value]
            case bytes() if len(value) == 16:
                return rng.choice(addresses)
            case "PKR":
                return rng.choice((MONEY, MONEY, COIN))
            case _:
                return value

    return msgspec.msgpack.encode(walk(tree))


class Odd:
    """Transactions, one after the other."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"odd {seed}")
        self._count = 0
        self.held: dict[bytes, list[msgspec.Struct]] = {}
        """Proposal -> its operations, of all that were made."""
        self._seed = seed
        seeds = [encode(sample(spec.operation)) for spec in OPERATIONS]
        seeds = [real_values(each, self._rng) for each in seeds for _ in range(5)]
        seeds += [encode(useful(self._rng).operation) for _ in range(100)]
        self._mutator = Mutator(seeds, Form.MSGPACK, OPERATION_BYTES_MAX)
        self._open: list[tuple[bytes, bytes, Party]] = []
        """(proposal, digest of its operations, proposer) of the newest batch."""

    def operation(self) -> msgspec.Struct:
        """One that decodes."""
        for _ in range(TRIES_MAX):
            found = decoded(self._mutator.mutant(self._rng))
            if found is not None:
                return found
        raise RuntimeError("no mutant decodes")

    def batch(self, count: int, height: int, window: int) -> list[DecodedTransaction]:
        """Some that are authorised; and what they all agree to, of the batch before.

        Keys, sizes and last height are anything that may be.
        """
        agreed, self._open = self._open, []
        made = [self._transaction(height, window) for _ in range(count)]
        for proposal, digest, party in agreed[-AGREED_MAX:]:
            others = [each for each in PARTIES if each is not party]
            approval = Approve(proposal_id=proposal, operations_digest=digest)
            made += [
                signed(self._inner(each, (approval,), height + window), self._keys(each))
                for each in self._rng.sample(others, self._rng.choice((1, 9, 9, 9)))
            ]
        return made

    def _transaction(self, height: int, window: int) -> DecodedTransaction:
        party, operations = self._party_and_operations()
        inner = self._inner(party, operations, self._until(height, window))
        made = signed(inner, self._keys(party))
        for at, operation in enumerate(operations):
            if isinstance(operation, Propose):
                digest = operations_digest(operation.operations)
                name = proposal_id(made.tx_id, at)
                self._open.append((name, digest, party))
                found = (decoded(each) for each in operation.operations)
                self.held[name] = [each for each in found if each is not None]
        return made

    def payments(self, until: int) -> Iterator[DecodedTransaction]:
        """One harmless payment of each party, in case some have lost their keys."""
        for party in PARTIES:
            payment = Transfer(
                asset=MONEY,
                source=BOOKS[0].address,
                target=BOOKS[1].address,
                amount=1,
                end_to_end_ref="",
            )
            inner = msgspec.structs.replace(self._inner(party, (payment,), until), memo="")
            yield signed(inner, party.signers)

    def _party_and_operations(self) -> tuple[Party, tuple[msgspec.Struct, ...]]:
        """Half of them are what somebody may really do; the others are mutants."""
        rng = self._rng
        chosen = useful(rng)
        if rng.random() < 0.5:
            if chosen.sender is not None:
                return chosen.sender, (chosen.operation,)
            return rng.choice(PARTIES), (self._proposal(chosen.operation),)
        if rng.random() < PROPOSED:
            mutants = [self.operation() for _ in range(rng.choice((1, 1, 1, 2, 5)))]
            return rng.choice(PARTIES), (self._proposal(*mutants),)
        count = rng.choice((1, 1, 1, 1, 2, 3, OPERATIONS_MAX))
        if count == OPERATIONS_MAX:
            same = self.operation()
            return rng.choice(PARTIES), (same,) * (count if len(encode(same)) < 500 else 1)
        return rng.choice(PARTIES), tuple(self.operation() for _ in range(count))

    def _proposal(self, *operations: msgspec.Struct) -> Propose:
        """One that all agree to before it runs, or one that runs as soon as it may."""
        everybody = tuple(sorted(each.address for each in PARTIES))
        return Propose(
            operations=tuple(encode(each) for each in operations),
            approvers=everybody if self._rng.random() < 0.8 else (),
            expires_on=BUSINESS_DATE + dt.timedelta(days=self._rng.choice((1, 30, 366))),
        )

    def _until(self, height: int, window: int) -> int:
        """This height, the next, or as far ahead as it goes, and one beyond."""
        ahead = (1, 1, 2, 3, window // 2, window, window + 1, window + 100, window + 101)
        return max(0, height + self._rng.choice((*ahead, 0)))

    def _inner(
        self, party: Party, operations: tuple[msgspec.Struct, ...], until: int
    ) -> Transaction:
        self._count += 1
        rng = self._rng
        reused = rng.random() < 0.1
        number = rng.randrange(self._count) if reused else self._count
        return Transaction(
            version=1,
            chain_id=CHAIN_ID,
            sender=party.address,
            client_ref=self._seed.to_bytes(8) + number.to_bytes(8),
            valid_until=until,
            operations=operations,
            memo=rng.choice(("", "x", "\x00", "é" * MEMO_MAX, "\U0001f600" * MEMO_MAX)),
        )

    def _keys(self, party: Party) -> Sequence[Signer]:
        """As many as the policy asks for, or more; which of them, is chance."""
        count = self._rng.randint(party.threshold, len(party.signers))
        return self._rng.sample(party.signers, count)
