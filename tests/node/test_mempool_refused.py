"""What waits in the pool is asked about again, and leaves when it would be refused by now."""

from tests.node.test_mempool import anything, pool, refs
from tests.node.transactions import transaction
from tokens.results import Code
from tokens.transaction import DecodedTransaction


def test_select_asks_again_and_drops_what_would_be_refused_now() -> None:
    waiting = pool()
    codes = {
        0: None,
        1: Code.OK,
        2: Code.EXPIRED,
        3: Code.CLIENT_REF_REUSED,
        4: Code.WRONG_KEYS,
        5: Code.TOO_FEW_SIGNATURES,
        6: Code.TOO_FAR_AHEAD,
    }
    for index in codes:
        waiting.admit(transaction(index))

    def verdict(each: DecodedTransaction) -> Code | None:
        return codes[refs([each])[0]]

    assert refs(waiting.select(verdict, 10, 10**6)) == [0, 1]
    assert len(waiting) == 3
    names = ("expired", "client_ref_reused", "wrong_keys", "too_few_signatures")
    assert [waiting.counters[f"dropped_{name}"] for name in names] == [1] * 4
    # Only what is too far ahead comes nearer by itself.
    assert refs(waiting.select(anything, 10, 10**6)) == [0, 1, 6]


def test_counting_stops_when_it_is_enough() -> None:
    waiting = pool()
    for index in range(10):
        waiting.admit(transaction(index))
    asked = []

    def verdict(each: DecodedTransaction) -> Code | None:
        asked.append(each)
        return Code.WRONG_KEYS if refs([each])[0] % 2 else None

    assert waiting.count_includable(verdict, 2) == 2
    assert len(asked) == 3
    assert waiting.count_includable(verdict, 100) == 5


def test_what_waits_under_revoked_keys_is_asked_about_once() -> None:
    """20,000 of one sender were: 14 ms at every batch of any peer, until they expired."""
    waiting = pool()
    for index in range(200):
        waiting.admit(transaction(index))
    asked = []

    def revoked(each: DecodedTransaction) -> Code | None:
        asked.append(each)
        return Code.WRONG_KEYS

    for _ in range(50):
        assert waiting.count_includable(revoked, 1) == 0
    assert len(asked) == 200
