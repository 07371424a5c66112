"""Running a shot while a renderer still fills its folders (docs/decisions/0041).

A run states the digests of all its inputs, so a cell that is to be made before the shot
is whole needs a run of its own, of the cell's frames. Each cell with all its inputs is
planned, stated and made; when all are there, one version lists their frame.sets. The
same files give the same runs, so that watching again goes on where it ended.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.digest import sha256_hex
from pipeline.errors import FrameHoleError
from pipeline.run.cell_work import CellPlace, CellWork
from pipeline.run.cells import CellMaker, check_file_name, file_name
from pipeline.run.hot_folder import HotFolder, awaited_range
from pipeline.run.jobs import jobs_of, keep_tables
from pipeline.run.output import OutputFolder
from pipeline.run.owner import Owner, sweep
from pipeline.run.plan import Planner
from pipeline.run.planned import Plan
from pipeline.run.recipe import Recipe
from pipeline.run.shot import ShotRun, certificate_digest, state_run
from pipeline.run.tools import tools_of
from pipeline.run.version import Whole, refuse_dropped, state_version

LOOK_S: Final = 0.5
"""Seconds between two looks at the folders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a watch left.

    Attributes:
        runs: id of the run of each cell.
        sets: id of the frame.set of each cell.
    """

    token: str
    runs: dict[int, str]
    sets: dict[int, str]
    version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Watches one shot's inputs and makes its cells.

    Attributes:
        start: how the shot is run, given the plan of its first cell.
        idle: seconds without anything new after which it ends; `None` for never.
        on_plan: told of each cell's plan, before it is made.
    """

    recipe: Recipe
    planner: Planner
    hot: HotFolder
    start: Callable[[Plan], ShotRun]
    idle: float | None
    on_plan: Callable[[Plan], None]

    def run(self) -> Watched:
        """Watch until the shot is whole.

        Raises:
            FrameHoleError: nothing new came for as long as `idle` says.
            JangbuError: what stopped it; cells that were committed stay committed.
        """
        looking = _Looking(self.hot, self.idle)
        runs: dict[int, str] = {}
        with ExitStack() as stack:
            # Who makes frames, and how many can, is known once one input is.
            first = self._next(looking)
            bench = _Bench(self.start(first), self.recipe, stack)
            plan: Plan | None = first
            while plan is not None or looking.left() or bench.maker.at_work():
                if plan is not None:
                    runs[plan.cells.start] = plan.run.id
                    bench.add(plan)
                if bench.maker.advance():
                    looking.moved()
                elif not looking.left():
                    time.sleep(LOOK_S)  # others are at work on what is left
                plan = self._found(looking, bench.maker)
            sets = dict(sorted(bench.maker.done.items()))
        sweep(bench.folder)
        version = bench.version(sets)
        return Watched(token=bench.token, runs=runs, sets=sets, version=version)

    def _found(self, looking: "_Looking", maker: CellMaker) -> Plan | None:
        """The plan of the next cell, if there is room for it; waits if all is made."""
        if not maker.hungry():
            return None
        if maker.at_work() or not looking.left():
            cell = looking.next()
            return None if cell is None else self._planned(cell)
        return self._next(looking)

    def _next(self, looking: "_Looking") -> Plan:
        while (cell := looking.next()) is None:
            looking.refuse_idle()
            time.sleep(LOOK_S)
        return self._planned(cell)

    def _planned(self, cell: int) -> Plan:
        part = awaited_range(cell, self.recipe.frames)
        plan = self.planner.plan(self.recipe, part)
        self.on_plan(plan)
        return plan


class _Looking:
    """Looks at the folders now and then, and knows since when nothing was new."""

    def __init__(self, hot: HotFolder, idle: float | None) -> None:
        self._hot = hot
        self._idle = idle
        self._ready: deque[int] = deque()
        self._look_at = 0.0
        self._moved_at = time.monotonic()
        self._state = hot.progress()

    def left(self) -> bool:
        return bool(self._ready) or self._hot.waiting()

    def next(self) -> int | None:
        now = time.monotonic()
        if not self._ready and now >= self._look_at:
            self._ready.extend(self._hot.ready())
            self._look_at = now + LOOK_S
            state, self._state = self._state, self._hot.progress()
            if state != self._state:
                self.moved()
        return self._ready.popleft() if self._ready else None

    def moved(self) -> None:
        self._moved_at = time.monotonic()

    def refuse_idle(self) -> None:
        stood = time.monotonic() - self._moved_at
        if self._idle is None or stood < self._idle:
            return
        frame, name = self._hot.missing()
        raise FrameHoleError(
            "a finished file for every frame of the shot",
            met=f"none, or an unfinished one, and nothing new for {round(stood)} s",
            advice="Let the renderer end, then run again: what was made is kept.",
            where=name,
            frame=frame,
        )


class _Bench:
    """Where cells are made: one folder, one owner, one committer."""

    def __init__(self, shot: ShotRun, recipe: Recipe, stack: ExitStack) -> None:
        plan = shot.plan
        check_file_name(plan)
        self._shot = shot
        self._whole = Whole(
            log=plan.log,
            shot=plan.shot,
            view=plan.view,
            frames=recipe.frames,
            # Of runs there are as many as cells; the frame.sets name them.
            relies_on=(),
        )
        self._current = None
        if shot.online:
            self._current = shot.current_version(plan.shot, plan.view)
        if self._current is not None and not shot.shorten:
            refuse_dropped(self._current, recipe.frames)
        self.folder = OutputFolder(shot.out, partial(file_name, plan))
        tools = tools_of(plan.output)
        self.token = self.folder.bind(plan.log, watch_id(plan, recipe), tools)
        self._owner = stack.enter_context(Owner(self.folder))
        executor = stack.enter_context(shot.crew.at_work())
        self.maker = CellMaker(executor, shot.listener)

    def add(self, plan: Plan) -> None:
        state_run(plan, self._shot.recorder)
        keep_tables(plan, self.folder)
        place = CellPlace(
            plan=plan,
            recorder=self._shot.recorder,
            folder=self.folder,
            owner=self._owner,
            token=self.token,
            cert=certificate_digest(self._shot.crew.signing.chain_pem),
            job=jobs_of(plan, self.folder, self._owner.folder, self._shot.crew.device),
        )
        self.maker.add(CellWork(place, cell) for cell in plan.cells)

    def version(self, sets: dict[int, str]) -> str | None:
        if not self._shot.online:
            return None
        recorder = self._shot.recorder
        return state_version(self._whole, recorder, sets, self._current)


def watch_id(plan: Plan, recipe: Recipe) -> str:
    """What an output folder is bound to while the inputs are not known yet.

    The shot, its recipe and the tools, without inputs: each cell's record in the folder
    holds a run, which states them.
    """
    tools = tools_of(plan.output)
    rows: list[JsonValue] = [[name, tools[name]] for name in sorted(tools)]
    asked: JsonValue = ["watch/1", plan.log, plan.shot, recipe.to_json(), rows]
    return sha256_hex(canonical.encode(asked))
