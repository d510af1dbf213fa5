"""Settings of the explorer, checked before anything listens."""

from dataclasses import dataclass

from node.rpc.hosts import LOOPBACK_HOSTS, is_loopback

PORT = 8600


class ExplorerNotLoopback(Exception):
    """With a view token it would show others what its subject may see."""


@dataclass(frozen=True, slots=True)
class ExplorerConfig:
    """Where to listen, which node to ask, in whose scope."""

    rpc: str
    """URL of the node."""
    view: str | None = None
    """Text of a view token; None: what the node tells anybody."""
    witnesses: tuple[str, ...] = ()
    """URLs of other nodes, whose state roots are compared; asked without the view token."""
    host: str = "127.0.0.1"
    port: int = PORT
    """0: a free one."""
    hosts: tuple[str, ...] = LOOPBACK_HOSTS
    """Values of the Host header that are served: stops DNS rebinding."""
    connections_max: int = 256
    connections_per_address_max: int = 128
    pages_max: int = 8
    """Pages that are made at once; the others wait."""
    page_seconds: int = 20
    """Longest time that a page may take, waiting included."""


def check_config(config: ExplorerConfig) -> None:
    """Raises ExplorerNotLoopback."""
    if config.view is not None and not is_loopback(config.host):
        raise ExplorerNotLoopback(
            f"the explorer will not listen on {config.host} with a view token: whoever reached the "
            "port would read as its subject. Listen on 127.0.0.1, or leave out --view"
        )
