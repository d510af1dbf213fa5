"""Names of the accounts and parties of local networks, which anybody can compute."""


def well_known_names() -> dict[bytes, str]:
    """Address -> name."""
    from node.devnet.cast import BOOKS, PARTIES

    parties = {each.address: each.name for each in PARTIES}
    return parties | {each.address: each.name for each in BOOKS}
