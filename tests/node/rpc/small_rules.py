"""Rules, licences, lists, credentials and a recovery of the small ledger."""

import datetime as dt

from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tests.node.rpc.small_money import GOLD
from tokens.records.holdings import LegalBasis
from tokens.records.licences import LICENCE, Licence
from tokens.records.parties import KeyPolicy
from tokens.records.persons import (
    CREDENTIAL,
    LOCK_UP,
    SANCTIONED,
    SANCTIONS_LIST,
    SPENDING,
    Credential,
    LockUp,
    Sanctioned,
    SanctionsList,
    Spending,
)
from tokens.records.recovery import RECOVERY, Recovery
from tokens.records.rules import (
    ANY,
    RULE,
    RULE_TABLE,
    CredentialRule,
    JurisdictionRow,
    JurisdictionRule,
    LockUpRule,
    Rule,
    RuleBody,
    RuleTable,
    TierLimit,
    VelocityRule,
)
from tokens.records.settlement import CASH_ROUTE, CashRoute
from tokens.state import Overlay
from tokens.types import LicencePhase


def _limits(overlay: Overlay, later: dt.date) -> None:
    """Of gold: so much a day, nothing before a date, a closed circuit. Of Bob the rest."""
    bob = address_of("bob")
    any_to_any = JurisdictionRow(source=ANY, target=ANY, classes=255)
    bodies: dict[str, RuleBody] = {
        "gold-circuit": JurisdictionRule(rows=(any_to_any,), closed=("NRVA",)),
        "gold-later": LockUpRule(until=later),
        "gold-day": VelocityRule(
            limits=(TierLimit(tier=1, day_max=1_000), TierLimit(tier=2, day_max=9_000))
        ),
    }
    for name, body in bodies.items():
        made = Rule(id=name, asset=GOLD, version=2, body=body, next_body=None, next_on=None)
        overlay.put(RULE, made)
    overlay.put(RULE_TABLE, RuleTable(asset=GOLD, rules=tuple(bodies), screened=False))
    overlay.put(LOCK_UP, LockUp(asset=GOLD, account=bob, version=1, amount=500, until=later))
    spent = Spending(person=digest_of("person bob"), asset=GOLD, on=BUSINESS_DATE, amount=300)
    overlay.put(SPENDING, spent)
    overlay.put(CASH_ROUTE, CashRoute(account=bob, asset="DPKR", cash_account=address_of("alice")))


def add_rules(overlay: Overlay) -> None:
    """One of each."""
    body = CredentialRule(credential="kyc", gives=False, receives=True)
    later = dt.date(2026, 1, 2)
    _limits(overlay, later)
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
