"""The command's entry point: all sub-commands, exit codes as documented."""

import sys
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from ledger.cli.command_table import COMMANDS
from ledger.cli.later import Later, LaterGroup

GROUPS: Final = {
    "run": LaterGroup("run", "Shots, and what changed between two versions.", "shot"),
    "contribute": LaterGroup(
        "contribute", "Statements that people sign with keys that only they have."
    ),
    "anchor": LaterGroup("anchor", "Time tokens and certificates on checkpoints."),
    "log": LaterGroup("log", "Entries of a log, and its public form.", "list"),
    "witness": LaterGroup("witness", "Cosign the checkpoints of others' logs."),
    "trust": LaterGroup("trust", "Whose word counts for a reader."),
    "rotate": LaterGroup("rotate", "New keys for a log, signed by the recovery key."),
    "prove": LaterGroup("prove", "Proofs that anybody can check offline."),
    "hold": LaterGroup("hold", "What must not be erased while it is in force."),
    "store": LaterGroup("store", "The database that the log is in."),
    "vault": LaterGroup("vault", "Keys, backups, search and reads of what is private."),
}
"""The first words that several commands share."""


class _Commands(TyperGroup):
    def __init__(self, **named: Any) -> None:  # noqa: ANN401  # typer's own call
        super().__init__(**named)
        for name, (target, summary) in COMMANDS.items():
            group, _, own = name.rpartition(" ")
            if group:
                GROUPS[group].add_command(Later(own, target, summary))
                self.add_command(GROUPS[group])
            else:
                self.add_command(Later(name, target, summary))


app = typer.Typer(
    name="jangbu",
    cls=_Commands,
    help="Rights, provenance and credit ledger for films made with generative AI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)


def _print_version(asked: bool) -> None:  # typer's own call
    if asked:
        sys.stdout.write(f"jangbu {version('jangbu')}\n")
        raise typer.Exit


@app.callback()
def options(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="The version."
        ),
    ] = False,
) -> None:
    """Rights, provenance and credit ledger for films made with generative AI."""
