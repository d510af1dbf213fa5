"""TLS 1.3 between nodes: both sides show a certificate, and what is pinned is a key (ADR 0006).

Rules of this file:
1. The ledger lists keys, not certificates. From a listed key each node builds its own trust anchor:
   a certificate of that name and key. By RFC 5280, section 6.1.1 (d), an anchor is a name and a
   key; its own signature is no part of path validation, so nobody has to have made it.
2. A node issues its TLS certificate to itself, signed with its network key, under the name of the
   anchor that others build. OpenSSL then refuses strangers, expired certificates and old protocol
   versions inside the handshake, before a byte of ours is read.
3. After the handshake the certificate's own key must be a pinned one as well (`key_of`): a peer
   must not be able to vouch for another key.
"""

from __future__ import annotations

import datetime
import secrets
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ALPN = "mohur/1"
"""Keeps a link from being taken for anything else that speaks TLS."""
VALIDITY_DAYS = 3_650
"""Default life of a certificate. The pinned key decides who a peer is; expiry bounds a forgotten
one."""
CLOCK_SKEW_HOURS = 24
"""A certificate is valid this long before it was made: clocks of two nodes differ."""

_ANCHOR_FROM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_ANCHOR_UNTIL = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)
_ANCHOR_ISSUER = "mohur pinned key"
_ANCHOR_SEED = bytes(32)
"""Signs anchors, because the format wants a signature. Known to everybody and trusted by nobody."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a node shows to its peers. The seed does not appear in its repr."""

    certificate_pem: bytes
    """Self-issued certificate, PEM."""
    seed: bytes = field(repr=False)
    """32 bytes of the network key (never the consensus key)."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that others pin."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()


def make_credentials(
    seed: bytes, *, now: datetime.datetime, validity_days: int = VALIDITY_DAYS
) -> Credentials:
    """Issue a certificate to oneself from the 32-byte seed of the network key.

    `now` is UTC and aware.
    """
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public_key = key.public_key().public_bytes_raw()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name("mohur node"))
        .issuer_name(_name(public_key.hex()))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=CLOCK_SKEW_HOURS))
        .not_valid_after(now + datetime.timedelta(days=validity_days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            critical=False,
        )
        .sign(key, None)
    )
    return Credentials(certificate_pem=certificate.public_bytes(Encoding.PEM), seed=seed)


def trust_anchor(public_key: bytes) -> str:
    """The anchor of a pinned key, PEM. ValueError unless it is 32 bytes."""
    anchor = (
        x509.CertificateBuilder()
        .subject_name(_name(public_key.hex()))
        .issuer_name(_name(_ANCHOR_ISSUER))
        .public_key(Ed25519PublicKey.from_public_bytes(public_key))
        .serial_number(1)
        .not_valid_before(_ANCHOR_FROM)
        .not_valid_after(_ANCHOR_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .sign(Ed25519PrivateKey.from_private_bytes(_ANCHOR_SEED), None)
    )
    return anchor.public_bytes(Encoding.PEM).decode()


def server_context(credentials: Credentials, peer_keys: Iterable[bytes]) -> ssl.SSLContext:
    """For accepting links from the owners of these keys."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # No resumption: each link proves its key afresh, and a ticket is 500 bytes that nobody reads.
    context.num_tickets = 0
    _harden(context, credentials, peer_keys)
    return context


def client_context(credentials: Credentials, *peer_keys: bytes) -> ssl.SSLContext:
    """For dialling the owner of just these keys."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # A peer is a key, not a host name.
    context.check_hostname = False
    _harden(context, credentials, peer_keys)
    return context


def key_of(link: ssl.SSLObject | ssl.SSLSocket) -> bytes | None:
    """The key that the other side proved to own in the handshake; None if it is no Ed25519 key."""
    der = link.getpeercert(binary_form=True)
    if der is None:
        return None
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except ValueError:
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None


def _harden(context: ssl.SSLContext, credentials: Credentials, peer_keys: Iterable[bytes]) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    # The anchor is not self-signed, so OpenSSL must be told that it may end a path.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_TRUSTED_FIRST
    context.set_alpn_protocols([ALPN])
    anchors = "".join(trust_anchor(key) for key in peer_keys)
    if anchors:
        context.load_verify_locations(cadata=anchors)
    _load_key(context, credentials)


def _load_key(context: ssl.SSLContext, credentials: Credentials) -> None:
    """Hand the key to OpenSSL.

    The ssl module reads files only: it lies on disk for a moment, encrypted under a password used
    once.
    """
    password = secrets.token_hex(32)
    key_pem = Ed25519PrivateKey.from_private_bytes(credentials.seed).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
    )
    with tempfile.TemporaryDirectory(prefix="mohur-tls-") as folder:
        certificate, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        certificate.write_bytes(credentials.certificate_pem)
        key.write_bytes(key_pem)
        context.load_cert_chain(certificate, key, password)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
