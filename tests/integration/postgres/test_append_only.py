"""Triggers refuse to change a log on a server, whoever asks, superusers included."""

# ruff: noqa: S608  # the names in SQL are our own

import psycopg
import pytest
from psycopg.sql import SQL

from ledger.store.tables import FROZEN
from tests.simulators.server_studio import ServerStudio


def run(studio: ServerStudio, *commands: str) -> None:
    """Run SQL as a superuser, in one transaction."""
    with psycopg.connect(studio.address) as connection:
        for command in commands:
            connection.execute(SQL(command))


@pytest.mark.parametrize("table", FROZEN)
@pytest.mark.parametrize("switched", [False, True])
def test_no_row_is_changed_and_none_goes(
    still_studio: ServerStudio, table: str, *, switched: bool
) -> None:
    before = still_studio.rows()
    # A replica applies what its origin did, and fires no ordinary trigger.
    mode = ["SET session_replication_role = replica"] if switched else []
    for command in (
        f"UPDATE {table} SET studio = 'x'",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
        f"TRUNCATE {table} CASCADE",
        f"WITH one AS (DELETE FROM {table} RETURNING *) SELECT 1 FROM one",
        (
            f"MERGE INTO {table} USING (SELECT 1) AS one ON true "
            "WHEN MATCHED THEN DELETE"
        ),
    ):
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            run(still_studio, *mode, command)
    assert still_studio.rows() == before


@pytest.mark.parametrize("table", FROZEN)
def test_an_existing_row_is_not_overwritten(
    still_studio: ServerStudio, table: str
) -> None:
    command = f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1"
    with pytest.raises(psycopg.errors.UniqueViolation):
        run(still_studio, command)
    key = {"entry": "idx", "statement": "id", "sheet": "digest", "checkpoint": "size"}
    overwriting = (
        f"{command} ON CONFLICT (studio, log, {key[table]}) DO UPDATE SET studio = 'x'"
    )
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        run(still_studio, overwriting)


@pytest.mark.parametrize("indices", [[6], [5, 7], [-1], [6, 5, 8], [100]])
def test_an_entry_leaves_no_gap(still_studio: ServerStudio, indices: list[int]) -> None:
    rows = " UNION ALL ".join(
        f"SELECT studio, log, {index}, 'x{index}', kind, leaf, body "
        "FROM entry WHERE idx = 0"
        for index in indices
    )
    with pytest.raises(psycopg.errors.RestrictViolation, match="no gaps"):
        run(still_studio, f"INSERT INTO entry {rows}")


def test_a_temporary_table_does_not_stand_in_for_the_log(
    still_studio: ServerStudio,
) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="no gaps"):
        run(
            still_studio,
            "CREATE TEMP TABLE entry AS SELECT studio, log, 99 AS idx FROM entry",
            (
                "INSERT INTO public.entry SELECT studio, log, 100, 'x', kind, leaf, "
                "body FROM public.entry WHERE idx = 0"
            ),
        )


def test_copy_is_checked_like_insert(still_studio: ServerStudio) -> None:
    with (
        psycopg.connect(still_studio.address) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg.errors.RestrictViolation, match="no gaps"),
        cursor.copy(
            "COPY entry (studio, log, idx, id, kind, leaf, body) FROM STDIN"
        ) as copy,
    ):
        copy.write_row(("57" * 16, still_studio.origin, 9, "x", "y", b"", b""))
