"""The language of scenarios/*.txt: one command a line, a line of dashes, what the nodes then did.

Commands:
    cluster n=4 t0=250 empty=5000 rotation=100 set=5:abcde
    submit 2 [to=ab]            transactions
    run 100                     that many milliseconds
    until 3 [abc]               until these tips have that height
    crash b / start b / power-cut / start-all / lose-guard b
    crash-at b looped-back Prepare
    partition ab cd [silent] / cut a b [silent] / heal
    drop Commit [from=a] [to=bc] [view=0] / hold ... / release
    lie d ViewChange view=5     signed by d, told to all others; d counts as a liar from then on
    clock a 9000                the wall clock of a node, ms ahead of the truth
    root d / break abcd / mend abcd    executors: another root, an error, none
    state                       the sentence of each node

The log has one line for what a node signs, decides, enters, reports as wrong. Blocks are A, B, C
and so on in the order in which they are first heard of.
"""

from collections.abc import Iterator
from functools import partial
from typing import assert_never

import msgspec

from consensus import actions as act
from consensus import events as ev
from consensus.actions import ReportKind
from consensus.messages import (
    Commit,
    ConsensusMessage,
    Prepare,
    PrePrepare,
    ViewChange,
    ViewChangeHead,
)
from consensus.types import CommitCertificate
from tests.consensus import fakes
from tests.consensus.cluster import Cluster
from tests.consensus.packets import Packet
from tests.consensus.wiring import Predicate, Rule

LOGGED = (
    ReportKind.VIEW_TIMEOUT,
    ReportKind.ENTERED_VIEW,
    ReportKind.PROPOSAL_REFUSED,
    ReportKind.EXECUTION_FAILED,
    ReportKind.SIGN_REFUSED,
    ReportKind.EVIDENCE,
    ReportKind.BEHIND,
    ReportKind.LEVEL,
    ReportKind.OBSERVING,
)
LINES_MAX = 200


class Stage(Cluster):
    """A cluster that writes down what its nodes do."""

    def __init__(self, options: dict[str, str]) -> None:
        self.lines: list[str] = []
        self.blocks: dict[bytes, str] = {}
        self.read: dict[str, int] = {}
        self.stopped: dict[str, bool] = {}
        t0_ms = int(options.get("t0", "250"))
        sets: dict[int, tuple[str, ...]] = {}
        if "set" in options:
            height, _, members = options["set"].partition(":")
            sets[int(height)] = tuple(members)
        config: dict[str, object] = {
            "timeout_min_ms": t0_ms,
            "timeout_max_ms": t0_ms,
            "block_interval_empty_ms": int(options.get("empty", "5000")),
            "rotation": int(options.get("rotation", "100")),
        }
        super().__init__(int(options.get("n", "4")), sets=sets, **config)  # type: ignore[arg-type]
        self.lines.clear()

    def say(self, name: str, text: str) -> None:
        """One line of the log."""
        self.lines.append(f"{self.now_ms:>6} {name} {text}")

    def block(self, digest: bytes) -> str:
        """A short name for a digest."""
        return self.blocks.setdefault(digest, chr(ord("A") + len(self.blocks)))

    def note_signed(self, name: str, message: ConsensusMessage) -> None:
        """What a node signs, in words."""
        super().note_signed(name, message)
        self.say(name, self.words(message))

    def words(self, message: ConsensusMessage) -> str:
        """A vote in words."""
        match message:
            case PrePrepare():
                why = "" if message.justification is None else ", justified"
                again = "again " if message.digest in self.blocks and message.view else ""
                block = self.block(message.digest)
                return f"proposes {again}{block} at {message.height}.{message.view}{why}"
            case Prepare():
                return f"prepares {self.block(message.digest)} at {message.height}.{message.view}"
            case Commit():
                return f"commits {self.block(message.digest)} at {message.height}.{message.view}"
            case ViewChange(head=head):
                digest = head.prepared_digest
                claim = "nothing"
                if digest is not None:
                    claim = f"{self.block(digest)} of view {head.prepared_view}"
                return f"asks for {head.height}.{head.view}, prepared {claim}"
            case _:
                assert_never(message)

    def note_decided(self, name: str, digest: bytes, certificate: CommitCertificate) -> None:
        """A block is durable."""
        super().note_decided(name, digest, certificate)
        place = f"{certificate.height}.{certificate.view}"
        self.say(name, f"has {self.block(digest)}, decided at {place}")

    def step(self) -> bool:
        """One thing, and what it made the nodes report."""
        done = super().step()
        self.collect()
        return done

    def collect(self) -> None:
        """New reports."""
        for name, peer in self.peers.items():
            reports = list(peer.reports)
            for report in reports[self.read.get(name, 0) :]:
                if report.kind in LOGGED:
                    kind = report.kind.name.lower().replace("_", " ")
                    self.say(name, f"[{kind}] {report.text}")
            self.read[name] = len(reports)
            if peer.halts and name not in self.stopped:
                self.stopped[name] = True
                self.say(name, f"stops voting: {peer.halts[0].reason}")


def words_of(line: str) -> tuple[list[str], dict[str, str]]:
    """Plain words and key=value pairs of a command."""
    plain, options = [], {}
    for word in line.split():
        key, mark, value = word.partition("=")
        if mark:
            options[key] = value
        else:
            plain.append(word)
    return plain, options


def packets(kinds: str, options: dict[str, str]) -> Predicate:
    """The packets of a drop or hold."""

    def fits(source: str, target: str, packet: Packet) -> bool:
        view = getattr(packet, "view", None)
        if isinstance(packet, ViewChange):
            view = packet.head.view
        return (
            type(packet).__name__ in kinds.split(",")
            and source in options.get("from", source)
            and target in options.get("to", target)
            and ("view" not in options or view == int(options["view"]))
        )

    return fits


class Script:
    """Runs the commands of one file on one Stage."""

    def __init__(self) -> None:
        self.stage = Stage({})
        self.rules: list[Rule] = []

    def run(self, line: str) -> list[str]:
        """One command; the lines that the log grew by.

        Raises:
            ValueError: no such command.
        """
        plain, options = words_of(line)
        verb, rest = plain[0], plain[1:]
        if verb == "cluster":
            self.stage = Stage(options)
            return ["ok"]
        self.stage.lines.clear()
        if verb == "state":
            return list(self._state())
        handled = self._nodes(verb, rest) or self._network(verb, rest, options)
        if not handled and not self._work(verb, rest, options):
            raise ValueError(f"no such command: {line}")
        self.stage.collect()
        lines = self.stage.lines
        if len(lines) > LINES_MAX:
            raise ValueError(f"{line}: more than {LINES_MAX} lines")
        return list(lines) or ["nothing"]

    def _state(self) -> Iterator[str]:
        for name, peer in self.stage.peers.items():
            replica = peer.replica
            text = "down" if replica is None else replica.describe(peer.now()).sentence
            yield f"       {name} {text}"

    def _nodes(self, verb: str, rest: list[str]) -> bool:
        stage = self.stage
        match verb, rest:
            case "crash", [name]:
                stage.crash(name)
            case "start", [name]:
                stage.peers[name].start()
            case "power-cut", []:
                stage.power_cut()
            case "start-all", []:
                stage.start_all()
            case "lose-guard", [name]:
                stage.lose_guard(name)
            case "crash-at", [name, point, kind]:
                stage.crash_at(name, point, partial(_signs, kind))
            case "clock", [name, ms]:
                stage.peers[name].skew_ms = int(ms)
            case "root", [names]:
                for name in names:
                    stage.peers[name].root_hook = lambda height, root: fakes.digest_of(root)
            case "break", [names]:
                for name in names:
                    stage.peers[name].fail = lambda proposal: "the executor broke"
            case "mend", [names]:
                for name in names:
                    stage.peers[name].fail = None
            case _:
                return False
        return True

    def _network(self, verb: str, rest: list[str], options: dict[str, str]) -> bool:
        stage = self.stage
        match verb, rest:
            case "partition", [*groups] if groups:
                named = [group for group in groups if group != "silent"]
                stage.partition(*named, silent="silent" in groups)
            case "cut", [one, other, *silent]:
                stage.cut(one, other, silent=bool(silent))
            case "heal", []:
                stage.heal()
            case "drop", [kinds]:
                self.rules.append(stage.drop(packets(kinds, options)))
            case "hold", [kinds]:
                self.rules.append(stage.hold(packets(kinds, options)))
            case "release", []:
                for rule in self.rules:
                    rule.release()
                self.rules = []
            case _:
                return False
        return True

    def _work(self, verb: str, rest: list[str], options: dict[str, str]) -> bool:
        stage = self.stage
        match verb, rest:
            case "submit", [count]:
                stage.submit(int(count), tuple(options.get("to", stage.names)))
            case "run", [ms]:
                stage.run_for(int(ms))
            case "until", [height, *names]:
                who = names[0] if names else stage.names
                stage.run_until(lambda: all(stage.height(n) >= int(height) for n in who))
            case "lie", [name, "ViewChange"]:
                self._lie(name, int(options["view"]))
            case _:
                return False
        return True

    def _lie(self, name: str, view: int) -> None:
        stage = self.stage
        stage.byzantine.add(name)
        head = ViewChangeHead(
            height=max(stage.heights().values()) + 1,
            view=view,
            prepared_view=None,
            prepared_digest=None,
            sender=name,
            signature=b"",
        )
        signature = fakes.signature_of(name, head)
        signed = msgspec.structs.replace(head, signature=signature)
        for target in stage.names:
            if target != name:
                stage.inject(name, target, ViewChange(head=signed, certificate=None))
                peer = stage.peers[target]
                peer.feed(ev.Tick(now=peer.now()))


def _signs(kind: str, action: act.Action) -> bool:
    """Does this action sign a draft of that kind?"""
    return isinstance(action, act.Sign) and type(action.draft).__name__ == kind
