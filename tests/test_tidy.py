"""Style is a test: the rules of tests/tidy, one family a file, applied here and shown to bite.

Each rule has at least one bad sample that it must find and one good sample that it must pass. The
exemptions are in tests/tidy/allowed.py, each with its reason.
"""

from functools import cache

import pytest

from tests.tidy import imports, places, purity, repeatable, sets, shell, size, words
from tests.tidy.allowed import ALLOWED
from tests.tidy.source import Finding, Rule, Source, sources

FAMILIES = (size, purity, sets, imports, shell, words, places, repeatable)
RULES: dict[str, Rule] = {rule.name: rule for family in FAMILIES for rule in family.RULES}

tracked = cache(sources)


def findings(rule: Rule) -> list[tuple[Source, Finding]]:
    """All breaches of one rule, exempt ones included."""
    return [
        (source, finding)
        for source in tracked()
        if rule.covers(source)
        for finding in rule.check(source)
    ]


@pytest.mark.parametrize("name", RULES)
def test_the_project_keeps_the_rule(name: str) -> None:
    rule = RULES[name]
    breaches = [
        f"{source.path}:{finding.line}: {finding.message}"
        for source, finding in findings(rule)
        if not any(exemption.excuses(rule, source, finding) for exemption in ALLOWED)
    ]
    assert not breaches, "\n" + "\n".join(breaches)


def test_every_exemption_is_needed_and_has_a_reason() -> None:
    for exemption in ALLOWED:
        rule = RULES[exemption.rule]
        assert exemption.reason.endswith("."), exemption
        assert any(exemption.excuses(rule, *found) for found in findings(rule)), exemption


LONG_FUNCTION = "def f():\n" + "    g()\n" * 60
LONG_DOCSTRING = 'def f():\n    """Say.\n' + "    more\n" * 90 + '    """\n    g()\n'
LONG_TEST = "def f():\n" + "    g()\n" * 80
FIELD = "class A(Struct):\n    peers: set[str]\n\n\ndef f(a: A) -> list[str]:\n    return "

BAD: list[tuple[str, str, str]] = [
    ("file-lines", "node/a.py", "x = 1\n" * 351),
    ("columns", "node/a.py", "x = '" + "a" * 96 + "'"),
    ("columns-of-scripts", ".ci/run", "#" * 101),
    ("function-lines", "node/a.py", LONG_FUNCTION),
    ("function-lines", "tests/a.py", LONG_TEST),
    ("module-docstring", "node/a.py", "import os"),
    ("module-docstring", "node/__init__.py", ""),
    ("module-docstring", "node/a.py", '""" """'),
    ("core-float", "tokens/a.py", "x = 0.5"),
    ("core-float", "tokens/a.py", "x = 1e6"),
    ("core-float", "tokens/a.py", "x = math.sqrt(4)"),
    ("core-division", "tokens/a.py", "x = a / b"),
    ("core-division", "tokens/a.py", "x /= 2"),
    ("core-names", "tokens/a.py", "def f(x: float): ..."),
    ("core-names", "tokens/a.py", "x = round(y)"),
    ("core-names", "tokens/a.py", "x = sorted(y, key=hash)"),
    ("core-names", "consensus/a.py", "print(x)"),
    ("core-clock", "consensus/a.py", "x = datetime.now()"),
    ("core-clock", "tokens/a.py", "x = date.today()"),
    ("core-await", "consensus/a.py", "async def f(): ..."),
    ("assert", "consensus/a.py", "assert x"),
    ("assert", "node/a.py", "assert x, 'why'"),
    ("set-order", "tokens/a.py", "for x in {1, 2}: g(x)"),
    ("set-order", "tokens/a.py", "x = list(set(y))"),
    ("set-order", "tokens/a.py", "x = [f(y) for y in frozenset(z)]"),
    ("set-order", "tokens/a.py", "x = {y: 1 for y in {z for z in w}}"),
    ("set-order", "tokens/a.py", "def f(x: set[int]):\n    for y in x: g(y)"),
    ("set-order", "tokens/a.py", "def f(x: 'X', y: frozenset[int] | None):\n    return tuple(y)"),
    ("set-order", "tokens/a.py", "def f():\n    x = set()\n    return x.pop()"),
    ("set-order", "tokens/a.py", "for x in a.keys() | b.keys(): g(x)"),
    ("set-order", "tokens/a.py", "x = set(a)\nfor y in x.union(b): g(y)"),
    ("set-order", "tokens/a.py", "x = b''.join({b'a', b'b'})"),
    ("set-order", "tokens/a.py", "x = [*{1, 2}]"),
    ("set-order", "tokens/a.py", "x, y = {1, 2}"),
    ("set-order", "tokens/a.py", FIELD + "list(a.peers)"),
    ("set-order", "tokens/a.py", FIELD + "sorted(x for x in [*a.peers])"),
    ("imports", "consensus/a.py", "import msgpack"),
    ("imports", "consensus/a.py", "from tokens.types import X"),
    ("imports", "tokens/a.py", "import random"),
    ("imports", "tokens/a.py", "from os import path"),
    ("imports", "tokens/a.py", "from node import signing"),
    ("imports", "node/sdk/a.py", "from node.storage import kv"),
    ("imports", "node/sdk/a.py", "import plyvel"),
    ("test-imports", "node/a.py", "from tests import x"),
    ("test-imports", "tokens/a.py", "import QuantLib"),
    ("verified", "node/a.py", "x = Verified(message=m)"),
    ("verified", "consensus/a.py", "x = types.Verified[Prepare](m)"),
    ("loose-task", "node/a.py", "asyncio.create_task(f())"),
    ("loose-task", "node/a.py", "asyncio.get_running_loop().create_task(f())"),
    ("loose-task", "tests/a.py", "asyncio.ensure_future(f())"),
    ("inheritance", "node/a.py", "class A(B): ..."),
    ("inheritance", "node/a.py", "class A(web.View, Protocol): ..."),
    ("stub", "node/a.py", "raise NotImplementedError"),
    ("unbounded", "node/a.py", "q = asyncio.Queue()"),
    ("unbounded", "node/a.py", "q = asyncio.Queue(maxsize=0)"),
    ("unbounded", "node/a.py", "from functools import cache"),
    ("unbounded", "node/a.py", "@lru_cache(maxsize=None)\ndef f(): ..."),
    ("first-key", "node/a.py", "del self.x[next(iter(self.x))]"),
    ("first-key", "consensus/a.py", "y = x.pop(next(iter(x)), None)"),
    ("words", "node/a.py", "is_leader = 1"),
    ("words", "node/a.py", "# the Followers of it"),
    ("words", "tokens/a.py", "class TxNonce: ..."),
    ("words", "docs/a.md", "the PREPREPARE message"),
    ("consensus-words", "consensus/a.py", "round_number = 1"),
    ("consensus-words", "consensus/a.py", "# in the next slot"),
    ("ledger-words", "tokens/a.py", "def destroy_tokens(): ..."),
    ("phrases", "docs/a.md", "a quorum of 2f+1"),
    ("phrases", "consensus/a.py", "q = 2 * f + 1"),
    ("phrases", "tokens/a.py", "# commits the transfer"),
    ("registry-name", "Makefile", "curl https://pypi.org/simple"),
    ("machine-path", "docs/a.md", "see /home/me/x.py"),
    ("machine-path", "tests/a.py", "PATH = '/root/src/x.py'"),
    ("sleep", "tests/a.py", "time.sleep(1)"),
    ("sleep", "tests/a.py", "await asyncio.sleep(0.1)"),
    ("skip", "tests/a.py", "pytest.skip('x')"),
    ("skip", "tests/a.py", "@pytest.mark.xfail(reason='x')\ndef f(): ..."),
    ("chance", "tests/a.py", "x = random.randint(1, 2)"),
    ("chance", "tests/a.py", "x = random.Random()"),
    ("chance", "tests/a.py", "x = secrets.token_bytes(32)"),
    ("chance", "tests/a.py", "x = nacl.signing.SigningKey.generate()"),
    ("stop-watch", "tests/a.py", "assert time.monotonic() - start < 1"),
]

GOOD: list[tuple[str, str, str]] = [
    ("file-lines", "node/a.py", "x = 1\n" * 350),
    ("columns", "node/a.py", "x" * 100),
    ("columns-of-scripts", ".ci/run", "#" * 100),
    ("function-lines", "node/a.py", LONG_DOCSTRING),
    ("function-lines", "tests/a.py", LONG_FUNCTION),
    ("module-docstring", "node/a.py", '"""What it holds."""'),
    ("module-docstring", "tests/a/__init__.py", ""),
    ("core-float", "tokens/a.py", "x = 5 + math.gcd(6, 4)"),
    ("core-division", "tokens/a.py", "x = a // b\n'/'"),
    ("core-names", "tokens/a.py", "class A:\n    id: int\n\nx = a.id\nrounded = a.hash"),
    ("core-clock", "consensus/a.py", "x = event.now"),
    ("core-await", "consensus/a.py", "def f(): ..."),
    ("assert", "consensus/a.py", "assert_never(x)"),
    ("set-order", "tokens/a.py", "x = {1}\nfor y in sorted(x): g(y)"),
    ("set-order", "tokens/a.py", "x = len({1}) + max(set(y)) + sum(f(z) for z in {1})"),
    ("set-order", "tokens/a.py", "x = {f(y) for y in {1, 2}}"),
    ("set-order", "tokens/a.py", "for x in {1: 2}: g(x)\nfor y in d.keys(): g(y)"),
    (
        "set-order",
        "tokens/a.py",
        "def f():\n    x = {1}\n\ndef g(x: list[int]):\n    return list(x)",
    ),
    ("set-order", "tokens/a.py", "x = a | b\nfor y in a - b: g(y)"),
    ("set-order", "tokens/a.py", FIELD + "sorted(a.peers)"),
    ("imports", "consensus/a.py", "import msgspec\nfrom collections.abc import Mapping"),
    ("imports", "tokens/a.py", "import msgpack\nfrom tokens.finance import isin"),
    ("imports", "node/sdk/a.py", "import asyncio\nfrom node.signing import sign\nimport aiohttp"),
    ("imports", "node/a.py", "import plyvel"),
    ("test-imports", "node/a.py", "import nacl"),
    ("verified", "node/wire/verify.py", "x = Verified(message=m)"),
    ("verified", "consensus/a.py", "def f(x: Verified[Prepare]): ..."),
    ("loose-task", "node/a.py", "group.create_task(f())"),
    (
        "inheritance",
        "node/a.py",
        "class A(msgspec.Struct, Generic[M]): ...\nclass E(WireError): ...",
    ),
    ("stub", "node/a.py", "class P(Protocol):\n    def f(self) -> int: ..."),
    ("unbounded", "node/a.py", "q = asyncio.Queue(maxsize=8)\n@lru_cache(maxsize=9)\ndef f(): ..."),
    ("first-key", "node/a.py", "x.popitem(last=False)\ndel x[next(iter(y))]"),
    ("words", "node/a.py", "headers = loader(primary)"),
    ("consensus-words", "consensus/a.py", "__slots__ = ('surrounding', 'determined')"),
    ("ledger-words", "tokens/a.py", "def burn(): ..."),
    ("phrases", "consensus/a.py", "q = -(-2 * n // 3)\n# a commit certificate"),
    ("registry-name", "Makefile", "pip install"),
    ("machine-path", "docs/a.md", "/var/lib/mohur/node.toml and docs/home/x"),
    ("sleep", "tests/a.py", "await asyncio.sleep(0)"),
    ("skip", "tests/a.py", "@pytest.mark.parametrize('x', [1])\ndef f(): ..."),
    ("chance", "tests/a.py", "x = random.Random(7).randint(1, 2)"),
    ("stop-watch", "tests/a.py", "start = time.monotonic()\nassert clock.now == 5"),
]


def check_sample(name: str, path: str, text: str) -> list[Finding]:
    """What one rule says about one made-up file."""
    source, rule = Source(path, text), RULES[name]
    return list(rule.check(source)) if rule.covers(source) else []


@pytest.mark.parametrize(("name", "path", "text"), BAD)
def test_a_breach_is_found(name: str, path: str, text: str) -> None:
    assert check_sample(name, path, text)


@pytest.mark.parametrize(("name", "path", "text"), GOOD)
def test_what_is_right_is_left_alone(name: str, path: str, text: str) -> None:
    assert check_sample(name, path, text) == []


def test_every_rule_is_shown_to_bite_and_to_let_pass() -> None:
    assert {name for name, _, _ in BAD} == set(RULES)
    assert {name for name, _, _ in GOOD} == set(RULES)


def test_files_of_every_folder_are_looked_at() -> None:
    looked_at = {source.path.split("/")[0] for source in tracked()}
    assert {"consensus", "tokens", "node", "tests", "docs", "Makefile", ".ci"} <= looked_at
