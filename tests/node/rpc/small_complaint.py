"""A complaint for the small ledger."""

from tests.node.rpc.fake_genesis import BUSINESS_DATE, digest_of
from tokens.records.complaints import COMPLAINT, Complaint, ComplaintStatus
from tokens.state import Overlay


def put_complaint(overlay: Overlay, *, account: bytes, about: bytes) -> None:
    """Filed, and taken by nobody yet."""
    overlay.put(
        COMPLAINT,
        Complaint(
            account=account,
            reference="C-1",
            about=about,
            text_hash=digest_of("complaint"),
            status=ComplaintStatus.SUBMITTED,
            regulator=None,
            answer_hash=None,
            outcome_hash=None,
            filed_on=BUSINESS_DATE,
            due_on=BUSINESS_DATE,
        ),
    )
