"""Signature versions and keys that change under way: entered once, or a failing receipt."""

from pathlib import Path

from node.devnet.cast import (
    CENTRAL_BANK,
)
from node.devnet.profile import VALIDATORS
from node.wire.peer_messages import TxBatch
from tests.node.support.network import Network
from tests.poison.odd import signed
from tests.poison.scene import (
    FIRST,
    FOURTH,
    NEW_KEY,
    ROTATE,
    W,
    code_of,
    inner,
    made,
    occurrences,
    on_four,
    primary,
    settled,
)
from tokens.results import Code


def test_two_signature_versions_of_one_transaction_enter_once(tmp_path: Path) -> None:
    """2-of-3: two wire ids, one tx_id; half of the nodes hold the one, half the other."""

    async def scene(network: Network) -> None:
        one, two, three = CENTRAL_BANK.signers
        transaction = inner(1, network.height() + W, party=CENTRAL_BANK)
        versions = [signed(transaction, keys) for keys in ((one, two), (two, three))]
        assert versions[0].tx_id == versions[1].tx_id
        assert versions[0].wire_id != versions[1].wire_id
        network.lose = lambda _, __, message: isinstance(message, TxBatch)
        for at, name in enumerate(VALIDATORS):
            assert await network.submit(name, versions[at % 2]) == ["OK"]
        await settled(network, versions[0])
        network.lose = lambda _, __, ___: False
        assert await network.submit(FIRST, *versions) == ["CLIENT_REF_REUSED"] * 2
        await network.reach(network.height() + 2)
        assert occurrences(network, transaction.client_ref) == 1

    on_four(tmp_path, scene)


def test_a_key_rotated_in_the_same_block_fails_what_comes_after_it(tmp_path: Path) -> None:
    async def scene(network: Network) -> None:
        until = network.height() + W
        before, rotate, after = made(1, until), made(2, until, ROTATE), made(3, until)
        answers = await network.submit(primary(network), before, rotate, after)
        assert answers == ["OK"] * 3
        heights = await settled(network, before, rotate, after)
        assert len(set(heights)) == 1
        codes = [code_of(network, each) for each in (before, rotate, after)]
        assert codes == [Code.OK, Code.OK, Code.AUTHORITY_CHANGED]
        old, new = made(4, until), signed(inner(5, until), (NEW_KEY,))
        assert await network.submit(FOURTH, old, new) == ["WRONG_KEYS", "OK"]
        await settled(network, new)

    on_four(tmp_path, scene)


def test_a_key_rotated_between_two_admissions_leaves_nothing_behind(tmp_path: Path) -> None:
    """Admitted under the old key at one node, never told to others, includable nowhere since."""

    async def scene(network: Network) -> None:
        node = next(name for name in VALIDATORS if name != primary(network))
        network.lose = lambda sender, _, message: sender == node and isinstance(message, TxBatch)
        until = network.height() + W
        old = made(1, until)
        rotate = made(2, until, ROTATE)
        assert await network.submit(node, old) == ["OK"]
        assert await network.submit(primary(network), rotate) == ["OK"]
        await settled(network, rotate)
        network.lose = lambda _, __, ___: False
        others = [name for name in VALIDATORS if name != node]
        for name in others:
            if not network.nodes[name].has_decided([old.tx_id]):
                assert await network.submit(name, old) == ["WRONG_KEYS"]
        await network.reach(until + 1)
        assert all(len(each.pool) == 0 for each in network.nodes.values())
        assert occurrences(network, old.signed.transaction.client_ref) <= 1

    on_four(tmp_path, scene)
