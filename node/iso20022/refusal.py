"""What this folder answers instead of guessing."""


class MessageRefused(ValueError):
    """A message is not XML, not valid, or says what Mohur does not do. Carries the element."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        """Names of the elements from the root down, divided by `/`; empty: the whole text."""
        self.reason = reason


class NotSayable(ValueError):
    """The ledger holds something that the message has no words for."""
