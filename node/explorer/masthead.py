"""What stands above and below every page, as far as it is known without asking."""

from node.explorer.pages import ROUTES
from node.explorer.render import Masthead
from node.explorer.upstream import Upstream


def masthead_of(upstream: Upstream, path: str, words: dict[str, str]) -> Masthead:
    """For one page, or for a failure before the node has answered at all."""
    card = upstream.card
    return Masthead(
        chain_id="" if card is None else card.chain_id,
        is_dev=card is not None and card.is_dev,
        reader=upstream.reader,
        routes=ROUTES,
        path=path,
        words=words,
    )
