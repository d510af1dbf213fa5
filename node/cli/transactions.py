"""From words and key files to signed bytes, built here: no node is trusted with it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from node.cli.exits import CommandFailed, Exit
from node.cli.operation_words import operation_json, with_addresses
from node.cli.passphrase import read_passphrase
from node.cli.remote import call
from node.cli.words import address_in, dev_address, parse_json
from node.devnet.cast import CHAIN_ID
from node.keystore import load_key
from node.signing import Signer, dev_seed
from tokens import bech32m
from tokens.codec import encode
from tokens.jsonform import PREFIX_MAIN, PREFIX_TEST, FormError, Json, JsonForm, prefix_of_network
from tokens.results import Code
from tokens.transaction import (
    VERSION,
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    decode_transaction,
    transaction_id,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the options say."""

    words: tuple[str, ...]
    sender: str
    memo: str
    client_ref: str | None
    valid_for: int
    operations: list[object] | None
    keys: tuple[str, ...] = ()
    keys_dir: Path = Path("keys")
    dev_keys: tuple[str, ...] = ()
    passphrase_file: Path | None = None
    propose_until: dt.datetime | None = None
    approvers: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, object]) -> Draft:
        """From the keyword arguments of a command."""
        given = dict(options)
        text = cast("str | None", given.pop("json_text", None))
        operations: list[object] | None = None
        if text is not None:
            value = with_addresses(parse_json(text, "the operations"))
            operations = value if isinstance(value, list) else [value]
        if (operations is None) == (not given["words"]):
            raise CommandFailed("say one operation in words, or give --json", Exit.USAGE)
        if given["approvers"] and given["propose_until"] is None:
            raise CommandFailed("--approver goes with --propose", Exit.USAGE)
        return cls(operations=operations, **given)  # type: ignore[arg-type]


def unsigned_json(url: str, draft: Draft) -> dict[str, object]:
    """The transaction as JSON."""
    operations = draft.operations
    if operations is None:
        operations = [operation_json(draft.words[0], draft.words[1:])]
    sender = dev_address(draft.sender[1:]) if draft.sender.startswith("@") else draft.sender
    if draft.propose_until is not None:
        operations = [_proposal(operations, draft.approvers, sender, draft.propose_until)]
    status = cast("dict[str, object]", call(url, "node_status"))
    reference = (draft.client_ref or secrets.token_hex(16)).removeprefix("0x")
    return {
        "version": VERSION,
        "chainId": status["chainId"],
        "sender": sender,
        "clientRef": f"0x{reference}",
        "validUntil": cast("int", status["height"]) + draft.valid_for,
        "operations": operations,
        "memo": draft.memo,
    }


def _proposal(
    operations: list[object], approvers: Sequence[str], sender: str, until: dt.datetime
) -> dict[str, object]:
    """`propose`, with the approvers in the order that the ledger asks: of their bytes."""
    prefix = form_of(sender).prefix
    addresses = sorted({address_in(prefix, approver) for approver in approvers})
    return {
        "type": "propose",
        "operations": operations,
        "approvers": [bech32m.encode(prefix, address) for address in addresses],
        "expiresOn": until.date().isoformat(),
    }


def unsigned(url: str, draft: Draft) -> Transaction:
    """The transaction. CommandFailed with the path of the field that is wrong."""
    value = unsigned_json(url, draft)
    try:
        return cast("Transaction", form_of(str(value["sender"])).from_json(Transaction, value))
    except FormError as error:
        raise CommandFailed(str(error), Exit.USAGE) from None


def sign(url: str, draft: Draft) -> DecodedTransaction:
    """The signed transaction, checked as a node would."""
    transaction = unsigned(url, draft)
    signers = signers_of(draft)
    if not signers:
        raise CommandFailed("nobody signs: give --key or --dev-key", Exit.USAGE)
    message = transaction_id(transaction)
    signatures = [KeySignature(key=s.public_key, signature=s.sign(message)) for s in signers]
    built = build(transaction, tuple(signatures))
    checked = decode_transaction(built.data)
    if isinstance(checked, Code):
        raise CommandFailed(f"a node would refuse this: {checked.name}", Exit.USAGE)
    return checked


def signers_of(draft: Draft) -> list[Signer]:
    """Keys that sign, each once."""
    return load_signers(draft.keys, draft.keys_dir, draft.dev_keys, draft.passphrase_file)


def load_signers(
    keys: Sequence[str], keys_dir: Path, dev_keys: Sequence[str], passphrase_file: Path | None
) -> list[Signer]:
    """Of the names that the signing options give, each key once."""
    found = {name: Signer.from_seed(dev_seed(name)) for name in dev_keys}
    for name in keys:
        passphrase = read_passphrase(passphrase_file, f"Passphrase of {name}")
        found[f"{name}.key"] = load_key(keys_dir, name, passphrase)
    by_key = {signer.public_key: signer for signer in found.values()}
    return list(by_key.values())


def encoded(url: str, draft: Draft) -> Json:
    """tx_id, unsigned bytes, and signed bytes where keys were given."""
    if draft.keys or draft.dev_keys:
        signed = sign(url, draft)
        body = encode(signed.signed.transaction)
        return {
            "txId": "0x" + signed.tx_id.hex(),
            "unsigned": "0x" + body.hex(),
            "signed": "0x" + signed.data.hex(),
        }
    transaction = unsigned(url, draft)
    return {
        "txId": "0x" + transaction_id(transaction).hex(),
        "unsigned": "0x" + encode(transaction).hex(),
        "signed": None,
    }


def decoded(data: bytes, prefix: str | None = None) -> Json:
    """JSON of signed bytes.

    Addresses begin with `prefix`. The bytes name their network by its chain id alone: None is the
    prefix of the local network for its chain id, of main networks for every other.
    """
    found = decode_transaction(data)
    if isinstance(found, Code):
        raise CommandFailed(f"these bytes are no transaction: {found.name}")
    is_dev = found.signed.transaction.chain_id == CHAIN_ID
    form = JsonForm(prefix or prefix_of_network(is_dev=is_dev))
    return {
        "txId": "0x" + found.tx_id.hex(),
        "wireId": "0x" + found.wire_id.hex(),
        "transaction": form.to_json(found.signed.transaction),
        "signatures": [form.to_json(entry) for entry in found.signed.signatures],
    }


def form_of(address: str) -> JsonForm:
    """JSON form of the network that an address belongs to."""
    return JsonForm(PREFIX_MAIN if address.startswith(f"{PREFIX_MAIN}1") else PREFIX_TEST)
