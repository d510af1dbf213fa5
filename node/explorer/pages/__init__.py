"""Every page of the explorer: its path, the function that makes it, its place in the navigation."""

from node.explorer.pages.accounts import account, statement
from node.explorer.pages.api import method, reference
from node.explorer.pages.assets import asset, assets
from node.explorer.pages.auctions import auction, auctions
from node.explorer.pages.block import block
from node.explorer.pages.blocks import blocks
from node.explorer.pages.commodities import commodities, commodity
from node.explorer.pages.concentration import concentration
from node.explorer.pages.coupons import coupons
from node.explorer.pages.governance import governance, proposal
from node.explorer.pages.integrity import integrity
from node.explorer.pages.money import money, one_money, reserve_proof
from node.explorer.pages.network import network
from node.explorer.pages.overview import overview
from node.explorer.pages.participants import participant, participants
from node.explorer.pages.ramps import ramps
from node.explorer.pages.search import search
from node.explorer.pages.settlement import batch, settlement
from node.explorer.pages.supervision import supervision
from node.explorer.pages.trace import trace
from node.explorer.pages.transaction import proof, transaction
from node.explorer.pages.validators import validators
from node.explorer.route import Route

ROUTES: tuple[Route, ...] = (
    Route("/", overview, nav="Overview"),
    Route("/blocks", blocks, nav="Blocks"),
    Route("/blocks/{block}", block),
    Route("/tx/{tx}", transaction),
    Route("/tx/{tx}/proof", proof),
    Route("/assets", assets, nav="Assets"),
    Route("/assets/{asset}", asset),
    Route("/money", money, nav="Money"),
    Route("/money/{asset}", one_money),
    Route("/money/{asset}/proof", reserve_proof),
    Route("/ramps", ramps),
    Route("/commodities", commodities),
    Route("/commodities/{asset}", commodity),
    Route("/coupons", coupons),
    Route("/auctions", auctions, nav="Auctions"),
    Route("/auctions/{auction}", auction),
    Route("/settlement", settlement, nav="Settlement"),
    Route("/settlement/{address}/{batch}", batch),
    Route("/participants", participants, nav="Participants"),
    Route("/participants/{address}", participant),
    Route("/accounts/{address}", account),
    Route("/accounts/{address}/statement", statement),
    Route("/accounts/{address}/trace/{asset}", trace),
    Route("/governance", governance, nav="Governance"),
    Route("/governance/proposals/{proposal}", proposal),
    Route("/validators", validators, nav="Validators"),
    Route("/integrity", integrity, nav="Integrity"),
    Route("/supervision", supervision, nav="Supervision"),
    Route("/supervision/{asset}", concentration),
    Route("/network", network, nav="Network"),
    Route("/api", reference, nav="API"),
    Route("/api/{method}", method, takes_form=True),
    Route("/search", search),
)
"""In the order of the navigation. A path in braces is a part that the page reads."""
