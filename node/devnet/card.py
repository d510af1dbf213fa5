"""The identity card of a local network, and what to try next."""

from __future__ import annotations

from node.devnet.cast import BOOKS, CHAIN_ID, COIN, MONEY, PARTIES, UNCLAIMED
from node.devnet.network import Network
from node.devnet.probe import Probe
from node.network_card import first_card, rows_of
from node.sdk.schema.chain import GenesisInfo
from tokens import bech32m
from tokens.jsonform import PREFIX_TEST

WIDTH = 12


async def print_card(network: Network, probe: Probe, explorer: str) -> None:
    """Chain id, URLs, `explorer` (where it is), logs, well-known accounts, and who sees what."""
    url = network.url(network.names[0])
    info = await probe.ask(url, "chain_getGenesis", GenesisInfo)
    _row("chain", CHAIN_ID)
    _row("genesis", f"0x{info.digest.hex()}")
    for name in network.names:
        _row("rpc" if name == network.names[0] else "", f"{network.url(name)}  {name}")
    _row("explorer", explorer)
    _row("logs", str(network.layout.root / "*" / "node.log"))
    first, *rest = PARTIES
    _row("parties", f"{address_text(first.address)}  {first.name}: {first.title}")
    for party in rest:
        _row("", f"{address_text(party.address)}  {party.name}: {party.title}")
    shown = [book for book in BOOKS if book not in UNCLAIMED]
    for book in shown:
        heading = "accounts" if book is shown[0] else ""
        _row(heading, f"{address_text(book.address)}  {book.name}: {book.title}")
    _row("keys", "well known: of the same names, e.g. mohur tx send … --dev-key bank-1")
    for party in PARTIES:
        if party.keys > 1:
            names = " ".join(f"--dev-key {name}" for name in party.key_names[: party.threshold])
            text = f"{party.name} signs with {party.threshold} of {party.keys}: {names}"
            _row("", text)
    for heading, text in rows_of(first_card(info.genesis))[2:]:
        _row(heading, text)
    print(flush=True)


def print_next(network: Network) -> None:
    """Lines to paste."""
    url = network.url(network.names[0])
    print("\nAsk a node:")
    print(_curl(url, "node_status", "{}"))
    print(_curl(url, "account_getBalances", f'{{"account":"{_account("alice")}"}}'))
    print(_curl(url, "asset_getSupply", f'{{"asset":"{COIN}"}}'))
    print(_curl(url, "consensus_state", "{}"))
    print("\nMove something (from another terminal):")
    print(f"  export MOHUR_RPC={url}")
    print(
        f"  .venv/bin/mohur tx send transfer asset={MONEY} source=@bank-1-account "
        "target=@bank-2-account \\\n"
        "    amount=100 end_to_end_ref=hello --sender @bank-1 --dev-key bank-1"
    )
    print("  .venv/bin/mohur query balances @bank-2-account")
    print(
        "\nBreak something: kill -9 the pid of a node (`mohur devnet status`); it is started again."
    )
    print(flush=True)


def address_text(address: bytes) -> str:
    """bech32m with the prefix of local networks."""
    return bech32m.encode(PREFIX_TEST, address)


def _account(name: str) -> str:
    return address_text(next(book.address for book in BOOKS if book.name == name))


def _curl(url: str, method: str, params: str) -> str:
    body = f'{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}'
    return f"  curl -s {url} -H 'content-type: application/json' -d '{body}'"


def _row(heading: str, text: str) -> None:
    print(f"{heading:<{WIDTH}}{text}")
