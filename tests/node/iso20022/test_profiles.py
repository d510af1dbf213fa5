"""The profiles are what the library's dataclasses say, and the library reads what Mohur writes."""

import pytest
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from node.iso20022.paths import HEAD_001, PATHS
from node.iso20022.profile import profile_of
from tests.node.iso20022.golden import FOLDER as GOLDEN
from tests.node.iso20022.library import FOLDER, document_class, made, text_of

STRICT = ParserConfig(
    fail_on_unknown_properties=True,
    fail_on_unknown_attributes=True,
    fail_on_converter_warnings=True,
)


@pytest.mark.slow
@pytest.mark.parametrize("message", PATHS)
def test_a_profile_is_what_the_library_says(message: str) -> None:
    assert (FOLDER / f"{message}.json").read_text() == text_of(made(message))
    assert profile_of(message) == made(message)


@pytest.mark.slow
@pytest.mark.parametrize("message", PATHS)
def test_the_library_reads_the_golden_messages(message: str) -> None:
    files = sorted(GOLDEN.glob(f"{message}*.xml"))
    assert files
    for file in files:
        parser = XmlParser(config=STRICT)
        text = file.read_text()
        if message == HEAD_001:
            text = text[text.index("<AppHdr") : text.index("</AppHdr>") + len("</AppHdr>")]
        found: object = parser.from_string(text, document_class(message))
        assert type(found) is document_class(message)


def test_a_message_that_is_not_known_has_no_profile() -> None:
    assert profile_of("sese.023.001.99") is None
    assert profile_of("../paths") is None
    assert {file.stem for file in FOLDER.glob("*.json")} == set(PATHS)
