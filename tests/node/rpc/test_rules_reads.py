"""Reads of rules: the body of the business date, and credentials for supervisors only."""

import pytest

from consensus.types import Tip
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call, Caller, Tier
from node.rpc.methods.rules import get_credential, get_rule, list_sanctions
from node.sdk.schema.common import PageParams
from node.sdk.schema.rules import CredentialParams, RuleParams
from tests.node.rpc.fake_genesis import digest_of
from tests.node.rpc.small_ledger import small_node
from tokens.jsonform import JsonForm
from tokens.records.day import BUSINESS_DAY, BusinessDay

WHO = CredentialParams(person=digest_of("person alice"), kind="kyc")


def call(*tiers: Tier, is_dev: bool = True) -> Call:
    node = small_node(is_dev=is_dev)
    caller = Caller(name="test", tiers=frozenset(tiers), charge=lambda _: None)
    tip: Tip = node.tip()
    return Call(api=node, form=JsonForm("tmhr"), tip=tip, caller=caller)


def test_credentials_are_for_supervisors_where_money_is_real() -> None:
    with pytest.raises(RpcError) as seen:
        get_credential(call(Tier.READ, Tier.SUBMIT, is_dev=False), WHO)
    assert seen.value.code is RpcCode.UNAUTHORISED
    assert get_credential(call(Tier.ADMIN, is_dev=False), WHO).kind == "kyc"
    assert get_credential(call(Tier.READ), WHO).kind == "kyc"


def test_a_rule_is_shown_as_it_stands_on_the_business_date() -> None:
    """The agenda has not come by, and the rule has ended all the same."""
    asked = call(Tier.READ)
    before = get_rule(asked, RuleParams(rule="kyc"))
    assert (before.version, before.body is None) == (1, False)
    assert before.next_on is not None
    asked.state.put(BUSINESS_DAY, BusinessDay(date=before.next_on, open=True, calendar="PK"))
    after = get_rule(asked, RuleParams(rule="kyc"))
    assert (after.version, after.body, after.next_on) == (2, None, None)


def test_a_list_tells_neither_who_is_on_it_nor_how_many() -> None:
    shown = list_sanctions(call(Tier.READ), PageParams())
    assert [entry.id for entry in shown.items] == ["un"]
    assert not hasattr(shown.items[0], "persons")
