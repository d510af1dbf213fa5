"""Scenarios as text: scenarios/*.txt, in the style of etcd's datadriven tests.

A scenario is a command (script.py), a line of dashes, and the log that is expected. After a change
that was meant, `python -m tests.consensus.test_scenarios --rewrite` writes the new logs; commit
them only if you understand what changed them.
"""

import sys
from pathlib import Path

import pytest

from tests.consensus.script import Script

FOLDER = Path(__file__).parent / "scenarios"
FILES = sorted(FOLDER.glob("*.txt"))
DASHES = "----"


def replay(text: str) -> str:
    """The file with the logs that its commands give now; comments and order stay."""
    script, written = Script(), []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.split("\n")
        if DASHES not in lines:
            written.append(paragraph)
            continue
        commands = lines[: lines.index(DASHES)]
        log = [line for command in commands if command[0] != "#" for line in script.run(command)]
        done = [line for line in log if line != "nothing"] or ["nothing"]
        written.append("\n".join([*commands, DASHES, *done]))
    return "\n\n".join(written) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    text = path.read_text()
    assert replay(text) == text


def test_every_scenario_says_what_it_is_about() -> None:
    assert len(FILES) >= 10
    for path in FILES:
        assert path.read_text().startswith("# ")


def main(arguments: list[str]) -> int:
    """Rewrite the logs of all scenarios."""
    if arguments != ["--rewrite"]:
        print("usage: python -m tests.consensus.test_scenarios --rewrite")
        return 2
    for path in FILES:
        before = path.read_text()
        after = replay(before)
        if after != before:
            path.write_text(after)
            print(f"rewritten: {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
