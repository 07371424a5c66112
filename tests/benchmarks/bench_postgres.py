"""What it costs to let a statement into the log on PostgreSQL, and to find a shot.

    python -m tests.benchmarks.bench_postgres
    JANGBU_BENCH_STATEMENTS=200000 python -m tests.benchmarks.bench_postgres
    JANGBU_BENCH_SPANS=1000000 python -m tests.benchmarks.bench_postgres

Prints one JSON document. A real server is started for it, with fsync on. Generation
statements of about 660 bytes, in signed sheets of 1,000, go through `PostgresPort`:
all checks, hashes, indexes, projection, a checkpoint and the published copy. The
yardstick, on the same server in the same run and in turn: SQLModel's `add_all` of the
same rows into the same tables. Then the records of one shot out of many, by the
projection.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from ledger.records.identity import as_uid
from ledger.store.postgres.address import parameters_of
from ledger.store.postgres.copying import copy_rows
from ledger.store.postgres.engine import open_engine, transaction
from ledger.store.postgres.prepare import prepare
from ledger.store.questions import About
from ledger.store.spans import NAME, Span, Spans
from tests.benchmarks.bench_admission import (
    SHEET,
    STATEMENTS,
    TOGETHER,
    Spent,
    Yardstick,
    admit,
    generations,
    parcels,
    same_rows,
)
from tests.simulators.ledger_studio import ORIGIN, STUDIO
from tests.simulators.postgres import Server, programs, running
from tests.simulators.server_studio import ServerStudio

SPANS: Final = int(os.environ.get("JANGBU_BENCH_SPANS", "200000"))
SHOTS: Final = 400
ROUNDS: Final = 30


def database(server: Server) -> Engine:
    """A prepared database of its own."""
    engine = open_engine(parameters_of(server.address(server.new_database())))
    prepare(engine, roles=True)
    return engine


def admission(server: Server, folder: Path) -> dict[str, object]:
    address = server.address(server.new_database())
    engine = open_engine(parameters_of(address))
    prepare(engine, roles=True)
    engine.dispose()
    studio = ServerStudio(folder / "production", address=address)
    studio.found()
    waiting = parcels(studio, generations(studio, STATEMENTS))
    own, yardstick = Spent(), Yardstick(database(server), same_rows)
    server_own, server_rows, done = 0.0, 0.0, 0
    # In turn, so that whatever else the machine does is done to both of them.
    for start in range(0, len(waiting), TOGETHER):
        before = processor_seconds(server)
        admit(studio, waiting[start : start + TOGETHER], own)
        server_own += processor_seconds(server) - before
        reader = studio.port.reader()
        entries = reader.entries(done, reader.size())
        said = reader.statements(done, reader.size())
        done = reader.size()
        before = processor_seconds(server)
        yardstick.add(entries, said)
        server_rows += processor_seconds(server) - before
    studio.port.engine.dispose()
    yardstick.engine.dispose()
    return {
        "statements": STATEMENTS,
        "statements_a_transaction": SHEET * TOGETHER,
        "bytes_each": len(waiting[0].statements[0].raw),
        "admission": own.figures(STATEMENTS),
        "admission_server_cpu_us_each": round(server_own / STATEMENTS * 1e6, 1),
        "add_all_of_the_same_rows": yardstick.spent.figures(STATEMENTS),
        "add_all_server_cpu_us_each": round(server_rows / STATEMENTS * 1e6, 1),
        "times_the_same_rows": round(yardstick.spent.wall / own.wall, 2),
    }


def processor_seconds(server: Server) -> float:
    """What all processes of the server have used so far, those that ended included."""
    assert server.process is not None
    parent = server.process.pid
    ticks = 0
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()
    for number in (parent, *map(int, children)):
        try:
            line = Path(f"/proc/{number}/stat").read_text("ascii")
        except OSError:
            continue
        fields = line.rpartition(")")[2].split()
        # utime, stime, and of children that were waited for.
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def spans(many: int) -> Iterator[tuple[object, ...]]:
    """Entries about cells of 32 frames, over many shots."""
    for index in range(many):
        shot, cell = index % SHOTS, index // SHOTS
        span = Span(
            idx=index,
            kind="frame.set.1",
            shot=as_uid(f"{shot:032x}"),
            take=None,
            element=None,
            first=1001 + cell * 32,
            last=1001 + cell * 32 + 32,
        )
        yield (STUDIO, ORIGIN, *span)


def finding(server: Server) -> dict[str, object]:
    engine = database(server)
    with transaction(engine, write=True) as connection:
        copy_rows(connection, "frame_span", spans(SPANS))
        connection.exec_driver_sql(
            "INSERT INTO projection (studio, log, name, size) VALUES (%s, %s, %s, %s)",
            (STUDIO, ORIGIN, NAME, SPANS),
        )
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("VACUUM ANALYZE frame_span")
    shot = as_uid(f"{7:032x}")
    index = Spans(engine, STUDIO, ORIGIN)
    figures = {
        "entries": SPANS,
        "shots": SHOTS,
        "of_one_shot": timed(index, About(shot=shot)),
        "of_100_of_its_frames": timed(
            index, About(shot=shot, frames=range(2001, 2101))
        ),
        "of_frame_2001_in_every_shot": timed(index, About(frames=range(2001, 2002))),
    }
    engine.dispose()
    return figures


def timed(index: Spans, about: About) -> dict[str, float]:
    found = index.find(about, SPANS)
    spent = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        index.find(about, SPANS)
        spent.append((time.perf_counter() - start) * 1e3)
    return {
        "found": len(found),
        "median_ms": round(statistics.median(spent), 2),
        "worst_ms": round(max(spent), 2),
    }


def measure() -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(settings={"shared_buffers": "512MB", "max_wal_size": "2GB"}) as server,
    ):
        return {
            **admission(server, Path(folder)),
            "finding": finding(server),
            "load": os.getloadavg()[0],
        }


if __name__ == "__main__":
    if programs() is None:
        sys.stderr.write("bench_postgres: no PostgreSQL here; left out\n")
        print(json.dumps({"skipped": "no PostgreSQL"}))  # noqa: T201
    else:
        print(json.dumps(measure(), indent=1))  # noqa: T201
