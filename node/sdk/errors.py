"""What a client meets: a refusal of the node, a node that does not answer, a proof that fails."""

from tokens.jsonform import Json


class RpcFailed(Exception):
    """The node answered with an error object."""

    def __init__(self, method: str, error: dict[str, Json]) -> None:
        data = error.get("data")
        details = data if isinstance(data, dict) else {}
        code = error.get("code")
        self.method = method
        self.code: int = code if isinstance(code, int) else 0
        """Number of the refusal (docs/rpc.md)."""
        self.symbol = str(details.get("symbol", ""))
        """Stable name of the refusal; decide by this one."""
        self.message = str(error.get("message", ""))
        self.is_retryable = details.get("retryable") is True
        """The same bytes may succeed later, or at another node."""
        self.tx_id = _bytes_of(details.get("txId"))
        oldest = details.get("oldestHeight")
        self.oldest_height = oldest if isinstance(oldest, int) else None
        """Of PRUNED for `atHeight`: the lowest height whose state this node keeps."""
        super().__init__(f"{method}: {self.message} [{self.symbol}]")


def _bytes_of(text: Json) -> bytes | None:
    """Bytes of 0x and hex; None for anything else: an error is not a reason for another one."""
    try:
        return bytes.fromhex(text[2:]) if isinstance(text, str) else None
    except ValueError:
        return None


class NodeUnreachable(Exception):
    """No answer, or one that is no JSON-RPC. Whether a submission arrived is not known."""


class NeverFinal(Exception):
    """The chain is past `valid_until` and there is no receipt: it never entered and never will."""


class ProofFailed(Exception):
    """What the node said is not what validators signed; the message says which step failed."""
