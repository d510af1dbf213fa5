"""The parser: what it refuses before anybody looks at a message."""

import pytest

from node.iso20022.reading import DEPTH_MAX, ELEMENTS_MAX, MESSAGE_BYTES_MAX, parse
from node.iso20022.refusal import MessageRefused

NAMESPACE = 'xmlns="urn:iso:std:iso:20022:tech:xsd:sese.023.001.11"'


def document(inside: str, before: str = "") -> bytes:
    """A Document."""
    return f"{before}<Document {NAMESPACE}>{inside}</Document>".encode()


def test_a_message_is_its_elements() -> None:
    message = parse(document("<A x='1'><B>text &amp; more</B></A>"))
    assert message.identifier == "sese.023.001.11"
    assert message.root.text_at("B") == "text & more"
    assert message.root.attributes == (("x", "1"),)


MANY = [f'a{n}=""' for n in range(9)]
ENTITY = '<!DOCTYPE d [<!ENTITY e "x">]>'
FILE = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (document("<A>&e;</A>", ENTITY), "a document type is not allowed"),
        (document("<A>&e;</A>", FILE), "a document type is not allowed"),
        (document("<A>&b;</A>", LAUGHS), "a document type is not allowed"),
        (document("<A/>", '<!DOCTYPE d SYSTEM "http://x/d.dtd">'), "a document type"),
        (document("<A>&e;</A>"), "undefined entity"),
        (document("<A>1<!-- 0 -->2</A>"), "A: a comment is not allowed"),
        (document("<A><?php x?></A>"), "A: a processing instruction is not allowed"),
        (document("<A>x<B/></A>"), "A: text beside elements"),
        (document("<A/><B/>"), "one Document with one element"),
        (document(""), "one Document with one element"),
        (document("<A xmlns='urn:x'/>"), "unknown namespace 'urn:x'"),
        (document("<A xmlns=''/>"), "unknown namespace ''"),
        (b"<Document><A/></Document>", "the namespace is none of ISO 20022"),
        (document("<A/>", '<?xml version="1.0" encoding="ISO-8859-1"?>'), "UTF-8"),
        (document("<A/>").decode().encode("utf-16"), "UTF-8"),
        (document("<A/>").decode().encode("utf-16-le"), "UTF-8"),
        (document("<A>\u00e9</A>").decode().encode("latin-1"), "UTF-8"),
        (document("<A>" * DEPTH_MAX + "</A>" * DEPTH_MAX), "levels"),
        (document("<A>" + "<B/>" * ELEMENTS_MAX + "</A>"), "elements"),
        (document("<A " + " ".join(MANY) + "/>"), "more than 8 attributes"),
        (b" " * (MESSAGE_BYTES_MAX + 1), "more than 4194304 bytes"),
        (b"", "no XML"),
        (document("<A/>") + b"<B/>", "no XML"),
    ],
)
def test_what_is_not_plain_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(MessageRefused, match=says):
        parse(data)
