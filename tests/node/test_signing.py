"""The signature rule: the golden table, RFC 8032, another library's signatures, a wrong library."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from node import signing
from tests.node import ed25519_oracle as oracle
from tests.node.ed25519_cases import RFC_8032, Case, cases


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The golden file."""

    source: str
    rule: str
    cases: list[Case]


TABLE = msgspec.json.decode(
    (Path(__file__).parents[1] / "vectors" / "ed25519_rule.json").read_bytes(), type=Table
)

RFC_8032_SIGNATURES = (
    (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
)
"""RFC 8032 section 7.1, tests 1 to 3."""


@pytest.mark.parametrize("case", TABLE.cases, ids=lambda case: case.name)
def test_verdict_is_the_one_of_the_golden_table(case: Case) -> None:
    parts = (bytes.fromhex(part) for part in (case.public_key, case.message, case.signature))
    assert signing.verify(*parts) is case.accept


def test_golden_table_is_what_the_oracle_says_today() -> None:
    assert cases() == TABLE.cases
    assert len({case.name for case in TABLE.cases}) == len(TABLE.cases)


def test_golden_table_tells_the_known_libraries_apart() -> None:
    differing = [case for case in TABLE.cases if case.accept != case.accept_cofactored]
    assert len(differing) >= 8
    assert all(case.accept_cofactored for case in differing)


@pytest.mark.parametrize("number", range(3))
def test_rfc_8032_signatures(number: int) -> None:
    _, seed, message = RFC_8032[number]
    signer = signing.Signer.from_seed(bytes.fromhex(seed))
    assert signer.sign(bytes.fromhex(message)).hex() == RFC_8032_SIGNATURES[number]
    expected = oracle.sign(bytes.fromhex(seed), bytes.fromhex(message))
    assert (signer.public_key, signer.sign(bytes.fromhex(message))) == expected


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=300))
def test_signatures_equal_those_of_openssl(seed: bytes, message: bytes) -> None:
    signer = signing.Signer.from_seed(seed)
    signature = signer.sign(message)
    assert signature == Ed25519PrivateKey.from_private_bytes(seed).sign(message)
    assert signing.verify(signer.public_key, message, signature)
    assert not signing.verify(signer.public_key, message + b"x", signature)


@given(key=st.binary(max_size=40), message=st.binary(max_size=20), signature=st.binary(max_size=80))
def test_arbitrary_bytes_are_refused_without_an_exception(
    key: bytes, message: bytes, signature: bytes
) -> None:
    assert signing.verify(key, message, signature) is False


@settings(max_examples=25)
@given(data=st.data())
def test_forged_points_of_any_order_agree_with_the_oracle(data: st.DataObject) -> None:
    a, r = (data.draw(st.integers(1, oracle.L - 1)) for _ in range(2))
    t, u = (oracle.TORSION[data.draw(st.integers(0, 7))] for _ in range(2))
    message = data.draw(st.binary(max_size=8))
    key, signature = oracle.forge(a, t, r, u, message)
    assert signing.verify(key, message, signature) is oracle.accepts(key, message, signature)


def test_the_installed_library_is_the_right_one() -> None:
    signing.check_library()


def test_a_cofactored_library_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def cofactored(public_key: bytes, message: bytes, signature: bytes) -> bool:
        return oracle.accepts(public_key, message, signature, cofactored=True)

    monkeypatch.setattr(signing, "verify", cofactored)
    with pytest.raises(signing.WrongLibrary, match="mixed order") as caught:
        signing.check_library()
    assert "cofactorless equation fails" in caught.value.probe


def test_seed_of_a_wrong_length_is_refused() -> None:
    for length in (0, 31, 33, 64):
        with pytest.raises(ValueError, match="32 bytes"):
            signing.Signer.from_seed(bytes(length))


def test_a_signer_does_not_show_its_secret() -> None:
    seed = signing.dev_seed("validator-0")
    signer = signing.Signer.from_seed(seed)
    shown = repr(signer) + str(signer)
    assert seed.hex() not in shown
    assert signer.public_key.hex() in shown


def test_dev_seeds_are_well_known() -> None:
    expected = "fb4d256b"
    assert signing.dev_seed("validator-0").hex()[:8] == expected
    assert signing.dev_seed("validator-0") != signing.dev_seed("validator-1")
