"""The project's own promises: pinned environment, few dependencies, documented verbs, headings."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import reasons_to_refuse, refuse_remote_address
from tests.gates import GATES, Gate, run, surroundings

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = ["runtime.txt", "dev.txt"]
REQUIREMENT_RE = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", re.MULTILINE)
VERB_RE = re.compile(r"^([a-z-]+):(?!=)(.*)$", re.MULTILINE)


def normal(requirement: str) -> str:
    """The name of a requirement, as registries compare it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def verbs(makefile: str) -> dict[str, str]:
    """Each verb with the rest of its line."""
    return {match[1]: match[2] for match in VERB_RE.finditer(makefile)}


def undocumented(makefile: str) -> list[str]:
    """Verbs without a `## sentence`."""
    return [verb for verb, rest in verbs(makefile).items() if not re.search(r"## [A-Z]", rest)]


def unpinned(lock: str) -> list[str]:
    """Requirements of a lock file that carry no SHA-256."""
    blocks = re.split(r"\n(?=[a-z0-9])", lock)
    return [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]


def test_the_distribution_is_what_operators_install() -> None:
    assert PROJECT["name"] == "mohur"
    assert PROJECT["scripts"] == {"mohur": "node.cli:main"}
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_runtime_dependencies_are_at_most_twelve() -> None:
    names = {
        "plyvel" if "plyvel" in name else name for name in map(normal, PROJECT["dependencies"])
    }
    assert len(names) <= 12, sorted(names)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_wheel_is_pinned_by_hash(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert unpinned(text) == []
    assert len(REQUIREMENT_RE.findall(text)) > 20


def test_an_unpinned_wheel_is_found() -> None:
    assert unpinned("a==1 \\\n    --hash=sha256:00\nb==2\n    # via a\n") == ["b==2"]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_covers_what_the_project_asks_for(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    asked = list(PROJECT["dependencies"])
    if lock == "dev.txt":
        asked += PROJECT["optional-dependencies"]["dev"]
    locked = {name for name, _ in REQUIREMENT_RE.findall(text)}
    assert {normal(requirement) for requirement in asked} <= locked


def test_both_locks_agree() -> None:
    runtime, dev = (
        dict(REQUIREMENT_RE.findall((ROOT / "requirements" / lock).read_text())) for lock in LOCKS
    )
    assert runtime == {name: version for name, version in dev.items() if name in runtime}


def test_every_verb_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert undocumented(makefile) == []
    expected = "help setup fmt lint type test check demo devnet sim bench docs clean"
    assert set(expected.split()) <= verbs(makefile).keys()


def test_an_undocumented_verb_is_found() -> None:
    assert undocumented("help: ## Say it\nbad: $(STAMP)\n\tx\nX := 1\nvar:=2\n") == ["bad"]


def test_make_help_prints_every_verb() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = [line.split()[1] for line in shown.splitlines()]
    assert names == list(verbs((ROOT / "Makefile").read_text()))


def test_every_verb_but_help_and_clean_needs_the_environment() -> None:
    for verb, rest in verbs((ROOT / "Makefile").read_text()).items():
        through = rest.split("##")[0].split()
        assert verb in ("help", "clean") or {"$(STAMP)", "lint", "check"} & set(through), verb


def test_every_gate_is_a_verb_and_none_is_listed_twice() -> None:
    names = [gate.name for gate in GATES]
    assert len(set(names)) == len(names)
    assert set(names) <= set(verbs((ROOT / "Makefile").read_text()))


def test_ci_is_a_strict_script_that_runs_the_checks_the_story_and_the_gates() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text()
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in text
    assert text.index("make test") < text.index("make demo") < text.index("make gates")
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_changelog_has_the_headings_of_a_release() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^### (.+)$", text.split("## Unreleased")[1], re.MULTILINE)
    assert headings[:5] == ["STATE-BREAKING", "WIRE-BREAKING", "API-BREAKING", "Added", "Fixed"]


def test_every_python_folder_is_a_package() -> None:
    folders = {
        path.parent
        for top in ("consensus", "tokens", "node", "tests")
        for path in (ROOT / top).rglob("*.py")
    }
    assert [
        str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()
    ] == []


def test_types_are_published() -> None:
    assert all((ROOT / top / "py.typed").exists() for top in ("consensus", "tokens", "node"))


def test_a_run_that_means_less_than_it_says_is_refused() -> None:
    good = reasons_to_refuse(debug=True, profile="ci", environment={"CI": "true"}.get)
    assert good == []
    bad = reasons_to_refuse(debug=False, profile="x", environment={"PYTHONASYNCIODEBUG": "1"}.get)
    assert len(bad) == 3
    assert reasons_to_refuse(debug=True, profile="explore", environment={"CI": "1"}.get)


def test_a_test_cannot_connect_to_another_machine() -> None:
    with pytest.raises(PermissionError, match="only to this machine"):
        refuse_remote_address("socket.connect", (object(), ("192.0.2.1", 443)))
    refuse_remote_address("socket.connect", (object(), ("127.0.0.1", 1)))
    refuse_remote_address("socket.connect", (object(), "/run/a.sock"))
    refuse_remote_address("open", ("192.0.2.1",))


def test_what_make_gates_is_told_is_not_told_to_a_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make gates ARGS="sim drills"` gave these words to each gate's own command."""
    monkeypatch.setenv("MAKEFLAGS", " -- ARGS=sim\\ drills")
    monkeypatch.setenv("ARGS", "sim drills")
    gate = Gate("help")
    assert run(gate).status == 0
    shown = surroundings()
    assert not {"ARGS", "MAKEFLAGS"} & set(shown)
    assert shown["PATH"]
