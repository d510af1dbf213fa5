"""The network: its identity card, who sees what, the node that is asked and its peers."""

from node.explorer.ask import Ask
from node.explorer.describe import choice
from node.explorer.page import Cell, Facts, Page, Table
from node.explorer.pages.parts import columns
from node.explorer.route import Query
from node.explorer.show import NOTHING, hashed, height, number, text
from node.sdk.schema.node import NodeHealth, NodeVersion, Peer


async def network(ask: Ask, query: Query) -> Page:
    """The page `/network`."""
    card = ask.directory.card
    mark = card.profile
    profile = "none: figures of local networks"
    if mark is not None:
        profile = f"{mark.id}: {mark.name}, version {mark.version}, facts as of {mark.as_of}"
    members = tuple(
        [
            (
                text(each.id),
                ask.show.party(each.operator),
                text(", ".join([choice(role) for role in each.roles])),
                Cell("yes", tone="warn") if each.trades else text("no"),
            )
            for each in card.validators
        ]
    )
    facts = Facts(
        "Identity card",
        (
            ("Chain", text(card.chain_id)),
            ("Genesis", hashed(card.genesis, whole=True)),
            ("Protocol version", number(card.protocol_version)),
            ("Profile", text(profile)),
            *[("Who sees what", text(f"{sentence}.")) for sentence in card.who_sees],
        ),
        wide=True,
    )
    titles = ("Validator", "Operator", "Roles", "Trades or serves accounts")
    return Page(
        title="Network",
        sections=(
            facts,
            Table("members", "Who validates", columns(*titles), members),
            *await _node(ask),
        ),
    )


async def _node(ask: Ask) -> tuple[Facts, Table, Table]:
    status = ask.status
    version = await ask.call("node_version", of=NodeVersion)
    health = await ask.call("node_health", of=NodeHealth)
    peers = await ask.call("node_peers", of=tuple[Peer, ...])
    facts = Facts(
        "The node that is asked",
        (
            ("Node", text(status.node_id)),
            ("Software", text(f"{version.software} {version.version}")),
            ("Votes", text("yes" if status.voting else "no: it watches")),
            ("Syncing", text("yes" if status.syncing else "no", "warn" if status.syncing else "")),
            ("Halted", text(status.halted or "no", "bad" if status.halted else "")),
            ("Oldest block kept", height(status.oldest_block)),
            ("Oldest state kept", height(status.oldest_state)),
            ("Waiting transactions", number(status.mempool_transactions)),
        ),
    )
    checks = [
        (
            text(each.name),
            Cell("passed", tone="good") if each.passed else Cell("failed", tone="bad"),
        )
        for each in health.checks
    ]
    rows = [
        (
            text(each.id),
            Cell("yes", tone="good") if each.connected else Cell("no", tone="bad"),
            NOTHING if each.height is None else height(each.height),
        )
        for each in peers
    ]
    return (
        facts,
        Table("checks", "Readiness", columns("Check", "Result"), tuple(checks)),
        Table("peers", "Its peers", columns("Peer", "Connected", "#Height"), tuple(rows)),
    )
