"""Documents of an asset: an append-only list of names, places and hashes (page 04)."""

from typing import Annotated

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import AssetId, Count, Hash, Text

DOCUMENTS_MAX = 64
"""Documents of one asset."""


class Document(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One version of a document of an asset. Append-only."""

    asset: AssetId
    number: Count
    """From 1, in the order of adding."""
    name: Text
    uri: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    sha256: Hash
    version: Count
    """From 1 per name."""


DOCUMENT = RecordKind(
    24,
    "document",
    Document,
    lambda r: (r.asset, r.number),
    (Index(24, "documents", lambda r: (r.asset, r.number), static=True),),
)

DOCUMENTS = DOCUMENT.indexes[0]
