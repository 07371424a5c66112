"""Frames flow from cell to cell: bounded, in order, and nobody waits at an end."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from ledger.cli.run_planned import current_version, plan_shot
from ledger.production.opening import opened
from pipeline.errors import UnreadableFrameError
from pipeline.run.crew import Crew
from pipeline.run.events import Counted, EventLines
from pipeline.run.executor import Executor
from pipeline.run.frame_job import FrameJob, FrameResult
from pipeline.run.recipe import read_recipe
from pipeline.run.shot import ShotResult, ShotRun, run_shot
from pipeline.run.workers import SigningKey
from tests.integration.runs.conftest import FRAMES
from tests.simulators.logged_shot import of_kind
from tests.simulators.shot_folder import ShotFolder

pytestmark = pytest.mark.slow


@dataclass
class Seen:
    """What went through an executor.

    Attributes:
        most: frames that were in flight at once.
        begun_before_end: frames of a cell that went out while the cell before it had
            frames in flight.
    """

    order: list[int] = field(default_factory=list)
    flying: set[int] = field(default_factory=set)
    most: int = 0
    begun_before_end: int = 0


class Observed:
    """A real executor, and a note of what goes through it."""

    def __init__(self, real: Executor, seen: Seen) -> None:
        self._real = real
        self._seen = seen

    @property
    def batch(self) -> int:
        return self._real.batch

    def room(self) -> int:
        return self._real.room()

    def busy(self) -> bool:
        return self._real.busy()

    def submit(self, jobs: Sequence[FrameJob]) -> None:
        seen = self._seen
        for job in jobs:
            cells = {frame // 32 for frame in seen.flying}
            seen.begun_before_end += any(cell < job.frame // 32 for cell in cells)
            seen.order.append(job.frame)
            seen.flying.add(job.frame)
        seen.most = max(seen.most, len(seen.flying))
        self._real.submit(jobs)

    def next(self) -> FrameResult:
        result = self._real.next()
        self._seen.flying.discard(result.frame)
        return result

    def close(self) -> None:
        self._real.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedCrew(Crew):
    """A crew that is looked at."""

    seen: Seen

    @contextmanager
    def at_work(self) -> Iterator[Executor]:
        with Crew.at_work(self) as real:
            yield Observed(real, self.seen)


def _run(
    shot: ShotFolder, workers: int, seen: Seen, events: Path, lost: Path | None = None
) -> ShotResult:
    """Run a shot, of which an input is lost once it was planned."""
    with opened(shot.production) as production, io.FileIO(events, "wb") as stream:
        keys = production.keys
        signing = SigningKey(
            keys.credential_file("chain.pem"), keys.credential_file("key.pem")
        )
        plan = plan_shot(production, read_recipe(shot.recipe), shot.root)
        if lost is not None:
            lost.unlink()
        return run_shot(
            ShotRun(
                plan=plan,
                recorder=production.recorder,
                crew=ObservedCrew(signing=signing, workers=workers, seen=seen),
                out=shot.root / "out",
                frames=None,
                earlier=None,
                current_version=partial(current_version, production),
                online=True,
                shorten=False,
                listener=Counted((EventLines(stream),)),
            )
        )


def _cells(events: Path) -> list[int]:
    lines = map(json.loads, events.read_text().splitlines())
    return [one["cell"] for one in lines if one["event"] == "cell"]


def test_the_next_cell_begins_while_the_last_frames_of_one_are_made(
    shot: ShotFolder,
) -> None:
    seen = Seen()
    result = _run(shot, 2, seen, shot.root / "events")
    assert sorted(result.sets) == [31, 32, 33]
    assert seen.order == list(FRAMES)
    assert seen.most == 4
    assert seen.begun_before_end > 0
    assert sorted(_cells(shot.root / "events")) == [31, 32, 33]


def test_one_worker_ends_a_cell_before_it_claims_the_next(shot: ShotFolder) -> None:
    seen = Seen()
    _run(shot, 1, seen, shot.root / "events")
    assert seen.order == list(FRAMES)
    assert (seen.most, seen.begun_before_end) == (1, 0)
    assert _cells(shot.root / "events") == [31, 32, 33]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_frame_that_fails_costs_its_cell_and_none_before_it(
    shot: ShotFolder, workers: int
) -> None:
    seen = Seen()
    lost = shot.root / "plate" / "p.1056.png"
    with pytest.raises(UnreadableFrameError):
        _run(shot, workers, seen, shot.root / "events", lost)
    made = {one.body["body"]["cell"] for one in of_kind(shot.production, "frame.set.1")}
    assert made == {31, 32}
