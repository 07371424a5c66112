"""`jangbu log export`: the public form of a log."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.production.exporting import Exporter
from ledger.production.opening import opened
from ledger.production.signed_log import read_signed_log


def log_export(
    folder: Folder,
    out: Annotated[
        Path, typer.Argument(metavar="DIR", help="Empty, or an earlier export.")
    ],
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Compare every file, and write missing ones."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the log as a public tree of files: headers and hashes, no content."""

    def use_case() -> Answered:
        with opened(folder) as production:
            reader = production.reader()
            exporter = Exporter(
                log=reader,
                keys=read_signed_log(reader).keys,
                beside=production.layout.published,
            )
            done = exporter.export(out, whole=whole)
        say(
            f"Wrote {done.written} files to {out}: {done.size} entries, "
            f"{done.size - done.before} of them new."
        )
        return 0, {
            "log": reader.origin,
            "before": done.before,
            "size": done.size,
            "root": done.root.hex(),
            "written": done.written,
        }

    raise typer.Exit(answer(use_case, as_json=as_json))
