"""`mohur auction` against a real server."""

import asyncio
import json
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.cli import root
from node.cli.exits import Exit
from node.sdk.auction_bid import sealed_bid
from node.sdk.auction_open import REVEALS_MAX
from node.sdk.sealing import new_key, public_of
from tests.node.rpc.caller import serving
from tests.node.rpc.fake_genesis import CHAIN_ID, address_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_auction import AUCTION_ID
from tests.node.rpc.small_ledger import small_node
from tokens import bech32m
from tokens.auctions import commitment, key_hash
from tokens.codec import encode
from tokens.execution import RUNNER
from tokens.jsonform import PREFIX_TEST
from tokens.ops.auction_bids import PlaceBid
from tokens.ops.auction_reveal import RevealBid
from tokens.records.auctions import AUCTION, AuctionStatus
from tokens.records.bids import BID_SHEET, SEALED_BYTES, BidLine, SheetStatus
from tokens.transaction import DecodedTransaction, decode_transaction


async def decide(node: FakeNode) -> None:
    """A block for whatever somebody waits for."""
    with suppress(TimeoutError):
        while True:
            await node.until(lambda: node.waiters)
            node.decide()


@contextmanager
def served(node: FakeNode | None = None) -> Iterator[str]:
    """URL of the small ledger in a thread of its own: a command runs its own loop."""
    started, port, loop = threading.Event(), 0, asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        nonlocal port
        async with serving(node=node) as running, asyncio.TaskGroup() as group:
            deciding = group.create_task(decide(running.node))
            port = running.port
            started.set()
            await stop.wait()
            deciding.cancel()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert started.wait(10)
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def test_a_one_time_key_is_kept_by_its_owner_and_told_by_its_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key.json"
    assert root.status_of(["auction", "key", str(file)]) == Exit.OK
    printed = json.loads(capsys.readouterr().out)
    secret = bytes.fromhex(json.loads(file.read_text())["privateKey"][2:])
    assert printed["publicKey"] == "0x" + public_of(secret).hex()
    assert printed["privateKeyHash"] == "0x" + key_hash(secret).hex()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert root.status_of(["auction", "key", str(file)]) == Exit.CANNOT_CREATE


BIDDER = bech32m.encode(PREFIX_TEST, address_of("bank"))
ACCOUNT = bech32m.encode(PREFIX_TEST, address_of("alice"))
SEAL = ["auction", "seal", AUCTION_ID, "--bidder", BIDDER, "--account", ACCOUNT]


def test_a_sheet_is_sealed_and_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opening = tmp_path / "sheet.json"
    with served() as url:
        words = [*SEAL, "98.5:20000", "--opening", str(opening), "--rpc", url]
        assert root.status_of(words) == Exit.OK
    placed = json.loads(capsys.readouterr().out)
    assert placed["type"] == "place_bid"
    assert "985000" not in json.dumps(placed)
    assert root.status_of(["auction", "open", str(opening)]) == Exit.OK
    revealed = json.loads(capsys.readouterr().out)
    assert revealed["type"] == "reveal_bid"
    assert revealed["lines"] == [{"bid": 985_000, "face": "20000"}]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("98.5:20001", "no multiple"),
        ("98.55555:20000", "at most four decimal places"),
        ("98.5", "a line is BID:FACE"),
    ],
)
def test_a_line_that_the_auction_does_not_take_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    opening = tmp_path / "sheet.json"
    with served() as url:
        words = [*SEAL, line, "--opening", str(opening), "--rpc", url]
        assert root.status_of(words) == Exit.USAGE
    assert not opening.exists()
    assert says in capsys.readouterr().err


def test_recompute_names_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    """The small ledger's auction has made-up keys: they do not belong to the announced ones."""
    with served() as url:
        words = ["auction", "recompute", AUCTION_ID, "--rpc", url]
        assert root.status_of(words) == Exit.FAILED
        told = capsys.readouterr().err
        assert "the published key of the Treasury does not belong to the announced one" in told
        assert "result" not in told
        assert root.status_of(["auction", "recompute", "NONE", "--rpc", url]) == Exit.FAILED


SIGNED = ["--sender", BIDDER, "--dev-key", "bank"]


def sent(node: FakeNode) -> list[object]:
    """Operations of the blocks that came after the small ledger's own."""
    found: list[object] = []
    for block in node.blocks[2:]:
        for data in block.transactions:
            decoded = decode_transaction(data)
            assert isinstance(decoded, DecodedTransaction)
            found += [RUNNER.decode(encode(one)) for one in decoded.signed.transaction.operations]
    return [one for one in found if isinstance(one, PlaceBid | RevealBid)]


def test_a_bid_is_sealed_kept_and_sent_in_one_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opening, node = tmp_path / "sheet.json", small_node()
    words = ["auction", "bid", *SEAL[2:], "98.5:20000", "--opening", str(opening), *SIGNED]
    with served(node) as url:
        assert root.status_of([*words, "--rpc", url]) == Exit.OK
    assert json.loads(capsys.readouterr().out)["status"] == "success"
    (placed,) = sent(node)
    assert isinstance(placed, PlaceBid)
    kept = json.loads(opening.read_text())
    lines = (BidLine(bid=985_000, face=20_000),)
    salt = bytes.fromhex(kept["salt"][2:])
    commit = commitment(CHAIN_ID, AUCTION_ID, address_of("bank"), lines, salt)
    assert (kept["type"], placed.commit) == ("reveal_bid", commit)


def test_a_bid_whose_sheet_cannot_be_kept_is_not_sent(tmp_path: Path) -> None:
    opening, node = tmp_path / "sheet.json", small_node()
    opening.write_text("an older sheet")
    words = ["auction", "bid", *SEAL[2:], "98.5:20000", "--opening", str(opening), *SIGNED]
    with served(node) as url:
        assert root.status_of([*words, "--rpc", url]) == Exit.CANNOT_CREATE
    assert sent(node) == []
    assert opening.read_text() == "an older sheet"


def closed(count: int, *, published: bool = True) -> FakeNode:
    """The auction is closed: so many sheets open, one holds rubbish, the next is open already."""
    node, treasury, central = small_node(), new_key(), new_key()
    overlay = node.state()
    auction = overlay.get(AUCTION, AUCTION_ID)
    assert auction is not None
    terms = replace(auction.terms, treasury_key=treasury.public, central_bank_key=central.public)
    auction = replace(
        auction,
        terms=terms,
        status=AuctionStatus.CLOSED,
        treasury_secret=treasury.private if published else None,
        central_bank_secret=central.private,
    )
    overlay.put(AUCTION, auction)
    model = overlay.get(BID_SHEET, AUCTION_ID, address_of("alice"))
    assert model is not None
    overlay.delete(BID_SHEET, AUCTION_ID, address_of("alice"))
    overlay.delete(BID_SHEET, AUCTION_ID, address_of("bob"))
    for number in range(1, count + 3):
        bidder = address_of(f"dealer {number}")
        lines = (BidLine(bid=980_000 + number, face=10_000),)
        account = address_of("alice")
        made = RUNNER.decode(sealed_bid(CHAIN_ID, auction, bidder, account, lines, bytes(32))[0])
        assert isinstance(made, PlaceBid)
        sheet = replace(
            model,
            bidder=bidder,
            number=number,
            commit=made.commit,
            sealed=bytes(SEALED_BYTES) if number == count + 1 else made.sealed,
            status=SheetStatus.OPENED if number == count + 2 else SheetStatus.SEALED,
            lines=(),
        )
        overlay.put(BID_SHEET, sheet)
    node.write(overlay)
    return node


def test_all_sheets_are_opened_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """In transactions of a few; what does not open is told by its number."""
    count = REVEALS_MAX + 2
    node = closed(count)
    with served(node) as url:
        words = ["auction", "open-all", AUCTION_ID, *SIGNED, "--rpc", url]
        assert root.status_of(words) == Exit.OK
    assert f'"opened": {count}' in capsys.readouterr().out
    reveals = [one for one in sent(node) if isinstance(one, RevealBid)]
    assert [one.lines[0].bid for one in reveals] == [980_000 + n for n in range(1, count + 1)]
    assert len(node.blocks) == 2 + 2


def test_sheets_that_do_not_open_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    node = closed(0)
    with served(node) as url:
        words = ["auction", "open-all", AUCTION_ID, *SIGNED, "--rpc", url]
        assert root.status_of(words) == Exit.OK
    assert json.loads(capsys.readouterr().out) == {"opened": 0, "shut": [1]}
    assert sent(node) == []


def test_nothing_opens_before_both_keys_are_public(capsys: pytest.CaptureFixture[str]) -> None:
    node = closed(1, published=False)
    with served(node) as url:
        words = ["auction", "open-all", AUCTION_ID, *SIGNED, "--rpc", url]
        assert root.status_of(words) == Exit.FAILED
    assert "publish their keys" in capsys.readouterr().err
    assert sent(node) == []
