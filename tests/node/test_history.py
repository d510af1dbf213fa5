"""Which addresses a block touched: derived from the declared types of events."""

from typing import get_args

from node.devnet.cast import BANK_1, BANK_1_ACCOUNT, BANK_2_ACCOUNT
from node.history import ADDRESS_FIELDS, touched
from tests.node.support.chains import decide, open_chain, transfer
from tokens.events import LedgerEvent
from tokens.results import Code
from tokens.transaction import decode_transaction


def test_every_event_is_known_and_nearly_all_name_an_address() -> None:
    assert set(ADDRESS_FIELDS) == set(get_args(LedgerEvent))
    for event, names in ADDRESS_FIELDS.items():
        assert set(names) <= set(event.__struct_fields__)
    assert sum(bool(names) for names in ADDRESS_FIELDS.values()) > len(ADDRESS_FIELDS) // 2


def test_sender_source_and_target_are_found_once_each() -> None:
    chain = open_chain()
    paid = transfer(1)
    decide(chain, paid)
    found = touched((paid,), chain.newest_receipts)
    assert len(found) == len(set(found))
    assert {address for address, index in found if index == 0} >= {
        BANK_1.address,
        BANK_1_ACCOUNT.address,
        BANK_2_ACCOUNT.address,
    }


def test_a_failed_transaction_touches_its_sender_only() -> None:
    chain = open_chain()
    paid = transfer(1, amount=10**15)
    decide(chain, paid)
    assert touched((paid,), chain.newest_receipts) == ((BANK_1.address, 0),)


def test_bytes_of_a_stored_block_decode_to_the_same_transactions() -> None:
    chain = open_chain()
    decide(chain, transfer(1))
    decoded = decode_transaction(chain.blocks.bodies(1)[0])
    assert not isinstance(decoded, Code)
    assert decoded.wire_id == transfer(1).wire_id
