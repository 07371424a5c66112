"""A copy of a log's SQLite database while it is in use (SQLite, online backup API)."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ledger.errors import StoreUnavailableError
from ledger.store.rebuilding import remove_database, settle
from ledger.store.sqlite import BUSY_SECONDS


def back_up(path: Path, out: Path) -> None:
    """Copy a database as it is at one moment; what is at `out` is replaced.

    Raises:
        StoreUnavailableError: one of the two cannot be used; there is no new copy.
        StoreFullError: the same.
    """
    draft = out.with_name(f".{out.name}.part")
    remove_database(draft)
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(draft)) as copy,
        ):
            source.backup(copy)
    except sqlite3.Error as error:
        remove_database(draft)
        raise StoreUnavailableError(
            "a database that can be copied, and room for the copy",
            met=str(error),
            advice="Check both paths and their disks, and run it again.",
            where=str(path),
        ) from error
    draft.chmod(0o600)
    settle(draft)
    remove_database(out)
    draft.replace(out)
