"""The pages that `mohur docs` writes: what the code knows already is not written by hand."""

from collections.abc import Iterator

import click
import msgspec

from node.cli.exits import Exit
from node.cli.operation_words import Spec, fields_of, parts
from node.iso20022.paths import PATHS
from node.profile.keys import keys
from node.profile.reading import read_profile, shipped_paths
from node.profile.summary import tables_of
from node.rpc.docs import page as rpc_page
from node.rpc.methods import METHODS
from tokens.ops import OPERATIONS

_HEADER = "<!-- Written by `mohur docs` from the code; changes here are lost. -->\n"

EXIT_SENTENCES: dict[Exit, str] = {
    Exit.OK: "done",
    Exit.FAILED: "the command ran and the answer is no: a failed transaction, a check that broke",
    Exit.USAGE: "an option or argument is wrong",
    Exit.NO_INPUT: "a file or folder that was named is not there",
    Exit.UNAVAILABLE: "the node does not answer, or not in time: what was sent may still enter",
    Exit.INTERNAL: "a defect of Mohur; MOHUR_TRACEBACK=1 shows where",
    Exit.CANNOT_CREATE: "a file or folder cannot be written, or is there already",
    Exit.STORAGE_FAILED: "the disk of a node failed, or its store is damaged: see its log",
    Exit.IN_USE: "another process has the data folder or the port",
    Exit.DIVERGED: "the node computes another result than a quorum signed: keep the folder, ask",
    Exit.REFUSED: "wrong passphrase, or a key that may not be used here",
    Exit.BAD_CONFIG: "a configuration, genesis document or key file is not valid",
    Exit.UPGRADE_NEEDED: "this software does not know the protocol version of the next block",
    Exit.INTERRUPTED: "Ctrl-C",
}


def pages(commands: click.Command) -> dict[str, str]:
    """File name below docs/ -> text. `commands`: the group of all commands."""
    return {
        "operations.md": "\n".join(_operations()) + "\n",
        "rpc.md": rpc_page(METHODS),
        "cli.md": "\n".join(_cli(commands)) + "\n",
        "iso20022-elements.md": "\n".join(_elements()) + "\n",
        "profile-keys.md": "\n".join(_profile_keys()) + "\n",
    }


def _operations() -> Iterator[str]:
    yield f"{_HEADER}\n# Operations\n"
    yield "What a transaction can do. Field names are those of the wire and of `mohur tx`; JSON has"
    yield "them in camelCase. Amounts are minor units. `approval` is the policy that must be met"
    yield "(page Ledger): without it the operation stands in a proposal.\n"
    yield "| operation | tag | class | approval |"
    yield "|---|---|---|---|"
    ordered = sorted(OPERATIONS, key=lambda spec: spec.tag)
    for spec in ordered:
        classes = spec.operation_class.name or ""
        yield f"| [{spec.name}](#{spec.name}) | {spec.tag} | {classes} | {spec.approval or ''} |"
    for spec in ordered:
        yield from _operation(spec)
    yield "\n# Parts of operations\n"
    yield "What fields hold that are no single value. In JSON they are objects with these fields in"
    yield "camelCase; where one of several may stand, `type` says which."
    for name, part in parts().items():
        yield f"\n## {name}\n"
        yield " ".join((part.__doc__ or "").split())
        yield from _fields(part)


def _operation(spec: Spec) -> Iterator[str]:
    yield f"\n## {spec.name}\n"
    yield " ".join((spec.operation.__doc__ or "").split())
    yield from _fields(spec.operation)
    codes = ", ".join(f"{code.name} ({code.value})" for code in spec.codes)
    yield f"\nRefusals: {codes or 'none'}."


def _fields(of: type[msgspec.Struct]) -> Iterator[str]:
    yield "\n| field | type | meaning |"
    yield "|---|---|---|"
    for name, kind, doc in fields_of(of):
        yield f"| {name} | {_cell(kind)} | {_cell(doc)} |"


def _elements() -> Iterator[str]:
    yield f"{_HEADER}\n# Elements of ISO 20022 messages\n"
    yield "What each message carries; [iso20022.md](iso20022.md) says how they are used. An element"
    yield "that is not here is refused when it comes in, and never goes out. `=A|B` are the only"
    yield "codes. `m:` is the namespace of Mohur's supplementary data.\n"
    for message, (name, rows) in PATHS.items():
        yield f"## {message}\n"
        yield f"Below `{name}`:\n"
        yield "| element | on the ledger |"
        yield "|---|---|"
        for path, meaning in rows:
            yield f"| `{_cell(path)}` | {_cell(meaning)} |"
        yield ""


def _profile_keys() -> Iterator[str]:
    yield f"{_HEADER}\n# Keys of a profile\n"
    yield "Every key that a profile may have; [profiles.md](profiles.md) says how they are used."
    yield "The last column is the part of the genesis document that takes the value; `profile` is"
    yield "the mark of the file. `a.b` is key `b` of table `a`, or of each table of the list `a`.\n"
    yield "| key | type and range | meaning and unit | in the genesis |"
    yield "|---|---|---|---|"
    for key in keys():
        row = (f"`{key.path}`", key.type, key.meaning, f"`{key.place}`")
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"
    for path in shipped_paths():
        profile = read_profile(path.stem).profile
        yield f"\n## Sources of `{path.stem}` ({profile.name})\n"
        yield "| table | grade | source |"
        yield "|---|---|---|"
        for table in tables_of(profile):
            yield f"| `{table.place}` | {table.grade} | {_cell(table.source)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _cli(commands: click.Command) -> Iterator[str]:
    yield f"{_HEADER}\n# Command line\n"
    yield "What goes wrong is one sentence on standard error and an exit status:\n"
    yield "| status | meaning |"
    yield "|---|---|"
    for status in Exit:
        yield f"| {status.value} | {EXIT_SENTENCES[status]} |"
    context = click.Context(commands, info_name="mohur")
    yield from _command(commands, context, "mohur")


def _command(command: click.Command, context: click.Context, path: str) -> Iterator[str]:
    yield f"\n## {path}\n"
    yield "```text"
    # click keeps the help option that it made first: the same names whoever asks first.
    names = ["-h", "--help"]
    own = click.Context(command, info_name=path, max_content_width=96, help_option_names=names)
    yield command.get_help(own).rstrip()
    yield "```"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from _command(found, context, f"{path} {name}")
