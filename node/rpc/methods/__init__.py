"""Table of contents of the RPC methods: one namespace a line."""

from node.rpc.method import Method
from node.rpc.methods import (
    account,
    aml,
    asset,
    auction,
    chain,
    collateral,
    commodity,
    consensus,
    holding,
    instrument,
    market,
    marks,
    node,
    process,
    ramp,
    rate,
    rules,
    sub,
    tax,
    tx_table,
)

METHODS: tuple[Method, ...] = (
    *node.METHODS,
    *chain.METHODS,
    *tx_table.METHODS,
    *account.METHODS,
    *aml.METHODS,
    *holding.METHODS,
    *asset.METHODS,
    *auction.METHODS,
    *instrument.METHODS,
    *market.METHODS,
    *marks.METHODS,
    *collateral.METHODS,
    *process.METHODS,
    *ramp.METHODS,
    *rate.METHODS,
    *commodity.METHODS,
    *rules.METHODS,
    *consensus.METHODS,
    *sub.METHODS,
    *tax.METHODS,
)
"""Every method that the network is served; rpc.discover is the server's own."""
