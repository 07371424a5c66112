"""Append-only triggers of SQLite, as text: migrations create them, fsck compares.

UPDATE and DELETE triggers are not enough: INSERT OR REPLACE deletes a row without
firing DELETE triggers unless recursive triggers are on, and that pragma can be
switched off. So a BEFORE INSERT trigger refuses an existing key first; of entries it
is the one that refuses gaps, since an index that is taken is not the next one. No
table has a hidden row number, by which REPLACE would walk through that trigger, too:
in `entry` and `statement` the row number is the index (SQLite, "ROWIDs and the INTEGER
PRIMARY KEY"), `sheet` and `checkpoint` are WITHOUT ROWID.

RAISE overrides INSERT OR IGNORE. It rolls back the whole transaction: nothing of one
that tried to overwrite a log is worth keeping, and to undo a single statement SQLite
would have to keep a journal for each, which took a third of the time of an insert.

The trigger asks for each unique key apart: one question with OR over all of them
would read the log's whole table at each insert, as SQLite takes one index for it.
"""

from typing import Final

from ledger.store.tables import FROZEN

_UNIQUE: Final = {
    "statement": (("idx",), ("id",), ("kind", "key")),
    "sheet": (("studio", "log", "digest"),),
    "checkpoint": (("studio", "log", "size"),),
}
"""Unique keys by table; entries have `_NEXT`."""

_NEXT: Final = "(SELECT COALESCE(MAX(idx) + 1, 0) FROM entry)"


def append_only_triggers() -> dict[str, str]:
    """Name and SQL of every trigger that a log's database must have."""
    triggers: dict[str, str] = {}
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            triggers[name] = (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ROLLBACK, '{table} is append-only'); END"
            )
    for table, keys in _UNIQUE.items():
        name = f"{table}_no_replace"
        taken = " OR ".join(_taken(table, columns) for columns in keys)
        triggers[name] = (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {taken} "
            f"BEGIN SELECT RAISE(ROLLBACK, '{table} is append-only'); END"
        )
    triggers["entry_no_gap"] = (
        f"CREATE TRIGGER entry_no_gap BEFORE INSERT ON entry WHEN NEW.idx <> {_NEXT} "
        "BEGIN SELECT RAISE(ROLLBACK, 'entry is append-only and has no gaps'); END"
    )
    return triggers


def _taken(table: str, columns: tuple[str, ...]) -> str:
    same = " AND ".join(f"{one} = NEW.{one}" for one in columns)
    # Nothing from outside is in this SQL: names of our own tables and columns.
    return f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
