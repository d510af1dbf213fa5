"""The certificate of the RPC listener runs out: announced, replaced, announced no more."""

import datetime
import re
import ssl
from pathlib import Path

import aiohttp
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from node.cli.checkup import node_checks
from node.cli.finding import Grade
from node.config import load_config
from node.devnet.config_file import write_config
from node.devnet.story.stage import require
from node.devnet.wait import NotYet, until
from tests.drills.drill import PATIENCE_SECONDS, Drill

SHORT_DAYS, LONG_DAYS = 5, 400
DAYS_RE = re.compile(r'^mohur_certificate_days_left\{use="rpc"\} (-?[0-9]+)', re.MULTILINE)


async def certificate_expiry(drill: Drill) -> str:
    """Five days are left: log, metric and doctor say so; a new certificate mends it."""
    network = drill.network
    victim = network.names[0]
    path = network.layout.config(victim)
    before = load_config(path)
    network.stop(victim)
    tls = msgspec.structs.replace(before.rpc, tls_certificate="rpc.pem", tls_key="rpc.key")
    write_config(msgspec.structs.replace(before, rpc=tls), path)
    data = network.layout.data(victim)
    url = network.url(victim).replace("http://", "https://")
    issue(data, SHORT_DAYS)
    require(grade(path) is Grade.NOTICE, "doctor does not mention five days")
    network.start(victim)
    short = await days(url)
    said = f"expires in {SHORT_DAYS - 1} days" in network.layout.log(victim).read_text()
    require(said, "the log does not warn")
    network.stop(victim)
    issue(data, LONG_DAYS)
    require(grade(path) is Grade.GOOD, "doctor is not content with the new certificate")
    network.start(victim)
    long = await days(url)
    require(short < 7 and long > 90, f"the metric said {short}, then {long}")
    network.stop(victim)
    write_config(before, path)
    network.start(victim)
    await network.wait_ready(drill.stage.probe, victim, seconds=PATIENCE_SECONDS)
    return f"the metric said {short} days, then {long}; log and doctor agreed"


def issue(folder: Path, validity_days: int) -> None:
    """Make a self-signed certificate for the listener."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=validity_days))
        .sign(key, hashes.SHA256())
    )
    (folder / "rpc.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "rpc.key").write_bytes(secret)


def grade(config: Path) -> Grade:
    """What `mohur doctor` thinks of the certificate."""
    (found,) = [each for each in node_checks(config) if each.what == "certificate"]
    return found.grade


async def days(url: str) -> int:
    """What the metric of a running node says, over TLS."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it vouches for itself

    async def read() -> int:
        try:
            async with (
                aiohttp.ClientSession() as client,
                client.get(f"{url}/metrics", ssl=context) as response,
            ):
                text = await response.text()
        except (aiohttp.ClientError, ConnectionError) as error:
            raise NotYet(str(error)) from None
        found = DAYS_RE.search(text)
        if found is None:
            raise NotYet("no such metric")
        return int(found[1])

    return await until("metrics over TLS", read, seconds=PATIENCE_SECONDS)
