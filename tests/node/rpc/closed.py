"""The small ledger on a closed network, with readers: a bank, a holder, a stranger, authorities."""

import json
import re
from typing import cast

import aiohttp
import msgspec

from node.rpc.config import RpcConfig
from node.rpc.record_scopes import is_public
from node.sdk.view_token import HEADER, new_token
from node.signing import Signer, dev_seed
from tests.node.rpc.caller import serving
from tests.node.rpc.fake_genesis import NAMES, address_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import ALICE, participant, small_node
from tokens.bech32m import decode, encode
from tokens.codec import Canonical
from tokens.jsonform import PREFIX_MAIN, PREFIX_TEST
from tokens.records import KINDS
from tokens.records.kind import RecordKind
from tokens.records.parties import ACCOUNT, PARTICIPANT, KeyPolicy
from tokens.types import Role

STRANGER = address_of("stranger")
READERS: dict[str, bytes | None] = {
    "nobody": None,
    "stranger": STRANGER,
    "tax": address_of("tax"),
    "bank": address_of("bank"),
    "alice": ALICE,
    "regulator": address_of("regulator"),
}
"""Kinds of caller: name of the key and subject."""
_ROLES = {
    "stranger": (Role.BANK_CUSTODIAN, Role.PRIMARY_DEALER, Role.TREASURY, Role.VASP),
    "tax": (Role.TAX_AUTHORITY,),
    "regulator": (Role.SECURITIES_REGULATOR,),
}


def closed_node() -> FakeNode:
    """Everything of the small ledger, and the readers."""
    node = small_node(is_dev=False)
    _readers(node)
    return node


def bare_node() -> FakeNode:
    """The same public facts and heights, and nothing private: no accounts, no transactions."""
    full = closed_node()
    node = FakeNode(is_dev=False)
    by_tag = {kind.tag: kind for kind in KINDS}
    overlay = node.state()
    for _, value in full._store.iterate(b"s", b"t"):
        kind = by_tag[value[0]]
        if is_public(kind):
            overlay.put(
                cast("RecordKind[msgspec.Struct]", kind),
                Canonical[msgspec.Struct](kind.struct).decode(value[1:]),
            )
    node.write(overlay)
    for _ in full.blocks:
        node.decide()
    return node


def _readers(node: FakeNode) -> None:
    overlay = node.state()
    for name, roles in _ROLES.items():
        overlay.put(PARTICIPANT, participant(name, roles))
    alice = overlay.get(ACCOUNT, ALICE)
    assert alice is not None
    key = Signer.from_seed(dev_seed("alice")).public_key
    policy = KeyPolicy(threshold=1, keys=(key,))
    overlay.put(ACCOUNT, msgspec.structs.replace(alice, policy=policy))
    node.write(overlay)


def token_of(node: FakeNode, name: str, *, valid_until: int = 50, at: str = NAMES[0]) -> str:
    """A view token of a reader."""
    subject = READERS[name]
    assert subject is not None
    return new_token(
        Signer.from_seed(dev_seed(name)),
        genesis=node.genesis_digest,
        node=at,
        subject=subject,
        valid_until=valid_until,
    )


def headers_of(node: FakeNode, name: str) -> dict[str, str]:
    """What a reader sends."""
    return {} if READERS[name] is None else {HEADER: token_of(node, name)}


def of_main(text: str) -> str:
    """A text whose addresses are those of a main network."""

    def again(match: re.Match[str]) -> str:
        data = decode(PREFIX_TEST, match[0])
        return match[0] if data is None else encode(PREFIX_MAIN, data)

    return re.sub(r"tmhr1[a-z0-9]+", again, text)


async def replies(node: FakeNode, name: str, requests: list[str]) -> list[object]:
    """What a reader is answered, less context, Merkle paths and certificates."""
    out: list[object] = []
    async with (
        serving(RpcConfig(), node) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        for request in requests:
            headers = {"Content-Type": "application/json", **headers_of(node, name)}
            async with session.post("/", data=of_main(request), headers=headers) as response:
                reply = json.loads(await response.text())
            out.append(_less_root(reply))
    return out


def _less_root(reply: dict[str, object]) -> dict[str, object]:
    """A reply without what depends on the root of the state."""
    result = reply.get("result")
    if isinstance(result, dict):
        result.pop("context", None)
        if isinstance(result.get("value"), dict):
            for part in ("path", "certificate"):
                result["value"].pop(part, None)
    return reply
