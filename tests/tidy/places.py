"""Nothing in the repository names a machine: it has to work in any checkout, behind any mirror."""

import re
from collections.abc import Iterator

from tests.tidy.source import Finding, Rule, Source

REGISTRY_RE = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:com|org)|crates\.io|golang\.org"
    r"|maven\.(?:org|apache)|(?:deb|security)\.debian\.org|(?:archive|ports)\.ubuntu\.com",
    re.IGNORECASE,
)
MACHINE_PATH_RE = re.compile(r"(?<![\w./~$}-])/(?:home|root|Users|work|workspace)/[\w.]+")


def registries(source: Source) -> Iterator[Finding]:
    """Names of package registries: which one is used is a setting of the machine."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        for match in REGISTRY_RE.finditer(line):
            yield Finding(number, match.group(), f"{match.group()}: name no package registry")


def machine_paths(source: Source) -> Iterator[Finding]:
    """Absolute paths of somebody's machine."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        for match in MACHINE_PATH_RE.finditer(line):
            yield Finding(number, match.group(), f"{match.group()}: a path of one machine")


RULES = (
    Rule("registry-name", ("",), registries, python_only=False),
    Rule("machine-path", ("",), machine_paths, python_only=False),
)
