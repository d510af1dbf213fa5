"""The option `--profile`, said once for all commands that begin a network."""

import click

profile_option = click.option(
    "--profile",
    "profile_word",
    metavar="NAME|FILE",
    help="Profile of the state (docs/profiles.md): its money, calendar, taxes, rules and limits. "
    "A shipped one by its name, such as pk, or a TOML file.",
)
