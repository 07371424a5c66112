"""What a log's SQLite file says of itself before it is used: read-only and at once."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from ledger.errors import StoreMovedError, StoreUnavailableError
from ledger.files import sqlite_address
from ledger.store.sqlite import BUSY_SECONDS
from ledger.store.tables import NEWEST

_MOVED: Final = "SELECT 1 FROM sqlite_master WHERE name = 'entry_moved'"
_REVISION: Final = "SELECT version_num FROM alembic_version"


def is_retired(path: Path) -> bool:
    """Whether the log was moved away from this file.

    Raises:
        StoreUnavailableError: it is not there, or cannot be read.
    """
    return _asked(path, _MOVED) is not None


def is_outdated(path: Path) -> bool:
    """Whether an older version of Jangbu made the tables; errors as `is_retired`."""
    revision = _asked(path, _REVISION)
    # Revisions are numbers of four digits; a newer one is for a newer version.
    return isinstance(revision, str) and revision < NEWEST


def refuse_retired(path: Path) -> None:
    """Refuse a database whose log was moved away.

    Raises:
        StoreMovedError: it was.
        StoreUnavailableError: it is not there.
    """
    if is_retired(path):
        raise StoreMovedError(
            "the database that holds the log now",
            met="one from which it was moved",
            advice="Run jangbu store move again, or bring back the production.toml "
            "that names the server.",
            where=str(path),
        )


def _asked(path: Path, query: str) -> object:
    _, address = sqlite_address(path)
    said = urlencode({"mode": "ro", **address})
    uri = f"{path.absolute().as_uri()}?{said}"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)) as own:
            found = own.execute(query).fetchone()
    except sqlite3.Error as error:
        raise StoreUnavailableError(
            "a ledger database",
            met=str(error) if path.is_file() else "no such file",
            advice="Run jangbu init, or restore the database from its backup.",
            where=str(path),
        ) from error
    return found[0] if found else None
