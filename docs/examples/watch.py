# ruff: noqa: INP001, T201 (a script: it prints)
"""Watch blocks as they become final, from any height, and go on after a lost connection.

python docs/examples/watch.py http://127.0.0.1:8645 --from-height 1 --count 10
"""

import argparse
import asyncio
import sys

from node.sdk.client import connect
from node.sdk.errors import NodeUnreachable
from node.sdk.schema.chain import BlockHeader

PAUSE_SECONDS = 1


async def watch(url: str, from_height: int, count: int) -> int:
    """Print one line a block; no block is missed and none is printed twice."""
    following = from_height
    while count:
        try:
            async with (
                connect(url) as client,
                client.subscription("blocks", from_height=following) as events,
            ):
                async for height, result in events:
                    block = client.form.from_json(BlockHeader, result)
                    if isinstance(block, BlockHeader):
                        print(f"{height} {block.hash.hex()} {block.transaction_count} tx")
                    following = height + 1
                    count -= 1
                    if not count:
                        return 0
        except NodeUnreachable as error:
            print(f"{error}; again from height {following}", file=sys.stderr)
            await asyncio.sleep(PAUSE_SECONDS)
    return 0


def main(words: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Watch blocks as they become final.")
    parser.add_argument("url")
    parser.add_argument("--from-height", type=int, default=1)
    parser.add_argument("--count", type=int, default=1_000_000)
    arguments = parser.parse_args(words)
    return asyncio.run(watch(arguments.url, arguments.from_height, arguments.count))


if __name__ == "__main__":
    sys.exit(main())
