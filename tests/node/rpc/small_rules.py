"""Rules, licences, lists, credentials and a recovery of the small ledger."""

import datetime as dt

from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tokens.records.holdings import LegalBasis
from tokens.records.licences import LICENCE, Licence
from tokens.records.parties import KeyPolicy
from tokens.records.persons import (
    CREDENTIAL,
    SANCTIONED,
    SANCTIONS_LIST,
    Credential,
    Sanctioned,
    SanctionsList,
)
from tokens.records.recovery import RECOVERY, Recovery
from tokens.records.rules import RULE, RULE_TABLE, CredentialRule, Rule, RuleTable
from tokens.state import Overlay
from tokens.types import LicencePhase


def add_rules(overlay: Overlay) -> None:
    """One of each."""
    body = CredentialRule(credential="kyc", gives=False, receives=True)
    later = dt.date(2026, 1, 2)
    kyc = Rule(id="kyc", asset=None, version=1, body=body, next_body=None, next_on=later)
    overlay.put(RULE, kyc)
    overlay.put(RULE_TABLE, RuleTable(asset="", rules=("kyc",), screened=True))
    basis = LegalBasis(authority="FIU", order_no="1/2025", sha256=digest_of("order"))
    listed = SanctionsList(
        id="un", version=3, authority=address_of("issuer"), persons=1, basis=basis
    )
    overlay.put(SANCTIONS_LIST, listed)
    overlay.put(SANCTIONED, Sanctioned(person=digest_of("person eve"), lists=("un",)))
    credential = Credential(
        person=digest_of("person alice"), kind="kyc", valid_until=later, revoked=False
    )
    overlay.put(CREDENTIAL, credential)
    licence = Licence(
        institution=address_of("bank"),
        phase=LicencePhase.LICENSED,
        categories=32,
        goaml_id="G-1",
        registration_no="R-1",
        expires_on=later,
        since=BUSINESS_DATE,
        basis=None,
        exit_only=False,
    )
    overlay.put(LICENCE, licence)
    recovery = Recovery(
        account=address_of("bob"),
        policy=KeyPolicy(threshold=1, keys=(digest_of("new key"),)),
        evidence=digest_of("evidence"),
        started_on=BUSINESS_DATE,
        effective_on=later,
        objected=True,
        agreed=False,
    )
    overlay.put(RECOVERY, recovery)
