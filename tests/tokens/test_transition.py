"""Blocks: atomic transactions, receipts, roots, views, the block note, restart."""

import hashlib

import pytest

from tests.tokens.support import MONEY, Ledger, addr, genesis, header_digest, key
from tokens.block import Block, BlockResult
from tokens.codec import encode, merkle_root
from tokens.events import Moved
from tokens.ledger import Ledger as Core
from tokens.ops.participants import SetKeyPolicy
from tokens.ops.transfer import TRANSFER, Transfer
from tokens.parameters import NoGenesis
from tokens.posting import balance_of
from tokens.records.parties import KeyPolicy
from tokens.records.system import BLOCK_NOTE
from tokens.registry import OperationSpec
from tokens.results import Code
from tokens.state import Overlay
from tokens.steps import Steps
from tokens.store import DamagedState, MemoryStore, StoreState
from tokens.transaction import DecodedTransaction, decode_transaction
from tokens.transition import apply_block, applying
from tokens.window import WindowMismatch


def transfer(amount: int, source: str = "bank-a-cash", target: str = "bank-b-cash") -> Transfer:
    return Transfer(
        asset=MONEY, source=addr(source), target=addr(target), amount=amount, end_to_end_ref=""
    )


def decoded(data: bytes) -> DecodedTransaction:
    tx = decode_transaction(data)
    assert isinstance(tx, DecodedTransaction)
    return tx


def test_a_transfer_moves_money_and_says_so() -> None:
    ledger = Ledger()
    receipt = ledger.ok("bank-a", transfer(40))
    assert balance_of(ledger.state, MONEY, addr("bank-a-cash")) == 999_960
    assert balance_of(ledger.state, MONEY, addr("bank-b-cash")) == 1_000_040
    assert receipt.events == (
        Moved(asset=MONEY, source=addr("bank-a-cash"), target=addr("bank-b-cash"), amount=40),
    )
    assert (receipt.height, receipt.index, receipt.operation) == (1, 0, -1)


def test_a_transaction_is_atomic() -> None:
    ledger = Ledger()
    receipt = ledger.submit("bank-a", transfer(40), transfer(5), transfer(10**9))
    assert Code(receipt.code) is Code.INSUFFICIENT_AVAILABLE
    assert receipt.operation == 2
    assert receipt.events == ()
    assert balance_of(ledger.state, MONEY, addr("bank-a-cash")) == 1_000_000


def test_later_transactions_of_a_block_see_earlier_ones() -> None:
    ledger = Ledger()
    result = ledger.block(
        ledger.transaction("bank-a", transfer(1_000_000)),
        ledger.transaction("bank-a", transfer(1)),
        ledger.transaction("bank-b", transfer(2_000_000, "bank-b-cash", "bank-a-cash")),
    )
    codes = [Code(receipt.code) for receipt in result.receipts]
    assert codes == [Code.OK, Code.INSUFFICIENT_AVAILABLE, Code.OK]


def test_a_failed_transaction_leaves_only_its_receipt_and_its_key() -> None:
    failed, idle = Ledger(), Ledger()
    result = failed.block(failed.transaction("bank-a", transfer(10**9)))
    assert [type(record).__name__ for *_, record in result.changes.records] == ["BlockNote"]
    assert result.changes.index == ()
    assert failed.core.state_root != idle.block().state_root  # the key is under the root


def test_keys_that_change_inside_the_block_are_a_failing_receipt() -> None:
    ledger = Ledger()
    rotate = SetKeyPolicy(
        owner=addr("bank-a"), policy=KeyPolicy(threshold=1, keys=(key("bank-a new"),))
    )
    result = ledger.block(
        ledger.transaction("bank-a", rotate), ledger.transaction("bank-a", transfer(1))
    )
    assert [Code(r.code) for r in result.receipts] == [Code.OK, Code.AUTHORITY_CHANGED]
    assert ledger.admission(ledger.transaction("bank-a", transfer(1))) is Code.WRONG_KEYS
    ledger.sign_with("bank-a", key("bank-a new"))
    assert ledger.code("bank-a", transfer(1)) is Code.OK


def test_an_account_with_own_keys_moves_its_own_and_its_servicer_does_not() -> None:
    ledger = Ledger(genesis(balances={"client-a1": 100, "client-a2": 100}))
    assert ledger.code("bank-a", transfer(5, "client-a1")) is Code.OK
    assert ledger.code("bank-a", transfer(5, "client-a2")) is Code.NOT_AUTHORISED
    assert ledger.code("client-a2", transfer(5, "client-a2")) is Code.OK
    assert ledger.code("client-a2", transfer(5, "client-a1")) is Code.NOT_AUTHORISED


def test_a_preview_can_be_repeated_and_gives_the_same_bytes() -> None:
    ledger = Ledger()
    block = Block(
        height=1,
        transactions=(decoded(ledger.transaction("bank-a", transfer(3))),),
        parent=header_digest(0),
        signers=(),
    )
    first, second = ledger.core.preview(block), ledger.core.preview(block)
    assert (first.root, first.receipts_encoded) == (second.root, second.receipts_encoded)
    assert list(ledger.core.writes(first)) == list(ledger.core.writes(second))
    assert ledger.core.height == 0


@pytest.mark.parametrize(("step", "turns"), [(1, 6), (2, 3), (5, 2), (6, 1)])
def test_a_block_in_steps_has_the_effect_of_the_whole(step: int, turns: int) -> None:
    ledger = Ledger()
    paid = [decoded(ledger.transaction("bank-a", transfer(amount))) for amount in range(1, 6)]
    block = Block(height=1, transactions=tuple(paid), parent=header_digest(0), signers=())
    at_once = ledger.core.preview(block)
    commitment, store = ledger.core.commitment, ledger.store
    steps = applying(
        ledger.core.overlay(),
        block,
        lambda changes: commitment.preview(changes, store.iterate),
        step,
    )
    found: list[BlockResult] = []

    def run() -> Steps[None]:
        found.append((yield from steps))

    assert len(list(run())) == turns
    assert found[0].root == at_once.root
    assert list(ledger.core.writes(found[0])) == list(ledger.core.writes(at_once))


def test_roots_cover_state_and_receipts() -> None:
    ledger = Ledger()
    result = ledger.block(ledger.transaction("bank-a", transfer(3)))
    assert result.receipts_root == merkle_root(
        b"mohur/receipts/v1", [encode(receipt) for receipt in result.receipts]
    )
    parts = result.state_root + result.receipts_root
    assert result.root == hashlib.sha256(b"mohur/root/v1\x00" + parts).digest()


def test_block_notes_are_kept_for_the_window_only() -> None:
    ledger = Ledger(genesis(parameters={"window_blocks": 10}))
    ledger.idle(13)
    known = [at for at in range(20) if ledger.state.get(BLOCK_NOTE, at) is not None]
    assert known == list(range(4, 14))
    note = ledger.state.get(BLOCK_NOTE, 13)
    assert note is not None
    assert note.parent == header_digest(12)
    assert len(note.signers) == 4


def test_a_restart_finds_the_same_ledger() -> None:
    ledger = Ledger(genesis(parameters={"window_blocks": 10}))
    for amount in range(1, 15):
        ledger.ok("bank-a", transfer(amount))
    again = Core(ledger.store, ledger.height)
    quick = Core(ledger.store, ledger.height, ledger.core.commitment.leaves())
    for core in (again, quick):
        assert core.state_root == ledger.core.state_root
        assert len(core.window) == len(ledger.core.window) == 10
    block = Block(height=15, transactions=(), parent=header_digest(14), signers=("a",))
    assert again.preview(block).root == quick.preview(block).root == ledger.core.preview(block).root


def test_a_restart_refuses_lists_that_are_not_under_the_root() -> None:
    ledger = Ledger()
    ledger.ok("bank-a", transfer(1))
    ledger.store.write([(b"w" + (1).to_bytes(8, "big"), encode(()))])
    with pytest.raises(WindowMismatch):
        Core(ledger.store, 1)
    ledger.store.write([(b"w" + (1).to_bytes(8, "big"), None)])
    with pytest.raises(DamagedState):
        Core(ledger.store, 1)


def test_a_block_of_another_height_is_an_error_of_the_caller() -> None:
    ledger = Ledger()
    with pytest.raises(ValueError, match="block 2 on a ledger at 0"):
        ledger.core.preview(Block(height=2, transactions=(), parent=bytes(32), signers=()))


def test_a_state_without_genesis_starts_nothing() -> None:
    with pytest.raises(NoGenesis):
        Core(MemoryStore(), 0)
    overlay = Overlay(StoreState(MemoryStore()))
    block = Block(height=1, transactions=(), parent=bytes(32), signers=())
    with pytest.raises(NoGenesis):
        apply_block(overlay, block, Ledger().core.commitment.preview)  # type: ignore[arg-type]


def test_a_bug_in_apply_is_not_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """R3: an internal error means no Prepare; the shell must see it."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    spec = OperationSpec(
        operation=Transfer,
        name=TRANSFER.name,
        family=TRANSFER.family,
        operation_class=TRANSFER.operation_class,
        check=TRANSFER.check,
        apply=broken,
        codes=TRANSFER.codes,
    )
    monkeypatch.setitem(__import__("tokens.ops").ops.SPEC_OF, Transfer, spec)
    ledger = Ledger()
    with pytest.raises(ZeroDivisionError):
        ledger.submit("bank-a", transfer(1))
    assert ledger.core.height == 0
