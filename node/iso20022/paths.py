"""The elements of each message that Mohur writes and understands, and what they stand for.

Rules of this file:
1. One line an element that has text. `=A|B` after a path narrows its code list.
2. What the schema demands is here, or the profile cannot be made (tests/node/iso20022/library.py).
3. docs/iso20022-elements.md is written from these tables.
"""

HEAD_001 = "head.001.001.02"
SESE_020 = "sese.020.001.07"
SESE_023 = "sese.023.001.11"
SESE_024 = "sese.024.001.12"
SESE_025 = "sese.025.001.11"
SESE_027 = "sese.027.001.07"
PACS_009 = "pacs.009.001.11"
CAMT_054 = "camt.054.001.12"
SEMT_002 = "semt.002.001.11"
COLR_007 = "colr.007.001.06"
COLR_010 = "colr.010.001.05"
FXTR_014 = "fxtr.014.001.05"

Paths = tuple[tuple[str, str], ...]
"""(path, what it is on the ledger)."""


def _below(path: str, rows: Paths) -> Paths:
    return tuple((f"{path}/{name}", meaning) for name, meaning in rows)


def _party(path: str, whom: str) -> Paths:
    return (
        (f"{path}/Id/PrtryId/Id", f"{whom}: address as 32 hex digits, where it has no LEI"),
        (f"{path}/Id/PrtryId/Issr", "MOHUR"),
        (f"{path}/Id/NmAndAdr/Nm", f"{whom}: its name on the ledger, where it has an LEI"),
        (f"{path}/LEI", f"{whom}: its LEI"),
    )


_INSTRUMENT: Paths = (
    ("FinInstrmId/ISIN", "asset of the securities leg, where its id is an ISIN"),
    ("FinInstrmId/OthrId/Id", "its id otherwise"),
    ("FinInstrmId/OthrId/Tp/Prtry", "MOHUR"),
)

_PARTIES: Paths = (
    *_party("DlvrgSttlmPties/Pty1", "giver of the securities leg"),
    *_party("RcvgSttlmPties/Pty1", "taker of the securities leg"),
)

_SUPPLEMENT: Paths = (
    ("SplmtryData/Envlp/m:Btch/m:XpryDt", "expires_on"),
    ("SplmtryData/Envlp/m:Btch/m:CshAsst", "asset of the cash leg"),
    ("SplmtryData/Envlp/m:Btch/m:HshLck", "hash_lock, 64 hex digits"),
    ("SplmtryData/Envlp/m:Btch/m:TrvlHsh", "travel_hash of the securities leg, 64 hex digits"),
    ("SplmtryData/Envlp/m:Btch/m:CshTrvlHsh", "travel_hash of the cash leg, 64 hex digits"),
)

_REPO: Paths = (
    ("TxId", "given by the sender"),
    ("Oblgtn/PtyA/PrtryId/Id", "seller of the repo, who gives collateral: 32 hex digits"),
    ("Oblgtn/PtyA/PrtryId/Issr", "MOHUR"),
    ("Oblgtn/PtyB/PrtryId/Id", "buyer of the repo: 32 hex digits"),
    ("Oblgtn/PtyB/PrtryId/Issr", "MOHUR"),
    ("Oblgtn/XpsrTp=REPO", "a repo"),
    ("Oblgtn/ValtnDt/Dt", "date for which it is asked"),
    ("Agrmt/AgrmtDtls", "reference of the terms"),
    ("Agrmt/AgrmtId", "id of the repo, 64 hex digits"),
    ("Agrmt/AgrmtDt", "start of the repo"),
    ("Agrmt/BaseCcy", "currency of the cash asset"),
)


def _collateral(path: str, which: str) -> Paths:
    return (
        (f"{path}/SctyId/ISIN", f"{which}: asset, where its id is an ISIN"),
        (f"{path}/SctyId/OthrId/Id", "its id otherwise"),
        (f"{path}/SctyId/OthrId/Tp/Prtry", "MOHUR"),
        (f"{path}/Qty/FaceAmt", f"{which}: amount"),
        (f"{path}/SfkpgPlc/Prtry/Tp/Id", "LDGR: on the ledger"),
        (f"{path}/SfkpgPlc/Prtry/Tp/Issr", "MOHUR"),
    )


def _substituted(side: str, which: str) -> Paths:
    return (
        (f"{side}/CollSbstitnSeq=INIT", "first request"),
        (f"{side}/SbstitnRqrmnt", f"{which}: amount"),
        (f"{side}/CollSbstitnTp=AVMG", "against the variation margin"),
        *_collateral(f"{side}/SctiesColl", which),
    )


_PROPOSED = "TpAndDtls/CollPrpsl/CollPrpslDtls/VartnMrgn"
_MOVED = f"{_PROPOSED}/MvmntDrctn/CollMvmntDrctn/Dlvr"

PATHS: dict[str, tuple[str, Paths]] = {
    COLR_007: (
        "CollPrpsl",
        (
            *_REPO,
            ("TpAndDtls/CollPrpslTp=INIT", "first proposal"),
            (f"{_PROPOSED}/AgrdAmt", "amount that is added"),
            (f"{_MOVED}/MrgnCallReqId", "first 16 bytes of the repo's id, hex"),
            *_collateral(f"{_MOVED}/SctiesColl", "what is added"),
        ),
    ),
    FXTR_014: (
        "FXTradInstr",
        (
            ("TradInf/TradDt", "trade_date"),
            ("TradInf/OrgtrRef", "batch_id"),
            ("TradInf/CmonRef", "trade_ref"),
            ("TradInf/PmtVrssPmtInd", "true: both or none"),
            ("TradgSdId/SubmitgPty/PtyId/ClrSysId/Prtry", "who instructs: 32 hex digits"),
            ("CtrPtySdId/SubmitgPty/PtyId/ClrSysId/Prtry", "the other party: 32 hex digits"),
            ("TradAmts/TradgSdBuyAmt/Amt", "quantity of the leg that it gets"),
            ("TradAmts/TradgSdSellAmt/Amt", "quantity of the leg that it gives"),
            ("TradAmts/SttlmDt", "isd"),
            ("AgrdRate/XchgRate", "sold for one unit bought, half up"),
            ("SplmtryData/Envlp/m:Btch/m:XpryDt", "expires_on"),
            ("SplmtryData/Envlp/m:Btch/m:HshLck", "hash_lock, 64 hex digits"),
            ("SplmtryData/Envlp/m:Btch/m:ByAsst", "asset that it gets"),
            ("SplmtryData/Envlp/m:Btch/m:ByAcct", "its account for it, 32 hex digits"),
            ("SplmtryData/Envlp/m:Btch/m:ByTrvlHsh", "travel_hash of that leg"),
            ("SplmtryData/Envlp/m:Btch/m:SllAsst", "asset that it gives"),
            ("SplmtryData/Envlp/m:Btch/m:SllAcct", "its account for it, 32 hex digits"),
            ("SplmtryData/Envlp/m:Btch/m:SllTrvlHsh", "travel_hash of that leg"),
            ("SplmtryData/Envlp/m:Btch/m:UTI", "uti"),
            ("SplmtryData/Envlp/m:Btch/m:Prty", "priority, 0 to 9"),
            ("SplmtryData/Envlp/m:Btch/m:Auto", "automatic"),
        ),
    ),
    COLR_010: (
        "CollSbstitnReq",
        (
            *_REPO,
            *_substituted("CollSbstitnRtr", "what goes back"),
            ("CollSbstitnRtr/SctiesColl/CollId", "line of the basket, from 0"),
            *_substituted("CollSbstitnDlvr", "what comes in"),
        ),
    ),
    HEAD_001: (
        "AppHdr",
        (
            ("Fr/FIId/FinInstnId/LEI", "participant that sends: its LEI"),
            ("Fr/FIId/FinInstnId/Othr/Id", "its address as 32 hex digits, where it has no LEI"),
            ("Fr/FIId/FinInstnId/Othr/Issr", "MOHUR"),
            ("To/FIId/FinInstnId/LEI", "participant that receives: its LEI"),
            ("To/FIId/FinInstnId/Othr/Id", "its address as 32 hex digits, where it has no LEI"),
            ("To/FIId/FinInstnId/Othr/Issr", "MOHUR"),
            ("BizMsgIdr", "given by the caller"),
            ("MsgDefIdr", "identifier of the document"),
            ("CreDt", "when the message was made"),
        ),
    ),
    SESE_020: (
        "SctiesTxCxlReq",
        (
            (
                "AcctOwnrTxId/SctiesSttlmTxId/TxId",
                "batch_id; of a part of a batch its own, as in sese.023",
            ),
            (
                "AcctOwnrTxId/SctiesSttlmTxId/SctiesMvmntTp",
                "DELI from the giver, RECE from the taker",
            ),
            ("AcctOwnrTxId/SctiesSttlmTxId/Pmt", "APMT with a cash leg, FREE without"),
            ("MktInfrstrctrTxId", "first 16 bytes of the digest, hex"),
            *_below("TxDtls", _INSTRUMENT),
            ("TxDtls/TradDt/Dt/Dt", "trade_date"),
            ("TxDtls/SttlmDt/Dt/Dt", "isd"),
            ("TxDtls/SttlmQty/Qty/FaceAmt", "quantity of the securities leg"),
            ("TxDtls/SttlmAmt/Amt", "quantity of the cash leg"),
            ("TxDtls/SttlmAmt/CdtDbtInd", "CRDT from the giver, DBIT from the taker"),
            *_below("TxDtls", _PARTIES),
            ("SplmtryData/Envlp/m:Btch/m:PoolId", "batch_id, where the batch has several parts"),
        ),
    ),
    SESE_027: (
        "SctiesTxCxlReqStsAdvc",
        (
            ("CxlReqRef", "given by the caller: BizMsgIdr of the sese.020"),
            ("TxId/MktInfrstrctrTxId", "first 16 bytes of the digest, hex"),
            ("TxId/AcctOwnrTxId/SctiesSttlmTxId/TxId", "TxId of the sese.023"),
            (
                "TxId/AcctOwnrTxId/SctiesSttlmTxId/SctiesMvmntTp",
                "DELI to the giver, RECE to the taker",
            ),
            ("TxId/AcctOwnrTxId/SctiesSttlmTxId/Pmt", "APMT with a cash leg, FREE without"),
            ("PrcgSts/PdgCxl/Rsn/Cd/Cd=CONF", "the other parties have not asked yet"),
            ("PrcgSts/PdgCxl/Rsn/AddtlRsnInf", "in words"),
            ("PrcgSts/Dnd/Rsn/Cd/Cd=DSET|DCAN", "DSET settled, DCAN ended by the ledger"),
            ("PrcgSts/Dnd/Rsn/AddtlRsnInf", "in words"),
            ("PrcgSts/Canc/Rsn/Cd/Cd=CANI", "cancelled"),
            ("PrcgSts/Canc/Rsn/AddtlRsnInf", "in words"),
        ),
    ),
    SESE_023: (
        "SctiesSttlmTxInstr",
        (
            ("TxId", "batch_id; of a part of a batch its own"),
            ("Lnkgs/PrcgPos/Cd=WITH", "all parts or none"),
            ("Lnkgs/Ref/PoolId", "batch_id, where the batch has several parts"),
            ("Lnkgs/Ref/SctiesSttlmTxId", "TxId of another part"),
            ("SttlmTpAndAddtlParams/SctiesMvmntTp", "DELI from the giver, RECE from the taker"),
            ("SttlmTpAndAddtlParams/Pmt", "APMT with a cash leg, FREE without"),
            ("SttlmTpAndAddtlParams/CmonId", "trade_ref"),
            ("TradDtls/TradId", "uti"),
            ("TradDtls/TradDt/Dt/Dt", "trade_date"),
            ("TradDtls/SttlmDt/Dt/Dt", "isd"),
            *_INSTRUMENT,
            ("QtyAndAcctDtls/SttlmQty/Qty/FaceAmt", "quantity of the securities leg"),
            ("QtyAndAcctDtls/BlckChainAdrOrWllt/Id", "the sender's account for the securities"),
            ("QtyAndAcctDtls/CshAcct/Prtry", "the sender's account for the cash, 32 hex digits"),
            ("SttlmParams/HldInd/Ind", "true: not automatic; false: automatic"),
            ("SttlmParams/Prty/Nmrc", "priority, 0000 to 0009"),
            ("SttlmParams/SctiesTxTp/Cd=TRAD|ISSU", "ISSU: units come into being; TRAD: they move"),
            *_PARTIES,
            ("SttlmAmt/Amt", "quantity of the cash leg"),
            ("SttlmAmt/CdtDbtInd", "CRDT from the giver, DBIT from the taker"),
            *_SUPPLEMENT,
        ),
    ),
    SESE_024: (
        "SctiesSttlmTxStsAdvc",
        (
            ("TxId/AcctOwnrTxId", "TxId of the sese.023"),
            ("TxId/MktInfrstrctrTxId", "first 16 bytes of the digest, hex; not of a rejection"),
            ("TxId/CmonId", "trade_ref"),
            ("PrcgSts/AckdAccptd/NoSpcfdRsn", "instructed"),
            ("PrcgSts/Rjctd/Rsn/Cd/Cd", "the instruction failed: table of reasons"),
            ("PrcgSts/Rjctd/Rsn/AddtlRsnInf", "number and name of the ledger's code"),
            ("PrcgSts/Canc/Rsn/Cd/Cd", "CANI cancelled, CANS ended by the ledger"),
            ("PrcgSts/Canc/Rsn/AddtlRsnInf", "in words"),
            ("MtchgSts/Mtchd/AddtlRsnInf", "MATCHED, ALLOCATED"),
            ("MtchgSts/Umtchd/Rsn/Cd/Cd", "INSTRUCTED: CMIS"),
            ("MtchgSts/Umtchd/Rsn/AddtlRsnInf", "in words"),
            ("SttlmSts/Pdg/Rsn/Cd/Cd", "MATCHED: LACK or MONY or AWSH or AWMO; ALLOCATED: FUTU"),
            ("SttlmSts/Pdg/Rsn/AddtlRsnInf", "in words"),
            ("SttlmSts/Flng/Rsn/Cd/Cd", "FAILED, EXPIRED: table of reasons"),
            ("SttlmSts/Flng/Rsn/AddtlRsnInf", "number and name of the ledger's code"),
        ),
    ),
    SESE_025: (
        "SctiesSttlmTxConf",
        (
            ("TxIdDtls/AcctOwnrTxId", "TxId of the sese.023"),
            ("TxIdDtls/MktInfrstrctrTxId", "first 16 bytes of the digest, hex"),
            ("TxIdDtls/SctiesMvmntTp", "DELI to the giver, RECE to the taker"),
            ("TxIdDtls/Pmt", "APMT with a cash leg, FREE without"),
            ("TxIdDtls/CmonId", "trade_ref"),
            ("TradDtls/TradId", "uti"),
            ("TradDtls/TradDt/Dt/Dt", "trade_date"),
            ("TradDtls/SttlmDt/Dt/Dt", "isd"),
            ("TradDtls/FctvSttlmDt/Dt/Dt", "business date on which it settled"),
            *_INSTRUMENT,
            ("QtyAndAcctDtls/SttldQty/Qty/FaceAmt", "quantity of the securities leg"),
            ("QtyAndAcctDtls/BlckChainAdrOrWllt/Id", "the party's account for the securities"),
            ("QtyAndAcctDtls/CshAcct/Prtry", "the party's account for the cash, 32 hex digits"),
            (
                "SttlmParams/SctiesTxTp/Cd=TRAD|ISSU",
                "ISSU: units came into being; TRAD: they moved",
            ),
            *_PARTIES,
            ("SttldAmt/Amt", "quantity of the cash leg"),
            ("SttldAmt/CdtDbtInd", "CRDT to the giver, DBIT to the taker"),
        ),
    ),
    PACS_009: (
        "FICdtTrf",
        (
            ("GrpHdr/MsgId", "batch_id, or the transfer's reference"),
            ("GrpHdr/CreDtTm", "when the message was made"),
            ("GrpHdr/NbOfTxs", "1"),
            ("GrpHdr/SttlmInf/SttlmMtd=CLRG", "through the ledger"),
            ("GrpHdr/SttlmInf/ClrSys/Prtry", "MOHUR"),
            ("CdtTrfTxInf/PmtId/EndToEndId", "batch_id, or end_to_end_ref"),
            ("CdtTrfTxInf/IntrBkSttlmAmt", "quantity of the cash leg, or amount"),
            ("CdtTrfTxInf/IntrBkSttlmDt", "isd"),
            ("CdtTrfTxInf/Dbtr/FinInstnId/LEI", "giver of the cash leg: its LEI"),
            ("CdtTrfTxInf/Dbtr/FinInstnId/Othr/Id", "its address as 32 hex digits"),
            ("CdtTrfTxInf/Dbtr/FinInstnId/Othr/Issr", "MOHUR"),
            ("CdtTrfTxInf/DbtrAcct/Id/Othr/Id", "account debited, 32 hex digits"),
            ("CdtTrfTxInf/DbtrAcct/Tp/Prtry", "asset of the cash leg"),
            ("CdtTrfTxInf/Cdtr/FinInstnId/LEI", "taker of the cash leg: its LEI"),
            ("CdtTrfTxInf/Cdtr/FinInstnId/Othr/Id", "its address as 32 hex digits"),
            ("CdtTrfTxInf/Cdtr/FinInstnId/Othr/Issr", "MOHUR"),
            ("CdtTrfTxInf/CdtrAcct/Id/Othr/Id", "account credited, 32 hex digits"),
            ("CdtTrfTxInf/CdtrAcct/Tp/Prtry", "asset of the cash leg"),
            ("CdtTrfTxInf/Purp/Cd", "SECU: cash leg of a batch; CASH: a transfer"),
        ),
    ),
    CAMT_054: (
        "BkToCstmrDbtCdtNtfctn",
        (
            ("GrpHdr/MsgId", "given by the caller"),
            ("GrpHdr/CreDtTm", "when the message was made"),
            ("Ntfctn/Id", "the same as MsgId"),
            ("Ntfctn/FrToDt/FrDtTm", "first business date; the time says nothing"),
            ("Ntfctn/FrToDt/ToDtTm", "last business date; the time says nothing"),
            ("Ntfctn/Acct/Id/Othr/Id", "account, 32 hex digits"),
            ("Ntfctn/Acct/Tp/Prtry", "asset"),
            ("Ntfctn/Acct/Ccy", "currency of the asset"),
            ("Ntfctn/Ntry/NtryRef", "height, index and number of the posting in its transaction"),
            ("Ntfctn/Ntry/Amt", "debit or credit"),
            ("Ntfctn/Ntry/CdtDbtInd", "CRDT or DBIT"),
            ("Ntfctn/Ntry/Sts/Cd", "BOOK"),
            ("Ntfctn/Ntry/BookgDt/Dt", "business date"),
            ("Ntfctn/Ntry/AcctSvcrRef", "first 16 bytes of the transaction's id, hex"),
            ("Ntfctn/Ntry/BkTxCd/Prtry/Cd", "event of the receipt"),
            ("Ntfctn/Ntry/BkTxCd/Prtry/Issr", "MOHUR"),
        ),
    ),
    SEMT_002: (
        "SctiesBalCtdyRpt",
        (
            ("Pgntn/PgNb", "1: a statement is whole"),
            ("Pgntn/LastPgInd", "true"),
            ("StmtGnlDtls/StmtId", "given by the caller"),
            ("StmtGnlDtls/StmtDtTm/Dt", "business date"),
            ("StmtGnlDtls/Frqcy/Cd=ADHO", "made when asked for"),
            ("StmtGnlDtls/UpdTp/Cd=COMP", "complete"),
            ("StmtGnlDtls/StmtBsis/Cd=SETT", "settled positions"),
            ("StmtGnlDtls/ActvtyInd", "whether there is any holding"),
            ("StmtGnlDtls/SubAcctInd", "true for a participant, false for one account"),
            ("AcctSvcr/Id/PrtryId/Id", "servicer: address as 32 hex digits, where it has no LEI"),
            ("AcctSvcr/Id/PrtryId/Issr", "MOHUR"),
            ("AcctSvcr/Id/NmAndAdr/Nm", "servicer: its name, where it has an LEI"),
            ("AcctSvcr/LEI", "servicer: its LEI"),
            ("BlckChainAdrOrWllt/Id", "account; for a participant its own address"),
            ("BalForAcct/FinInstrmId/ISIN", "asset, where its id is an ISIN"),
            ("BalForAcct/FinInstrmId/OthrId/Id", "its id otherwise"),
            ("BalForAcct/FinInstrmId/OthrId/Tp/Prtry", "MOHUR"),
            ("BalForAcct/AggtBal/ShrtLngInd=LONG", "no position is short"),
            ("BalForAcct/AggtBal/Qty/Qty/Qty/FaceAmt", "balance at the end of the date"),
            ("SubAcctDtls/BlckChainAdrOrWllt/Id", "account of a client"),
            ("SubAcctDtls/ActvtyInd", "true"),
            ("SubAcctDtls/BalForSubAcct/FinInstrmId/ISIN", "as above"),
            ("SubAcctDtls/BalForSubAcct/FinInstrmId/OthrId/Id", "as above"),
            ("SubAcctDtls/BalForSubAcct/FinInstrmId/OthrId/Tp/Prtry", "MOHUR"),
            ("SubAcctDtls/BalForSubAcct/AggtBal/ShrtLngInd=LONG", "no position is short"),
            ("SubAcctDtls/BalForSubAcct/AggtBal/Qty/Qty/Qty/FaceAmt", "balance"),
        ),
    ),
}
