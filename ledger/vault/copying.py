"""Copying a vault while it is in use: whole, checked, without its index of names."""

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path
from typing import Final

from ledger.files import make_private_folder, sqlite_address, sync_folder
from ledger.vault.database import PRIVATE_FILE, damaged, wrapping

_PAGES: Final = 1024
"""Copied at a time: other programs may write in between."""

_FAILURES: Final = (sqlite3.Error, OSError)


def copy_vault(source: Path, target: Path) -> None:
    """Copy a vault as it is at one moment (SQLite's online backup).

    Whoever keeps values meanwhile is not held up; they are in the copy or not. The copy
    is checked before it gets its name, so there is a whole one or none.

    Raises:
        StoreFullError, StoreUnavailableError: there is no copy.
        UnreadableInputError: the vault is damaged.
    """
    with wrapping(target, _FAILURES):
        make_private_folder(target.parent)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
            os.close(os.open(draft, flags, PRIVATE_FILE))
            _copy(source, draft)
            _sync(draft)
            draft.replace(target)
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                draft.with_name(draft.name + suffix).unlink(missing_ok=True)
        sync_folder(target.parent)


def _copy(source: Path, draft: Path) -> None:
    address, said = sqlite_address(source)
    more = "".join(f"&{key}={value}" for key, value in said.items() if key != "uri")
    with (
        contextlib.closing(
            sqlite3.connect(
                f"{address}?{more[1:]}" if said else address, uri=bool(said)
            )
        ) as vault,
        contextlib.closing(sqlite3.connect(draft)) as copy,
    ):
        vault.backup(copy, pages=_PAGES)
        # The index can be made again; to whoever kept its key of before an erasure, it
        # would tell the syllables of a name that is gone.
        copy.execute("PRAGMA secure_delete = ON")
        for table in ("name_token", "name_index"):
            if copy.execute(_HAS, [table]).fetchone():
                copy.execute(f"DELETE FROM {table}")  # noqa: S608  # one of the two
        copy.commit()
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("VACUUM")
        told = copy.execute("PRAGMA integrity_check").fetchone()
    if told != ("ok",):
        raise damaged(f"damage: {told}", source)


_HAS: Final = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
