"""What every command does that shows something confidential: note it first."""

from typing import Annotated

import typer

from ledger.cli.output import say
from ledger.production.access import Read, note_read
from ledger.production.opening import Production

Reason = Annotated[
    str | None,
    typer.Option("--reason", help="Why it is read; noted in the log of reads."),
]


def noted(production: Production, read: Read) -> None:
    """Note a read before anything is shown; errors as for `note_read`."""
    if not note_read(production, read):
        say("This folder cannot be written to: the read is not noted.", style="yellow")
