"""The group of all commands, and the one place where an exception becomes a sentence.

Rules of this file:
1. Known failures of the shell are listed in `_KNOWN` by module and name, so that naming them
   imports nothing. Their messages are sentences already.
2. What is not listed is a defect: status 70, its type and message in one line, and the traceback
   only with MOHUR_TRACEBACK=1.
"""

import os
import sys
from collections.abc import Sequence

import click

from node.cli.aml import aml
from node.cli.auction import auction
from node.cli.audit_log import audit_log
from node.cli.devnet import devnet
from node.cli.docs import docs
from node.cli.doctor import doctor
from node.cli.exits import CommandFailed, Exit
from node.cli.explorer import explorer
from node.cli.init import init
from node.cli.iso import iso
from node.cli.keys import keys
from node.cli.light import light
from node.cli.output import one_line
from node.cli.profile import profile
from node.cli.query import query
from node.cli.run import run
from node.cli.snapshot import snapshot
from node.cli.testnet import testnet
from node.cli.travel import travel
from node.cli.tx import tx
from node.cli.validator import validator
from node.cli.verify import verify
from node.cli.view import view

_KNOWN: dict[str, Exit] = {
    "node.config.ConfigInvalid": Exit.BAD_CONFIG,
    "node.devnet.bench.load.GeneratorFailed": Exit.FAILED,
    "node.devnet.layout.StateUnusable": Exit.BAD_CONFIG,
    "node.devnet.network.NodeEnded": Exit.FAILED,
    "node.devnet.node_folder.FolderTaken": Exit.CANNOT_CREATE,
    "node.devnet.session.Interrupted": Exit.INTERRUPTED,
    "node.devnet.truth.Disagreement": Exit.FAILED,
    "node.devnet.wait.DeadlinePassed": Exit.FAILED,
    "node.genesis_file.GenesisUnreadable": Exit.BAD_CONFIG,
    "node.keystore.envelope.KeyFileDamaged": Exit.BAD_CONFIG,
    "node.keystore.envelope.KeystoreError": Exit.REFUSED,
    "node.keystore.store.KeyExists": Exit.CANNOT_CREATE,
    "node.keystore.store.KeyMissing": Exit.NO_INPUT,
    "node.keystore.store.WrongName": Exit.USAGE,
    "node.profile.scalars.ProfileInvalid": Exit.BAD_CONFIG,
    "node.sdk.errors.NodeUnreachable": Exit.UNAVAILABLE,
    "node.sdk.errors.RpcFailed": Exit.FAILED,
    "node.sdk.light.anchor.AnchorUnreadable": Exit.BAD_CONFIG,
    "node.sdk.light.faults.Unproven": Exit.FAILED,
    "node.sync.snapshot_check.SnapshotRefused": Exit.FAILED,
    "node.signing.WrongLibrary": Exit.BAD_CONFIG,
    "node.storage.kv.StorageFailed": Exit.STORAGE_FAILED,
    "node.storage.leveldb.DamagedStore": Exit.STORAGE_FAILED,
    "node.storage.leveldb.OtherFormat": Exit.BAD_CONFIG,
    "node.storage.leveldb.StoreMissing": Exit.NO_INPUT,
    "node.versions.VersionUnknown": Exit.UPGRADE_NEEDED,
    "tokens.genesis.GenesisInvalid": Exit.BAD_CONFIG,
    "tokens.store.DamagedState": Exit.STORAGE_FAILED,
    "node.storage.lockfile.FolderLocked": Exit.IN_USE,
}
"""Full name of an exception, or of what it is a kind of -> status. Its message is what is read."""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit statuses: docs/cli.md. A local network in one command: mohur devnet demo",
)
@click.version_option(package_name="mohur", message="mohur %(version)s")
def cli() -> None:
    """A permissioned ledger for government bonds, sovereign money and their supervisors."""


for _command in (
    keys,
    init,
    testnet,
    travel,
    aml,
    run,
    devnet,
    tx,
    profile,
    query,
    explorer,
    view,
    validator,
    auction,
    iso,
    light,
    verify,
    audit_log,
    snapshot,
    doctor,
    docs,
):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its status."""
    sys.exit(status_of(arguments))


def status_of(arguments: Sequence[str] | None = None) -> int:
    """Run one command; failures are told on standard error."""
    try:
        result = cli.main(arguments, prog_name="mohur", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return Exit.USAGE
    except click.ClickException as error:
        hint = "" if error.exit_code != Exit.USAGE else "; see --help"
        return _say(_sentence(error.format_message()) + hint, error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _say("interrupted", Exit.INTERRUPTED)
    except SystemExit:  # click's way when who reads the output has enough of it: `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except CommandFailed as error:
        return _say(str(error), error.status)
    except Exception as error:  # noqa: BLE001 - the last handler: a user never meets a traceback
        return _unexpected(error)
    return result if isinstance(result, int) else Exit.OK


def _unexpected(error: Exception) -> int:
    if os.environ.get("MOHUR_TRACEBACK"):
        raise error
    for kind in type(error).__mro__:
        status = _KNOWN.get(f"{kind.__module__}.{kind.__qualname__}")
        if status is not None:
            return _say(str(error), status)
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return _say(f"{error.filename}: {error.strerror}", Exit.NO_INPUT)
    if isinstance(error, PermissionError | FileExistsError):
        return _say(f"{error.filename}: {error.strerror}", Exit.CANNOT_CREATE)
    name = type(error).__name__
    return _say(f"internal error ({name}: {error}); MOHUR_TRACEBACK=1 shows where", Exit.INTERNAL)


def _sentence(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _say(sentence: str, status: int) -> int:
    click.echo(f"mohur: {one_line(sentence)}", err=True)
    return status
