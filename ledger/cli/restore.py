"""`jangbu restore` and `store backup`: a database that is lost comes back."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.errors import UsageError
from ledger.production.layout import Layout
from ledger.production.registry import read_registry
from ledger.production.restoring import Restored, restore
from ledger.production.storing import log_database
from ledger.store.backup import back_up

PARTIAL: Final = 3


def restore_command(
    folder: Folder,
    source: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="A backup, folder, log/ copy, exported tree or bundle; repeatable.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild a lost database from whatever is left: 0 whole, 3 only to be read."""

    def use_case() -> Answered:
        done = restore(folder, source or ())
        _explain(done)
        return 0 if done.complete else PARTIAL, _document(done)

    raise typer.Exit(answer(use_case, as_json=as_json))


def backup_command(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", help="The file; it is replaced.")],
    as_json: AsJson = False,
) -> None:
    """Copy the log's database while it is in use."""

    def use_case() -> Answered:
        layout = Layout(folder)
        database = log_database(layout, read_registry(layout.registry).ledger)
        if not isinstance(database, Path):
            database.dispose()
            raise UsageError(
                "a log in the folder",
                met="one on a PostgreSQL server",
                advice="Use the server's own backups: docs/guides/restore-drill.md.",
            )
        back_up(database, out)
        size = out.stat().st_size
        say(f"Wrote {out}: {size:,} bytes.")
        return 0, {"bytes": size}

    raise typer.Exit(answer(use_case, as_json=as_json))


def _explain(done: Restored) -> None:
    say(
        f"Restored {done.log}: {done.size} entries, {done.statements} statements, "
        f"in {done.seconds:.1f} s."
    )
    say(f"Its checkpoint is the newest that is known: {done.size} {done.root}")
    if done.unchecked:
        say(f"{done.unchecked} erased statements can be compared with nothing.")
    beside = done.beside
    say(
        f"Blobs: {beside.blobs} copied, {beside.missing} missing, "
        f"{beside.disposed} destroyed on purpose."
    )
    if not done.complete:
        for kind, count in done.missing.items():
            say(f"  no source has the statement of: {count} × {kind}", style="red")
        say("The log can be read and verified; nothing can be stated in it.")
        say("Run jangbu restore again with more sources, or found a successor.")


def _document(done: Restored) -> dict[str, Any]:
    beside = done.beside
    return {
        "log": done.log,
        "size": done.size,
        "root": done.root,
        "complete": done.complete,
        "statements": done.statements,
        "missing": dict(done.missing),
        "unchecked": done.unchecked,
        "blobs": {
            "copied": beside.blobs,
            "missing": beside.missing,
            "disposed": beside.disposed,
        },
        "cosigned": beside.cosigned,
        "tokens": beside.tokens,
        "seconds": round(done.seconds, 3),
    }
