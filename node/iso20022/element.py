"""XML elements as values: how messages are built and looked into.

Rules of this file:
1. Names are those of the message's own namespace. `m:` begins a name of Mohur's namespace, which
   only stands inside of supplementary data (SplmtryData/Envlp).
2. An element has text or children, never both: ISO 20022 knows no mixed content.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import msgspec

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
"""What comes before the identifier of a message."""
OWN_NAMESPACE = "urn:mohur:iso20022:supplementary:1"
"""Of what the ledger must know and the standard has no element for (docs/iso20022.md)."""


ENVELOPE_NAMESPACE = "urn:mohur:iso20022:envelope:1"
"""Of BizMsg, which holds a business application header and a document."""


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element."""

    name: str
    text: str = ""
    """Character data; empty where there are children."""
    attributes: tuple[tuple[str, str], ...] = ()
    """In the order in which they stand."""
    children: tuple["Element", ...] = ()

    def all_at(self, path: str) -> Iterator["Element"]:
        """The elements below this one that a path leads to."""
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.all_at(rest)
                else:
                    yield child

    def at(self, path: str) -> "Element | None":
        """The first of them."""
        return next(self.all_at(path), None)

    def text_at(self, path: str) -> str | None:
        """Its text."""
        found = self.at(path)
        return None if found is None else found.text


def says_true(text: str | None) -> bool:
    """Whether a boolean of XML Schema is true."""
    return text in ("true", "1")


def node(name: str, *content: "str | Element | None", **attributes: str) -> Element:
    """An element of one text, or of children; None among them is left out."""
    texts = [part for part in content if isinstance(part, str)]
    children = tuple([part for part in content if isinstance(part, Element)])
    if len(texts) > 1 or (texts and children):
        raise TypeError(f"{name}: one text, or children")
    return Element(
        name=name,
        text=texts[0] if texts else "",
        attributes=tuple(attributes.items()),
        children=children,
    )


def nested(path: str, *content: str | Element | None) -> Element:
    """`nested("A/B", x)` is A with B in it with x in it."""
    *outer, last = path.split("/")
    element = node(last, *content)
    for name in reversed(outer):
        element = node(name, element)
    return element


def document(message: str, root: Element) -> str:
    """The text of a message: declaration, Document, two spaces a level, UTF-8 when encoded."""
    own = f' xmlns:m="{OWN_NAMESPACE}"' if _has_own(root) else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="{NAMESPACE}{message}"{own}>',
        *_lines(root, "  "),
        "</Document>",
    ]
    return "\n".join(lines) + "\n"


def wrapped(header_id: str, header: Element, message: str, root: Element) -> str:
    """The text of a header and a message in one envelope."""
    _, *inner = document(message, root).splitlines()
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<BizMsg xmlns="{ENVELOPE_NAMESPACE}">',
        f'  <{header.name} xmlns="{NAMESPACE}{header_id}">',
        *(line for child in header.children for line in _lines(child, "    ")),
        f"  </{header.name}>",
        *(f"  {line}" for line in inner),
        "</BizMsg>",
    ]
    return "\n".join(lines) + "\n"


def _has_own(element: Element) -> bool:
    return element.name.startswith("m:") or any(_has_own(child) for child in element.children)


def _lines(element: Element, indent: str) -> Iterator[str]:
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes)
    opening = f"{indent}<{element.name}{attributes}>"
    if not element.children:
        yield f"{opening}{escape(element.text)}</{element.name}>"
        return
    yield opening
    for child in element.children:
        yield from _lines(child, indent + "  ")
    yield f"{indent}</{element.name}>"
