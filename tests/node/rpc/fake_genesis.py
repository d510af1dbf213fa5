"""Names, ids and the genesis document of the fake node."""

import datetime
import hashlib
from collections.abc import Mapping

from consensus.types import Validator, ValidatorSet
from node.signing import Signer
from tokens.finance.calendar import Calendar
from tokens.genesis import CentralBankMoney, Genesis
from tokens.records.governance import Misbehaviour

CHAIN_ID = "mohur-test"
NAMES = ("alpha", "beta", "gamma", "delta")
START_MS = 1_751_500_000_000
DEPTH_BITS = 8
WINDOW = 1_000
BUSINESS_DATE = datetime.date(2025, 7, 3)


REPORT = Misbehaviour(
    validator="delta",
    accused_height=1,
    reporter=hashlib.sha256(b"operator alpha").digest()[:16],
    reported_at=2,
    digest=bytes(32),
)
"""What somebody has reported."""


def digest_of(name: str) -> bytes:
    """32 bytes that belong to a name."""
    return hashlib.sha256(name.encode()).digest()


def address_of(name: str) -> bytes:
    """16 bytes that belong to a name."""
    return digest_of(f"address {name}")[:16]


def genesis_of(*, is_dev: bool) -> Genesis:
    """The smallest document; the ledger's own checks of it are not asked here."""
    return Genesis(
        chain_id=CHAIN_ID,
        is_dev=is_dev,
        protocol_version=1,
        timestamp_ms=START_MS,
        business_date=BUSINESS_DATE,
        day_open=True,
        calendar=Calendar(id="PK", version=1, weekend_mask=0b1100000, holidays=()),
        parameters=(),
        approval_policies=(),
        tax_tables=(),
        participants=(),
        accounts=(),
        validators=(),
        central_bank_money=CentralBankMoney(
            asset="PKR-CB", name="Money", currency="PKR", issuer=address_of("central bank")
        ),
        dev_balances=(),
    )


def validators_of(signers: Mapping[str, Signer]) -> ValidatorSet:
    """One validator for each key."""
    return ValidatorSet(
        tuple(
            Validator(
                id=name,
                public_key=signer.public_key,
                network_key=digest_of(f"network {name}"),
                operator=address_of(f"operator {name}"),
            )
            for name, signer in signers.items()
        )
    )
