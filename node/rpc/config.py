"""Settings of the RPC server, checked before anything listens."""

import ssl
from dataclasses import dataclass

from node.rpc.access import ApiKey
from node.rpc.hosts import LOOPBACK_HOSTS, is_loopback


class UnsafeBind(Exception):
    """The server would be reachable from outside without TLS and without keys."""


@dataclass(frozen=True, slots=True)
class RpcConfig:
    """Where to listen, and whom to serve."""

    host: str = "127.0.0.1"
    port: int = 0
    """0: a free one."""
    keys: tuple[ApiKey, ...] = ()
    """Empty: whoever reaches the port may submit (loopback, or behind mutual TLS)."""
    is_read_open: bool = True
    """Reads need no key."""
    tls: ssl.SSLContext | None = None
    hosts: tuple[str, ...] = LOOPBACK_HOSTS
    """Values of the Host header that are served: stops DNS rebinding."""
    origins: tuple[str, ...] = ()
    """Origins of web pages that may open the WebSocket; browsers always send one."""
    connections_max: int = 256
    connections_per_address_max: int = 128
    """Half: one address that holds all that it may leaves as many to the others."""
    calls_per_second: int = 20_000
    """Of one key or remote address, items of batches counted singly; each 512 B of a body, and a
    fine for each refused item (errors.FINES), count too."""
    burst: int = 20_000


def check_config(config: RpcConfig) -> None:
    """Raises UnsafeBind."""
    if config.tls is None and not config.keys and not is_loopback(config.host):
        raise UnsafeBind(
            f"the RPC server will not listen on {config.host} without TLS or API keys: "
            "whoever reaches the port could submit. Set keys, set TLS, or listen on 127.0.0.1"
        )
