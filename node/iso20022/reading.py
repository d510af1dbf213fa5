"""From the bytes of a message to its elements, with a parser that does as little as it can.

Rules of this file:
1. No document type, so no entity but the five of XML: nothing is expanded, nothing is fetched.
2. No comment and no processing instruction: a comment inside of an amount reads differently in
   different programs, and nobody needs one.
3. UTF-8 only, at most MESSAGE_BYTES_MAX, ELEMENTS_MAX elements, DEPTH_MAX levels, ATTRIBUTES_MAX
   attributes of one element.
"""

from xml.parsers import expat

import msgspec

from node.iso20022.element import ENVELOPE_NAMESPACE, NAMESPACE, OWN_NAMESPACE, Element
from node.iso20022.paths import HEAD_001
from node.iso20022.refusal import MessageRefused

MESSAGE_BYTES_MAX = 4 * 2**20
"""An instruction has about 4 KiB; outgoing.py writes no report that is larger."""
ELEMENTS_MAX = 50_000
ATTRIBUTES_MAX = 8
"""Of one element: the standard has one, the currency of an amount."""
DEPTH_MAX = 24
"""The deepest element that the profiles of this folder know is at level 12."""

_DIVIDER = " "


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is well-formed, and nothing more."""

    identifier: str
    """For example sese.023.001.11."""
    root: Element
    """The element below Document."""
    header: Element | None = None
    """AppHdr (head.001), where the message came in an envelope with it."""


def parse(data: bytes) -> Message:
    """The elements of a message. MessageRefused for whatever the rules above do not allow."""
    if len(data) > MESSAGE_BYTES_MAX:
        raise MessageRefused("", f"more than {MESSAGE_BYTES_MAX} bytes")
    if not _is_plain(data):
        raise MessageRefused("", "messages are written in UTF-8")
    builder = _Builder()
    parser = expat.ParserCreate("UTF-8", namespace_separator=_DIVIDER)
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    parser.CommentHandler = builder.refuse_comment
    parser.ProcessingInstructionHandler = builder.refuse_instruction
    parser.XmlDeclHandler = builder.declaration
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise MessageRefused("", f"no XML: {error}") from None
    return builder.message()


def _is_plain(data: bytes) -> bool:
    """UTF-8 without zero bytes: expat finds UTF-16 by itself, whatever encoding it is told."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return 0 not in data


class _Open:
    """An element whose end was not met yet."""

    __slots__ = ("attributes", "children", "name", "texts")

    def __init__(self, name: str, attributes: tuple[tuple[str, str], ...]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.texts: list[str] = []


class _Builder:
    def __init__(self) -> None:
        self._stack: list[_Open] = []
        self._namespace = ""
        self._identifier = ""
        self._enveloped = False
        self._count = 0
        self._document: Element | None = None

    def message(self) -> Message:
        document, header = self._document, None
        if document is not None and self._enveloped:
            if [child.name for child in document.children] != ["AppHdr", "Document"]:
                raise MessageRefused("BizMsg", "AppHdr and then Document")
            header, document = document.children
        if document is None or len(document.children) != 1 or document.name != "Document":
            raise MessageRefused("Document", "one Document with one element in it")
        return Message(identifier=self._identifier, root=document.children[0], header=header)

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            raise MessageRefused("", "messages are written in UTF-8")

    def refuse_doctype(
        self, name: str, system: str | None, public: str | None, internal: bool
    ) -> None:
        raise MessageRefused("", "a document type is not allowed")

    def refuse_comment(self, text: str) -> None:
        raise MessageRefused(self._path(), "a comment is not allowed")

    def refuse_instruction(self, target: str, text: str) -> None:
        raise MessageRefused(self._path(), "a processing instruction is not allowed")

    def start(self, full: str, pairs: list[str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX:
            raise MessageRefused(self._path(), f"more than {ELEMENTS_MAX} elements")
        if len(self._stack) >= DEPTH_MAX:
            raise MessageRefused(self._path(), f"more than {DEPTH_MAX} levels")
        if len(pairs) > 2 * ATTRIBUTES_MAX:
            raise MessageRefused(self._path(), f"more than {ATTRIBUTES_MAX} attributes")
        attributes = tuple(zip(pairs[::2], pairs[1::2], strict=True))
        self._stack.append(_Open(self._name(full), attributes))

    def end(self, full: str) -> None:
        path = self._path()
        done = self._stack.pop()
        text = "".join(done.texts)
        if done.children and text.strip():
            raise MessageRefused(path, "text beside elements")
        element = Element(
            name=done.name,
            text="" if done.children else text,
            attributes=done.attributes,
            children=tuple(done.children),
        )
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self._document = element

    def characters(self, text: str) -> None:
        self._stack[-1].texts.append(text)

    def _name(self, full: str) -> str:
        namespace, _, name = full.rpartition(_DIVIDER)
        if not self._stack and (namespace, name) == (ENVELOPE_NAMESPACE, "BizMsg"):
            self._enveloped = True
            return name
        if len(self._stack) == self._enveloped:
            self._begin(namespace, name)
        if namespace == self._namespace:
            return name
        if namespace == OWN_NAMESPACE:
            return "m:" + name
        raise MessageRefused(f"{self._path()}/{name}", f"unknown namespace {namespace!r}")

    def _begin(self, namespace: str, name: str) -> None:
        """A document, or a header: each has one namespace of its own."""
        if not namespace.startswith(NAMESPACE):
            raise MessageRefused(name, "the namespace is none of ISO 20022")
        is_header = name == "AppHdr"
        if is_header != (namespace == NAMESPACE + HEAD_001) or (is_header and not self._enveloped):
            raise MessageRefused(name, f"a header is AppHdr of {HEAD_001} in an envelope")
        self._namespace = namespace
        if not is_header:
            self._identifier = namespace.removeprefix(NAMESPACE)

    def _path(self) -> str:
        return "/".join(entry.name for entry in self._stack[1:])
