"""One child process of a local network: start, stop, kill, pause.

Rules of this file:
1. A child has its own process group, so that Ctrl-C in the terminal reaches the parent only; the
   parent then stops the children in order.
2. A child is signalled by its own pid, never by name. A pid is forgotten when the child is reaped.
3. A child ends with its parent: it watches a pipe that nobody writes to (node/cli/run.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from node.cli.run import PARENT_PIPE

STOP_SECONDS = 10
"""How long a child may take to end after SIGTERM before it gets SIGKILL."""
LOG_TAIL_BYTES = 4_096


class ChildProcess:
    """A named process with a log file. Not started by constructing it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        pipe: LifePipe,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        """Its standard output and error, appended to."""
        self.starts = 0
        """How often it was started."""
        self._command = tuple(command)
        self._pipe = pipe
        self._environment = dict(environment or {})
        """Added to that of this process."""
        self._process: subprocess.Popen[bytes] | None = None
        self.paused = False
        self._log_from = 0
        """Where the log of the last run begins."""

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def running(self) -> bool:
        """Whether it lives, paused or not."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> int | None:
        """Status of the last run, negative for a signal; None while it runs or never ran."""
        return None if self._process is None else self._process.poll()

    def start(self, *more: str) -> None:
        """Start it, with further arguments for this run. RuntimeError if it runs."""
        if self.running:
            raise RuntimeError(f"{self.name} runs already")
        inherited = {**os.environ, **self._environment}
        environment = {**inherited, PARENT_PIPE: str(self._pipe.child_end)}
        with self.log.open("ab") as log:
            self._log_from = log.tell()
            self._process = subprocess.Popen(
                (*self._command, *more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                pass_fds=(self._pipe.child_end,),
                process_group=0,
            )
        self.paused = False
        self.starts += 1

    def kill(self) -> None:
        """SIGKILL, and wait until the kernel has taken it away."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(STOP_SECONDS)

    def pause(self) -> None:
        """SIGSTOP: it lives, holds its connections, and says nothing."""
        self._signal(signal.SIGSTOP)
        self.paused = self.running

    def resume(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)
        self.paused = False

    def ask_to_stop(self) -> None:
        """SIGTERM; a paused one is resumed, or it would never read it."""
        self._signal(signal.SIGTERM)
        if self.paused:
            self.resume()

    def wait_stopped(self) -> None:
        """Reap it; one that does not end in time is killed."""
        try:
            self.await_end(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def await_end(self, seconds: float) -> None:
        """Reap it when it ends by itself. subprocess.TimeoutExpired."""
        if self._process is not None:
            self._process.wait(seconds)

    def log_tail(self) -> str:
        """The last lines of its log since its start, for a message about why it ended."""
        if not self.log.is_file():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(self._log_from, self.log.stat().st_size - LOG_TAIL_BYTES))
            return log.read().decode(errors="replace")

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.running:
            self._process.send_signal(number)


class LifePipe:
    """Children inherit one end and see the end of file when the parent is gone, however it went."""

    def __init__(self) -> None:
        self.child_end, self._parent_end = os.pipe()
        """Descriptor that children inherit."""

    def close(self) -> None:
        """Tell all children to stop that still run."""
        os.close(self.child_end)
        os.close(self._parent_end)


def node_command(config: Path) -> tuple[str, ...]:
    """How a node is started: with this interpreter, whatever the PATH says."""
    return (sys.executable, "-m", "node.cli", "run", "--config", str(config))


def stop_all(children: Sequence[ChildProcess]) -> None:
    """Stop them together, so that it takes as long as the slowest one."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait_stopped()
