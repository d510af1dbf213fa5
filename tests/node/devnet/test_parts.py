"""Parts of the local network that need no node: files, ports, waiting, processes, figures."""

import os
import socket
import sys
from pathlib import Path

import msgspec
import pytest

from node.config import LogConfig, NodeConfig, PeerAddress, RpcConfig, load_config
from node.devnet.bench.load import merged
from node.devnet.bench.messages import Result, percentile
from node.devnet.bench.signed import Stock
from node.devnet.clean import networks_below, remove
from node.devnet.config_file import write_config
from node.devnet.layout import LAYOUT_VERSION, Layout, Ports, SavedState, StateUnusable, free_ports
from node.devnet.network import Network, Surroundings
from node.devnet.ports import choose
from node.devnet.process import ChildProcess, LifePipe
from node.devnet.profile import VALIDATORS, dev_genesis
from node.devnet.wait import DeadlinePassed, NotYet, until
from node.keystore.dev_keys import dev_names
from node.signing import Signer, dev_seed
from tokens.genesis_checks import check_genesis
from tokens.results import Code
from tokens.transaction import decode_transaction


def test_a_written_configuration_reads_back(tmp_path: Path) -> None:
    config = NodeConfig(
        id="treasury",
        data_dir='da"ta',
        genesis="../genesis.json",
        port=1234,
        peers=(PeerAddress(id="a", host="h", port=1), PeerAddress(id="b", host="::1", port=2)),
        rpc=RpcConfig(port=9, allowed_hosts=("x", "y")),
        log=LogConfig(level="debug"),
        profile_stages=True,
    )
    write_config(config, tmp_path / "node.toml")
    assert load_config(tmp_path / "node.toml") == config


def test_the_profile_has_no_fault() -> None:
    genesis = dev_genesis()
    assert check_genesis(genesis) == []
    assert tuple(member.id for member in genesis.validators) == VALIDATORS


def test_every_key_of_the_profile_is_refused_elsewhere() -> None:
    known = {Signer.from_seed(dev_seed(name)).public_key for name in dev_names()}
    for participant in dev_genesis().participants:
        assert set(participant.policy.keys) <= known, participant.name


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        chosen = choose([port, port])
    assert port not in chosen
    assert len(set(chosen)) == 2


def test_state_is_saved_and_a_strange_one_refused(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    state = SavedState(version=LAYOUT_VERSION, nodes={"a": Ports(rpc=1, peer=2)})
    layout.save(state)
    assert layout.load() == state
    layout.save(msgspec.structs.replace(state, version=99))
    with pytest.raises(StateUnusable, match="mohur devnet clean"):
        layout.load()
    layout.state_file.write_text("{")
    with pytest.raises(StateUnusable, match="mohur devnet clean"):
        layout.load()


def test_ports_are_kept_while_they_are_free() -> None:
    first = free_ports(("a", "b"))
    assert free_ports(("a", "b"), first) == first


def test_clean_removes_networks_and_nothing_else(tmp_path: Path) -> None:
    network, other = tmp_path / "net", tmp_path / "notes"
    for folder in (network, other):
        folder.mkdir()
    Layout(network).save(SavedState(version=LAYOUT_VERSION, nodes={}))
    assert networks_below(tmp_path) == [network]
    remove(network)
    assert other.is_dir()
    assert not network.exists()
    with pytest.raises(ValueError, match="no local network"):
        remove(other)


async def test_waiting_ends_with_what_was_seen() -> None:
    async def never() -> None:
        raise NotYet("3 of 4")

    with pytest.raises(DeadlinePassed, match="the fourth: not within 0 s; 3 of 4"):
        await until("the fourth", never, seconds=0)


async def test_waiting_returns_the_first_answer() -> None:
    answers = iter([None, None, 7])

    async def ask() -> int:
        value = next(answers)
        if value is None:
            raise NotYet("not yet")
        return value

    assert await until("seven", ask, seconds=10, pause_seconds=0) == 7


@pytest.fixture
def child(tmp_path: Path) -> ChildProcess:
    """A process that reads from nobody and waits."""
    command = (sys.executable, "-c", "import signal; signal.pause()")
    return ChildProcess("child", command, tmp_path / "log", LifePipe())


def test_a_child_is_started_paused_resumed_killed(child: ChildProcess) -> None:
    child.start()
    with pytest.raises(RuntimeError, match="runs already"):
        child.start()
    assert child.pid is not None
    assert os.getpgid(child.pid) == child.pid
    child.pause()
    paused = [child.paused]
    child.resume()
    paused.append(child.paused)
    assert paused == [True, False]
    child.kill()
    assert not child.running
    assert child.exit_status == -9
    child.start()
    child.pause()
    child.ask_to_stop()
    child.wait_stopped()
    assert child.exit_status == -15
    assert child.starts == 2


def test_children_see_the_end_of_their_parent(tmp_path: Path) -> None:
    code = "from node.cli.run import end_with_parent; import signal; end_with_parent(); print(1)"
    pipe = LifePipe()
    command = (sys.executable, "-c", code + "; signal.pause()")
    child = ChildProcess("child", command, tmp_path / "log", pipe)
    child.start()
    pipe.close()
    child.await_end(seconds=30)
    assert child.exit_status == -15


def test_what_was_signed_ahead_is_valid_and_never_the_same() -> None:
    stock = Stock(first=0, count=3, senders=6, generator=1)
    stock.sign(9, valid_until=100)
    taken = stock.take(4) + stock.take(50)
    assert len({tx_id for tx_id, _ in taken}) == len(taken) == 9
    assert len(stock) == 0
    for tx_id, data in taken:
        decoded = decode_transaction(bytes.fromhex(data[2:]))
        assert not isinstance(decoded, Code)
        assert decoded.tx_id == tx_id


def test_percentiles_are_nearest_rank() -> None:
    values = list(range(1, 101))
    assert percentile(values, 500) == 50
    assert percentile(values, 990) == 99
    assert percentile(values, 1_000) == 100
    assert percentile([7], 500) == 7
    assert percentile([], 500) == 0


def test_results_of_generators_add_up() -> None:
    first = Result(sent=2, final=2, latencies_us=(1, 5), final_by_second=(2,), rejected={"A": 1})
    second = Result(sent=3, final=1, latencies_us=(3,), final_by_second=(0, 1), rejected={"A": 2})
    both = merged([first, second])
    assert both.sent == 5
    assert both.latencies_us == (1, 3, 5)
    assert both.final_by_second == (2, 1)
    assert both.rejected == {"A": 3}


def test_a_network_may_stand_behind_proxies(tmp_path: Path) -> None:
    surroundings = Surroundings(host_of=lambda name, peer: f"127.9.{len(name)}.{len(peer)}")
    network = Network.open(tmp_path, surroundings=surroundings)
    try:
        for name in network.names:
            for peer in load_config(network.layout.config(name)).peers:
                assert peer.host == f"127.9.{len(name)}.{len(peer.id)}"
                assert peer.port == network.state.nodes[peer.id].peer
    finally:
        network.close()


def test_a_child_gets_variables_of_its_own(tmp_path: Path) -> None:
    pipe = LifePipe()
    command = (sys.executable, "-c", "import os; print(os.environ['COLOUR'])")
    child = ChildProcess("a", command, tmp_path / "log", pipe, {"COLOUR": "green"})
    for _ in range(2):  # why it ended is not what an earlier run said
        child.start()
        child.await_end(20)
        assert child.log_tail() == "green\n"
    pipe.close()
