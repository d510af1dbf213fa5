"""Valid signatures are remembered, up to a bound; bad ones never."""

from node.signing import Signer, dev_seed
from node.wire.signature_cache import SignatureCache

SIGNER = Signer.from_seed(dev_seed("cache"))


def message(index: int) -> bytes:
    return index.to_bytes(32, "big")


def test_a_valid_signature_is_checked_once() -> None:
    cache = SignatureCache()
    signature = SIGNER.sign(message(1))
    assert cache.is_valid(SIGNER.public_key, message(1), signature)
    assert cache.is_valid(SIGNER.public_key, message(1), signature)
    assert cache.checked == 1


def test_a_bad_signature_is_checked_each_time_and_never_kept() -> None:
    cache = SignatureCache()
    for _ in range(3):
        assert not cache.is_valid(SIGNER.public_key, message(1), bytes(64))
    assert cache.checked == 3
    assert len(cache) == 0


def test_other_lengths_are_no_signatures() -> None:
    cache = SignatureCache()
    signature = SIGNER.sign(message(1))
    assert not cache.is_valid(SIGNER.public_key, message(1) + b"\x00", signature[:63])
    assert not cache.is_valid(SIGNER.public_key[:31], message(1), signature)
    assert not cache.is_valid(SIGNER.public_key, message(1), signature + b"\x00")
    assert cache.checked == 0


def test_the_oldest_goes_first_and_the_size_is_bounded() -> None:
    cache = SignatureCache(entries_max=3)
    for index in range(5):
        assert cache.is_valid(SIGNER.public_key, message(index), SIGNER.sign(message(index)))
    assert len(cache) == 3
    cache.is_valid(SIGNER.public_key, message(4), SIGNER.sign(message(4)))
    assert cache.checked == 5
    cache.is_valid(SIGNER.public_key, message(0), SIGNER.sign(message(0)))
    assert cache.checked == 6
