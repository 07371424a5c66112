"""Finding a shot's records in a log, by the projection, on SQLite and PostgreSQL.

    python -m tests.benchmarks.bench_shot_query [--entries 1000000] [--shots 1320]

Prints one JSON document. The rows are synthetic: a frame.set and a seal.set for each
cell. One half of the shots comes in turn, `apart`, so that no two cells of a shot lie
together; of the other half, eight cells come one after another, `in_runs`, as a run of
the pipeline leaves them. Rows go straight into the tables, since nothing is asked but
the query. Each round asks for another shot: `found` its indices as `Spans.find` gives
them, `frames` those that touch 100 frames, `records` the bytes of all its entries and
statements, as `Spans.records` gives them. The yardsticks, in the same database and run:
the indices out of a plain table with one index over the shot, and a full scan of the
projection. The server's settings are its defaults but for max_wal_size and
--shared-buffers. Beside it, what a row of each table takes on the disk.
`own_cpu_ms` is the mean of this process, with SQLite and without PostgreSQL's server.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, text

from ledger.encoding.cell import cell_of
from ledger.log.tree import leaf_hash
from ledger.store.engine import transaction
from ledger.store.migrate import upgrade
from ledger.store.postgres.address import parameters_of
from ledger.store.postgres.copying import COPIED, copy_rows
from ledger.store.postgres.engine import open_engine as open_server
from ledger.store.postgres.prepare import prepare
from ledger.store.questions import About
from ledger.store.spans import NAME, Spans
from ledger.store.sqlite import open_migration_engine
from tests.simulators.ledger_studio import ORIGIN, STUDIO
from tests.simulators.postgres import programs, running

ROUNDS: Final = 300
SCANS: Final = 5
WARM: Final = 20
"""Rounds before the clock runs: a program that serves has statements prepared."""
CHUNK: Final = 10_000
TOGETHER: Final = 8
"""Cells of a shot that are admitted together, where its records come in runs."""
KINDS: Final = ("frame.set.1", "seal.set.1")
INSTANT: Final = "2026-11-22T08:30:00.000000Z"
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Rows of a log that nobody wrote: half of the shots in turn, half in runs.

    Attributes:
        shots: an even number.
    """

    size: int
    shots: int

    def shot(self, index: int) -> str:
        return f"{self._place(index)[0]:032x}"

    def first(self, index: int) -> int:
        return 1024 + self._place(index)[1] * 32

    def asked(self, *, runs: bool) -> list[str]:
        """Which shots are asked for, the same ones whatever the database."""
        chosen, half = random.Random(20261122), self.shots // 2  # noqa: S311  # no secret
        return [f"{chosen.randrange(half) + runs * half:032x}" for _ in range(ROUNDS)]

    def _place(self, index: int) -> tuple[int, int]:
        """Number of the shot, and which of its cells this is."""
        half = self.shots // 2
        block, within = divmod(index // 2, TOGETHER)
        if block % 2:
            cells, shot = divmod(block // 2, half)
            return half + shot, cells * TOGETHER + within
        cell, shot = divmod(block // 2 * TOGETHER + within, half)
        return shot, cell

    def entry(self, index: int) -> Row:
        body = json.dumps(
            {
                "at": INSTANT,
                "by": {"#": name("by", index)},
                "id": name("id", index),
                "kind": KINDS[index % 2],
                "refs": [name("id", max(0, index - 1))],
                "scope": self.scope(index),
                "v": 1,
            },
            separators=(",", ":"),
        ).encode()
        return name("id", index), KINDS[index % 2], leaf_hash(body), body

    def statement(self, index: int) -> Row:
        leaves = {
            "blob": name("blob", index),
            "count": 32,
            "length": 18_000,
            "root": name("root", index),
        }
        if index % 2:
            body: dict[str, Any] = {
                "audience": "public",
                "cert": "ce" * 32,
                "sealed": leaves,
                "set": name("id", index - 1),
            }
        else:
            tiles = {"blob": name("tiles", index), "length": 130_560}
            cell = cell_of(self.first(index))
            body = {"cell": cell, "measured": leaves, "run": "ab" * 32, "tiles": tiles}
        said = {
            "body": body,
            "key": name("key", index)[:32],
            "kind": KINDS[index % 2],
            "log": ORIGIN,
            "prev": [name("id", max(0, index - 1))],
            "scope": self.scope(index),
            "v": 1,
        }
        raw = json.dumps(said, separators=(",", ":")).encode()
        sheet = name("sheet", index // 1000)
        return name("id", index), KINDS[index % 2], said["key"], sheet, raw

    def scope(self, index: int) -> dict[str, Any]:
        first = self.first(index)
        span = {"end": first + 32, "rate": "24/1", "start": first, "unit": "frame"}
        return {"range": span, "shot": self.shot(index)}

    def span(self, index: int) -> Row:
        first = self.first(index)
        return KINDS[index % 2], self.shot(index), None, None, first, first + 32

    def rows(self, table: str) -> Iterator[Row]:
        make: Callable[[int], Row] = {
            "entry": self.entry,
            "statement": self.statement,
            "frame_span": self.span,
        }[table]
        for index in range(self.size):
            yield (STUDIO, ORIGIN, index, *make(index))


def name(what: str, index: int) -> str:
    return sha256(f"{what}/{index}".encode()).hexdigest()


class OnSqlite:
    """Filled by prepared statements; what a table takes is what the file grows by."""

    def __init__(self, folder: Path) -> None:
        path = folder / "ledger.db"
        upgrade(path)
        self.engine = open_migration_engine(path, kept=True)

    def add(self, table: str, rows: Iterable[Row]) -> int:
        before = self._bytes()
        columns = COPIED[table]
        names = ", ".join(f'"{one}"' for one in columns)
        marks = ", ".join("?" for _ in columns)
        command = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608
        for some in chunks(rows):
            with transaction(self.engine, write=True) as connection:
                connection.exec_driver_sql(command, some)
        return self._bytes() - before

    def _bytes(self) -> int:
        with self.engine.connect() as connection:
            pages: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            each: int = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        return pages * each

    def settle(self) -> None:
        with transaction(self.engine, write=True) as connection:
            connection.exec_driver_sql("ANALYZE")


class OnPostgres:
    """Filled by COPY, as the sequencer does; sizes are the server's own."""

    def __init__(self, address: str) -> None:
        self.engine = open_server(parameters_of(address))
        prepare(self.engine, roles=True)

    def add(self, table: str, rows: Iterable[Row]) -> int:
        with transaction(self.engine, write=True) as connection:
            copy_rows(connection, table, rows)
            command = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
            size: int = connection.execute(command, {"name": table}).scalar_one()
        return size

    def settle(self) -> None:
        with self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("VACUUM ANALYZE")


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while some := list(islice(left, CHUNK)):
        yield some


def measure(store: OnSqlite | OnPostgres, made: Synthetic) -> dict[str, object]:
    begun = time.perf_counter()
    sizes = {
        table: round(store.add(table, made.rows(table)) / made.size, 1)
        for table in ("entry", "statement", "frame_span")
    }
    note_size(store.engine, made.size)
    add_plain(store.engine)
    store.settle()
    filled = time.perf_counter() - begun
    figures = {
        "apart": asked(store.engine, made, made.asked(runs=False)),
        "in_runs": asked(store.engine, made, made.asked(runs=True)),
    }
    store.engine.dispose()
    return {"fill_s": round(filled, 1), "bytes_a_row": sizes, **figures}


def asked(engine: Engine, made: Synthetic, shots: list[str]) -> dict[str, object]:
    index, size = Spans(engine, STUDIO, ORIGIN), made.size
    return {
        "found": timed(lambda shot: index.find(About(shot=shot), size), shots),
        "frames": timed(lambda shot: index.find(window(shot), size), shots),
        "records": timed(lambda shot: index.records(About(shot=shot), size), shots),
        "yardstick_plain_index": timed(lambda shot: plain(engine, shot), shots),
        "yardstick_full_scan": timed(lambda shot: scan(engine, shot), shots[:SCANS]),
    }


def note_size(engine: Engine, size: int) -> None:
    with transaction(engine, write=True) as connection:
        connection.execute(
            text("INSERT INTO projection VALUES (:studio, :log, :name, :size)"),
            {"studio": STUDIO, "log": ORIGIN, "name": NAME, "size": size},
        )


def add_plain(engine: Engine) -> None:
    with transaction(engine, write=True) as connection:
        connection.exec_driver_sql("CREATE TABLE plain (idx bigint, shot text)")
        connection.exec_driver_sql("INSERT INTO plain SELECT idx, shot FROM frame_span")
        connection.exec_driver_sql("CREATE INDEX plain_shot ON plain (shot)")


def window(shot: str) -> About:
    return About(shot=shot, frames=range(1100, 1200))


def plain(engine: Engine, shot: str) -> list[object]:
    return _indices(engine, "SELECT idx FROM plain WHERE shot = :shot", shot)


def scan(engine: Engine, shot: str) -> list[object]:
    # The expression is in no index.
    return _indices(engine, "SELECT idx FROM frame_span WHERE shot || '' = :shot", shot)


def _indices(engine: Engine, query: str, shot: str) -> list[object]:
    with transaction(engine, write=False) as connection:
        return list(connection.execute(text(query), {"shot": shot}).scalars())


def timed(ask: Callable[[str], list[Any]], shots: list[str]) -> dict[str, float]:
    found = len(ask(shots[0]))
    spent = []
    for shot in shots[1:WARM]:
        ask(shot)
    before = time.process_time()
    for shot in shots:
        begun = time.perf_counter()
        ask(shot)
        spent.append((time.perf_counter() - begun) * 1e3)
    own = (time.process_time() - before) * 1e3 / len(shots)
    spent.sort()
    return {
        "rows": found,
        "p50_ms": round(statistics.median(spent), 2),
        "p99_ms": round(spent[min(len(spent) - 1, len(spent) * 99 // 100)], 2),
        "own_cpu_ms": round(own, 2),
    }


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--entries", type=int, default=100_000)
    reader.add_argument("--shots", type=int, default=1_320)
    reader.add_argument("--shared-buffers", default="128MB")
    given = reader.parse_args()
    made = Synthetic(given.entries, given.shots)
    with tempfile.TemporaryDirectory() as folder:
        sqlite = measure(OnSqlite(Path(folder)), made)
    settings = {"max_wal_size": "2GB", "shared_buffers": given.shared_buffers}
    server: dict[str, object] = {"skipped": "no PostgreSQL"}
    if programs() is not None:
        with running(settings=settings) as one:
            server = measure(OnPostgres(one.address(one.new_database())), made)
    found = {
        "benchmark": "a shot's records (synthetic rows)",
        "entries": made.size,
        "shots": made.shots,
        "sqlite": sqlite,
        "postgresql": server,
        "shared_buffers": given.shared_buffers,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
