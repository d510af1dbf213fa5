"""A guard, its key and its votes, for the tests of the sign guard."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from consensus.messages import Step
from node.signing import Signer, dev_seed
from node.storage.sign_guard import (
    AttachmentKind,
    GuardRecord,
    RefusalReason,
    Refused,
    SignGuard,
)

SIGNER = Signer.from_seed(dev_seed("validator-0"))
KEY = SIGNER.public_key
BLOCK_A, BLOCK_B = b"A" * 32, b"B" * 32
ROOT_1, ROOT_2 = b"1" * 32, b"2" * 32
VC, PP, P, C = Step.VIEW_CHANGE, Step.PRE_PREPARE, Step.PREPARE, Step.COMMIT
Attachments = tuple[tuple[AttachmentKind, bytes, bytes], ...]


def vote(
    guard: SignGuard,
    height: int,
    view: int,
    step: Step,
    digest: bytes = BLOCK_A,
    root: bytes = ROOT_1,
    attachments: Attachments = (),
) -> GuardRecord:
    """Sign as the node does: signing bytes cover everything."""
    root = root if step is C else b""
    covered = repr((height, view, step, digest, root)).encode()
    return guard.sign(
        height=height,
        view=view,
        step=step,
        digest=digest,
        root=root,
        signing_bytes=hashlib.sha256(covered).digest(),
        make=lambda data: (SIGNER.sign(data), b"message " + data),
        attachments=attachments,
    )


def refused(call: Callable[[], object]) -> RefusalReason:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.reason


def reopened(guard: SignGuard) -> SignGuard:
    guard.close()
    return SignGuard.open(guard._path.parent, KEY)
