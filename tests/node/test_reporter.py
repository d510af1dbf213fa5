"""Evidence reaches the ledger by itself: once, under a validator's own key (R11, ADR 0012)."""

import asyncio
from pathlib import Path

import pytest

from consensus.messages import Evidence, Prepare, Status
from node import reporter
from node.devnet.profile import VALIDATORS
from node.identity import dev_keys
from node.reporter import TURN_BLOCKS, encoded
from node.reports import recorded
from node.signing_desk import SigningDesk
from node.wire.peer_messages import PeerMessage
from node.wire.verify import signing_bytes_of, with_signature
from tests.node.support.chains import scope_of, transfer
from tests.node.support.governance import OPERATORS, Governance
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tests.node.test_validator_sets import pay
from tokens.ops.validators import ReportMisbehaviour
from tokens.records.governance import MISBEHAVIOUR
from tokens.transaction import decode_transaction

FIRST, SECOND, THIRD, LIAR = VALIDATORS


def prepare(network: Network, digest: bytes, height: int, name: str = LIAR) -> Prepare:
    """A vote for anything, under the key of that validator."""
    draft = Prepare(height=height, view=7, digest=digest, sender=name, signature=b"")
    scope = scope_of(network.nodes[FIRST].chain)
    signature = dev_keys(name).signer.sign(signing_bytes_of(draft, scope))
    return with_signature(draft, signature)


def lie(network: Network, *targets: str) -> int:
    """Two Prepares of one view to these nodes; their height."""
    height = network.nodes[FIRST].height + 1
    for digest in (b"\x01" * 32, b"\x02" * 32):
        message = prepare(network, digest, height)
        for name in targets:
            network.nodes[name].inbound.on_message(LIAR, message)
    return height


def reports(network: Network, name: str = FIRST) -> list[tuple[str, int]]:
    """(accused, height) of each report on the ledger, as one node has it."""
    found = recorded(network.nodes[name].chain)
    return [(each.record.validator, each.record.accused_height) for each in found]


def test_one_report_of_what_everybody_found(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await pay(network, 0)
            height = lie(network, FIRST, SECOND, THIRD)
            await pay(network, 10, 4 * TURN_BLOCKS)
            for name in VALIDATORS:
                assert reports(network, name) == [(LIAR, height)]
            found = recorded(network.nodes[LIAR].chain)[0]
            block = network.nodes[FIRST].chain.blocks.place(found.tx_id or b"")
            assert block is not None
            assert block.height == found.record.reported_at
            assert found.record.reporter in [party.address for party in OPERATORS]
            assert [len(node.evidence) for node in network.nodes.values()] == [1, 1, 1, 0]

    run_virtually(main)


def test_the_next_in_turn_reports_what_the_first_does_not_know(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await pay(network, 0)
            first = VALIDATORS[(VALIDATORS.index(LIAR) + 1) % 4]
            network.lose = lambda _, to, message: to == first and isinstance(message, Evidence)
            others = [name for name in (FIRST, SECOND, THIRD) if name != first]
            height = lie(network, others[1])
            await pay(network, 10, TURN_BLOCKS - 1)
            assert reports(network) == []
            await pay(network, 20, 4 * TURN_BLOCKS)
            assert reports(network, first) == [(LIAR, height)]
            assert network.nodes[first].evidence == []

    run_virtually(main)


def lie_at_each_height(network: Network) -> None:
    """Two Prepares to all others whenever one of them opens a height."""

    def on_message(_sender: str, to: str, message: PeerMessage) -> bool:
        whole = len(network.nodes) == len(VALIDATORS)
        if whole and isinstance(message, Status) and to == LIAR and message.height not in seen:
            seen[message.height] = None
            lie(network, FIRST, SECOND, THIRD)
        return False

    seen: dict[int, None] = {}
    network.lose = on_message


def test_a_liar_at_each_height_does_not_keep_an_idle_network_reporting(tmp_path: Path) -> None:
    """Each report is a block, and each block would bring the next report."""

    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await pay(network, 0)
            before = network.nodes[FIRST].height
            lie_at_each_height(network)
            began_s = asyncio.get_running_loop().time()
            await network.until(lambda: network.nodes[FIRST].height >= before + 6)
            # One of them with the report; the others are the empty blocks of an idle network.
            assert asyncio.get_running_loop().time() - began_s > 15
            assert len(reports(network)) == 1
            assert len(network.nodes[FIRST].evidence) >= 3

    run_virtually(main)


def test_who_goes_on_lying_is_reported_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporter, "EVIDENCE_HEIGHTS", 10)

    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await pay(network, 0)
            lie_at_each_height(network)
            await network.until(lambda: len(reports(network)) == 2, within_s=200)
            before = network.nodes[FIRST].height
            await network.until(lambda: network.nodes[FIRST].height >= before + 4)
            heights = sorted(height for _, height in reports(network))
            assert len(heights) == 2
            assert heights[1] - heights[0] > 10

    run_virtually(main)


def test_rubbish_of_an_accomplice_silences_nobody(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await pay(network, 0)
            height = network.nodes[FIRST].height + 1
            await pay(network, 5, 1)
            liar = next(party for party in OPERATORS if party.validator == LIAR)
            rubbish = ReportMisbehaviour(
                validator=LIAR, accused_height=height, evidence=b"\xc0 rubbish"
            )
            await Governance(network, FIRST).run(liar, rubbish)
            parts = [prepare(network, digest, height) for digest in (b"\x01" * 32, b"\x02" * 32)]
            evidence = Evidence(accused=LIAR, height=height, first=parts[0], second=parts[1])
            network.nodes[FIRST].inbound.on_message(SECOND, evidence)
            await pay(network, 10, 4 * TURN_BLOCKS)
            assert reports(network) == [(LIAR, height)] * 2

    run_virtually(main)


def test_evidence_that_was_found_before_a_restart_is_reported_after_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await pay(network, 0)
            height = network.nodes[FIRST].height + 1
            parts = [prepare(network, digest, height) for digest in (b"\x01" * 32, b"\x02" * 32)]
            evidence = Evidence(accused=LIAR, height=height, first=parts[0], second=parts[1])
            network.nodes[FIRST].chain.blocks.add_evidence(LIAR, height, encoded(evidence))
            network.stop(FIRST)
            network.start(FIRST)
            await network.until(lambda: network.nodes[FIRST].driver.replica.is_voting)
            await pay(network, 10, 4 * TURN_BLOCKS, through=SECOND)
            assert reports(network, THIRD) == [(LIAR, height)]

    run_virtually(main)


def test_a_signed_report_is_no_vote(tmp_path: Path) -> None:
    """One key, two uses: bytes of the one are never bytes of the other."""

    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await pay(network, 0)
            lie(network, FIRST, SECOND, THIRD)
            await pay(network, 10, 4 * TURN_BLOCKS)
            found = recorded(network.nodes[FIRST].chain)[0]
            bodies = network.nodes[FIRST].chain.blocks.bodies(found.record.reported_at)
            signed = [decode_transaction(body) for body in bodies]
            reported = next(each for each in signed if getattr(each, "tx_id", b"") == found.tx_id)
            signature = reported.signed.signatures[0].signature  # type: ignore[union-attr]
            vote = with_signature(prepare(network, found.tx_id or b"", 1, SECOND), signature)
            for node in network.nodes.values():
                assert type(node.verifier.verify(vote)).__name__ == "Rejected"
            record = (
                network.nodes[FIRST]
                .chain.overlay()
                .get(MISBEHAVIOUR, LIAR, found.record.accused_height, found.record.reporter)
            )
            assert record == found.record
            assert isinstance(network.nodes[FIRST].desk, SigningDesk)
            assert transfer(1).tx_id != found.tx_id

    run_virtually(main)
