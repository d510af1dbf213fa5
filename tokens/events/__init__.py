"""Typed events of receipts. A tag is never reused.

Tags: 1-49 holdings, 50-99 parties and proposals, 100-149 instruments, 150-199 settlement, 200-249 cash,
250-299 control, 300-349 business day and agenda, 350-399 governance.
"""

from tokens.events.holdings import Burned, Issued, LienEnded, LienPlaced, Moved

LedgerEvent = Moved | Issued | Burned | LienPlaced | LienEnded

__all__ = ["Burned", "Issued", "LedgerEvent", "LienEnded", "LienPlaced", "Moved"]
