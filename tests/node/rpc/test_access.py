"""Who may call what: every (method, role) cell; keys, budgets, host, origin, binding."""

import json

import aiohttp
import pytest

from node.rpc.access import BUCKETS_MAX, BadKey, Budgets, Keys, RateLimited, new_key
from node.rpc.config import RpcConfig, UnsafeBind, check_config
from node.rpc.errors import FINE_CALLS
from node.rpc.hosts import host_of
from node.rpc.method import Tier
from node.rpc.methods import METHODS
from tests.node.rpc.caller import Caller, Serving, serving

READ = frozenset({Tier.READ})
SUBMIT = frozenset({Tier.READ, Tier.SUBMIT})
READ_TEXT, READ_KEY = new_key("reader", READ)
SUBMIT_TEXT, SUBMIT_KEY = new_key("writer", SUBMIT)

# One line per method: may it be called with no key, with a reading key, with a submitting key,
# on a node that has keys. A method without a line fails the test below.
CELLS = """
credential_get           yes yes yes
licence_get              yes yes yes
licence_list             yes yes yes
recovery_get             yes yes yes
rule_get                 yes yes yes
rule_list                yes yes yes
sanction_list            yes yes yes
account_get              yes yes yes
account_getUnclaimed     yes yes yes
asset_getDocuments       yes yes yes
gov_getPolicies          yes yes yes
grant_list               yes yes yes
account_getBalances      yes yes yes
account_getCashRoutes    yes yes yes
account_getDatedStatement yes yes yes
account_getHistory       yes yes yes
account_getHoldingProof  yes yes yes
account_getLimits        yes yes yes
account_getLockUps       yes yes yes
account_getStatement     yes yes yes
agenda_status            yes yes yes
asset_get                yes yes yes
asset_getHolders         yes yes yes
asset_getSupply          yes yes yes
asset_getTrace           yes yes yes
asset_list               yes yes yes
instrument_get                 yes yes yes
instrument_getAccrued          yes yes yes
instrument_getRegister         yes yes yes
instrument_getSchedule         yes yes yes
auction_get              yes yes yes
auction_getAllotments    yes yes yes
auction_getNcbs          yes yes yes
auction_getResult        yes yes yes
auction_getSheets        yes yes yes
auction_list             yes yes yes
instrument_getFixings    yes yes yes
instrument_getPrice      yes yes yes
instrument_getYield      yes yes yes
rate_list                yes yes yes
payment_get              yes yes yes
payment_getDefaults      yes yes yes
payment_getElections     yes yes yes
payment_list             yes yes yes
pledge_get               yes yes yes
pledge_getNotice         yes yes yes
cash_getQueue            yes yes yes
cash_getReserves         yes yes yes
cash_getSupply           yes yes yes
commodity_get            yes yes yes
commodity_getDeliveries  yes yes yes
commodity_getLot         yes yes yes
commodity_getLots        yes yes yes
commodity_list           yes yes yes
cash_getReserveProof     yes yes yes
chain_getBlock           yes yes yes
chain_getBlocks          yes yes yes
chain_getCommit          yes yes yes
chain_getDays            yes yes yes
chain_getCard            yes yes yes
chain_getGenesis         yes yes yes
chain_getHeader          yes yes yes
chain_getParams          yes yes yes
chain_getProof           yes yes yes
consensus_evidence       yes yes yes
consensus_participation  yes yes yes
consensus_state          yes yes yes
consensus_validators     yes yes yes
gov_getProposal          yes yes yes
gov_getProposals         yes yes yes
gov_getProtocol          yes yes yes
mark_get                 yes yes yes
mark_list                yes yes yes
book_get                 yes yes yes
book_list                yes yes yes
order_get                yes yes yes
order_list               yes yes yes
rfq_get                  yes yes yes
rfq_list                 yes yes yes
trade_get                yes yes yes
trade_list               yes yes yes
mempool_list             yes yes yes
mempool_status           yes yes yes
node_health              yes yes yes
node_peers               yes yes yes
node_status              yes yes yes
node_version             yes yes yes
participant_get          yes yes yes
participant_getStatement yes yes yes
participant_list         yes yes yes
ramp_get                 yes yes yes
ramp_getReference        yes yes yes
ramp_list                yes yes yes
report_get               yes yes yes
report_getAnchor         yes yes yes
report_list              yes yes yes
report_listAnchors       yes yes yes
travel_get               yes yes yes
travel_list              yes yes yes
pledge_list              yes yes yes
lien_list                yes yes yes
repo_get                 yes yes yes
repo_list                yes yes yes
rpc.discover             yes yes yes
settle_get               yes yes yes
settle_list              yes yes yes
complaint_get            yes yes yes
complaint_list           yes yes yes
sub_subscribe            yes yes yes
sub_unsubscribe          yes yes yes
supervision_getCoverage  yes yes yes
supervision_getFails  yes yes yes
supervision_getHolders  yes yes yes
supervision_getMaturityLadder  yes yes yes
supervision_getOutstanding  yes yes yes
supervision_getVelocity  yes yes yes
tax_getTable             yes yes yes
tax_getCertificates      yes yes yes
tax_getIssuePrice        yes yes yes
tx_decode                yes yes yes
tx_encode                yes yes yes
tx_get                   yes yes yes
tx_getProof              yes yes yes
tx_getReceipt            yes yes yes
tx_list                  yes yes yes
tx_simulate              yes yes yes
tx_submit                no  no  yes
tx_submitAndWait         no  no  yes
tx_submitBatch           no  no  yes
"""
TABLE = {name: cells for name, *cells in map(str.split, CELLS.strip().splitlines())}
ROLES: tuple[dict[str, str], ...] = (
    {},
    {"Authorization": f"Bearer {READ_TEXT}"},
    {"Authorization": f"Bearer {SUBMIT_TEXT}"},
)


def test_every_method_has_a_line() -> None:
    assert sorted(TABLE) == sorted({method.name for method in METHODS} | {"rpc.discover"})


async def symbols(session: aiohttp.ClientSession, headers: dict[str, str]) -> dict[str, str]:
    """Outcome of each method without params."""
    out = {}
    for name in TABLE:
        request = {"jsonrpc": "2.0", "id": 1, "method": name}
        async with session.post("/", json=request, headers=headers) as response:
            reply = await response.json()
        out[name] = reply["error"]["data"]["symbol"] if "error" in reply else "OK"
    return out


async def test_every_cell_of_method_and_role() -> None:
    settings = RpcConfig(keys=(READ_KEY, SUBMIT_KEY))
    async with (
        serving(settings) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        for role, headers in enumerate(ROLES):
            found = await symbols(session, headers)
            for name, cells in TABLE.items():
                allowed = found[name] != "UNAUTHORISED"
                assert allowed is (cells[role] == "yes"), (name, role, found[name])


async def test_reads_can_be_closed_too() -> None:
    settings = RpcConfig(keys=(READ_KEY,), is_read_open=False)
    async with (
        serving(settings) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        assert set((await symbols(session, {})).values()) == {"UNAUTHORISED"}
        assert (await symbols(session, ROLES[1]))["node_status"] == "OK"


async def test_a_wrong_key_is_refused_and_not_taken_for_none() -> None:
    async with (
        serving(RpcConfig(keys=(SUBMIT_KEY,))) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        for text in ("Bearer nonsense", f"Basic {SUBMIT_TEXT}", "Bearer", SUBMIT_TEXT):
            headers = {"Authorization": text}
            async with session.post("/", json={}, headers=headers) as response:
                assert response.status == 401
                assert response.headers["WWW-Authenticate"] == "Bearer"


def test_only_the_hash_of_a_key_is_kept() -> None:
    text, key = new_key("a", READ)
    assert text.startswith("mohur_")
    assert text.encode() not in key.sha256
    assert Keys((key,), is_read_open=False).identify(f"bearer {text}") == ("a", READ)
    with pytest.raises(BadKey):
        Keys((key,), is_read_open=True).identify("Bearer x")
    assert Keys((), is_read_open=True).identify(None) == ("anonymous", SUBMIT)


def test_a_budget_is_refilled_with_time() -> None:
    budgets = Budgets(calls_per_second=10, burst=20)
    budgets.charge("a", 20, now=0.0)
    with pytest.raises(RateLimited) as caught:
        budgets.charge("a", 15, now=0.0)
    assert caught.value.retry_after_s == 2
    budgets.charge("b", 20, now=0.0)
    budgets.charge("a", 15, now=1.5)
    with pytest.raises(RateLimited):
        budgets.charge("a", 1, now=1.5)


def test_forgotten_budgets_are_bounded() -> None:
    budgets = Budgets(calls_per_second=1, burst=1)
    for number in range(BUCKETS_MAX + 10):
        budgets.charge(str(number), 1, now=0.0)
    budgets.charge("0", 1, now=0.0)  # forgotten: a new one
    with pytest.raises(RateLimited):
        budgets.charge(str(BUCKETS_MAX + 9), 1, now=0.0)


def test_a_fine_may_lead_into_debt_of_one_burst() -> None:
    budgets = Budgets(calls_per_second=10, burst=20)
    budgets.fine("a", 1_000, now=0.0)
    with pytest.raises(RateLimited) as caught:
        budgets.charge("a", 0, now=0.0)
    assert caught.value.retry_after_s == 3
    budgets.charge("a", 0, now=2.0)
    budgets.fine("b", 5, now=0.0)
    budgets.charge("b", 15, now=0.0)


async def test_refused_submissions_use_up_the_budget_of_their_sender() -> None:
    """Junk at full rate was decoded and verified at full rate, beside everything else."""
    settings = RpcConfig(calls_per_second=1, burst=FINE_CALLS)
    async with (
        serving(settings) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        request = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tx_submitBatch",
            "params": {"transactions": ["0xc1"] * 3},
        }
        async with session.post("/", json=request) as response:
            assert response.status == 200
        async with session.post("/", json=request) as response:
            assert response.status == 429


async def test_too_many_calls_are_answered_429_with_retry_after() -> None:
    async with (
        serving(RpcConfig(calls_per_second=1, burst=3)) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        request = {"jsonrpc": "2.0", "id": 1, "method": "node_version"}
        async with session.post("/", json=[request] * 3) as response:
            assert response.status == 200
        async with session.post("/", json=[request] * 3) as response:
            assert response.status == 429
            assert int(response.headers["Retry-After"]) >= 1
            reply = await response.json()
            assert reply["error"]["data"] == {"symbol": "LIMIT_EXCEEDED", "retryable": True}


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1:1", True),
        ("localhost", True),
        ("LOCALHOST:80", True),
        ("[::1]:80", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
    ],
)
async def test_other_host_names_are_refused(caller: Caller, host: str, allowed: bool) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "node_version"})
    status, _ = await caller.raw(body, Host=host)
    assert (status == 200) is allowed


def test_host_names_without_port() -> None:
    assert host_of("A.example:1") == "a.example"
    assert host_of("[::1]:80") == "::1"
    assert host_of("") == ""


@pytest.mark.parametrize(("origin", "allowed"), [("https://a.example", False), (None, True)])
async def test_web_pages_may_not_open_the_websocket(
    server: Serving, origin: str | None, allowed: bool
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
        try:
            async with session.ws_connect("/ws", headers=headers):
                opened = True
        except aiohttp.WSServerHandshakeError:
            opened = False
    assert opened is allowed


async def test_a_listed_origin_may() -> None:
    async with (
        serving(RpcConfig(origins=("https://a.example",))) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
        session.ws_connect("/ws", headers={"Origin": "https://a.example"}) as socket,
    ):
        assert not socket.closed


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "node.example"])
def test_a_listener_for_others_needs_keys_or_tls(host: str) -> None:
    with pytest.raises(UnsafeBind, match="without TLS or API keys"):
        check_config(RpcConfig(host=host))
    check_config(RpcConfig(host=host, keys=(SUBMIT_KEY,)))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.77.0.1", "::1", "localhost"])
def test_loopback_needs_neither(host: str) -> None:
    check_config(RpcConfig(host=host))
