"""Exit statuses of `mohur`, as sysexits.h numbers them, and the one exception that carries them."""

from enum import IntEnum


class Exit(IntEnum):
    """Why the process ended. docs/cli.md lists them; numbers are an interface, never reused."""

    OK = 0
    FAILED = 1
    """The command ran and the answer is no: a refused transaction, a check that did not hold."""
    USAGE = 2
    """An option or argument is wrong."""
    NO_INPUT = 66
    """A file or folder that was named is not there or cannot be read."""
    UNAVAILABLE = 69
    """The node does not answer, or not in time: what was sent may still enter."""
    INTERNAL = 70
    """A defect of Mohur."""
    CANNOT_CREATE = 73
    """A file or folder cannot be written, or is there already."""
    STORAGE_FAILED = 74
    """The disk of a node failed, or its store is damaged and cannot be fetched anew."""
    IN_USE = 75
    """Another process has the data folder or the port."""
    DIVERGED = 76
    """A node computes another result than a quorum has signed."""
    REFUSED = 77
    """Wrong passphrase, or a key that may not be used here."""
    BAD_CONFIG = 78
    """A configuration, genesis document or key file is not valid."""
    UPGRADE_NEEDED = 79
    """The chain goes on under a protocol version that this software does not know."""
    INTERRUPTED = 130
    """Ctrl-C."""


class CommandFailed(Exception):
    """Ends the command with a sentence and a status."""

    def __init__(self, sentence: str, status: Exit = Exit.FAILED) -> None:
        super().__init__(sentence)
        self.status = status
        """Exit status of the process."""
