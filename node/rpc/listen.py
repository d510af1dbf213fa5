"""From the configuration file of a node to the settings of its RPC server."""

import ssl
from pathlib import Path

from node.config import ConfigInvalid
from node.config import RpcConfig as RpcSection
from node.rpc.access import ApiKey
from node.rpc.config import RpcConfig
from node.rpc.method import Tier


def listener_config(section: RpcSection, base: Path) -> RpcConfig:
    """Settings of the listener; paths are relative to `base`. Raises ConfigInvalid."""
    keys = tuple(
        ApiKey(
            name=f"key-{number}",
            sha256=bytes.fromhex(digest),
            tiers=frozenset((Tier.READ, Tier.SUBMIT)),
        )
        for number, digest in enumerate(section.api_keys)
    )
    return RpcConfig(
        host=section.host,
        port=section.port,
        hosts=section.allowed_hosts,
        keys=keys,
        is_read_open=not section.read_needs_key,
        tls=_tls(section, base),
        origins=section.origins,
    )


def _tls(section: RpcSection, base: Path) -> ssl.SSLContext | None:
    if section.tls_certificate is None or section.tls_key is None:
        if section.tls_certificate != section.tls_key:
            raise ConfigInvalid("rpc: tls_certificate and tls_key go together")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate, key = base / section.tls_certificate, base / section.tls_key
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigInvalid(f"rpc: {certificate}: {error}") from None
    return context
