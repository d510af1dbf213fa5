"""View tokens as they come in: read, checked against this node and network, remembered."""

from collections import OrderedDict

from node.api import NodeApi
from node.rpc.access import BadKey
from node.sdk.view_token import BadToken, ViewToken, read_token

REMEMBERED_MAX = 1_024
"""Tokens whose signature was found good; the one used longest ago goes first."""


class Viewers:
    """Tokens for one node."""

    __slots__ = ("_api", "_known", "_node")

    def __init__(self, api: NodeApi) -> None:
        self._api = api
        self._node: str | None = None
        self._known: OrderedDict[str, ViewToken] = OrderedDict()

    def read(self, text: str | None) -> ViewToken | None:
        """The token of a header. Raises BadKey: a wrong token is never taken for none."""
        if text is None:
            return None
        token = self._known.pop(text, None) or self._checked(text)
        self._known[text] = token
        if len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)
        return token

    def _checked(self, text: str) -> ViewToken:
        try:
            token = read_token(text)
        except BadToken:
            raise BadKey("not a view token") from None
        if self._node is None:
            self._node = self._api.node_state().node_id
        if token.genesis != self._api.genesis_digest:
            raise BadKey("the view token is for another network")
        if token.node != self._node:
            raise BadKey("the view token is for another node: each has one of its own")
        return token
