"""Append-only triggers of PostgreSQL, as text.

- UPDATE and DELETE fire for each row, TRUNCATE for the statement.
- A gap is looked for once for each INSERT or COPY, over all its rows: rows are numbered
  on from the newest one before, and the primary key keeps numbers from standing twice.
- ENABLE ALWAYS: `session_replication_role = replica` does not switch them off.
- The functions look names up in the catalogue only, so that no temporary table can
  stand in for the log.

A superuser can still disable or drop them; fsck finds what was done, not the database.
"""

from typing import Final

from ledger.store.tables import FROZEN

_REFUSE: Final = """
CREATE FUNCTION jangbu_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$
"""

_NO_GAP: Final = """
CREATE FUNCTION jangbu_no_gap() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part record;
  before bigint;
BEGIN
  FOR part IN
    SELECT studio, log, min(idx) AS low, max(idx) AS high, count(*) AS rows
    FROM added GROUP BY studio, log
  LOOP
    EXECUTE format(
      'SELECT coalesce(max(idx), -1) FROM %I.%I '
      'WHERE studio = $1 AND log = $2 AND idx < $3',
      TG_TABLE_SCHEMA, TG_TABLE_NAME
    ) INTO before USING part.studio, part.log, part.low;
    IF part.low <> before + 1 OR part.high - part.low + 1 <> part.rows THEN
      RAISE EXCEPTION '% has no gaps', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$
"""

FUNCTIONS: Final = {"jangbu_append_only": _REFUSE, "jangbu_no_gap": _NO_GAP}


def append_only_triggers() -> dict[str, tuple[str, str]]:
    """Table and SQL of every trigger that a log's database must have, by name."""
    triggers: dict[str, tuple[str, str]] = {}
    for table in FROZEN:
        refuse = "EXECUTE FUNCTION jangbu_append_only()"
        triggers[f"{table}_no_change"] = (
            table,
            (
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW {refuse}"
            ),
        )
        triggers[f"{table}_no_truncate"] = (
            table,
            (
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT {refuse}"
            ),
        )
    triggers["entry_no_gap"] = (
        "entry",
        (
            "CREATE TRIGGER entry_no_gap AFTER INSERT ON entry "
            "REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION jangbu_no_gap()"
        ),
    )
    return triggers


def shutting_statements() -> list[str]:
    """The SQL that shuts the frozen tables, in order."""
    statements = list(FUNCTIONS.values())
    for name, (table, sql) in append_only_triggers().items():
        statements += [sql, f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"]
    return statements
