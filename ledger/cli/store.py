"""`jangbu store prepare`, `move` and `index`: the log's database."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson, Folder
from ledger.production.moving import move_log
from ledger.production.opening import opened
from ledger.store.spans import Spans

Address = Annotated[
    str, typer.Argument(help="postgresql://user@host/database, without a password.")
]


def prepare_command(
    address: Address,
    password_file: Annotated[
        Path | None, typer.Option(help="A file that holds the password alone.")
    ] = None,
    roles: Annotated[
        bool, typer.Option(help="Also make the roles, and grant what each needs.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Make or upgrade the tables and roles of a PostgreSQL database."""

    def use_case() -> Answered:
        # Here, since the driver takes its time to import.
        from ledger.store.postgres.address import parameters_of  # noqa: PLC0415
        from ledger.store.postgres.engine import open_engine  # noqa: PLC0415
        from ledger.store.postgres.prepare import prepare  # noqa: PLC0415

        engine = open_engine(parameters_of(address, password_file))
        try:
            prepare(engine, roles=roles)
        finally:
            engine.dispose()
        say("The database is prepared.")
        return 0, {"prepared": True, "roles": roles}

    raise typer.Exit(answer(use_case, as_json=as_json))


def move_command(
    folder: Folder,
    to: Annotated[
        str, typer.Option(help="postgresql://user@host/database, without a password.")
    ],
    as_json: AsJson = False,
) -> None:
    """Move the log from the folder to a PostgreSQL server; the old file is shut."""

    def use_case() -> Answered:
        moved = move_log(folder, to)
        say(f"Moved {moved.log}: {moved.size} entries, {moved.copied} copied now.")
        say(f"Newest root, the same in both: {moved.root}")
        say("production.toml names the server; the old database is shut for writing.")
        return 0, {
            "log": moved.log,
            "size": moved.size,
            "copied": moved.copied,
            "root": moved.root,
        }

    raise typer.Exit(answer(use_case, as_json=as_json))


def index_command(folder: Folder, as_json: AsJson = False) -> None:
    """Make the index of shots and frames anew, from the entries alone."""

    def use_case() -> Answered:
        with opened(folder) as production:
            port = production.online()
            read = Spans(port.engine, production.studio, production.log).rebuild()
        say(f"Entries read: {read}.")
        return 0, {"entries": read}

    raise typer.Exit(answer(use_case, as_json=as_json))
