"""`mohur doctor`: is this machine, and this node's folder, fit to run?"""

from pathlib import Path

import click

from node.cli.exits import Exit


@click.command(short_help="Check this machine and a node's folder.")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Check this node as well: ports, disk, keys, genesis.",
)
def doctor(config_path: Path | None) -> int:
    """Check Python, libraries, clock and disk; with --config also ports, keys and genesis.

    Each line says what to do about it. Ends with 1 if anything would stop a node.
    """
    from node.cli.checkup import machine_checks, node_checks
    from node.cli.finding import Grade

    findings = machine_checks() if config_path is None else node_checks(config_path)
    marks = {Grade.GOOD: "ok  ", Grade.NOTICE: "note", Grade.BAD: "BAD "}
    for finding in findings:
        click.echo(f"{marks[finding.grade]}  {finding.what}: {finding.sentence}")
    return Exit.FAILED if any(f.grade is Grade.BAD for f in findings) else Exit.OK
