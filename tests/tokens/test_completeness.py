"""Every operation has documentation, its own tag, a golden vector, a test for each of its codes.

Golden vectors are rewritten by `python -m tests.tokens.test_completeness`; look at the difference
before you commit it: a line that changes is a broken wire.
"""

import ast
import inspect
import json
import re
import textwrap
from pathlib import Path

import msgpack
import msgspec
import pytest

from node.devnet.profile import POLICIES
from tests.tokens.samples import sample
from tests.tokens.support import CHAIN_ID, addr, key, policies
from tokens.codec import encode
from tokens.events import LedgerEvent
from tokens.execution import RUNNER
from tokens.ops import AGENDA_HANDLERS, HANDLERS, OPERATIONS, SPEC_OF
from tokens.records import KINDS
from tokens.registry import OperationSpec
from tokens.results import Code
from tokens.transaction import (
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    decode_transaction,
)

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "vectors" / "tokens" / "operations.json"

Spec = OperationSpec[msgspec.Struct]
each_operation = pytest.mark.parametrize("spec", OPERATIONS, ids=lambda spec: spec.name)


def signed(spec: Spec) -> DecodedTransaction:
    """A transaction of one sample operation."""
    transaction = Transaction(
        version=1,
        chain_id=CHAIN_ID,
        sender=addr(spec.name),
        client_ref=bytes(range(16)),
        valid_until=1_000,
        operations=(sample(spec.operation),),
        memo="golden",
    )
    return build(transaction, (KeySignature(key=key(spec.name), signature=bytes(64)),))


def golden() -> dict[str, dict[str, str]]:
    """What the vector file must hold."""
    vectors = {}
    for spec in sorted(OPERATIONS, key=lambda entry: entry.tag):
        tx = signed(spec)
        vectors[spec.name] = {
            "operation": encode(sample(spec.operation)).hex(),
            "transaction": tx.data.hex(),
            "tx_id": tx.tx_id.hex(),
            "wire_id": tx.wire_id.hex(),
        }
    return vectors


def undocumented(of: type[msgspec.Struct]) -> list[str]:
    """Fields without a string under them, and the class if it has no docstring."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(of))).body[0]
    assert isinstance(tree, ast.ClassDef)
    missing = [] if ast.get_docstring(tree) else [of.__name__]
    for statement, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if not text:
                missing.append(statement.target.id)
    return missing


GOVERNING = (
    "proposals",
    "participants",
    "governance",
    "validators",
    "observers",
    "protocol",
)
"""Families whose power is never lent (page 04: propose, approve, keys, grants, governance)."""


def test_names_tags_and_types_are_unique() -> None:
    assert len({spec.tag for spec in OPERATIONS}) == len(OPERATIONS) == len(SPEC_OF)
    assert len({spec.name for spec in OPERATIONS}) == len(OPERATIONS)
    assert len({handler.name for handler in HANDLERS}) == len(HANDLERS) == len(AGENDA_HANDLERS)
    assert len({kind.tag for kind in KINDS}) == len(KINDS)
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    indexes = [index.tag for kind in KINDS for index in getattr(kind, "indexes", ())]
    assert len(set(indexes)) == len(indexes)
    tags = [event.__struct_config__.tag for event in LedgerEvent.__args__]
    assert len(set(tags)) == len(tags)


@each_operation
def test_an_operation_is_documented(spec: Spec) -> None:
    assert undocumented(spec.operation) == []
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,31}", spec.name)
    config = spec.operation.__struct_config__
    assert (config.frozen, config.array_like, config.forbid_unknown_fields) == (True, True, True)
    assert len(set(spec.codes)) == len(spec.codes)
    assert all(1 <= code <= 199 for code in spec.codes)


@each_operation
def test_a_power_that_can_be_lent_is_none_of_the_forbidden(spec: Spec) -> None:
    if spec.grantable:
        assert spec.family not in GOVERNING
        assert spec.name != "grant_power"
    if not spec.in_proposal:
        assert spec.approval is None


def policy_names() -> set[str]:
    """Every approval policy that an operation names: genesis must have one for each."""
    named = [(spec.approval, spec.grant_policy) for spec in OPERATIONS]
    return {name for pair in named for name in pair if name is not None}


def test_every_policy_of_an_operation_is_in_the_test_genesis() -> None:
    assert policy_names() <= {policy.name for policy in policies()}


def test_every_policy_of_an_operation_is_in_the_genesis_of_local_networks() -> None:
    """An operation landed with a policy that they lacked: no node of theirs started."""
    assert policy_names() <= set(POLICIES)


@each_operation
def test_the_golden_vector_of_an_operation(spec: Spec) -> None:
    vectors = json.loads(GOLDEN.read_text())
    assert golden()[spec.name] == vectors.get(spec.name), "the wire changed, or a vector is missing"
    data = bytes.fromhex(vectors[spec.name]["transaction"])
    tx = decode_transaction(data)
    assert isinstance(tx, DecodedTransaction)
    assert tx.tx_id.hex() == vectors[spec.name]["tx_id"]
    operation = bytes.fromhex(vectors[spec.name]["operation"])
    assert RUNNER.decode(operation) == sample(spec.operation)
    assert RUNNER.decode(operation + b"\xc0") is None


@each_operation
def test_another_library_reads_and_writes_the_same_bytes(spec: Spec) -> None:
    data = signed(spec).data
    value = msgpack.unpackb(data, strict_map_key=True)
    assert msgpack.packb(value) == data
    body, signatures = value
    assert body[:2] == [1, CHAIN_ID]
    assert body[5][0][0] == spec.tag
    assert len(body[5][0]) == 1 + len(spec.operation.__struct_fields__)
    assert len(signatures) == 1


def code_tests() -> dict[str, str]:
    """Source of every test file of the ledger, by path."""
    return {
        str(path.relative_to(HERE)): path.read_text()
        for path in sorted(HERE.rglob("test_*.py"))
        if path != Path(__file__)
    }


@each_operation
def test_every_code_of_an_operation_has_a_test(spec: Spec) -> None:
    """A file that speaks of the operation names the code. It cannot tell what the test proves."""
    sources = code_tests().values()
    about = [s for s in sources if re.search(rf"\b{spec.operation.__name__}\b", s)]
    missing = [code.name for code in spec.codes if not any(f"Code.{code.name}" in s for s in about)]
    assert missing == []


def test_codes_keep_their_numbers() -> None:
    """Numbers are on the wire: new ones are added, none is changed."""
    frozen = json.loads((GOLDEN.parent / "codes.json").read_text())
    now = {code.name: code.value for code in Code}
    assert {name: now.get(name) for name in frozen} == frozen
    assert sorted(now) == sorted(frozen), "a new code: rewrite the vectors"


def rewrite() -> None:
    """Write the golden files."""
    GOLDEN.write_text(json.dumps(golden(), indent=1) + "\n")
    codes = {code.name: code.value for code in Code}
    (GOLDEN.parent / "codes.json").write_text(json.dumps(codes, indent=1) + "\n")


if __name__ == "__main__":
    rewrite()
