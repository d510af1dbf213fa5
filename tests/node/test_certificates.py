"""Certificates that run out: sentences 90, 30 and 7 days before, a metric, doctor, a bad file."""

import datetime
from pathlib import Path

import pytest
from cryptography import x509

from node.certificates import (
    PEER,
    RPC,
    CertificateWatch,
    days_left,
    expiry_warning,
    rpc_certificate,
)
from node.cli import checkup
from node.cli.finding import Grade
from node.config import ConfigInvalid, NodeConfig, RpcConfig
from node.metrics import Metrics
from node.p2p.tls import make_credentials
from node.signing import dev_seed

NOW = datetime.datetime(2026, 7, 3, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def made(validity_days: int, now: datetime.datetime = NOW) -> bytes:
    """A certificate of that many days."""
    seed = dev_seed("bob")
    return make_credentials(seed, now=now, validity_days=validity_days).certificate_pem


@pytest.mark.parametrize(
    ("days", "warning"),
    [
        (91, None),
        (90, "(warning at 90)"),
        (31, "(warning at 90)"),
        (30, "(warning at 30)"),
        (8, "(warning at 30)"),
        (7, "(warning at 7)"),
        (0, "(warning at 7)"),
        (-1, "has expired"),
    ],
)
def test_expiry_is_announced_at_90_30_and_7_days(days: int, warning: str | None) -> None:
    pem = made(365)
    when = x509.load_pem_x509_certificate(pem).not_valid_after_utc - days * DAY
    assert days_left(pem, when) == days
    sentence = expiry_warning(PEER, pem, when)
    if warning is None:
        assert sentence is None
    else:
        assert sentence is not None
        assert warning in sentence
        assert PEER in sentence
        assert days < 0 or f"in {days} days" in sentence


def test_a_watch_warns_about_those_that_need_it_and_counts_days() -> None:
    said: list[str] = []
    watch = CertificateWatch({PEER: made(365), RPC: made(20)}, warn=said.append, now=lambda: NOW)
    watch.look()
    assert len(said) == 1
    assert RPC in said[0]
    assert watch.days() == {PEER: 365, RPC: 20}
    metrics = Metrics()
    metrics.watch_certificates(watch)
    assert b'mohur_certificate_days_left{use="rpc"} 20.0' in metrics.render(is_open=True)


def test_the_rpc_certificate_is_read_or_refused_by_name(tmp_path: Path) -> None:
    assert rpc_certificate(RpcConfig(), tmp_path) is None
    section = RpcConfig(tls_certificate="rpc.pem", tls_key="rpc.key")
    with pytest.raises(ConfigInvalid, match=r"rpc\.pem"):
        rpc_certificate(section, tmp_path)
    (tmp_path / "rpc.pem").write_bytes(b"no certificate")
    with pytest.raises(ConfigInvalid, match=r"rpc\.pem"):
        rpc_certificate(section, tmp_path)
    pem = made(5)
    (tmp_path / "rpc.pem").write_bytes(pem)
    assert rpc_certificate(section, tmp_path) == pem


@pytest.mark.parametrize(
    ("validity_days", "grade"),
    [
        (400, Grade.GOOD),
        (20, Grade.NOTICE),
        (-1, Grade.BAD),
        (None, Grade.BAD),
    ],
)
def test_doctor_looks_at_the_rpc_certificate(
    tmp_path: Path, validity_days: int | None, grade: Grade
) -> None:
    now = datetime.datetime.now(datetime.UTC)
    pem = b"nonsense" if validity_days is None else made(validity_days + 1, now - DAY)
    (tmp_path / "rpc.pem").write_bytes(pem)
    config = NodeConfig(
        id="treasury",
        data_dir="data",
        genesis="genesis.json",
        rpc=RpcConfig(tls_certificate="rpc.pem", tls_key="rpc.key"),
    )
    (found,) = checkup._rpc_certificate(config, tmp_path)
    assert found.grade is grade
    assert found.what == "certificate"
