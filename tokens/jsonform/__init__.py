"""The JSON form of every struct (docs/adr/0007-json-form.md): closures compiled once a type.

Rules of this package:
1. Amounts are decimal strings, bytes 0x and lower-case hex, addresses bech32m, dates YYYY-MM-DD,
   enumerations their names, flags lists of names. Fields are camelCase. A tagged struct says its
   name in "type".
2. One value has one form: leading zeros, upper-case hex, a number for an amount are refused.
   There are no floats.
3. An error names the path of a field and what belongs there. It never contains input.
"""

import msgspec

from tokens.codec import Canonical, Malformed, NonCanonical, encode
from tokens.jsonform.names import FormError, Json, camel, type_info, type_name
from tokens.jsonform.read import Reader, build_reader
from tokens.jsonform.write import Writer, build_writer
from tokens.ops import SPEC_OF, AnyOperation

PREFIX_MAIN = "mhr"
"""Addresses of a production network."""
PREFIX_TEST = "tmhr"
"""Addresses of test and development networks."""

__all__ = [
    "PREFIX_MAIN",
    "PREFIX_TEST",
    "FormError",
    "Json",
    "JsonForm",
    "Reader",
    "Writer",
    "camel",
    "prefix_of_network",
    "type_info",
    "type_name",
]


def prefix_of_network(*, is_dev: bool) -> str:
    """What addresses begin with; `is_dev` is that of the genesis document."""
    return PREFIX_TEST if is_dev else PREFIX_MAIN


class JsonForm:
    """Writers and readers under one network's address prefix."""

    __slots__ = ("_operation", "_readers", "_writers", "prefix")

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        """`mhr` or `tmhr`."""
        self._writers: dict[object, Writer] = {}
        self._readers: dict[object, Reader] = {}
        self._operation = Canonical[msgspec.Struct](AnyOperation)

    def writer(self, of: object) -> Writer:
        """From a value of the type to JSON. TypeError if the type has no JSON form."""
        found = self._writers.get(of)
        if found is None:
            found = self._writers[of] = build_writer(self, type_info(of))
        return found

    def reader(self, of: object) -> Reader:
        """Function from JSON values to a value of the type; it raises FormError."""
        found = self._readers.get(of)
        if found is None:
            found = self._readers[of] = build_reader(self, type_info(of))
        return found

    def to_json(self, value: object, of: object = None) -> Json:
        """JSON values of a struct; give the type for anything else."""
        return self.writer(type(value) if of is None else of)(value)

    def from_json(self, of: object, value: object) -> object:
        """A value of the type. Raises FormError."""
        return self.reader(of)(value)

    def write_operation(self, data: object) -> Json:
        """JSON form of an encoded operation; hex of what is none, or may not be nested.

        A block may hold a proposal of any bytes (its receipt says BAD_FIELD), also of proposals in
        proposals, hundreds deep; whoever reads that block must get an answer.
        """
        if not isinstance(data, bytes):
            raise TypeError("an encoded operation is bytes")
        operation = self._nested(data)
        return "0x" + data.hex() if operation is None else self.writer(AnyOperation)(operation)

    def operation_reader(self, read_hex: Reader) -> Reader:
        """To canonical bytes of a nested operation; `read_hex` knows the limits of the bytes."""

        def read(value: object) -> object:
            if type(value) is str:
                data = read_hex(value)
                if isinstance(data, bytes) and self._nested(data) is not None:
                    raise FormError("an operation is an object, not its bytes")
                return data
            data = encode(self.reader(AnyOperation)(value))
            if self._nested(data) is None:
                raise FormError("not a valid operation of a proposal")
            return read_hex("0x" + data.hex())

        return read

    def _nested(self, data: bytes) -> msgspec.Struct | None:
        try:
            operation = self._operation.decode(data)
        except (Malformed, NonCanonical):
            return None
        return operation if SPEC_OF[type(operation)].in_proposal else None
