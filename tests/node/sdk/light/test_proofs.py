"""Receipts, transactions and records: what is proven, and proofs of something else."""

import hashlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.devnet.cast import ALICE, BANK_1, BANK_1_ACCOUNT, BANK_2_ACCOUNT, MONEY
from node.rpc.audit_path import audit_path
from node.sdk.errors import RpcFailed
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Fault, Unproven
from node.sdk.light.path import root_of
from node.sdk.schema.tx import PATH_MAX, PathStep, TxProof
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import Forger
from tests.node.sdk.light.test_follow import anchor_at, client_of
from tests.node.support.chains import BALANCE
from tokens.codec import encode, merkle_root
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.holdings import POSITION, SUPPLY
from tokens.records.parties import PARTICIPANT
from tokens.results import Code, Receipt

DOMAIN = b"mohur/test/v1"
LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=70, unique=True)


# --- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [*range(1, 34), 63, 64, 65, 127])
def test_each_leaf_leads_to_the_root(count: int) -> None:
    leaves = [hashlib.sha256(bytes([at])).digest() for at in range(count)]
    root = merkle_root(DOMAIN, leaves)
    for at, leaf in enumerate(leaves):
        path = audit_path(leaves, at)
        assert len(path) <= (count - 1).bit_length() <= PATH_MAX
        assert root_of(DOMAIN, leaf, path) == root


def test_there_is_no_path_outside_of_the_leaves() -> None:
    for leaves, index in (([], 0), ([b"a"], 1), ([b"a"], -1)):
        with pytest.raises(IndexError):
            audit_path(leaves, index)


@settings(deadline=None)
@given(leaves=LEAVES, data=st.data())
def test_another_leaf_path_or_domain_leads_elsewhere(
    leaves: list[bytes], data: st.DataObject
) -> None:
    root = merkle_root(DOMAIN, leaves)
    at = data.draw(st.integers(0, len(leaves) - 1))
    path = list(audit_path(leaves, at))
    assert root_of(b"mohur/tests/v1", leaves[at], path) != root
    assert root_of(DOMAIN, leaves[at] + b"\x00", path) != root
    for other in (leaf for leaf in leaves if leaf != leaves[at]):
        assert root_of(DOMAIN, other, path) != root
    for step in range(len(path)):
        spot = data.draw(st.integers(0, 255))
        flipped = bytearray(path[step].hash)
        flipped[spot // 8] ^= 1 << spot % 8
        lies = [
            [*path[:step], msgspec.structs.replace(path[step], hash=bytes(flipped))],
            [*path[:step], msgspec.structs.replace(path[step], left=not path[step].left)],
            path[:step],
            [*path[:step], path[step], path[step]],
        ]
        for lie in lies:
            assert root_of(DOMAIN, leaves[at], [*lie, *path[step + 1 :]]) != root


def test_an_inner_node_is_no_leaf() -> None:
    """RFC 6962: leaves and nodes are hashed apart, so a path cannot end one level early."""
    leaves = [b"a" * 32, b"b" * 32, b"c" * 32, b"d" * 32]
    hashed = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    inner = hashed[0] + hashed[1]
    above = audit_path(leaves, 0)[1:]
    assert root_of(DOMAIN, inner, above) != merkle_root(DOMAIN, leaves)
    assert root_of(DOMAIN, b"\x01" + inner, above) != merkle_root(DOMAIN, leaves)


# --- receipts and transactions --------------------------------------------------------------------


async def test_every_receipt_and_transaction_of_the_chain(history: History) -> None:
    light, _ = client_of(history, 17)
    seen = 0
    for height in range(1, history.height + 1):
        block = history.chain.blocks.block(height)
        assert block is not None
        for index, receipt in enumerate(block.receipts):
            found = await light.receipt(receipt.tx_id)
            assert found.value == receipt
            assert (found.height, found.block_hash) == (height, block.digest)
            assert found.timestamp_ms == block.header.timestamp_ms
            transaction = await light.transaction(receipt.tx_id)
            assert transaction.value.data == block.transactions[index]
            seen += 1
    assert seen > 20


async def test_a_failed_transaction_has_a_proof_too() -> None:
    history = History()
    failing = history.transfer(amount=BALANCE + 1)
    history.decide(history.transfer(), failing)
    light, _ = client_of(history)
    found = await light.receipt(failing.tx_id)
    assert found.value.code == Code.INSUFFICIENT_AVAILABLE
    assert found.value.index == 1


async def test_proofs_of_other_transactions(history: History) -> None:
    """A true proof of something else, each with each."""
    blocks = [history.chain.blocks.block(height) for height in range(1, history.height + 1)]
    ids = [entry.tx_id for block in blocks if block is not None for entry in block.receipts][:8]
    forger = Forger(history.chain)
    for asked in ids:
        for told in ids:
            if asked == told:
                continue
            other = await forger.truth.inclusion(told)
            forger.inclusions = lambda proof, other=other: other  # type: ignore[misc]
            light = LightClient(forger, anchor_at(history, 0))
            with pytest.raises(Unproven) as caught:
                await light.receipt(asked)
            assert caught.value.fault is Fault.WRONG_RECEIPT
            with pytest.raises(Unproven) as caught:
                await light.transaction(asked)
            assert caught.value.fault is Fault.WRONG_TRANSACTION


async def refusal_of(history: History, **changes: object) -> set[Fault]:
    """Why a changed proof is refused, as receipt and as transaction."""
    block = history.chain.blocks.block(4)
    assert block is not None
    forger = Forger(history.chain)

    def changed(proof: TxProof) -> TxProof:
        made = {
            name: value(getattr(proof, name)) if callable(value) else value
            for name, value in changes.items()
        }
        return msgspec.structs.replace(proof, **made)

    forger.inclusions = changed
    light = LightClient(forger, anchor_at(history, 0))
    faults = set()
    for question in (light.receipt, light.transaction):
        try:
            await question(block.receipts[2].tx_id)
        except Unproven as error:
            faults.add(error.fault)
    return faults


async def test_false_proofs_by_name(history: History) -> None:
    both = {Fault.WRONG_RECEIPT, Fault.WRONG_TRANSACTION}
    step = PathStep(left=True, hash=bytes(32))
    block = history.chain.blocks.block(4)
    assert block is not None
    forged = encode(msgspec.structs.replace(block.receipts[2], code=0, index=1))
    assert await refusal_of(history) == set()
    assert await refusal_of(history, height=3) == both
    assert await refusal_of(history, receipt=forged) == {Fault.WRONG_RECEIPT}
    assert await refusal_of(history, receipt=b"") == {Fault.WRONG_RECEIPT}
    assert await refusal_of(history, receipt_path=()) == {Fault.WRONG_RECEIPT}
    assert await refusal_of(history, receipt_path=(step,) * 32) == {Fault.WRONG_RECEIPT}
    assert await refusal_of(history, transaction=None) == {Fault.WRONG_TRANSACTION}
    assert await refusal_of(history, transaction=b"") == {Fault.WRONG_TRANSACTION}
    assert await refusal_of(history, transaction_path=()) == {Fault.WRONG_TRANSACTION}
    assert await refusal_of(history, transaction_path=lambda path: path[::-1]) == {
        Fault.WRONG_TRANSACTION
    }
    assert await refusal_of(history, height=0) == {Fault.WRONG_HEIGHT}


async def test_the_same_transaction_under_other_signatures(history: History) -> None:
    """tx_id does not cover signatures, the wire id does: what stands in the block is proven."""
    block = history.chain.blocks.block(4)
    assert block is not None
    true = block.transactions[2]
    forged = true[:-1] + bytes([true[-1] ^ 1])
    assert await refusal_of(history, transaction=forged) == {Fault.WRONG_TRANSACTION}


async def test_an_unknown_transaction_is_the_refusal_of_the_node(history: History) -> None:
    light, _ = client_of(history)
    with pytest.raises(RpcFailed) as caught:
        await light.receipt(bytes(32))
    assert caught.value.symbol == "NOT_FOUND"


def test_a_receipt_decodes_from_its_leaf(history: History) -> None:
    block = history.chain.blocks.block(4)
    assert block is not None
    leaves = [encode(receipt) for receipt in block.receipts]
    assert merkle_root(b"mohur/receipts/v1", leaves) == block.receipts_root
    assert msgspec.msgpack.decode(leaves[2], type=Receipt) == block.receipts[2]


# --- records --------------------------------------------------------------------------------------


async def test_balances_present_and_absent(history: History) -> None:
    light, _ = client_of(history)
    overlay = history.chain.overlay()
    for account in (BANK_1_ACCOUNT.address, BANK_2_ACCOUNT.address):
        true = overlay.get(POSITION, MONEY, account)
        found = await light.balance(MONEY, account)
        assert true is not None
        assert found.value == true
        assert found.height == history.height
        assert found.state_root == history.chain.ledger.state_root
    nothing = await light.balance(MONEY, ALICE.address)
    assert (nothing.value.asset, nothing.value.account) == (MONEY, ALICE.address)
    assert nothing.value.balance == nothing.value.frozen == 0
    assert (await light.record(POSITION, (MONEY, ALICE.address))).value is None


async def test_records_of_other_kinds(history: History) -> None:
    light, _ = client_of(history)
    supply = (await light.record(SUPPLY, (MONEY,))).value
    assert supply is not None
    assert supply.amount == 2 * BALANCE
    bank = (await light.record(PARTICIPANT, (BANK_1.address,))).value
    assert bank is not None
    assert bank.policy == BANK_1.policy
    sets = (await light.record(VALIDATOR_SETS, ())).value
    assert sets is not None
    assert encode(sets.next) == encode(light.anchor.validators)


async def test_proofs_of_other_records(history: History) -> None:
    """A true proof about another account, another kind, or of absence."""
    forger = Forger(history.chain)
    own, others = (MONEY, BANK_1_ACCOUNT.address), (MONEY, BANK_2_ACCOUNT.address)
    told = [
        await forger.truth.proof("position", POSITION.key_hash(others)),
        await forger.truth.proof("position", POSITION.key_hash((MONEY, ALICE.address))),
        await forger.truth.proof("supply", SUPPLY.key_hash((MONEY,))),
    ]
    true = await forger.truth.proof("position", POSITION.key_hash(own))
    told += [
        msgspec.structs.replace(true, record=None),
        msgspec.structs.replace(true, record=told[0].record),
        msgspec.structs.replace(told[1], record=true.record),
    ]
    for other in told:
        forger.proofs = lambda proof, other=other: other  # type: ignore[misc]
        light = LightClient(forger, anchor_at(history, 0))
        with pytest.raises(Unproven) as caught:
            await light.balance(*own)
        assert caught.value.fault is Fault.WRONG_RECORD


async def test_a_proof_under_the_root_of_another_block(history: History) -> None:
    forger = Forger(history.chain)

    def older(proof: object) -> object:
        certificate = proof.certificate  # type: ignore[attr-defined]
        lower = msgspec.structs.replace(certificate, height=certificate.height - 1)
        return msgspec.structs.replace(proof, certificate=lower)  # type: ignore[type-var]

    forger.proofs = older  # type: ignore[assignment]
    light = LightClient(forger, anchor_at(history, 0))
    with pytest.raises(Unproven) as caught:
        await light.balance(MONEY, BANK_1_ACCOUNT.address)
    assert caught.value.fault is Fault.WRONG_RECORD
