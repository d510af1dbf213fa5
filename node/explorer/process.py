"""The process of the explorer: until SIGTERM or Ctrl-C."""

import asyncio
import signal
import sys

from node.explorer.config import ExplorerConfig, check_config
from node.explorer.server import explorer
from node.logs import configure, get_logger


def serve(config: ExplorerConfig) -> int:
    """Status 0 after a clean stop. ExplorerNotLoopback, BadToken, OSError if the port is taken."""
    check_config(config)
    configure()
    asyncio.run(_until_signal(config))
    return 0


async def _until_signal(config: ExplorerConfig) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with explorer(config, log=get_logger("explorer")) as running:
        sys.stdout.write(f"{url_of(config.host, running.port)}\n")
        sys.stdout.flush()
        await stop.wait()


def url_of(host: str, port: int) -> str:
    """Address for a browser."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
