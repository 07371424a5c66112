"""The command's entry point: all sub-commands, exit codes as documented."""

import sys
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from ledger.cli.later import Later

COMMANDS: Final = {
    "demo": (
        "ledger.cli.demo:demo",
        "Make a small film: frames, records, answers, roll, report, evidence.",
    ),
    "init": (
        "ledger.cli.production:init",
        "Make a production folder: keys, trust file, log with its genesis.",
    ),
    "register": (
        "ledger.cli.production:register_command",
        (
            "State what production.toml lists and the log lacks; "
            "gives new rows their uids."
        ),
    ),
    "run": (
        "ledger.cli.run:run",
        "Compose, measure, seal and commit a shot; safe to repeat and to interrupt.",
    ),
    "record": (
        "ledger.cli.record:record",
        "Record contributions, engagements, generations, opinions and cuts.",
    ),
    "contribution": (
        "ledger.cli.lines:contribution",
        "Record what somebody did.",
    ),
    "engagement": (
        "ledger.cli.lines:engagement",
        "Record that somebody works for a company, and on which terms.",
    ),
    "generation": (
        "ledger.cli.lines:generation",
        "Record one call of a generator.",
    ),
    "opinion": (
        "ledger.cli.lines:opinion",
        "Record what a delegated assessor thinks of the frames that were seen.",
    ),
    "cut": (
        "ledger.cli.lines:cut",
        "Record an edited film, resolved to frames of the versions in force.",
    ),
    "ask": (
        "ledger.cli.ask:ask",
        "Ask what the records support: authorship of elements, or the chain of title.",
    ),
    "roll": (
        "ledger.cli.roll:roll",
        "Write a cut's credit roll, with the evidence for each line.",
    ),
    "report": (
        "ledger.cli.report:report",
        "Write a report on authorship or the chain of title, in Korean and English.",
    ),
    "bundle": (
        "ledger.cli.evidence:bundle",
        "Write an evidence bundle that a stranger can verify offline.",
    ),
    "verify": (
        "ledger.cli.evidence:verify",
        "Verify a bundle offline: 0 verified, 3 open or origin unknown, 5 failed.",
    ),
    "fsck": (
        "ledger.cli.fsck:fsck_command",
        "Hash everything again; name what was edited, deleted, swapped, cut or added.",
    ),
    "log": (
        "ledger.cli.inspect:log",
        "List the entries of the log: index, time, kind, state, id.",
    ),
    "open": (
        "ledger.cli.inspect:open_command",
        "Print the value of one private field, for the holder of the keys alone.",
    ),
    "disclose": (
        "ledger.cli.inspect:disclose_command",
        "Disclose one private field with its proof; the value stands in the file.",
    ),
    "erase": (
        "ledger.cli.production:erase",
        "Destroy a person's key and values; the proofs of all else stay.",
    ),
    "spool": (
        "ledger.cli.production:spool",
        "Show what waits in the outbox, or submit it.",
    ),
}
"""Name, function and first sentence of each command, in the order they are listed."""


class _Commands(TyperGroup):
    def __init__(self, **named: Any) -> None:  # noqa: ANN401  # typer's own call
        super().__init__(**named)
        for name, (target, summary) in COMMANDS.items():
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
