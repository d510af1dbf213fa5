"""docs/rpc.md, generated from the method table: `python -m node.rpc.docs > docs/rpc.md`."""

import sys
from collections.abc import Iterator
from typing import cast

from node.rpc.errors import RETRYABLE, SENTENCE, RpcCode
from node.rpc.method import Method
from node.rpc.methods import METHODS
from node.rpc.openrpc import document
from tokens.jsonform import Json
from tokens.results import Code

HEAD = """# JSON-RPC

Generated from the method table (`make docs`); do not edit. Machine-readable: `GET /openrpc.json`.

HTTP POST `/` with JSON-RPC 2.0 and `Content-Type: application/json`; the same calls and
subscriptions over a WebSocket at `/ws`. `GET /healthz`, `/readyz` (503 names the failing checks),
`/metrics` (calls by method and transactions by code only for who sees everything, docs/privacy.md).

- `id` is an integer or a string. Params by name or by position; unknown ones are refused. A
  request without `id` is answered 204. At most 50 requests a batch, 1 MiB a body, 8 MiB a reply,
  depth 32, one value (comma or opening bracket) per 24 bytes of body, 2,048 in any case.
- Bytes are `0x` and lower-case hex. Addresses are bech32m: `mhr1…` on a main network, `tmhr1…` on
  others.
- Amounts are decimal **strings of minor units**. JSON numbers with a fraction or exponent are
  refused.
- Times are integer milliseconds since the epoch, UTC. Dates are `YYYY-MM-DD`.
- Reads of state answer `{"context": {chainId, height, blockHash, stateRoot}, "value": …}` and take
  `minHeight` and `atHeight`; those marked *provable* take `prove: true`.
- A transaction that was decided and failed is a receipt with `status: "failed"`, not an error.

> **Exactly once.** You choose `clientRef` (16 random bytes) and `validUntil` (a height) and store
> the signed bytes before you send them. Send the same bytes again as often as you like: the answer
> is `DUPLICATE`, with the receipt once it is final. The same reference with other bytes is refused
> with `CLIENT_REF_REUSED`. Once the chain is past `validUntil` and there is no receipt, it never
> enters.

Read your own writes behind a load balancer: pass the height of your receipt as `minHeight`.

Read the past: `atHeight` answers from the state after that block, where the node keeps it
(`oldestState` in `node_status`; observers and development networks do by default). The `context` is
that block's. `UNAVAILABLE`: it is not decided here yet. `PRUNED`: it is not kept here;
`data.oldestHeight` is. A proof of a past state (`prove`, up to 500,000 records) leads to the
certificate of that height. To page through a list as it was, give each page the `pinnedHeight` of
the first one as `atHeight`. What you may see of the past is what you may see now.

> **Whose records you may see.** On every network but development ones (genesis `isDev`) a call
> without proof of who you are sees what is public: terms, supplies, reserves, results of auctions,
> headers, certificates. Send the header `Mohur-View` with a view token
> (`node.sdk.view_token.new_token`) to read as a participant or an account: yourself, the accounts
> that you hold or service, and what happened to them. A token is signed with one key of your key
> policy, names the network, the node and the last height at which it holds (at most 10,000 ahead).
> Supervisors see everything. What you may not see and what there is not are refused alike:
> `UNAUTHORISED`. In receipts and records the accounts of others stand as sixteen zero bytes.
> docs/privacy.md says who sees what.
"""


def page(methods: tuple[Method, ...]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_methods(methods), *_codes()]) + "\n"


def _methods(methods: tuple[Method, ...]) -> Iterator[str]:
    provable = {method.name for method in methods if method.proves is not None}
    space = ""
    for entry in cast("list[dict[str, Json]]", document(methods)["methods"]):
        name = str(entry["name"])
        if name.partition("_")[0] != space:
            space = name.partition("_")[0]
            yield f"## {space}\n"
        marks = " *submit*" if entry["x-tier"] == "submit" else ""
        marks += " *provable*" if name in provable else ""
        yield f"### {name}{marks}\n\n{entry['summary']}\n"
        params = cast("list[dict[str, Json]]", entry["params"])
        for param in params:
            yield _param(param)
        if params:
            yield ""
        result = cast("dict[str, Json]", entry["result"])
        yield f"Result: {_short(result['schema'])}\n"


def _param(param: dict[str, Json]) -> str:
    optional = "" if param["required"] else ", optional"
    text = f" {param['description']}" if "description" in param else ""
    return f"- `{param['name']}` ({_short(param['schema'])}{optional}){text}"


def _short(schema: Json) -> str:
    """A schema in a few words."""
    match schema:
        case {"$ref": str(reference)}:
            return reference.rsplit("/", 1)[-1]
        case {"properties": {"context": _, "value": value}}:
            return f"context and value: {_short(value)}"
        case {"type": "array", "items": items}:
            return f"array of {_short(items)}"
        case {"oneOf": list(members)}:
            return " or ".join([_short(member) for member in members])
        case {"enum": list(names)}:
            return " / ".join([f"`{name}`" for name in names])
        case {"type": "string", "pattern": str(pattern)} if pattern.startswith("^0x"):
            return "hex"
        case {"type": "string", "pattern": str(pattern)} if pattern.startswith("^t?mhr1"):
            return "address"
        case {"type": "string", "pattern": str(pattern)} if pattern.startswith("^(0|[1-9]"):
            return "amount"
        case {"type": "string", "format": "date"}:
            return "date"
        case {"type": str(name)}:
            return name
        case _:
            return "any"


def _codes() -> Iterator[str]:
    yield "## Errors\n\n| code | symbol | meaning | try again |\n|---|---|---|---|"
    for code in RpcCode:
        words = code.name.replace("_", " ").lower()
        yield f"| {code.value} | {code.name} | {words} | {_retry(code)} |"
    for reason, sentence in SENTENCE.items():
        yield f"| {reason.value} | {reason.name} | {sentence} | {_retry(reason)} |"
    yield "\n## Codes of receipts\n\n| code | symbol |\n|---|---|"
    for result in Code:
        if 0 <= result < 200:
            yield f"| {result.value} | {result.name} |"


def _retry(code: RpcCode | Code) -> str:
    if code is RpcCode.LIMIT_EXCEEDED:
        return "of time or rate: yes; of size: no"
    return "yes" if code in RETRYABLE else "no"


if __name__ == "__main__":
    sys.stdout.write(page(METHODS))
