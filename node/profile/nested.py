"""Tables inside of tables, as the schema has them."""

import msgspec
from msgspec import inspect


def struct_in(of: inspect.Type) -> type[msgspec.Struct] | None:
    """The table that a key holds: one, several, or none."""
    match of:
        case inspect.Metadata(type=inner):
            return struct_in(inner)
        case inspect.VarTupleType(item_type=item):
            return struct_in(item)
        case inspect.UnionType(types=types):
            return next((found for found in map(struct_in, types) if found is not None), None)
        case inspect.StructType(cls=cls):
            return cls
        case _:
            return None
