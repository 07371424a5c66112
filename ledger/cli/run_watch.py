"""`jangbu run --watch`: cells are made while a renderer still fills the folders."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ledger.cli.output import say
from ledger.cli.reaching import say_waiting
from ledger.cli.run_planned import (
    RunOptions,
    Showing,
    counted_for,
    crew_for,
    current_version,
    planner_of,
    remember,
)
from ledger.production.opening import Production
from pipeline.run.events import Counted
from pipeline.run.hot_folder import HotFolder
from pipeline.run.planned import Plan
from pipeline.run.recipe import Recipe
from pipeline.run.shot import ShotRun
from pipeline.run.watching import Watch, Watched, watch_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """When a frame counts as finished, and when to give up.

    Attributes:
        settle: seconds for which a file must stay as it is.
        marker: how the name of a file ends that says so instead.
        idle: seconds without anything new after which to end; `None` for never.
    """

    settle: float
    marker: str | None
    idle: float | None


def watch_shot(
    production: Production,
    recipe: Recipe,
    folder: Path,
    options: RunOptions,
    watching: Watching,
    showing: Showing,
) -> dict[str, Any]:
    """Watch a shot until it is whole; the document of the run."""
    counted = counted_for(showing)
    watched = _Watched(production, recipe, options, showing, counted)
    hot = HotFolder(recipe, folder, settle=watching.settle, marker=watching.marker)
    done = Watch(
        recipe=recipe,
        planner=planner_of(production, folder),
        hot=hot,
        start=watched.start,
        idle=watching.idle,
        on_plan=watched.planned,
    ).run()
    say(f"Sealed frames are in {watched.out}: {counted.made} made, {counted.kept} kept")
    say_waiting(production)
    watched.tell_done(done)
    return watched.report(done)


class _Watched:
    """What is known of the shot since its first cell was planned."""

    def __init__(
        self,
        production: Production,
        recipe: Recipe,
        options: RunOptions,
        showing: Showing,
        counted: Counted,
    ) -> None:
        self._production = production
        self._recipe = recipe
        self._options = options
        self._showing = showing
        self._counted = counted
        self._plan: Plan | None = None
        self.out = options.out or Path()

    def start(self, plan: Plan) -> ShotRun:
        self._plan = plan
        if self._options.out is None:
            name = watch_id(plan, self._recipe)[:16]
            self.out = self._production.layout.frames / name
        crew = crew_for(self._production, plan, self._options)
        self._tell("started", {"workers": crew.workers, "executor": crew.executor})
        return ShotRun(
            plan=plan,
            recorder=self._production.recorder,
            crew=crew,
            out=self.out,
            frames=None,
            earlier=None,
            current_version=partial(current_version, self._production),
            online=self._production.port is not None,
            shorten=self._options.shorten,
            listener=self._counted,
        )

    def planned(self, plan: Plan) -> None:
        lines = self._showing.lines
        if lines is not None:
            lines.shot = plan.shot
        self._tell("planned", {"cell": plan.cells.start, "run": plan.run.id})

    def tell_done(self, done: Watched) -> None:
        remember(self._production, [], done.token, self.out)
        said = {} if done.version is None else {"version": done.version}
        facts = {"made": self._counted.made, "kept": self._counted.kept}
        self._tell("done", {**facts, **said})

    def report(self, done: Watched) -> dict[str, Any]:
        assert self._plan is not None  # noqa: S101  # a shot has a cell
        whole = self._recipe.frames
        return {
            "log": self._plan.log,
            "shot": self._plan.shot,
            "frames": {"start": whole.start, "end": whole.end},
            "cells": [
                {"cell": cell, "run": done.runs[cell], "frame_set": said}
                for cell, said in done.sets.items()
            ],
            **({"version": done.version} if done.version else {}),
        }

    def _tell(self, event: str, facts: dict[str, Any]) -> None:
        if self._showing.lines is not None:
            whole = self._recipe.frames
            frames = {"start": whole.start, "end": whole.end}
            more = {"frames": frames} if event == "started" else {}
            self._showing.lines.tell(event, {**facts, **more})
