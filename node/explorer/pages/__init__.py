"""Every page of the explorer: its path, the function that makes it, its place in the navigation."""

from node.explorer.pages import blocks, overview
from node.explorer.route import Route

ROUTES: tuple[Route, ...] = (
    Route("/", overview.overview, nav="Overview"),
    Route("/blocks", blocks.blocks, nav="Blocks"),
)
"""In the order of the navigation. A path in braces is a part that the page reads."""
