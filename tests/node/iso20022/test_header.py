"""head.001: a header goes out before any message, comes in, and contradicts nothing."""

from pathlib import Path

import pytest

from node.iso20022 import header
from node.iso20022.header import sender_of, text_with_header
from node.iso20022.profile import check
from node.iso20022.reading import parse
from node.iso20022.refusal import MessageRefused, NotSayable
from tests.node.iso20022.case import (
    BUYER,
    DIRECTORY,
    HOUSE,
    SALE,
    SELLER,
    batch_of,
    named,
    operation_in,
)
from tests.node.iso20022.golden import CREATED, FOLDER

BARE = sorted(file for file in FOLDER.glob("*.xml") if not file.name.startswith("head"))
COMES_IN = [
    file
    for file in BARE
    if file.name[:8] in ("sese.020", "sese.023", "pacs.009") and "-part-" not in file.name
]
SPEAKS = {"receiver": BUYER, "free": HOUSE, "secu": BUYER, "cash": BUYER}
"""End of the name of a golden message -> for whom it speaks; else the seller."""


def wrapped(text: str, sender: bytes = SELLER, reference: str = "MSG-1") -> str:
    return text_with_header(
        DIRECTORY,
        parse(text.encode()),
        sender=sender,
        receiver=HOUSE,
        reference=reference,
        created=CREATED,
    )


def golden() -> str:
    return (FOLDER / f"{header.MESSAGE}-sese.020.xml").read_text()


@pytest.mark.parametrize("file", BARE, ids=lambda file: file.stem)
@pytest.mark.parametrize("sender", [SELLER, HOUSE])
def test_every_message_goes_behind_a_header_and_comes_out_again(file: Path, sender: bytes) -> None:
    bare = parse(file.read_bytes())
    message = parse(wrapped(file.read_text(), sender).encode())
    assert (message.identifier, message.root) == (bare.identifier, bare.root)
    assert sender_of(DIRECTORY, message) == sender
    assert message.header is not None
    check(header.MESSAGE, message.header)
    assert sender_of(DIRECTORY, bare) is None


@pytest.mark.parametrize("file", COMES_IN, ids=lambda file: file.stem)
def test_only_the_party_of_a_message_sends_it(file: Path) -> None:
    text, batch = file.read_text(), named(batch_of(SALE))
    own = SPEAKS.get(file.stem.rpartition("-")[2], SELLER)
    known = () if own == SELLER and "sese.023" in file.stem else (batch,)
    assert operation_in(DIRECTORY, wrapped(text, own), *known) == operation_in(
        DIRECTORY, text, *known
    )
    for other in (
        {SELLER: BUYER, BUYER: HOUSE, HOUSE: SELLER}[own],
        HOUSE if own != HOUSE else BUYER,
    ):
        with pytest.raises(MessageRefused) as caught:
            operation_in(DIRECTORY, wrapped(text, other), *known)
        assert caught.value.path == "AppHdr/Fr"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("<MsgDefIdr>sese.020.001.07<", "<MsgDefIdr>sese.023.001.11<", "AppHdr/MsgDefIdr"),
        ("SELLER080<", "SELLER081<", "AppHdr/Fr/FIId/FinInstnId/LEI"),
        (f">{HOUSE.hex()}<", f">{'0' * 32}<", "AppHdr/To/FIId/FinInstnId/Othr/Id"),
        (">MOHUR</Issr>", ">OTHER</Issr>", "AppHdr/To/FIId/FinInstnId/Othr/Issr"),
        ("<CreDt>2026-07-03T09:30:00+00:00<", "<CreDt>2026-07-03<", "AppHdr/CreDt"),
        ("<BizMsgIdr>MSG-1</BizMsgIdr>", "", "AppHdr/BizMsgIdr"),
        ("<BizMsgIdr>", "<BizSvc>x</BizSvc><BizMsgIdr>", "AppHdr/BizSvc"),
        ("head.001.001.02", "head.001.001.01", "AppHdr"),
        ("AppHdr", "AppHead", "AppHead"),
        ("tech:xsd:sese.020.001.07", "tech:xsd:head.001.001.02", "Document"),
    ],
)
def test_a_header_that_is_odd_is_refused_with_its_element(old: str, new: str, path: str) -> None:
    text = golden()
    assert old in text
    with pytest.raises(MessageRefused) as caught:
        operation_in(DIRECTORY, text.replace(old, new), batch_of(SALE))
    assert caught.value.path == path


@pytest.mark.parametrize("name", ["AppHdr", "Document"])
def test_an_envelope_holds_one_header_and_one_document(name: str) -> None:
    text = golden()
    start, end = text.index(f"<{name}"), text.index(f"</{name}>") + len(f"</{name}>")
    for changed in (text[:start] + text[end:], text[:end] + text[start:end] + text[end:]):
        with pytest.raises(MessageRefused, match="BizMsg: AppHdr and then Document"):
            parse(changed.encode())


def test_a_header_alone_is_no_message() -> None:
    text = golden()
    start, end = text.index("<AppHdr"), text.index("</AppHdr>") + len("</AppHdr>")
    with pytest.raises(MessageRefused, match="a header is AppHdr"):
        parse(text[start:end].encode())


def test_a_reference_that_is_too_long_cannot_be_said() -> None:
    bare = (FOLDER / "sese.020.001.07-deliverer.xml").read_text()
    with pytest.raises(NotSayable, match="BizMsgIdr: longer than 35"):
        wrapped(bare, reference="M" * 36)
