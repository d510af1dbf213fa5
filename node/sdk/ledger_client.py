"""The usual questions as typed functions over a Client: what a bank's back office asks all day."""

from node.sdk.client import Client
from node.sdk.schema import account, asset, common, consensus, process, tx
from tokens.records.instruments import Asset, Instrument
from tokens.records.parties import Account, Participant
from tokens.records.settlement import Batch
from tokens.transaction import DecodedTransaction


async def submit(client: Client, transaction: DecodedTransaction) -> tx.Submission:
    """Hand in; PENDING, or DUPLICATE with the receipt if it is final."""
    params = tx.SubmitParams(transaction=transaction.data)
    return await client.call("tx_submit", params, of=tx.Submission)


async def submit_and_wait(
    client: Client, transaction: DecodedTransaction, timeout_ms: int = 10_000
) -> common.Receipt:
    """Hand in and wait. RpcFailed with code 4 when the time is over."""
    params = tx.SubmitAndWaitParams(transaction=transaction.data, timeout_ms=timeout_ms)
    return await client.call("tx_submitAndWait", params, of=common.Receipt)


async def submit_batch(
    client: Client, transactions: list[DecodedTransaction]
) -> tuple[tx.BatchSubmission, ...]:
    """Up to 50 at once, each with its own answer."""
    params = tx.SubmitBatchParams(transactions=tuple([entry.data for entry in transactions]))
    return await client.call("tx_submitBatch", params, of=tuple[tx.BatchSubmission, ...])


async def get_receipt(client: Client, tx_id: bytes) -> common.Receipt | None:
    """None while it waits. RpcFailed NOT_FOUND if the node does not know it."""
    params = client.form.to_json(tx.TxParams(tx_id=tx_id))
    answer = await client.raw("tx_getReceipt", params)
    if answer is None:
        return None
    return await client.call("tx_getReceipt", params, of=common.Receipt)


async def get_transaction(client: Client, tx_id: bytes) -> tx.TransactionInfo:
    """A transaction and its receipt. RpcFailed NOT_FOUND."""
    return await client.call("tx_get", tx.TxParams(tx_id=tx_id), of=tx.TransactionInfo)


async def get_account(client: Client, address: bytes) -> common.StateRead[Account]:
    """An account."""
    return await client.read("account_get", account.AccountParams(account=address), of=Account)


async def get_balance(client: Client, address: bytes, asset_id: str) -> int:
    """Balance of one asset in minor units; 0 if there is none."""
    cursor: str | None = None
    while True:
        params = account.AccountListParams(account=address, cursor=cursor, limit=100)
        page = (
            await client.read("account_getBalances", params, of=common.Page[account.Balance])
        ).value
        for entry in page.items:
            if entry.asset == asset_id:
                return entry.balance
        if page.next is None:
            return 0
        cursor = page.next


async def get_participant(client: Client, address: bytes) -> common.StateRead[Participant]:
    """A participant."""
    params = account.ParticipantParams(participant=address)
    return await client.read("participant_get", params, of=Participant)


async def get_asset(client: Client, asset_id: str) -> common.StateRead[asset.AssetInfo]:
    """An asset and its supply."""
    return await client.read("asset_get", asset.AssetParams(asset=asset_id), of=asset.AssetInfo)


async def list_assets(client: Client) -> tuple[Asset, ...]:
    """The first hundred assets."""
    params = common.PageParams(limit=common.PAGE_MAX)
    return (await client.read("asset_list", params, of=common.Page[Asset])).value.items


async def get_instrument(client: Client, isin: str) -> common.StateRead[Instrument]:
    """Terms of an instrument."""
    return await client.read("instrument_get", asset.AssetParams(asset=isin), of=Instrument)


async def get_schedule(client: Client, isin: str) -> tuple[asset.ScheduledPayment, ...]:
    """All payments of an instrument, paid and to come."""
    params = asset.AssetParams(asset=isin)
    answer = await client.read(
        "instrument_getSchedule", params, of=tuple[asset.ScheduledPayment, ...]
    )
    return answer.value


async def get_reserves(client: Client, asset_id: str) -> asset.Reserves:
    """What stands behind a stablecoin."""
    params = asset.SupplyParams(asset=asset_id)
    return (await client.read("cash_getReserves", params, of=asset.Reserves)).value


async def get_batch(client: Client, initiator: bytes, batch_id: str) -> Batch:
    """A settlement batch."""
    params = process.BatchParams(initiator=initiator, batch_id=batch_id)
    return (await client.read("settle_get", params, of=Batch)).value


async def get_agenda(client: Client) -> process.AgendaStatus:
    """The business day and the work before it."""
    return (await client.read("agenda_status", of=process.AgendaStatus)).value


async def get_evidence(client: Client) -> tuple[consensus.EvidenceInfo, ...]:
    """What is proven against validators, and where the ledger has it."""
    return await client.call("consensus_evidence", of=tuple[consensus.EvidenceInfo, ...])


async def get_consensus(client: Client) -> consensus.ConsensusState:
    """The height in progress, and in a sentence whom it waits for."""
    return await client.call("consensus_state", of=consensus.ConsensusState)
