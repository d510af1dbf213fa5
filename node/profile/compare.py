"""Whether a genesis document has the figures of a profile: asked before a validator joins."""

from collections.abc import Iterator

from node.profile.ledger import (
    calendar_of,
    mark_of,
    money_of,
    parameters_of,
    rules_of,
    tax_tables_of,
)
from node.profile.root import ProfileFile
from node.profile.scalars import ProfileInvalid
from tokens.genesis import Genesis


def require_same(genesis: Genesis, file: ProfileFile) -> None:
    """ProfileInvalid with every part that differs."""
    parts = list(differences(genesis, file))
    if parts:
        raise ProfileInvalid(f"the genesis document is not of this profile: {', '.join(parts)}")


def differences(genesis: Genesis, file: ProfileFile) -> Iterator[str]:
    """Parts of a genesis document in which it has other figures than a profile."""
    profile = file.profile
    if genesis.profile != mark_of(file):
        yield "profile"
    if genesis.calendar != calendar_of(profile):
        yield "calendar"
    given = {entry.name: entry.value for entry in genesis.parameters}
    for name, value in sorted(parameters_of(profile).items()):
        if given.get(name) != value:
            yield f"parameters.{name}"
    account = genesis.tax_tables[0].account if genesis.tax_tables else bytes(16)
    if genesis.tax_tables != tax_tables_of(profile, account):
        yield "tax_tables"
    if genesis.central_bank_money != money_of(profile, genesis.central_bank_money.issuer):
        yield "central_bank_money"
    wanted = {rule.id: rule for rule in rules_of(profile)}
    found = {rule.id: rule for rule in genesis.rules}
    for name in sorted(wanted | found):
        if wanted.get(name) != found.get(name):
            yield f"rules.{name}"
