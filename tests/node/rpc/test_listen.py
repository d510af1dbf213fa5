"""The section [rpc] of a configuration reaches the server."""

import hashlib
from pathlib import Path

import pytest

from node.config import ConfigInvalid, RpcConfig
from node.rpc.access import Keys
from node.rpc.listen import listener_config
from node.rpc.method import Tier

TEXT = "mohur_" + "k" * 40
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()


def test_without_keys_everybody_on_loopback_may_submit(tmp_path: Path) -> None:
    made = listener_config(RpcConfig(), tmp_path)
    name, tiers = Keys(made.keys, is_read_open=made.is_read_open).identify(None)
    assert name == "anonymous"
    assert Tier.SUBMIT in tiers


def test_a_configured_key_is_needed_to_submit(tmp_path: Path) -> None:
    made = listener_config(RpcConfig(api_keys=(DIGEST,)), tmp_path)
    keys = Keys(made.keys, is_read_open=made.is_read_open)
    assert keys.identify(None)[1] == frozenset((Tier.READ,))
    assert Tier.SUBMIT in keys.identify(f"Bearer {TEXT}")[1]


def test_reads_may_need_a_key_too(tmp_path: Path) -> None:
    made = listener_config(RpcConfig(api_keys=(DIGEST,), read_needs_key=True), tmp_path)
    assert not made.is_read_open


@pytest.mark.parametrize(
    "section",
    [
        RpcConfig(tls_certificate="missing.pem"),
        RpcConfig(tls_key="missing.pem"),
        RpcConfig(tls_certificate="missing.pem", tls_key="missing.pem"),
    ],
)
def test_half_or_missing_tls_files_are_named(section: RpcConfig, tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"tls_certificate|missing\.pem"):
        listener_config(section, tmp_path)
