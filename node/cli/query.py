"""`mohur query`: ask a node anything that JSON-RPC answers."""

import click

from node.cli.output import write_json
from node.cli.remote import call, rpc_option
from node.cli.words import params_of

SHORT: dict[str, tuple[str, tuple[str, ...]]] = {
    "status": ("node_status", ()),
    "consensus": ("consensus_state", ()),
    "validators": ("consensus_validators", ()),
    "evidence": ("consensus_evidence", ()),
    "block": ("chain_getBlock", ("block",)),
    "account": ("account_get", ("account",)),
    "balances": ("account_getBalances", ("account",)),
    "history": ("account_getHistory", ("account",)),
    "statement": ("account_getDatedStatement", ("account", "asset", "fromDate", "toDate")),
    "bank-statement": ("participant_getStatement", ("servicer", "asset", "fromDate", "toDate")),
    "limits": ("account_getLimits", ("account", "asset")),
    "lock-ups": ("account_getLockUps", ("account",)),
    "cash-routes": ("account_getCashRoutes", ("account",)),
    "unclaimed": ("account_getUnclaimed", ("account",)),
    "grants": ("grant_list", ("grantor",)),
    "documents": ("asset_getDocuments", ("asset",)),
    "policies": ("gov_getPolicies", ()),
    "trace": ("asset_getTrace", ("asset", "account")),
    "assets": ("asset_list", ()),
    "supply": ("asset_getSupply", ("asset",)),
    "schedule": ("instrument_getSchedule", ("asset",)),
    "reserves": ("cash_getReserves", ("asset",)),
    "receipt": ("tx_getReceipt", ("txId",)),
    "day": ("agenda_status", ()),
}
"""Short word -> method and the names of its first params."""


@click.command(
    short_help="Ask a node.",
    epilog="Short words: " + ", ".join(SHORT) + ".",
)
@click.argument("method")
@click.argument("words", nargs=-1, metavar="[PARAMS]")
@rpc_option
def query(method: str, words: tuple[str, ...], url: str) -> None:
    """Ask a node: a method of JSON-RPC or a short word, then its params.

    Params are one JSON object, or name=value words. On local networks @alice stands for the address
    of a well-known account.

    \b
      mohur query chain_getBlock '{"block": "latest"}'
      mohur query account_getBalances account=@alice
      mohur query balances @alice
      mohur query supply DPKR
      mohur query reserves DPKR atHeight=1200
    """
    full, names = SHORT.get(method, (method, ()))
    write_json(call(url, full, params_of(words, names)))
