"""The explorer: pages on which supervisors and the public look at the ledger (docs/explorer.md).

Rules of this package:
1. A process of its own that asks one node by JSON-RPC (node/sdk). It opens no store and decides
   nothing: who may see what is decided in the node (docs/adr/0023-scoped-reads.md).
2. No script in any page (docs/adr/0026-explorer-without-scripts.md). A page is data (page.py): one
   set of templates makes HTML of it, and table_csv.py the same tables as CSV.
3. Whatever comes from the chain or the reader is hostile text. Templates escape it; what could
   change the order or the look of a line is spelled out (text.py).
4. A page has a bounded number of calls and seconds, a table a bounded number of rows.
"""
