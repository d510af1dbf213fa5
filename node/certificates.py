"""TLS certificates that run out while a node runs: operators hear of it 90, 30, 7 days before.

An expired certificate cuts a node off from everybody at once, and from one minute to the next: a
central bank's network stood still for 54 days because of one. Nothing is renewed here by itself:
the certificate for peers is issued anew at each start, that of the RPC listener is the operator's.
"""

import asyncio
import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography import x509

from node.config import ConfigInvalid, RpcConfig

WARN_DAYS = (90, 30, 7)
"""Days before expiry at which an operator is told (design rule 9 of reliability)."""
LOOK_INTERVAL_S = 86_400.0
"""Once a day, and at the start."""
PEER, RPC = "peer", "rpc"
"""What a certificate is for; also the label of the metric."""


def days_left(certificate_pem: bytes, now: datetime.datetime) -> int:
    """Whole days until the first certificate of a PEM file expires; negative when it has."""
    return (x509.load_pem_x509_certificate(certificate_pem).not_valid_after_utc - now).days


def expiry_warning(use: str, certificate_pem: bytes, now: datetime.datetime) -> str | None:
    """A sentence for the operator from 90 days before expiry on, else None."""
    days = days_left(certificate_pem, now)
    if days < 0:
        return f"the {use} TLS certificate has expired: nobody accepts it; make a new one"
    if days > max(WARN_DAYS):
        return None
    limit = min(limit for limit in WARN_DAYS if days <= limit)
    return f"the {use} TLS certificate expires in {days} days (warning at {limit})"


def rpc_certificate(section: RpcConfig, base: Path) -> bytes | None:
    """PEM of the RPC listener; None without TLS. Raises ConfigInvalid if it is no certificate."""
    if section.tls_certificate is None:
        return None
    path = base / section.tls_certificate
    try:
        pem = path.read_bytes()
        x509.load_pem_x509_certificate(pem)
    except (OSError, ValueError) as error:
        raise ConfigInvalid(f"rpc: {path}: {error}") from None
    return pem


class CertificateWatch:
    """The certificates of one process."""

    def __init__(
        self,
        certificates: Mapping[str, bytes],
        *,
        warn: Callable[[str], object],
        now: Callable[[], datetime.datetime],
    ) -> None:
        """`certificates`: use (PEER, RPC) -> PEM. `now`: UTC and aware."""
        self._certificates = dict(certificates)
        self._warn = warn
        self._now = now

    def show(self, use: str, pem: bytes) -> None:
        """Another certificate is in use now."""
        self._certificates[use] = pem

    def days(self) -> dict[str, int]:
        """Days left of each."""
        now = self._now()
        return {use: days_left(pem, now) for use, pem in self._certificates.items()}

    def look(self) -> None:
        """Warn about each that needs it."""
        now = self._now()
        for use, pem in self._certificates.items():
            sentence = expiry_warning(use, pem, now)
            if sentence is not None:
                self._warn(sentence)

    async def run(self) -> None:
        """Look now and once a day; ended by cancellation."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_INTERVAL_S)
