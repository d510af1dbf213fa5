"""The breaches that are right. Each names its rule, file, subject and reason; an unused one fails.

To add one: `Exemption("core-division", "tokens/finance/yields.py", "/", "A view in decimals.")`.
"""

from tests.tidy.source import Exemption

ALLOWED: tuple[Exemption, ...] = (
    Exemption("words", "docs/glossary.md", "*", "The page that says which words are banned."),
    Exemption("phrases", "docs/glossary.md", "*", "The page that says which words are banned."),
    Exemption("words", "tests/tidy/*.py", "*", "The list of banned words."),
    Exemption("phrases", "tests/tidy/words.py", "*", "The list of banned phrases."),
    Exemption("words", "tests/test_tidy.py", "*", "Bad samples."),
    Exemption("phrases", "tests/test_tidy.py", "*", "Bad samples."),
    Exemption("machine-path", "tests/test_tidy.py", "*", "Bad samples."),
    Exemption("registry-name", "tests/test_tidy.py", "*", "Bad samples."),
    Exemption("words", "tests/node/ed25519_*.py", "nonce", "RFC 8032 calls its R part so."),
    Exemption("words", "node/keystore/envelope.py", "nonce", "RFC 8439: an AEAD has one."),
    Exemption("words", "tests/node/keystore/*.py", "nonce", "RFC 8439: an AEAD has one."),
    Exemption("imports", "tokens/finance/bond_yield.py", "decimal.*", "A view, never state."),
    Exemption(
        "chance", "tests/conftest.py", "random.seed", "Seeds the global generator for libraries."
    ),
)
