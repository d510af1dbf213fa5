"""One word per thing (docs/glossary.md): its synonyms are banned in names, comments and pages."""

import re
from collections.abc import Iterator

from tests.tidy.source import Finding, Rule, Source

EVERYWHERE = {
    "leader": "primary",
    "follower": "backup",
    "polka": "prepared certificate",
    "preprepare": "pre_prepare, PrePrepare",
    "nonce": "client_ref of a transaction (an AEAD has its nonce: exempt that file)",
}
IN_CONSENSUS = {
    "round": "view",
    "term": "view",
    "seq": "height",
    "slot": "height",
    "majority": "quorum",
    "supermajority": "quorum",
    "seal": "commit certificate",
    "master": "primary",
    "slave": "backup",
    "secondary": "backup",
}
IN_LEDGER = {
    "destroy": "burn (money), redeem (bond)",
}
PHRASES = {
    r"2 ?\*? ?f ?\+ ?1": ("2f+1", "consensus.quorum: ceil((n+f+1)/2)"),
    r"two[- ]phase commit": ("two-phase commit", "hold, then post, void or expire"),
    r"ledger line": ("ledger line", "posting"),
    r"proposal[-_]msg": ("proposal_msg", "PrePrepare"),
    r"commit(?:s|ted|ting)?[ _](?:the |a )?(?:transfer|payment|posting|operation|settlement)s?": (
        "commit a transfer",
        "apply or settle: commit belongs to consensus",
    ),
}

WORD_RE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
DUNDER_RE = re.compile(r"\b__\w+__\b")
PHRASE_RE = {
    re.compile(rf"(?<![a-z0-9]){text}\b", re.IGNORECASE): PHRASES[text] for text in PHRASES
}

CODE = ("consensus/", "tokens/", "node/", "tests/", "configs/")
PAGES = ("docs/", "README.md", "CHANGELOG.md", ".github/")


def words(line: str) -> Iterator[str]:
    """Single words in small letters: `stepLeader` and `STEP_LEADER` hold the same two."""
    for match in WORD_RE.finditer(DUNDER_RE.sub(" ", line)):
        yield match.group().lower()


def look_up(banned: dict[str, str], word: str) -> str | None:
    """The banned word that this is a form of, if any."""
    for form in (word, word.removesuffix("s")):
        if form in banned:
            return form
    return None


def synonyms(source: Source, banned: dict[str, str]) -> Iterator[Finding]:
    """Banned words in any text of the file."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        for word in words(line):
            found = look_up(banned, word)
            if found is not None:
                yield Finding(number, found, f"{found}: say {banned[found]}")


def everywhere(source: Source) -> Iterator[Finding]:
    """Words that are wrong in all of the project."""
    yield from synonyms(source, EVERYWHERE)


def in_consensus(source: Source) -> Iterator[Finding]:
    """Words that are right elsewhere, but name something else in consensus."""
    yield from synonyms(source, IN_CONSENSUS)


def in_ledger(source: Source) -> Iterator[Finding]:
    """Words that are right elsewhere, but name something else on the ledger."""
    yield from synonyms(source, IN_LEDGER)


def phrases(source: Source) -> Iterator[Finding]:
    """More than one word."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        for pattern, (subject, instead) in PHRASE_RE.items():
            if pattern.search(line):
                yield Finding(number, subject, f"{subject}: say {instead}")


RULES = (
    Rule("words", (*CODE, *PAGES), everywhere, python_only=False),
    Rule("consensus-words", ("consensus/", "tests/consensus/"), in_consensus),
    Rule("ledger-words", ("tokens/",), in_ledger),
    Rule("phrases", (*CODE, *PAGES), phrases, python_only=False),
)
