"""Plain admission lets in what the desk lets in, with the same entry, and nothing else.

The desk is the oracle: it reads every statement by its models and asks every question.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.encoding import canonical
from ledger.encoding.commitment import statement_id
from ledger.encoding.forms import place_named_in
from ledger.encoding.statement import Secret, thoroughly_checked
from ledger.errors import RecordError
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal, Submission
from ledger.records.identity import as_instant
from ledger.store.admission import Arrived, Desk, SignedSheet, open_signed
from ledger.store.engine import transaction
from ledger.store.plain import PLAIN, PlainDesk
from ledger.store.rows import Admitted
from ledger.store.sqlite_rows import SqliteRows
from ledger.store.state import GrowingLog, LogState
from tests.simulators.ledger_studio import (
    ORIGIN,
    PERSON,
    STUDIO,
    LedgerStudio,
    submission_of,
)

KIND: Final = "generation.1"
NOW: Final = as_instant("2026-11-22T10:00:00.000000Z")
LATER: Final = as_instant("2026-11-22T10:00:01.000000Z")
ABSENT: Final = "ab" * 32
OTHER_LOG: Final = "jangbu.invalid/ffffffffffffffff"


@dataclass(frozen=True)
class World:
    """A founded log, and statements in it to rely on.

    Attributes:
        said: JSON of a generation that is in order.
    """

    studio: LedgerStudio
    state: LogState
    asset: str
    element: str
    said: dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    studio = LedgerStudio(tmp_path_factory.mktemp("plain") / "production")
    studio.found()
    studio.delegate("painter", PERSON, kinds=("element",))
    (asset,) = studio.state(studio.asset(1))
    (element,) = studio.state(studio.element(1))
    pattern = studio.composed(
        KIND,
        {
            "provider": "example-provider",
            "model": "example-video",
            "model_version": "2.1",
            "source_type": "trainedAlgorithmicMedia",
            "prompt": Secret("괴물"),
            "inputs": [{"asset": asset.id, "edge": "reference"}],
            "outputs": [asset.id],
        },
        key="6e" * 16,
        at="2026-11-22T08:30:00.000000Z",
        prev=(asset.id,),
    )
    with transaction(studio.port.engine, write=False) as connection:
        rows = SqliteRows(connection, STUDIO, ORIGIN)
        state = studio.port.sequencing.caught_up(rows, LogState(), ())
    said = json.loads(pattern.raw)
    yield World(studio, state, asset.id, element.id, said)
    studio.port.engine.dispose()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One submission of a statement that may be anything.

    Attributes:
        listed: whether the sheet lists it.
        last_at: admission time of the entry before.
    """

    raw: bytes
    signer: str = "pipeline"
    listed: bool = True
    blind: bytes = b"\x01" * 32
    by_blind: bytes = b"\x02" * 32
    last_at: str = NOW

    def submission(self) -> Submission:
        return Submission(raw=self.raw, blind=self.blind, by_blind=self.by_blind)


def signed_by(world: World, case: Case, log: GrowingLog) -> SignedSheet:
    found = [ABSENT]
    if case.listed and len(case.blind) == 32:
        found.append(statement_id(case.blind, case.raw))
    sheet = world.studio.sheet(found, case.signer)
    return open_signed(ORIGIN, sheet, log, None)


def growing(world: World, case: Case) -> GrowingLog:
    log = GrowingLog(world.state)
    log.last_at = as_instant(case.last_at)
    return log


def by_the_desk(world: World, case: Case) -> Admitted | None:
    """As `Desk` decides, from what the models alone have read."""
    log, studio = growing(world, case), world.studio
    desk = Desk(
        log=ORIGIN,
        studio=STUDIO,
        log_key_for=studio.log_key_for,
        party_of=studio.party_of,
        signer_of=lambda _: "",
        root_at=log.root_at,
    )
    try:
        signed = signed_by(world, case, log)
        said = thoroughly_checked(case.raw)
        arrived = Arrived(case.submission(), said, NOW)
        return desk.admit(arrived, desk.identify(arrived, signed), signed, log)
    except RecordError:
        return None


def plainly(world: World, case: Case) -> Admitted | None:
    log = growing(world, case)
    desk = PlainDesk(ORIGIN, KIND, signed_by(world, case, log), log, NOW)
    before = (log.size, log.last_at, list(log.leaves))
    found = desk.admit(case.submission(), place_named_in(case.raw))
    if found is None:
        assert (log.size, log.last_at, log.leaves) == before
    return found


def changed(world: World, change: Callable[[dict[str, Any]], object]) -> bytes:
    said = json.loads(json.dumps(world.said))
    change(said)
    return canonical.encode(said)


def put(*path: str | int, value: object) -> Callable[[dict[str, Any]], object]:
    def change(said: Any) -> None:  # noqa: ANN401  # JSON
        for step in path[:-1]:
            said = said[step]
        said[path[-1]] = value

    return change


def test_a_generation_is_plain(world: World) -> None:
    assert set(PLAIN) == {KIND}
    for prev in ([], [world.asset], [world.asset, world.element]):
        case = Case(raw=changed(world, put("prev", value=prev)))
        found = plainly(world, case)
        assert found is not None
        assert found == by_the_desk(world, case)


def not_plain(world: World) -> Mapping[str, Case]:
    """What is refused, or asks for more than a plain desk looks at."""
    good = canonical.encode(world.said)
    asset = {"asset": ABSENT, "edge": "reference"}
    drawn = {"asset": world.element, "edge": "reference"}
    act = {"verb": "dispute", "of": world.asset}
    no_day = "2026-02-30T08:30:00.000000Z"
    changes = {
        "an unknown output": put("body", "outputs", value=[ABSENT]),
        "an output of another kind": put("body", "outputs", value=[world.element]),
        "an unknown input": put("body", "inputs", value=[asset]),
        "an input of another kind": put("body", "inputs", value=[drawn]),
        "an unknown earlier one": put("prev", value=[ABSENT]),
        "an earlier one twice": put("prev", value=[world.asset] * 2),
        "an act": put("act", value=act),
        "another log": put("log", value=OTHER_LOG),
        "no day of the calendar": put("at", value=no_day),
        "a word too many": put("body", "colour", value="red"),
        "a scope": put("scope", value={"shot": "5a" * 16}),
        "another version": put("v", value=2),
        "another kind": put("kind", value="generation.2"),
    }
    return {
        **{name: Case(raw=changed(world, one)) for name, one in changes.items()},
        "a comma too many": Case(raw=good.replace(b',"model"', b',,"model"')),
        "no comma between lists": Case(raw=good.replace(b'],"model"', b']"model"')),
        "no comma": Case(raw=good.replace(b',"prev"', b'"prev"')),
        "a space": Case(raw=good + b" "),
        "not on the sheet": Case(raw=good, listed=False),
        "a short blind": Case(raw=good, blind=b"\x01" * 31),
        "a long blind of the signer": Case(raw=good, by_blind=b"\x02" * 33),
        "a key without the right": Case(raw=good, signer="painter"),
        "a clock that ran backwards": Case(raw=good, last_at=LATER),
    }


def test_everything_else_is_left_to_the_desk(world: World) -> None:
    cases = not_plain(world)
    for name, case in cases.items():
        assert plainly(world, case) is None, name
    raws = [case.raw for case in cases.values()]
    # Those that differ in what is beside their bytes are the only ones with the same.
    assert len(set(raws)) == len(raws) - 4
    admitted = {name for name, case in cases.items() if by_the_desk(world, case)}
    assert admitted == {"a clock that ran backwards"}


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_bytes_that_were_changed_are_plain_only_if_the_desk_lets_them_in(
    world: World, data: st.DataObject
) -> None:
    raw = bytearray(canonical.encode(world.said))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        piece = data.draw(st.sampled_from([b"", b",", b'"', b"}", b"0", b"a", b"\\"]))
        raw[at : at + data.draw(st.integers(0, 1))] = piece
    case = Case(raw=bytes(raw))
    found = plainly(world, case)
    if found is not None:
        assert found == by_the_desk(world, case)


def test_a_right_that_ends_between_two_sheets_is_not_remembered(
    tmp_path_factory: pytest.TempPathFactory, world: World
) -> None:
    studio = LedgerStudio(tmp_path_factory.mktemp("ended") / "production")
    studio.found()
    (asset,) = studio.state(studio.asset(1))
    body = dict(
        world.said["body"],
        prompt=Secret("괴물"),
        inputs=[],
        outputs=[asset.id],
    )
    one, other = (
        studio.compose(KIND, body, key=f"{n:032x}", at="2026-11-22T08:30:00.000000Z")
        for n in (1, 2)
    )
    end = studio.compose(
        "delegation.1",
        {},
        key="dd" * 16,
        act=("withdraw", studio.delegation_of("vendor")),
    )
    parcels = [
        (studio.sheet([one.id], "vendor"), one),
        (studio.sheet([end.id], "studio"), end),
        (studio.sheet([other.id], "vendor"), other),
    ]
    answers = studio.port.submit_all(
        [
            Parcel(sheet=sheet, statements=(submission_of(said),))
            for sheet, said in parcels
        ]
    )
    (first,), (second,), (third,) = answers
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert isinstance(third, Refusal)
    assert third.error.code == "record.not_permitted"
    assert studio.found_by_fsck() == set()
