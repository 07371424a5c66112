"""What it costs to let a statement into the log, durable, on SQLite.

    python -m tests.benchmarks.bench_admission
    JANGBU_BENCH_STATEMENTS=200000 python -m tests.benchmarks.bench_admission

Prints one JSON document. Generation statements of about 660 bytes, in signed sheets of
1,000, go through `LocalPort.submit_all`, JANGBU_BENCH_SHEETS at once: all checks,
hashes, indexes, a checkpoint and the published copy. The yardsticks, on the same disk
with the same settings, in transactions of the same size and in turn with it: SQLModel's
`add_all` of the same rows into the same tables, and of one plain row of ten columns a
statement. Then an audit of all entries, and hashing the same leaves from memory.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Engine, Index, MetaData, UniqueConstraint
from sqlmodel import Field, Session, SQLModel

from ledger.encoding.commitment import statement_id
from ledger.encoding.digest import sha256
from ledger.encoding.statement import Secret
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import Verifier
from ledger.log.tree import leaf_hash, root_of
from ledger.parcel import Parcel
from ledger.ports import Receipt, StoredStatement, Submission
from ledger.store.migrate import upgrade
from ledger.store.sqlite import open_engine, open_migration_engine
from ledger.store.tables import EntryRow, StatementRow
from tests.simulators.ledger_studio import ORIGIN, STUDIO, LedgerStudio

STATEMENTS: Final = int(os.environ.get("JANGBU_BENCH_STATEMENTS", "20000"))
SHEET: Final = 1000
TOGETHER: Final = int(os.environ.get("JANGBU_BENCH_SHEETS", "5"))
"""Sheets a transaction."""


class PlainRow(SQLModel, table=True):
    """What an application without a log would keep of a generation."""

    __tablename__ = "plain"
    __table_args__ = (
        UniqueConstraint("tenant", "idem"),
        Index("plain_place", "tenant", "production", "shot", "frame"),
    )
    metadata = MetaData()

    id: str = Field(primary_key=True)
    tenant: str
    production: str
    idem: str
    shot: str
    frame: int
    kind: str
    at: str
    leaf: bytes
    body: bytes


@dataclass(slots=True)
class Spent:
    """Seconds of the wall clock and of the processor."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> Self:
        self.wall -= time.perf_counter()
        self.cpu -= time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += time.process_time()

    def figures(self, many: int) -> dict[str, float]:
        return {
            "per_second": round(many / self.wall),
            "cpu_us_each": round(self.cpu / many * 1e6, 1),
        }


def generations(studio: LedgerStudio, many: int) -> list[Submission]:
    """Statements that differ in key and prompt; composed once, as that is not timed."""
    (asset,) = studio.state(studio.asset(1))
    key, secret = "6e" * 16, f"{'가':0<32}"
    pattern = studio.composed(
        "generation.1",
        {
            "provider": "example-provider",
            "model": "example-video",
            "model_version": "2.1",
            "source_type": "trainedAlgorithmicMedia",
            "prompt": Secret(secret),
            "seed": Secret(7),
            "inputs": [{"asset": asset.id, "edge": "reference"}],
            "outputs": [asset.id],
        },
        key=key,
        at="2026-11-22T08:30:00.000000Z",
    )
    prompt = json.loads(pattern.raw)["body"]["prompt"]["#"].encode()
    found = []
    for number in range(many):
        digest = sha256(b"%d" % number)
        raw = pattern.raw.replace(key.encode(), digest[:16].hex().encode())
        raw = raw.replace(prompt, digest.hex().encode())
        found.append(Submission(raw=raw, blind=digest, by_blind=digest[::-1]))
    return found


def parcels(studio: LedgerStudio, submissions: Sequence[Submission]) -> list[Parcel]:
    """Sheets of up to a thousand statements, signed."""
    found = []
    for start in range(0, len(submissions), SHEET):
        some = submissions[start : start + SHEET]
        ids = [statement_id(one.blind, one.raw) for one in some]
        found.append(
            Parcel(sheet=studio.sheet(ids, "pipeline"), statements=tuple(some))
        )
    return found


def admit(studio: LedgerStudio, waiting: Sequence[Parcel], spent: Spent) -> None:
    """Submit; the call returns with all of it durable, signed over and published."""
    with spent:
        answers = studio.port.submit_all(waiting)
    for one in chain.from_iterable(answers):
        assert isinstance(one, Receipt), one
        assert one.new


@dataclass(slots=True)
class Yardstick:
    """Rows that a Session adds, in transactions of the same size."""

    engine: Engine
    rows: Callable[[bytes, bytes, StoredStatement], list[SQLModel]]
    spent: Spent = field(default_factory=Spent)

    def add(self, entries: Sequence[bytes], said: Sequence[StoredStatement]) -> None:
        pairs = list(zip(entries, map(leaf_hash, entries), said, strict=True))
        with self.spent, Session(self.engine) as session:
            session.add_all([row for given in pairs for row in self.rows(*given)])
            session.commit()


def same_rows(entry: bytes, leaf: bytes, said: StoredStatement) -> list[SQLModel]:
    own: dict[str, Any] = {
        "studio": STUDIO,
        "log": ORIGIN,
        "idx": said.index,
        "id": said.id,
        "kind": said.kind,
    }
    return [
        EntryRow(**own, leaf=leaf, body=entry),
        StatementRow(**own, key=said.key, sheet=said.sheet, body=said.raw),
    ]


def plain_row(_entry: bytes, leaf: bytes, said: StoredStatement) -> list[SQLModel]:
    row = PlainRow(
        id=said.id,
        tenant=STUDIO,
        production=ORIGIN,
        idem=said.id[::-1],
        shot=said.key[:8],
        frame=said.index,
        kind=said.kind,
        at="2026-11-22T08:30:00.000000Z",
        leaf=leaf,
        body=said.raw,
    )
    return [row]


def yardsticks(folder: Path) -> tuple[Yardstick, Yardstick]:
    upgrade(folder / "rows.sqlite")
    rows = open_engine(folder / "rows.sqlite", kept=True)
    upgrade(folder / "plain.sqlite")
    maker = open_migration_engine(folder / "plain.sqlite")
    PlainRow.metadata.create_all(maker)
    maker.dispose()
    return Yardstick(rows, same_rows), Yardstick(
        open_migration_engine(folder / "plain.sqlite", kept=True), plain_row
    )


def audited(studio: LedgerStudio) -> tuple[Spent, Spent]:
    """Every entry read and hashed again up to the signed root; hashing alone."""
    verifier = Verifier.of(ORIGIN, studio.signer("log"))
    with Spent() as audit:
        reader = studio.port.reader()
        point = open_checkpoint(reader.checkpoint(), [verifier], ORIGIN)
        entries = reader.entries(0, point.size)
        assert root_of([leaf_hash(one) for one in entries]) == point.root
    with Spent() as hashing:
        for one in entries:
            leaf_hash(one)
    return audit, hashing


def started(studio: LedgerStudio) -> Spent:
    """A new process: all entries folded before the first submission."""
    anew = LedgerStudio(studio.root, clock=studio.clock)
    with Spent() as spent:
        anew.port.submit(anew.sheet(["ab" * 32]), [])
    return spent


def measure(statements: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        studio = LedgerStudio(Path(folder) / "production")
        studio.found()
        studio.port.engine = open_engine(studio.database, kept=True)
        waiting = parcels(studio, generations(studio, statements))
        own, (rows, plain) = Spent(), yardsticks(Path(folder))
        done = 0
        # In turn, so that whatever else the machine does is done to all of them.
        for start in range(0, len(waiting), TOGETHER):
            admit(studio, waiting[start : start + TOGETHER], own)
            reader = studio.port.reader()
            entries = reader.entries(done, reader.size())
            said = reader.statements(done, reader.size())
            done = reader.size()
            for yardstick in (rows, plain):
                yardstick.add(entries, said)
        audit, hashing = audited(studio)
        start_up = started(studio)
        studio.port.engine.dispose()
    return {
        "statements": statements,
        "statements_a_transaction": SHEET * TOGETHER,
        "bytes_each": len(waiting[0].statements[0].raw),
        # Signatures are in it: six of a checkpoint and one of a sheet a thousand.
        "admission": own.figures(statements),
        "add_all_of_the_same_rows": rows.spent.figures(statements),
        "add_all_of_one_plain_row": plain.spent.figures(statements),
        "times_the_same_rows": round(rows.spent.wall / own.wall, 2),
        "times_one_plain_row": round(plain.spent.wall / own.wall, 2),
        "audit": audit.figures(statements),
        "hashing_alone": hashing.figures(statements),
        "audit_share_of_hashing": round(hashing.wall / audit.wall, 2),
        "start": start_up.figures(statements),
        "load": os.getloadavg()[0],
    }


if __name__ == "__main__":
    print(json.dumps(measure(STATEMENTS), indent=1))  # noqa: T201
