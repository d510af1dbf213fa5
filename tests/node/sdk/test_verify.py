"""Light verification: what validators signed is accepted, every mutation of it is refused."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from consensus.quorum import quorum
from node.sdk import verify
from node.sdk.client import Client, connect
from node.sdk.errors import ProofFailed
from node.sdk.schema.account import AccountParams
from node.sdk.schema.common import Certificate, Proof
from node.sdk.verify import Trust, check_certificate, check_proof, quorum_of
from node.wire.hashing import Kind, SigningScope, signing_bytes
from tests.node.rpc.caller import Serving, serving
from tests.node.rpc.fake_genesis import CHAIN_ID
from tests.node.rpc.small_ledger import ALICE, account
from tokens.records.parties import ACCOUNT, Account


@pytest.fixture
async def server() -> AsyncIterator[Serving]:
    async with serving() as running:
        yield running


@pytest.fixture
async def client(server: Serving) -> AsyncIterator[Client]:
    async with connect(f"http://127.0.0.1:{server.port}") as connected:
        yield connected


def trust_of(server: Serving) -> Trust:
    return Trust(
        chain_id=CHAIN_ID,
        genesis_digest=server.node.genesis_digest,
        validators={member.id: member.public_key for member in server.node.validators},
    )


@pytest.fixture
async def proof(client: Client) -> Proof:
    params = AccountParams(account=ALICE)
    answer = await client.read("account_get", params, of=Account, prove=True)
    assert answer.proof is not None
    return answer.proof


async def test_a_proven_record_is_the_record(server: Serving, proof: Proof) -> None:
    assert check_proof(trust_of(server), ACCOUNT, (ALICE,), proof) == account("alice")


async def test_absence_is_proven_too(server: Serving, client: Client) -> None:
    stranger = b"stranger--------"
    params = {"kind": "account", "keyHash": "0x" + ACCOUNT.key_hash((stranger,)).hex()}
    answer = await client.read("chain_getProof", params, of=Proof)
    assert answer.value.record is None
    assert check_proof(trust_of(server), ACCOUNT, (stranger,), answer.value) is None


def mutations(proof: Proof) -> list[tuple[str, Proof]]:
    """One lie each."""
    certificate = proof.certificate
    assert certificate is not None
    assert proof.record is not None
    first, *rest = certificate.signatures

    def with_certificate(**changes: object) -> Proof:
        changed = msgspec.structs.replace(certificate, **changes)
        return msgspec.structs.replace(proof, certificate=changed)

    flipped = bytes([proof.record[0], proof.record[1] ^ 1]) + proof.record[2:]
    foreign = msgspec.structs.replace(first, validator="mallory")
    forged = msgspec.structs.replace(first, signature=bytes(64))
    return [
        ("record", msgspec.structs.replace(proof, record=flipped)),
        ("absence", msgspec.structs.replace(proof, record=None)),
        ("path", msgspec.structs.replace(proof, path=proof.path[:-1] + b"\x00")),
        ("no path", msgspec.structs.replace(proof, path=b"")),
        ("kind", msgspec.structs.replace(proof, kind="position")),
        ("key", msgspec.structs.replace(proof, key_hash=bytes(32))),
        ("no certificate", msgspec.structs.replace(proof, certificate=None)),
        ("state root", with_certificate(state_root=bytes(32))),
        ("receipts root", with_certificate(receipts_root=bytes(32))),
        ("root", with_certificate(root=bytes(32))),
        ("block", with_certificate(block_hash=bytes(32))),
        ("height", with_certificate(height=certificate.height + 1)),
        ("view", with_certificate(view=1)),
        ("too few", with_certificate(signatures=tuple(rest))),
        ("one twice", with_certificate(signatures=(first, first, *rest[1:]))),
        ("a stranger", with_certificate(signatures=(foreign, *rest))),
        ("forged", with_certificate(signatures=(forged, *rest))),
    ]


async def test_every_lie_is_noticed(server: Serving, proof: Proof) -> None:
    trust = trust_of(server)
    for name, lie in mutations(proof):
        try:
            check_proof(trust, ACCOUNT, (ALICE,), lie)
        except ProofFailed:
            continue
        pytest.fail(f"not noticed: {name}")


async def test_another_network_is_noticed(server: Serving, proof: Proof) -> None:
    certificate = proof.certificate
    assert isinstance(certificate, Certificate)
    check_certificate(trust_of(server), certificate)
    for changes in ({"chain_id": "other"}, {"genesis_digest": bytes(32)}):
        trust = trust_of(server)
        values = {
            "chain_id": trust.chain_id,
            "genesis_digest": trust.genesis_digest,
            "validators": trust.validators,
            **changes,
        }
        with pytest.raises(ProofFailed, match="not valid"):
            check_certificate(Trust(**values), certificate)  # type: ignore[arg-type]


def test_the_quorum_is_that_of_consensus() -> None:
    assert [quorum_of(n) for n in range(1, 32)] == [quorum(n) for n in range(1, 32)]


def test_the_signed_bytes_are_those_of_the_node(server: Serving) -> None:
    certificate = Certificate(
        height=7,
        view=3,
        block_hash=b"b" * 32,
        root=b"r" * 32,
        state_root=b"s" * 32,
        receipts_root=b"c" * 32,
        signatures=(),
    )
    expected = signing_bytes(
        Kind.COMMIT,
        SigningScope(chain_id=CHAIN_ID, genesis_digest=server.node.genesis_digest),
        height=7,
        view=3,
        digest=b"b" * 32,
        extra=b"r" * 32,
    )
    assert verify._commit_bytes(trust_of(server), certificate) == expected
