"""Reading a log's database on a server as it lies there, for fsck.

What the server's catalogue says of the frozen tables is put into words and compared
with what the migrations make: columns, keys, triggers and whether they always fire, the
text of their functions; and nothing that could change what is read or written unseen
(rules, row-level security, inheritance, more triggers).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, PrimaryKeyConstraint, UniqueConstraint

from ledger.store.columns import POSTGRESQL
from ledger.store.inspection import Inspection, SchemaObject
from ledger.store.postgres.copying import COPIED, driver_of
from ledger.store.postgres.engine import connected, wrap_error
from ledger.store.postgres.triggers import FUNCTIONS, append_only_triggers
from ledger.store.tables import FROZEN, metadata

_TABLES: Final = (
    "SELECT 'table', c.relname, concat_ws(' ', c.relkind, c.relpersistence, "
    "CASE WHEN c.relrowsecurity THEN 'rls' END, "
    "CASE WHEN c.relhasrules THEN 'rules' END, "
    "CASE WHEN c.relhassubclass OR c.relispartition THEN 'inherited' END, "
    "(SELECT string_agg(a.attname || ':' || t.typname, ',' ORDER BY a.attname) "
    "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
    "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)) "
    "FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
    "AND c.relname = ANY(?)"
)
_TRIGGERS: Final = (
    "SELECT 'trigger', t.tgname, concat_ws(' ', c.relname, p.proname, t.tgtype, "
    "t.tgenabled, t.tgqual) "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace "
    "AND c.relname = ANY(?)"
)
_FUNCTIONS: Final = (
    "SELECT 'function', p.proname, concat_ws(' ', p.proconfig::text, p.prosrc) "
    "FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace "
    "AND p.proname = ANY(?)"
)
_KEYS: Final = (
    "SELECT 'key', c.conrelid::regclass::text || ' ' || c.contype::text || ' ' || "
    "(SELECT string_agg(a.attname, ',' ORDER BY k.place) "
    "FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place) "
    "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number), "
    "CASE WHEN c.convalidated AND i.indisvalid THEN 'valid' ELSE 'broken' END "
    "FROM pg_constraint c JOIN pg_index i ON i.indexrelid = c.conindid "
    "WHERE c.contype IN ('p', 'u') AND c.conrelid = ANY(?::regclass[])"
)

# Bits of pg_trigger.tgtype:
# ROW 1, BEFORE 2, INSERT 4, DELETE 8, UPDATE 16, TRUNCATE 32.
_TYPES: Final = {"no_change": 1 | 2 | 8 | 16, "no_truncate": 2 | 32, "no_gap": 4}
_CONFIGURED: Final = '{"search_path=pg_catalog, pg_temp"}'
_COLLATED: Final = {"text": "varchar"}


@dataclass(slots=True)
class ServerInspection(Inspection):
    """A server's database at one moment."""

    connection: psycopg.Connection[Any]  # type: ignore[assignment]

    def begin(self) -> None:
        """Hold the moment: what others write from here on is not seen."""
        command = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
        self.connection.execute(command)

    def schema(self) -> dict[SchemaObject, str]:
        """The frozen tables, as the catalogue describes them."""
        asked = (
            (_TABLES, list(FROZEN)),
            (_TRIGGERS, list(FROZEN)),
            (_FUNCTIONS, list(FUNCTIONS)),
            (_KEYS, list(FROZEN)),
        )
        return {
            (str(kind), str(name)): str(text)
            for query, names in asked
            for kind, name, text in self._ask("the schema", query, names)
        }

    def expected(self) -> dict[SchemaObject, str]:
        """What the migrations make of them."""
        return expected_schema()

    def is_its_own(self, kind: str, name: str) -> bool:
        """Nothing that the server itself adds is looked at."""
        return False

    def complaints(self) -> list[str]:
        """Nothing: pg_amcheck is a program of its own, for who runs the server."""
        return []

    def waiting(self) -> int:
        """Submissions in the inbox."""
        query = "SELECT COUNT(*) FROM inbox WHERE studio = ? AND log = ?"
        rows = self._ask("inbox", query, self.studio, self.log)
        return sum(int(str(count)) for (count,) in rows)

    def _ask(
        self, what: str, query: str, *values: object
    ) -> Iterator[tuple[object, ...]]:
        try:
            # A savepoint: what fails must not take the questions after it along.
            with self.connection.transaction():
                asked = query.replace("?", "%s").encode()
                found = self.connection.execute(asked, values).fetchall()
        except psycopg.Error as error:
            self.failures[what] = wrap_error(error).met
            return
        yield from found


def expected_schema() -> dict[SchemaObject, str]:
    """The frozen tables as the catalogue describes them after the migrations."""
    expected: dict[SchemaObject, str] = {}
    for table in FROZEN:
        columns = ",".join(
            f"{name}:{_COLLATED.get(kind, kind)}"
            for name, kind in sorted(COPIED[table].items())
        )
        expected["table", table] = f"r p {columns}"
        for key in _keys(table):
            expected["key", f"{table} {key}"] = "valid"
    for name, (table, sql) in append_only_triggers().items():
        function = next(one for one in FUNCTIONS if f"{one}()" in sql)
        bits = _TYPES[name.removeprefix(f"{table}_")]
        expected["trigger", name] = f"{table} {function} {bits} A"
    for name, sql in FUNCTIONS.items():
        body = sql.split("$$")[1]
        expected["function", name] = f"{_CONFIGURED} {body}"
    return expected


def _keys(table: str) -> Iterator[str]:
    for constraint in metadata.tables[table].constraints:
        if constraint.info.get("on", POSTGRESQL) != POSTGRESQL:
            continue
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            letter = "p" if isinstance(constraint, PrimaryKeyConstraint) else "u"
            columns = ",".join(column.name for column in constraint.columns)
            yield f"{letter} {columns}"


@contextmanager
def inspect_server(engine: Engine, studio: str, log: str) -> Iterator[Inspection]:
    """Look at a server's database, read-only and at one moment.

    Raises:
        StoreUnavailableError: it cannot be reached.
    """
    with connected(engine) as connection:
        found = ServerInspection(driver_of(connection), studio, log)
        found.begin()
        yield found
