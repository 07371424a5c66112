"""Sixteen processes write at once, with duplicates and conflicts: one log."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

from ledger.encoding.statement import Composed, Secret
from ledger.ports import Receipt
from ledger.records.identity import as_uid
from ledger.store.postgres.engine import transaction
from ledger.store.postgres.rows import PostgresRows
from ledger.store.state import LogState
from tests.simulators.ledger_studio import START, STUDIO, SettableClock, submission_of
from tests.simulators.server_studio import ServerStudio

FORK = multiprocessing.get_context("fork")
WRITERS = 16
SHEETS = 4
EACH = 5

COMMON, CONTESTED, OWN = 1_000, 2_000, 10_000


def element(studio: ServerStudio, number: int, name: str) -> Composed:
    """An element whose name nobody keeps: here only the log is looked at."""
    uid = as_uid(f"{number:032x}")
    return studio.composed(
        "element.1", {"name": Secret(name)}, key=uid, scope={"element": uid}
    )


def write(root: Path, address: str, writer: int, go: Any) -> None:  # noqa: ANN401  # an event
    clock = SettableClock(START.replace(hour=10))
    studio = ServerStudio(root, clock=clock, address=address)
    told: list[dict[str, object]] = []
    go.wait()
    for sheet in range(SHEETS):
        first = OWN + (writer * SHEETS + sheet) * EACH
        many = [element(studio, first + number, "own") for number in range(EACH)]
        many.append(element(studio, COMMON + sheet, "the same for all"))
        many.append(element(studio, CONTESTED + sheet, f"of writer {writer}"))
        envelope = studio.sheet([one.id for one in many])
        answers = studio.port.submit(envelope, [submission_of(one) for one in many])
        for one, answer in zip(many, answers, strict=True):
            if isinstance(answer, Receipt):
                told.append({"id": one.id, "index": answer.index, "new": answer.new})
            else:
                told.append({"id": one.id, "refused": answer.error.code})
    studio.port.engine.dispose()
    (root / f"told-{writer}.json").write_text(json.dumps(told), encoding="utf-8")


def test_sixteen_writers_make_one_log_without_a_gap(
    ledger_studio: ServerStudio,
) -> None:
    ledger_studio.port.engine.dispose()
    go = FORK.Event()
    writers = [
        FORK.Process(
            target=write, args=(ledger_studio.root, ledger_studio.address, number, go)
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    go.set()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    told = [
        one
        for number in range(WRITERS)
        for one in json.loads((ledger_studio.root / f"told-{number}.json").read_text())
    ]
    check_log(ledger_studio, told)


def check_log(studio: ServerStudio, told: list[dict[str, Any]]) -> None:
    expected = 5 + WRITERS * SHEETS * EACH + 2 * SHEETS
    assert studio.rows()["entry"] == expected
    reader = studio.port.reader()
    assert reader.size() == expected
    stored = {one.id: one.index for one in reader.statements(0, expected)}
    assert sorted(stored.values()) == list(range(expected))
    # What was acknowledged is there, at the place that was told, admitted once.
    received = [one for one in told if "index" in one]
    assert all(stored[one["id"]] == one["index"] for one in received)
    assert sum(one["new"] for one in received) == expected - 5
    # Of each contested fact one writer's statement stands; the others were told.
    refused = [one for one in told if "refused" in one]
    assert {one["refused"] for one in refused} == {"record.conflict"}
    assert len(refused) == SHEETS * (WRITERS - 1)
    with transaction(studio.port.engine, write=False) as connection:
        rows = PostgresRows(connection, STUDIO, studio.origin)
        state = studio.port.sequencing.caught_up(
            rows, LogState(), studio.port.held_outside()
        )
        waiting = connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM answer)"
        ).scalar_one()
    assert state.size == expected
    assert waiting == 0
