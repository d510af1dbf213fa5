"""Reading a profile: a file, or the name of one that is shipped."""

import hashlib
import tomllib
from pathlib import Path
from typing import get_type_hints

import msgspec
from msgspec import inspect

import node
from node.bounded_file import read_bounded
from node.profile.checks import faults_of
from node.profile.nested import struct_in
from node.profile.root import Profile, ProfileFile
from node.profile.scalars import ProfileInvalid

PROFILE_BYTES_MAX = 1024 * 1024
_PACKAGE = Path(node.__file__).parent
SHIPPED = (_PACKAGE / "shipped_profiles", _PACKAGE.parent / "configs" / "profiles")
"""Where the shipped ones are: in an installed package, in a checkout."""


def read_profile(word: str) -> ProfileFile:
    """The profile of a path, or a shipped one by its name. ProfileInvalid, with file and place."""
    path = path_of(word)
    data = read_bounded(path, PROFILE_BYTES_MAX, ProfileInvalid)
    try:
        profile = profile_of(tomllib.loads(data.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ProfileInvalid) as error:
        raise ProfileInvalid(f"{path}: {error}") from None
    return ProfileFile(profile, hashlib.sha256(data).digest())


def path_of(word: str) -> Path:
    """A word with a slash or a suffix is a path; any other one the name of a shipped profile."""
    if "/" in word or word.endswith(".toml"):
        return Path(word)
    for path in shipped_paths():
        if path.stem == word:
            return path
    names = ", ".join(path.stem for path in shipped_paths())
    raise ProfileInvalid(f"no profile {word!r} is shipped; there are {names}")


def shipped_paths() -> list[Path]:
    """Of all shipped profiles, by name."""
    folder = next((folder for folder in SHIPPED if folder.is_dir()), SHIPPED[0])
    return sorted(folder.glob("*.toml"), key=lambda path: path.stem)


def profile_of(values: dict[str, object]) -> Profile:
    """The profile of TOML values. ProfileInvalid, with the place."""
    try:
        profile = msgspec.convert(values, Profile)
    except msgspec.ValidationError:
        raise ProfileInvalid(_explain(values, Profile, "")) from None
    fault = next(faults_of(profile), None)
    if fault is not None:
        raise ProfileInvalid(fault)
    return profile


def _explain(values: object, of: type[msgspec.Struct], place: str) -> str:
    """Place and reason of the first table that does not convert; empty if all do.

    msgspec says `[...]` where a list is; who repairs a file needs the number of the table.
    """
    tables = values if isinstance(values, dict) else {}
    for name, hint in get_type_hints(of, include_extras=True).items():
        inner, value = struct_in(inspect.type_info(hint)), tables.get(name)
        if inner is None or value is None:
            continue
        entries = [(f"{place}{name}", value)]
        if isinstance(value, list):
            entries = [(f"{place}{name}[{index}]", entry) for index, entry in enumerate(value)]
        for where, entry in entries:
            found = _explain(entry, inner, f"{where}.")
            if found:
                return found
    try:
        msgspec.convert(values, of)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        where = (place + path.removesuffix("`").removeprefix(".")).rstrip(".") or "profile"
        return f"{where}: {reason}"
    return ""
