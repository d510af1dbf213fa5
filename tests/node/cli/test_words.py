"""Operations and params from words: types come from the registry."""

import io
from pathlib import Path

import pytest
from msgspec import inspect

from node.cli.existing import BYTES_MAX
from node.cli.exits import CommandFailed, Exit
from node.cli.operation_words import (
    fields_of,
    find_operation,
    find_part,
    json_of,
    operation_json,
    parts,
)
from node.cli.root import status_of
from node.cli.words import (
    FILE_BYTES_MAX,
    address_in,
    json_in,
    operation_in,
    params_of,
    parse_json,
    value_of,
)
from node.sdk.auction_bid import parse_line
from tokens import bech32m
from tokens.jsonform import PREFIX_MAIN, PREFIX_TEST, JsonForm
from tokens.ops import OPERATIONS, AnyOperation


def test_a_transfer_from_words_reads_as_an_operation() -> None:
    words = ["asset=DPKR", "source=@bank-1-account", "target=@alice", "--amount", "5"]
    value = operation_json("transfer", [*words, "--end-to-end-ref=rent"])
    assert value["amount"] == "5"
    made = JsonForm(PREFIX_TEST).from_json(AnyOperation, value)
    assert type(made).__name__ == "Transfer"


def test_nested_values_are_json_with_names_at_any_depth() -> None:
    value = operation_json(
        "grant_power",
        [
            "grantor=@issuer",
            "grantee=@bank-1",
            "operation=cash_mint",
            "asset=DPKR",
            "sources=[]",
            'targets=["@alice"]',
            "cap_call=1",
            "cap_day=2",
            "cap_total=3",
            "expires_on=2027-01-04",
        ],
    )
    made = JsonForm(PREFIX_TEST).from_json(AnyOperation, value)
    assert len(made.targets) == 1  # type: ignore[attr-defined]


def test_nothing_stands_for_null() -> None:
    value = operation_json(
        "freeze",
        [
            "order_id=0x" + "11" * 32,
            "account=@bob",
            "asset=null",
            "amount=null",
            "expires_on=null",
            'basis={"authority":"Court","orderNo":"1","sha256":"0x' + "22" * 32 + '"}',
        ],
    )
    assert value["asset"] is None
    JsonForm(PREFIX_TEST).from_json(AnyOperation, value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["colour=red"], "has no field 'colour'"),
        (["asset=DPKR"], "needs source, target, amount"),
        (["asset"], "say field=value"),
        (["amount=1", "amount=2"], "amount is said twice"),
        (["end-to-end-ref=a", "end_to_end_ref=b"], "end_to_end_ref is said twice"),
    ],
)
def test_refusals_name_the_field(words: list[str], message: str) -> None:
    with pytest.raises(CommandFailed, match=message):
        operation_json("transfer", words)


@pytest.mark.parametrize("name", [spec.name for spec in OPERATIONS])
def test_every_operation_can_be_described(name: str) -> None:
    for field, of, _ in fields_of(find_operation(name).operation):
        assert field
        assert of != "any value"


def test_every_part_that_a_field_names_can_be_described() -> None:
    """An officer who reads `LegalBasis` finds what to write."""
    known = {spec.name for spec in OPERATIONS} | {"or", "null", "list", "of"}
    found = parts()
    assert {"LegalBasis", "KeyPolicy", "VelocityRule", "TierLimit", "Leg"} <= set(found)
    for struct in (*found.values(), *(spec.operation for spec in OPERATIONS)):
        for _, of, _ in fields_of(struct):
            named = [word for word in of.split() if word[0].isupper() and "one of" not in of]
            assert all(word in found or word in known for word in named), of
    basis = [(name, of) for name, of, _ in fields_of(find_part("LegalBasis"))]
    assert basis == [("authority", "text"), ("order_no", "text"), ("sha256", "hex")]
    assert fields_of(find_part("VelocityRule"))[0] == ("type", '"velocity_rule"', "")
    assert find_part("transfer") is find_operation("transfer").operation


def test_values_of_params() -> None:
    assert value_of("12") == 12
    assert value_of("012") == "012"
    assert value_of("true") is True
    assert value_of("PKR") == "PKR"
    assert value_of("@alice") == value_of("@alice")
    assert params_of(['{"block": "latest"}']) == {"block": "latest"}
    assert params_of(["x", "b=2"], ["a"]) == {"a": "x", "b": 2}
    with pytest.raises(CommandFailed, match="say name=value"):
        params_of(["x"])


def test_an_address_is_16_bytes_of_this_network() -> None:
    text = bech32m.encode(PREFIX_TEST, bytes(range(16)))
    assert address_in(PREFIX_TEST, text) == bytes(range(16))
    assert len(address_in(PREFIX_TEST, "@alice")) == 16
    longer = bech32m.encode(PREFIX_TEST, bytes(32))
    for wrong in (longer, bech32m.encode(PREFIX_MAIN, bytes(16)), "7", "@"):
        with pytest.raises(CommandFailed):
            address_in(PREFIX_TEST, wrong)


HOSTILE = [
    (b"[" * 100_000 + b"]" * 100_000, "too deep"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too deep"),
    (bytes(range(256)), "no UTF-8"),
    ("{}".encode("utf-16"), "no UTF-8"),
    ('{"\u00e9": 1}'.encode("latin-1"), "no UTF-8"),
    (b'{"a": ', "not JSON"),
    (b"", "not JSON"),
    (b" " * (FILE_BYTES_MAX + 1), f"more than {FILE_BYTES_MAX} bytes"),
]


@pytest.mark.parametrize(("data", "says"), HOSTILE, ids=[says for _, says in HOSTILE])
def test_a_file_that_is_no_json_is_a_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    """Such files ended in a traceback: depth and encoding were nobody's."""
    file = tmp_path / "odd.json"
    file.write_bytes(data)
    for read in (json_in, lambda file: operation_in(file, "transfer")):
        with pytest.raises(CommandFailed, match=says):
            read(file)


@pytest.mark.parametrize(
    "text", ["\u0663", "\uff11\uff12", "1_0", "+1", " 1", "1" * 21, "9" * 5_000]
)
def test_only_ascii_digits_are_a_number(text: str) -> None:
    """Digits of other scripts were read as if they were typed; too many were a status 70."""
    assert value_of(text) == text
    value = operation_json("coupon_fund", ["asset=PK0000000001", f"coupon={text}"])
    assert value["coupon"] == text
    with pytest.raises(ValueError, match="a line is BID:FACE"):
        parse_line(f"98.5:{text}", priced=True)
    with pytest.raises(ValueError, match="a rate is a whole number"):
        parse_line(f"{text}:500", priced=False)


def test_negative_numbers_are_numbers_of_operations() -> None:
    assert json_of(inspect.type_info(int), "-12") == -12


def test_a_param_that_is_said_twice_is_refused() -> None:
    for words in (["height=1", "height=2"], ["1", "height=2"]):
        with pytest.raises(CommandFailed, match="height is said twice"):
            params_of(words, ["height"])


def test_json_in_which_a_name_stands_twice_is_refused() -> None:
    """The last was signed: a file that says two amounts has no meaning to sign."""
    with pytest.raises(CommandFailed, match="a name stands twice"):
        parse_json('[{"amount": "1", "amount": "2"}]', "the operations")


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"\xff\xfe", Exit.USAGE, "standard input: not UTF-8"),
        (b" " * (BYTES_MAX + 1), Exit.NO_INPUT, f"standard input: more than {BYTES_MAX} bytes"),
    ],
)
@pytest.mark.parametrize("words_of", [("tx", "decode", "-"), ("tx", "encode", "--json", "-")])
def test_standard_input_is_bounded_and_utf_8(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    data: bytes,
    status: Exit,
    words: str,
    words_of: tuple[str, ...],
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    more = ("--sender", "@bank-1") if "encode" in words_of else ()
    assert status_of([*words_of, *more]) == status
    assert words in capsys.readouterr().err


def test_a_file_of_operations_is_bounded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "operations.json"
    file.write_bytes(b" " * (BYTES_MAX + 1))
    words = ["tx", "encode", "--json", str(file), "--sender", "@bank-1"]
    assert status_of(words) == Exit.NO_INPUT
    assert f"more than {BYTES_MAX} bytes" in capsys.readouterr().err
