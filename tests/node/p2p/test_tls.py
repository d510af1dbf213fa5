"""Who gets through the handshake: pinned keys, TLS 1.3, a valid certificate; nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ssl
from collections.abc import Callable

import pytest
from cryptography import x509

from node.p2p.tls import (
    Credentials,
    client_context,
    key_of,
    make_credentials,
    server_context,
    trust_anchor,
)
from node.signing import dev_seed
from tests.node.p2p.harness import NOW, PATIENCE_S, credentials

ALICE, BOB, EVE = (credentials(name) for name in ("alice", "bob", "eve"))
DAY = datetime.timedelta(days=1)


class Seen:
    """What the server's application got to see."""

    def __init__(self) -> None:
        self.keys: list[bytes | None] = []
        self.data = b""


async def attempt(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[Seen, str]:
    """Connect and say hello. What the server saw, and the client's error ('' = it was answered)."""
    seen = Seen()
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.keys.append(key_of(writer.get_extra_info("ssl_object")))
        seen.data += await reader.read(5)
        writer.write(b"world")
        await writer.drain()
        writer.transport.abort()
        done.set()

    error = ""
    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server)
    async with listener, asyncio.timeout(PATIENCE_S):
        port = listener.sockets[0].getsockname()[1]
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=client, server_hostname=""
            )
        except (ssl.SSLError, OSError) as caught:
            return seen, str(caught) or type(caught).__name__
        try:
            writer.write(b"hello")
            answer = await reader.read(5)
            if answer != b"world":
                error = "closed"
        except (ssl.SSLError, OSError) as caught:
            error = str(caught) or type(caught).__name__
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return seen, error


async def test_two_that_pin_each_other_talk_and_know_each_other() -> None:
    seen, error = await attempt(
        server_context(ALICE, [EVE.public_key, BOB.public_key]),
        client_context(BOB, ALICE.public_key),
    )
    assert error == ""
    assert seen.data == b"hello"
    assert seen.keys == [BOB.public_key]


def without_certificate(context: ssl.SSLContext) -> ssl.SSLContext:
    """A client context that trusts the same and shows nothing."""
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.check_hostname = False
    bare.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    bare.load_verify_locations(cadata=trust_anchor(ALICE.public_key))
    bare.set_alpn_protocols(["mohur/1"])
    return bare


def old_tls(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same, but it does not speak TLS 1.3."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def same(context: ssl.SSLContext) -> ssl.SSLContext:
    return context


def issued(seed_name: str, *, days_ago: int, validity_days: int) -> Credentials:
    """A certificate made some days ago."""
    return make_credentials(
        dev_seed(seed_name), now=NOW - days_ago * DAY, validity_days=validity_days
    )


STRANGERS: dict[str, tuple[Credentials, Callable[[ssl.SSLContext], ssl.SSLContext]]] = {
    "a key that is not pinned": (EVE, same),
    "no certificate": (BOB, without_certificate),
    "TLS 1.2": (BOB, old_tls),
    "an expired certificate": (issued("bob", days_ago=400, validity_days=365), same),
    "a certificate of the future": (issued("bob", days_ago=-400, validity_days=365), same),
}


@pytest.mark.parametrize("case", sorted(STRANGERS))
async def test_a_client_that_may_not_never_reaches_the_application(case: str) -> None:
    shown, change = STRANGERS[case]
    seen, error = await attempt(
        server_context(ALICE, [BOB.public_key]), change(client_context(shown, ALICE.public_key))
    )
    assert error != ""
    assert seen.data == b""
    assert seen.keys == []


@pytest.mark.parametrize(
    "shown",
    [EVE, issued("alice", days_ago=400, validity_days=365)],
    ids=["a key that is not pinned", "an expired certificate"],
)
async def test_a_server_that_is_not_the_one_dialled_is_refused(shown: Credentials) -> None:
    _, error = await attempt(
        server_context(shown, [BOB.public_key]), client_context(BOB, ALICE.public_key)
    )
    assert "CERTIFICATE_VERIFY_FAILED" in error


async def test_a_server_without_tls_1_3_is_refused() -> None:
    _, error = await attempt(
        old_tls(server_context(ALICE, [BOB.public_key])), client_context(BOB, ALICE.public_key)
    )
    assert error != ""


async def test_a_certificate_for_another_key_signed_by_a_pinned_one_gives_away_its_own_key() -> (
    None
):
    """A peer may issue what it likes: the link then sees a key that is not on its list."""
    vouched = Credentials(certificate_pem=vouch("bob", "eve"), seed=dev_seed("eve"))
    seen, _ = await attempt(
        server_context(ALICE, [BOB.public_key]), client_context(vouched, ALICE.public_key)
    )
    assert seen.keys in ([], [EVE.public_key])
    assert BOB.public_key not in seen.keys


def vouch(issuer: str, subject: str) -> bytes:
    """A certificate of `subject`'s key, signed by `issuer`'s."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.serialization import Encoding

    key = Ed25519PrivateKey.from_private_bytes(dev_seed(issuer))
    own = x509.load_pem_x509_certificate(credentials(issuer).certificate_pem)
    builder = (
        x509.CertificateBuilder()
        .subject_name(own.subject)
        .issuer_name(own.issuer)
        .public_key(Ed25519PrivateKey.from_private_bytes(dev_seed(subject)).public_key())
        .serial_number(7)
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
    )
    for extension in own.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(key, None).public_bytes(Encoding.PEM)


def test_an_anchor_is_made_from_the_key_alone() -> None:
    assert trust_anchor(BOB.public_key) == trust_anchor(BOB.public_key)
    assert trust_anchor(BOB.public_key) != trust_anchor(EVE.public_key)
    with pytest.raises(ValueError):
        trust_anchor(b"short")


def test_the_seed_is_not_in_the_repr() -> None:
    assert BOB.seed.hex() not in repr(BOB)
    assert repr(BOB.seed) not in repr(BOB)
