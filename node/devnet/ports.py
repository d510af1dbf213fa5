"""Free ports of this machine: the well-known ones if nobody has them, others if somebody does."""

import socket
from collections.abc import Sequence

HOST = "127.0.0.1"
RPC_PORT_FIRST = 8645
"""RPC of the first node; the others follow."""
EXPLORER_PORT = 8600
PEER_PORT_FIRST = 9645
"""Peer connections of the first node."""


def choose(wanted: Sequence[int]) -> tuple[int, ...]:
    """One free port for each wanted one: itself if free, else any. All different."""
    held: list[socket.socket] = []
    chosen: list[int] = []
    try:
        for port in wanted:
            found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            held.append(found)
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                found.bind((HOST, port))
            except OSError:
                found.bind((HOST, 0))
            chosen.append(found.getsockname()[1])
    finally:
        for one in held:
            one.close()
    return tuple(chosen)
