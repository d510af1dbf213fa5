"""Every page of the explorer: its path, the function that makes it, its place in the navigation."""

from node.explorer.pages import (
    blocks,
    commodities,
    concentration,
    coupons,
    money,
    overview,
    ramps,
    supervision,
)
from node.explorer.route import Route

ROUTES: tuple[Route, ...] = (
    Route("/", overview.overview, nav="Overview"),
    Route("/blocks", blocks.blocks, nav="Blocks"),
    Route("/money", money.money, nav="Money"),
    Route("/money/{asset}", money.one_money),
    Route("/ramps", ramps.ramps),
    Route("/commodities", commodities.commodities, nav="Commodities"),
    Route("/commodities/{asset}", commodities.commodity),
    Route("/coupons", coupons.coupons, nav="Coupons"),
    Route("/supervision", supervision.supervision, nav="Supervision"),
    Route("/supervision/{asset}", concentration.concentration),
)
"""In the order of the navigation. A path in braces is a part that the page reads."""
