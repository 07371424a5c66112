"""Append-only triggers of SQLite, as text: migrations create them, fsck compares.

UPDATE and DELETE triggers are not enough: INSERT OR REPLACE deletes a row without
firing DELETE triggers unless recursive triggers are on, and that pragma can be
switched off. So a BEFORE INSERT trigger refuses an existing key first. RAISE(ABORT)
also overrides INSERT OR IGNORE. The tables are WITHOUT ROWID: by an existing rowid
with a new key, REPLACE would walk through that trigger, too.
"""

from ledger.store.tables import FROZEN

_UNIQUE = {
    "entry": ("idx = NEW.idx", "id = NEW.id"),
    "statement": (
        "id = NEW.id",
        "idx = NEW.idx",
        "(kind = NEW.kind AND key = NEW.key)",
    ),
    "sheet": ("digest = NEW.digest",),
    "checkpoint": ("size = NEW.size",),
}


def append_only_triggers() -> dict[str, str]:
    """Name and SQL of every trigger that a log's database must have."""
    triggers: dict[str, str] = {}
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            triggers[name] = (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        name = f"{table}_no_replace"
        same = " OR ".join(_UNIQUE[table])
        # Nothing from outside is in this SQL: names of our own tables and columns.
        triggers[name] = (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "  # noqa: S608
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE studio = NEW.studio "
            f"AND log = NEW.log AND ({same})) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    triggers["entry_no_gap"] = (
        "CREATE TRIGGER entry_no_gap BEFORE INSERT ON entry "
        "WHEN NEW.idx <> (SELECT COALESCE(MAX(idx) + 1, 0) FROM entry "
        "WHERE studio = NEW.studio AND log = NEW.log) "
        "BEGIN SELECT RAISE(ABORT, 'entry has no gaps'); END"
    )
    return triggers
