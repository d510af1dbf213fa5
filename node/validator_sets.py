"""Members of the ledger's records as consensus knows them."""

from consensus.types import Validator, ValidatorSet
from tokens.records import governance


def validator_set(members: tuple[governance.Validator, ...]) -> ValidatorSet:
    """The set of a record, in the order of certificates."""
    return ValidatorSet(
        tuple(
            Validator(
                id=member.id,
                public_key=member.public_key,
                network_key=member.network_key,
                operator=member.operator,
            )
            for member in members
        )
    )
