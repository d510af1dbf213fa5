"""A primary shows each node one of two blocks, with the votes that fit, while the set changes."""

from pathlib import Path

import msgspec
import pytest

from consensus.messages import Commit, Prepare, PrePrepare
from node.devnet.cast import BANK_1
from node.devnet.profile import VALIDATORS
from node.identity import dev_keys
from node.reports import recorded
from node.wire.hashing import header_digest
from node.wire.peer_messages import PeerMessage
from node.wire.verify import signing_bytes_of, with_signature
from tests.node.support.chains import scope_of, small_genesis
from tests.node.support.governance import Governance
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tests.node.test_validator_sets import pay
from tokens.ops.validators import RemoveValidator
from tokens.results import Code

FIRST, SECOND, THIRD, LIAR = VALIDATORS
NEW = "watcher"


class TwoFaces:
    """What the liar sends: to those named, another block of its own, and votes for that one."""

    def __init__(self, network: Network, deceived: tuple[str, ...]) -> None:
        self._network = network
        self._deceived = deceived
        self._other: dict[bytes, bytes] = {}
        """Digest of its block -> that of the block that it shows the others."""
        self.blocks = 0
        network.rewrite = self.rewrite

    def rewrite(self, sender: str, receiver: str, sent: PeerMessage) -> PeerMessage:
        if sender != LIAR or receiver not in self._deceived:
            return sent
        if isinstance(sent, PrePrepare) and sent.sender == LIAR and sent.view == 0:
            header = sent.proposal.header
            header = msgspec.structs.replace(header, timestamp_ms=header.timestamp_ms + 1)
            proposal = msgspec.structs.replace(sent.proposal, header=header)
            digest = header_digest(header)
            self.blocks += sent.digest not in self._other
            self._other[sent.digest] = digest
            return self._signed(msgspec.structs.replace(sent, digest=digest, proposal=proposal))
        if isinstance(sent, Prepare | Commit) and sent.sender == LIAR:
            other = self._other.get(sent.digest, sent.digest)
            return self._signed(msgspec.structs.replace(sent, digest=other))
        return sent

    def _signed(self, draft: PeerMessage) -> PeerMessage:
        assert isinstance(draft, PrePrepare | Prepare | Commit)
        data = signing_bytes_of(draft, scope_of(self._network.nodes[FIRST].chain))
        return with_signature(draft, dev_keys(LIAR).signer.sign(data))


@pytest.mark.parametrize("deceived", [(SECOND, THIRD), (FIRST, SECOND, THIRD, NEW)])
def test_it_stops_no_change_of_the_set_and_nobody_else_is_blamed(
    tmp_path: Path, deceived: tuple[str, ...]
) -> None:
    async def main() -> None:
        genesis = small_genesis(rotation_heights=1)
        async with Network(tmp_path, genesis=genesis, names=(*VALIDATORS, NEW)) as network:
            faces = TwoFaces(network, deceived)
            network.start()
            await pay(network, 0, 5)
            governance = Governance(network, FIRST)
            _, code = await governance.agree(governance.add(NEW, BANK_1))
            assert code is Code.OK
            await pay(network, 20, 6)
            node = network.nodes[FIRST]
            assert len(node.chain.tip.validators) == 5
            assert network.nodes[NEW].driver.replica.is_voting
            _, code = await governance.agree(RemoveValidator(id=SECOND), needed=4)
            assert code is Code.OK
            await pay(network, 40, 6)
            assert node.chain.tip.validators.ids() == tuple(sorted({*VALIDATORS, NEW} - {SECOND}))
            assert faces.blocks >= 1
            assert {each.record.validator for each in recorded(node.chain)} <= {LIAR}
            honest = [other for name, other in network.nodes.items() if name != LIAR]
            assert [other.halts for other in honest] == [[]] * 4
            for height in range(1, network.height() + 1):
                rows = [other.chain.blocks.row(height) for other in honest]
                assert len({row and (row.digest, row.state_root) for row in rows}) == 1

    run_virtually(main)
