"""The command's entry point: all sub-commands, exit codes as documented."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from ledger.cli import (
    ask,
    demo,
    evidence,
    fsck,
    inspect,
    lines,
    production,
    record,
    report,
    roll,
    run,
)

app = typer.Typer(
    name="jangbu",
    help="Rights, provenance and credit ledger for films made with generative AI.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)

app.command("demo")(demo.demo)
app.command("init")(production.init)
app.command("register")(production.register_command)
app.command("run")(run.run)
app.command("record")(record.record)
app.command("contribution")(lines.contribution)
app.command("engagement")(lines.engagement)
app.command("generation")(lines.generation)
app.command("opinion")(lines.opinion)
app.command("cut")(lines.cut)
app.command("ask")(ask.ask)
app.command("roll")(roll.roll)
app.command("report")(report.report)
app.command("bundle")(evidence.bundle)
app.command("verify")(evidence.verify)
app.command("fsck")(fsck.fsck_command)
app.command("log")(inspect.log)
app.command("open")(inspect.open_command)
app.command("disclose")(inspect.disclose_command)
app.command("erase")(production.erase)
app.command("spool")(production.spool)


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
