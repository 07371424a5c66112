"""Entries are found by shot and frames, on both databases alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from ledger.encoding.statement import Secret
from ledger.errors import MissingEvidenceError
from ledger.records.identity import Uid, as_uid
from ledger.store.bodies import RecordBytes
from ledger.store.engine import transaction
from ledger.store.questions import About
from ledger.store.spans import Spans
from tests.simulators.ledger_studio import PERSON, STUDIO, LedgerStudio

AT = "2026-11-22T08:00:00.000000Z"
SHOT, OTHER = as_uid("5a" * 16), as_uid("5b" * 16)


def state(studio: LedgerStudio, number: int, shot: str, *frames: int) -> None:
    """State that somebody did something to a shot, or to some of its frames."""
    scope: dict[str, object] = {"shot": shot}
    if frames:
        start, end = frames
        scope["range"] = {"unit": "frame", "rate": "24/1", "start": start, "end": end}
    body = {
        "route": "edit",
        "act": "paint",
        "party": Secret(PERSON),
        "before": [],
        "after": [],
    }
    studio.state(
        studio.compose("contribution.1", body, key=uid(number), scope=scope, at=AT)
    )


def uid(number: int) -> Uid:
    return as_uid(f"{number:032x}")


@pytest.fixture(params=["server", "file"])
def filmed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LedgerStudio]:
    """Five entries of founding, then: whole shot, frames, later frames, other shot."""
    if request.param == "server":
        studio: LedgerStudio = request.getfixturevalue("ledger_studio")
    else:
        studio = LedgerStudio(tmp_path / "file")
        studio.found()
    state(studio, 1, SHOT)
    state(studio, 2, SHOT, 1001, 1033)
    state(studio, 3, SHOT, 1033, 1065)
    state(studio, 4, OTHER, 1001, 1033)
    studio.state(studio.element(3))
    yield studio
    studio.port.engine.dispose()


def spans(studio: LedgerStudio) -> Spans:
    return Spans(studio.port.engine, STUDIO, studio.origin)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (About(), [5, 6, 7, 8, 9]),
        (About(shot=SHOT), [5, 6, 7]),
        (About(shot=OTHER), [8]),
        (About(shot="ff" * 16), []),
        (About(element=uid(3)), [9]),
        (About(take=SHOT), []),
        (About(shot=SHOT, frames=range(1001, 1002)), [5, 6]),
        (About(shot=SHOT, frames=range(1032, 1034)), [5, 6, 7]),
        (About(shot=SHOT, frames=range(1033, 1034)), [5, 7]),
        (About(shot=SHOT, frames=range(1065, 2000)), [5]),
        (About(frames=range(1000, 1002)), [5, 6, 8, 9]),
    ],
)
def test_what_is_asked_for_is_found(
    filmed: LedgerStudio, about: About, expected: list[int]
) -> None:
    assert spans(filmed).find(about, size=10) == expected


def test_what_was_admitted_after_the_checkpoint_is_left_out(
    filmed: LedgerStudio,
) -> None:
    assert spans(filmed).find(About(shot=SHOT), size=7) == [5, 6]


def test_what_is_admitted_later_is_found(filmed: LedgerStudio) -> None:
    assert spans(filmed).find(About(shot=SHOT), size=10) == [5, 6, 7]
    state(filmed, 5, SHOT)
    assert spans(filmed).find(About(shot=SHOT), size=11) == [5, 6, 7, 10]


def test_it_is_made_anew_from_the_entries_alone(filmed: LedgerStudio) -> None:
    before = table(filmed.port.engine)
    spans(filmed).find(About(), size=10)
    expected = table(filmed.port.engine)
    if filmed.port.engine.dialect.name == "postgresql":
        assert before == expected
    with transaction(filmed.port.engine, write=True) as connection:
        connection.exec_driver_sql("UPDATE frame_span SET shot = NULL")
        connection.exec_driver_sql("DELETE FROM frame_span WHERE idx = 7")
    assert spans(filmed).rebuild() == 10
    assert table(filmed.port.engine) == expected
    assert spans(filmed).rebuild() == 10


def test_emptied_it_fills_itself_again(filmed: LedgerStudio) -> None:
    with transaction(filmed.port.engine, write=True) as connection:
        for name in ("frame_span", "projection"):
            connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608
    state(filmed, 5, SHOT)
    assert spans(filmed).find(About(shot=SHOT), size=11) == [5, 6, 7, 10]


def table(engine: Engine) -> list[tuple[object, ...]]:
    with transaction(engine, write=False) as connection:
        query = "SELECT * FROM frame_span ORDER BY idx"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.mark.parametrize(
    "about",
    [
        About(shot=SHOT),
        About(shot=SHOT, frames=range(1033, 1034)),
        About(shot="ff" * 16),
        About(),
    ],
)
def test_records_are_the_bytes_of_what_is_found(
    filmed: LedgerStudio, about: About
) -> None:
    reader, found = filmed.port.reader(), spans(filmed).find(about, size=10)
    expected = [
        RecordBytes(
            index,
            reader.entries(index, index + 1)[0],
            reader.statements(index, index + 1)[0].raw,
        )
        for index in found
    ]
    assert spans(filmed).records(about, size=10) == expected


@pytest.mark.parametrize("shot", [SHOT, "ee" * 16])
def test_a_row_that_lacks_is_no_answer(filmed: LedgerStudio, shot: str) -> None:
    spans(filmed).find(About(), size=10)
    with transaction(filmed.port.engine, write=True) as connection:
        # The index of shots names an entry that is not there, as after a loss; of one
        # shot it is the only one.
        connection.execute(
            text(
                "INSERT INTO frame_span (studio, log, idx, kind, shot) "
                "SELECT studio, log, 20, kind, :shot FROM frame_span WHERE idx = 6"
            ),
            {"shot": shot},
        )
        connection.exec_driver_sql("UPDATE projection SET size = 21")
    with pytest.raises(MissingEvidenceError):
        spans(filmed).records(About(shot=shot), size=21)
