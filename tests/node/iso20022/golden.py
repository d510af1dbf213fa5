"""Golden messages: `python -m tests.node.iso20022.golden` writes them anew."""

import datetime as dt
from pathlib import Path

import msgspec

from node.iso20022 import (
    camt_054,
    collateral,
    fxtr_014,
    header,
    pacs_009,
    semt_002,
    sese_020,
    sese_023,
    sese_024,
    sese_025,
    sese_027,
)
from node.iso20022.outgoing import text_of
from node.iso20022.reading import parse
from node.iso20022.trade import Trade, trade_of, trades_of
from node.sdk.schema.statement import DatedStatement, StatementLine
from tests.node.iso20022.case import (
    BOND,
    BUYER,
    BUYER_ACCOUNT,
    COIN,
    DIRECTORY,
    HOUSE,
    MONEY,
    NOTE,
    SALE,
    SELLER,
    SELLER_ACCOUNT,
    batch_of,
    named,
)
from tests.node.iso20022.repo_case import ADDED, REPO, SWAPPED
from tokens.records.settlement import ISSUANCE, Batch, BatchStatus, Leg
from tokens.results import Code

TOLD = msgspec.structs.replace(
    SALE,
    legs=tuple(
        msgspec.structs.replace(leg, travel_hash=bytes([place]) * 32)
        for place, leg in enumerate(SALE.legs, 1)
    ),
)
"""The sale with the data of both clients sealed."""
PVP = batch_of(
    msgspec.structs.replace(
        SALE,
        legs=(
            Leg(
                asset=COIN,
                quantity=2_000,
                giver=BUYER,
                taker=SELLER,
                source=BUYER_ACCOUNT,
                target=None,
            ),
            Leg(
                asset=MONEY,
                quantity=3_001,
                giver=SELLER,
                taker=BUYER,
                source=None,
                target=BUYER_ACCOUNT,
            ),
        ),
    ),
    BUYER,
)
"""The buyer gives a stablecoin for central-bank money."""
TWO = msgspec.structs.replace(
    SALE,
    legs=(
        *SALE.legs,
        Leg(
            asset=NOTE,
            quantity=500,
            giver=BUYER,
            taker=SELLER,
            source=None,
            target=SELLER_ACCOUNT,
        ),
    ),
)
"""The seller's bond against money and the buyer's bill, in one."""
FOLDER = Path(__file__).parents[2] / "vectors" / "iso20022"
CREATED = dt.datetime(2026, 7, 3, 9, 30, tzinfo=dt.UTC)
DAY = dt.date(2026, 7, 3)


def _issue() -> Batch:
    """An issue free of payment by the house, which has no LEI."""
    leg = Leg(asset=NOTE, quantity=500, giver=HOUSE, taker=BUYER, source=ISSUANCE, target=None)
    operation = msgspec.structs.replace(
        SALE, batch_id="ISSUE-1", legs=(leg,), uti="", trade_ref="", automatic=False
    )
    return batch_of(operation, HOUSE)


def statement() -> DatedStatement:
    """Two postings of one account."""
    lines = [
        StatementLine(
            date=DAY,
            height=7,
            index=index,
            tx_id=bytes([index]) * 32,
            event="moved",
            debit=debit,
            credit=credit,
            balance=1_000 + credit - debit,
            counterparty=None,
        )
        for index, debit, credit in ((0, 0, 9_838_157), (1, 12_345, 0))
    ]
    return DatedStatement(
        account=SELLER_ACCOUNT,
        asset=COIN,
        from_date=DAY,
        to_date=DAY,
        opening=1_000,
        credits=9_838_157,
        debits=12_345,
        closing=9_826_812,
        lines=tuple(lines),
        payments=(),
        liens=(),
        now=None,
    )


def _statuses() -> dict[str, str]:
    """sese.024 in each status, to the seller."""
    out: dict[str, str] = {}
    for status in BatchStatus:
        if status is BatchStatus.SETTLED:
            continue
        reason = int(Code.ACCOUNT_FROZEN) if status is BatchStatus.FAILED else 0
        batch = named(batch_of(SALE), status=status, reason=reason)
        advice = sese_024.advice_of(trade_of(DIRECTORY, batch, SELLER), dt.date(2026, 7, 2))
        root = sese_024.written(advice)
        out[f"{sese_024.MESSAGE}-{status.name.lower()}"] = text_of(sese_024.MESSAGE, root)
    return out


def confirmed(trade: Trade) -> str:
    """sese.025 of a settled trade."""
    root = sese_025.written(DIRECTORY, sese_025.confirmation_of(DIRECTORY, trade, DAY))
    return text_of(sese_025.MESSAGE, root)


def transferred(text: str) -> str:
    """A payment for a batch as one for nothing: a bank's own system writes such messages."""
    return text.replace(">SECU<", ">CASH<").replace(">TRADE-7<", ">PAY 1<")


def cancelling(*parties: bytes) -> Batch:
    """The sale, matched; these have asked to cancel it."""
    sale = named(batch_of(SALE))
    asked = [
        msgspec.structs.replace(entry, cancels=entry.participant in parties)
        for entry in sale.parties
    ]
    return msgspec.structs.replace(sale, parties=tuple(asked), status=BatchStatus.MATCHED)


def _answers() -> dict[str, str]:
    """sese.027, each of the answers, to the seller."""
    sale = named(batch_of(SALE))
    out: dict[str, str] = {}
    for name, batch in (
        ("pending", cancelling(SELLER)),
        ("cancelled", msgspec.structs.replace(sale, status=BatchStatus.CANCELLED)),
        ("settled", msgspec.structs.replace(sale, status=BatchStatus.SETTLED)),
        ("ended", msgspec.structs.replace(sale, status=BatchStatus.EXPIRED)),
    ):
        answer = sese_027.answer_of(trade_of(DIRECTORY, batch, SELLER))
        root = sese_027.written(answer, "MSG-1")
        out[f"{sese_027.MESSAGE}-{name}"] = text_of(sese_027.MESSAGE, root)
    return out


def _linked() -> dict[str, str]:
    """Both messages of a batch of two parts, of each kind that a part has."""
    batch = named(batch_of(TWO))
    settled = msgspec.structs.replace(batch, status=BatchStatus.SETTLED)
    out: dict[str, str] = {}
    for number, trade in enumerate(trades_of(DIRECTORY, batch, SELLER), 1):
        for message, root in (
            (sese_020.MESSAGE, sese_020.written(DIRECTORY, trade)),
            (sese_023.MESSAGE, sese_023.written(DIRECTORY, trade)),
            (sese_024.MESSAGE, sese_024.written(sese_024.advice_of(trade, DAY))),
        ):
            out[f"{message}-part-{number}"] = text_of(message, root)
    for number, trade in enumerate(trades_of(DIRECTORY, settled, SELLER), 1):
        out[f"{sese_025.MESSAGE}-part-{number}"] = confirmed(trade)
    return out


def messages() -> dict[str, str]:
    """Name of the file without ending -> text."""
    sale = batch_of(SALE)
    settled = named(sale, status=BatchStatus.SETTLED)
    out = _statuses()
    for name, batch, party in (
        ("dvp-deliverer", sale, SELLER),
        ("dvp-receiver", named(sale), BUYER),
        ("issue-free", _issue(), HOUSE),
        ("dvp-told", batch_of(TOLD), SELLER),
    ):
        root = sese_023.written(DIRECTORY, trade_of(DIRECTORY, batch, party))
        out[f"{sese_023.MESSAGE}-{name}"] = text_of(sese_023.MESSAGE, root)
    for name, party in (("deliverer", SELLER), ("receiver", BUYER)):
        request = sese_020.written(DIRECTORY, trade_of(DIRECTORY, sale, party))
        out[f"{sese_020.MESSAGE}-{name}"] = text_of(sese_020.MESSAGE, request)
        out[f"{sese_025.MESSAGE}-{name}"] = confirmed(trade_of(DIRECTORY, settled, party))
    out[f"{pacs_009.MESSAGE}-secu"] = text_of(
        pacs_009.MESSAGE, pacs_009.written(DIRECTORY, settled, CREATED)
    )
    out[f"{pacs_009.MESSAGE}-cash"] = transferred(out[f"{pacs_009.MESSAGE}-secu"])
    told = camt_054.notification_of(DIRECTORY, statement())
    out[f"{camt_054.MESSAGE}"] = text_of(
        camt_054.MESSAGE, camt_054.written(DIRECTORY, told, "NTF-1", CREATED)
    )
    holdings = {BOND: 10_000_000, NOTE: 0, COIN: 5}
    report = semt_002.report_of_account(DIRECTORY, SELLER, SELLER_ACCOUNT, holdings, DAY)
    out[f"{semt_002.MESSAGE}-account"] = text_of(
        semt_002.MESSAGE, semt_002.written(DIRECTORY, report, "ST-1")
    )
    out[f"{header.MESSAGE}-sese.020"] = header.text_with_header(
        DIRECTORY,
        parse(out[f"{sese_020.MESSAGE}-deliverer"].encode()),
        sender=SELLER,
        receiver=HOUSE,
        reference="MSG-1",
        created=CREATED,
    )
    for name, batch, party in (("buyer", PVP, BUYER), ("seller", named(PVP), SELLER)):
        exchange = fxtr_014.written(DIRECTORY, fxtr_014.exchange_of(DIRECTORY, batch, party))
        out[f"{fxtr_014.MESSAGE}-{name}"] = text_of(fxtr_014.MESSAGE, exchange)
    proposed = collateral.written_proposal(DIRECTORY, REPO, ADDED, "COLL-1", DAY)
    out[collateral.PROPOSAL] = text_of(collateral.PROPOSAL, proposed)
    asked = collateral.written_substitution(DIRECTORY, REPO, SWAPPED, "COLL-2", DAY)
    out[collateral.SUBSTITUTION] = text_of(collateral.SUBSTITUTION, asked)
    accounts = {SELLER_ACCOUNT: holdings, BUYER_ACCOUNT: {NOTE: 7}, HOUSE: {NOTE: 0}}
    report = semt_002.report_of_bank(DIRECTORY, SELLER, accounts, DAY)
    out[f"{semt_002.MESSAGE}-bank"] = text_of(
        semt_002.MESSAGE, semt_002.written(DIRECTORY, report, "ST-2")
    )
    report = semt_002.report_of_account(DIRECTORY, SELLER, SELLER_ACCOUNT, {COIN: 5}, DAY)
    out[f"{semt_002.MESSAGE}-account-empty"] = text_of(
        semt_002.MESSAGE, semt_002.written(DIRECTORY, report, "ST-3")
    )
    report = semt_002.report_of_bank(DIRECTORY, SELLER, {HOUSE: {NOTE: 0}}, DAY)
    out[f"{semt_002.MESSAGE}-bank-empty"] = text_of(
        semt_002.MESSAGE, semt_002.written(DIRECTORY, report, "ST-4")
    )
    refused = sese_024.rejection_advice("TRADE-7", "DEAL 42", int(Code.ALREADY_EXISTS))
    out[f"{sese_024.MESSAGE}-rejected"] = text_of(sese_024.MESSAGE, sese_024.written(refused))
    return out | _answers() | _linked()


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in messages().items():
        (FOLDER / f"{name}.xml").write_text(text)


if __name__ == "__main__":
    main()
