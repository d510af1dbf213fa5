"""The conformance files tests/node/rpc/io/<method>/*.io: play them, or write their replies anew.

    python -m tests.node.rpc.conformance --rewrite

Form (that of the Ethereum execution APIs): `//` begins a comment, `>>` a request, `<<` the reply to
the request above it. A reply value "*" stands for anything. Each file is played against the small
ledger of tests/node/rpc/small_ledger.py, new for each file. Third parties may play them too.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import aiohttp

from tests.node.rpc.caller import serving

FOLDER = Path(__file__).parent / "io"
WILDCARD = "*"


def files() -> list[Path]:
    """All conformance files in order."""
    return sorted(FOLDER.glob("*/*.io"))


def exchanges(text: str) -> Iterator[tuple[str, object]]:
    """(request line, expected reply or None if there is none yet)."""
    request: str | None = None
    for line in text.splitlines():
        if line.startswith(">> "):
            if request is not None:
                yield request, None
            request = line[3:]
        elif line.startswith("<< ") and request is not None:
            yield request, json.loads(line[3:])
            request = None
    if request is not None:
        yield request, None


def same(expected: object, found: object) -> bool:
    """Equality under the wildcard."""
    if expected == WILDCARD:
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            same(value, found[name]) for name, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    return type(expected) is type(found) and expected == found


async def play(text: str) -> list[tuple[str, object, object]]:
    """(request, expected, found) of each exchange, against a new node."""
    out: list[tuple[str, object, object]] = []
    async with (
        serving() as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        for request, expected in exchanges(text):
            headers = {"Content-Type": "application/json"}
            async with session.post("/", data=request, headers=headers) as response:
                body = await response.text()
            out.append((request, expected, json.loads(body) if body else None))
    return out


def rewritten(text: str, played: Sequence[tuple[str, object, object]]) -> str:
    """The file with the replies found; a reply that matches under a wildcard stays."""
    lines = [line for line in text.splitlines() if line.startswith("//")]
    for request, expected, found in played:
        keep = expected is not None and same(expected, found)
        lines += [f">> {request}", f"<< {json.dumps(expected if keep else found)}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Rewrite all files, or list those whose replies differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rewrite", action="store_true", help="write the replies found")
    arguments = parser.parse_args()
    differ = 0
    for path in files():
        text = path.read_text()
        new = rewritten(text, asyncio.run(play(text)))
        if new != text:
            differ += 1
            print(path.relative_to(FOLDER))
            if arguments.rewrite:
                path.write_text(new)
    return 0 if arguments.rewrite or not differ else 1


if __name__ == "__main__":
    sys.exit(main())
