"""From one trusted block to any other: upwards by signatures, downwards by hashes.

Upwards. Let S be the set of height a + 1, known from the anchor at height a, and B a block of a
height h > a whose header names S as its own set (validators_hash) and which a quorum q of S signed.

- h = a + 1. S is the set of h, so B is decided: this is the rule of the chain itself (R5).
- h > a + 1, and the heights between were not looked at. It is safe to take B nevertheless. A
  correct validator signs a Commit for h only for a header whose validators_hash is that of the true
  set of h (R3), and only if it is a member. If the true set of h is S, B is certified by its own
  set, as above. If it is another one, no correct validator signs B, so all q signers are faulty;
  the protocol assumes at most f < q faulty ones in S. Those q could as well have signed a false
  block a + 1, so a client that goes step by step would be deceived by them too: skipping asks for
  no more trust than not skipping. It does not matter whether the set changed and changed back in
  between: B says whose block it is, and they have signed that.
- The header names another set. Then nothing is concluded from B. The client looks at the middle
  between a and h, and so finds the last block of S: its next_validators_hash is signed by S, and a
  set is taken from a node only if it has that hash. A block a + 1 that names another set than S is
  refused: there is nothing in between.

So a set is followed step by step where it changes, and only there: about 2 log2(h - a) blocks for
each change. The assumption that at most f of S are faulty must hold for as long as the anchor is
used, also after they have retired: keys of a retired set are enough to write another history for
whoever still trusts that set. Keep the anchor fresh (LightClient.sync, write_anchor).

Downwards. The header of h + 1 has the digest of the header of h in it, so hashes alone prove every
header below a trusted one, and no key of a retired validator can change that. Its set is the one
under its validators_hash; a quorum of it must have signed the roots, and the state root must be the
one that the header of h + 1 repeats.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from consensus.types import ValidatorSet
from node.sdk.light.anchor import Anchor
from node.sdk.light.block import LightBlock, VerifiedBlock, verify_block
from node.sdk.light.faults import Fault, Unproven
from node.sdk.light.source import HEADERS_MAX, Source
from node.wire.hashing import header_digest, validators_hash

BLOCKS_MAX = 10_000
"""Blocks that one call upwards looks at: some 300 changes of the set. More than 62, so that each
call gets on."""
BACK_MAX = 100_000
"""Headers that one call downwards hashes: 2,000 requests."""
DIGESTS_KEPT = 1_024
"""Proven block hashes below the anchor that are remembered; the first proven leaves first."""
SETS_KEPT = 32
"""Validator sets remembered by their hash, likewise."""


class TrustedChain:
    """The newest trusted block, and the way from it to others. One call at a time moves it."""

    def __init__(self, source: Source, anchor: Anchor) -> None:
        self.anchor = anchor
        """Moves up only, and only by proof."""
        self._source = source
        self._members = anchor.members
        self._set_hash = validators_hash(anchor.validators)
        self._newest: VerifiedBlock | None = None
        self._digests: OrderedDict[int, bytes] = OrderedDict()
        self._sets: OrderedDict[bytes, ValidatorSet] = OrderedDict()
        self._remember_set(self._set_hash, self._members)
        self._moving = asyncio.Lock()

    async def at(self, height: int) -> VerifiedBlock:
        """The decided block of a height >= 1; the anchor moves up to it if it is above.

        Raises Unproven, RpcFailed or NodeUnreachable. What was proven on the way is kept.
        """
        async with self._moving:
            if height > self.anchor.height:
                return await self._up(height)
            newest = self._newest
            if newest is not None and newest.header.height == height:
                return newest
            return await self._down(height)

    # --- upwards ---------------------------------------------------------------------------------

    async def _up(self, target: int) -> VerifiedBlock:
        waiting: list[LightBlock] = []
        """Blocks whose set is not known yet, the nearest last. At most 62: each halves the way."""
        height = target
        for _ in range(BLOCKS_MAX):
            block = await self._block(height)
            while block.header.validators_hash == self._set_hash or self._is_next(block):
                reached = await self._take(block)
                if reached.header.height == target:
                    return reached
                block = waiting.pop()
            waiting.append(block)
            height = (self.anchor.height + block.header.height) // 2
        raise Unproven(Fault.TOO_MANY_CHANGES, f"more than {BLOCKS_MAX} blocks to {target}")

    def _is_next(self, block: LightBlock) -> bool:
        return block.header.height == self.anchor.height + 1

    async def _block(self, height: int) -> LightBlock:
        block = await self._source.block(height)
        if block.header.height != height:
            raise Unproven(Fault.WRONG_HEIGHT, f"a header of another height than {height}")
        return block

    async def _take(self, block: LightBlock) -> VerifiedBlock:
        """Move the anchor to a block whose header names the set that is trusted."""
        header, anchor = block.header, self.anchor
        if header.validators_hash != self._set_hash:
            raise Unproven(
                Fault.WRONG_VALIDATORS,
                f"block {header.height} names another set than block {anchor.height} announced",
            )
        verified = verify_block(anchor.scope, self._members, header.height, block)
        if self._is_next(block) and header.parent != anchor.block_hash:
            raise Unproven(
                Fault.WRONG_BLOCK, f"block {header.height} does not follow the trusted one"
            )
        following = await self._set(header.next_validators_hash, header.height + 1)
        self._remember_digest(anchor.height, anchor.block_hash)
        self.anchor = Anchor(
            chain_id=anchor.chain_id,
            genesis_digest=anchor.genesis_digest,
            height=header.height,
            block_hash=verified.digest,
            validators=following.members,
        )
        self._members, self._set_hash = following, header.next_validators_hash
        self._newest = verified
        return verified

    # --- downwards -------------------------------------------------------------------------------

    async def _down(self, height: int) -> VerifiedBlock:
        digest, state_root = await self._linked(height)
        block = await self._block(height)
        header = block.header
        if header_digest(header) != digest:
            raise Unproven(Fault.WRONG_BLOCK, f"block {height} is not the one of this history")
        members = await self._set(header.validators_hash, height)
        verified = verify_block(self.anchor.scope, members, height, block)
        if state_root is not None and verified.state_root != state_root:
            raise Unproven(Fault.WRONG_ROOT, f"block {height + 1} repeats another state root")
        self._remember_digest(height, digest)
        return verified

    async def _linked(self, height: int) -> tuple[bytes, bytes | None]:
        """Digest of the header of a height, by links from the nearest trusted one above.

        And the state root after it, as its child repeats it, unless there was no link to follow.
        """
        at, digest = min(
            ((known, known_digest) for known, known_digest in self._known() if known >= height),
        )
        if at - height > BACK_MAX:
            raise Unproven(Fault.TOO_FAR_BACK, f"more than {BACK_MAX} blocks down to {height}")
        state_root = None
        while at > height:
            first = max(height + 1, at - HEADERS_MAX + 1)
            headers = await self._source.headers(first, at - first + 1)
            if len(headers) != at - first + 1:
                raise Unproven(Fault.WRONG_HEIGHT, f"headers are missing below {at}")
            for header in reversed(headers):
                if header_digest(header) != digest:
                    raise Unproven(Fault.WRONG_BLOCK, f"header {at} is not the one of this history")
                at, digest, state_root = at - 1, header.parent, header.parent_state_root
        return digest, state_root

    def _known(self) -> list[tuple[int, bytes]]:
        return [(self.anchor.height, self.anchor.block_hash), *self._digests.items()]

    # --- both ------------------------------------------------------------------------------------

    async def _set(self, wanted: bytes, height: int) -> ValidatorSet:
        """The set under a hash that is proven; a node is asked only if it is not known yet."""
        known = self._sets.get(wanted)
        if known is not None:
            return known
        members = await self._source.validators(height)
        if validators_hash(members) != wanted:
            raise Unproven(
                Fault.WRONG_VALIDATORS, f"the set of {height} is not the one under its hash"
            )
        found = ValidatorSet(members)
        self._remember_set(wanted, found)
        return found

    def _remember_set(self, digest: bytes, members: ValidatorSet) -> None:
        self._sets[digest] = members
        while len(self._sets) > SETS_KEPT:
            self._sets.popitem(last=False)

    def _remember_digest(self, height: int, digest: bytes) -> None:
        self._digests[height] = digest
        while len(self._digests) > DIGESTS_KEPT:
            self._digests.popitem(last=False)
