"""`jangbu run`: from a recipe to sealed, committed frames."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.output import Answered, answer
from ledger.cli.production import AsJson
from ledger.cli.reaching import opened_in_reach
from ledger.cli.run_planned import RunOptions, Showing, plan_shot, run_planned
from ledger.cli.run_progress import Bars, event_lines, visible
from ledger.cli.run_watch import Watching, watch_shot
from ledger.errors import JangbuError, MalformedRecordError, UsageError
from ledger.production.opening import Production
from ledger.records.time import FrameRange, Rate, parse_frames
from pipeline.kernels.backends import Device
from pipeline.run.crew import ExecutorName
from pipeline.run.events import EventLines
from pipeline.run.memory import MIB
from pipeline.run.planned import Plan
from pipeline.run.recipe import Recipe, read_recipe
from pipeline.run.shot import ShotResult


def run(
    recipes: Annotated[
        list[Path], typer.Argument(metavar="RECIPE...", help="Recipes (TOML).")
    ],
    production: Annotated[Path, typer.Option("--production", "-p", help="The folder.")],
    out: Annotated[
        Path | None, typer.Option(help="Output folder; default: in the production.")
    ] = None,
    frames: Annotated[
        str | None, typer.Option(help="Only these, as 1001-1024; rounded to cells.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes, or actors of Ray.")
    ] = None,
    memory: Annotated[
        int | None, typer.Option(min=1, metavar="MIB", help="What a worker may need.")
    ] = None,
    executor: Annotated[
        ExecutorName, typer.Option(help="Where frames are made.")
    ] = "local",
    device: Annotated[
        Device, typer.Option(help="What computes pictures; the results are the same.")
    ] = "auto",
    ray_address: Annotated[
        str | None, typer.Option(help="Of the Ray cluster; default: this machine's.")
    ] = None,
    offline: Annotated[
        bool, typer.Option(help="Do not touch the log; statements wait in the outbox.")
    ] = False,
    shorten: Annotated[
        bool, typer.Option(help="Let the version drop frames of the one in force.")
    ] = False,
    anew: Annotated[
        bool, typer.Option(help="Make cells again that did not change, too.")
    ] = False,
    watch: Annotated[
        bool, typer.Option(help="Take frames as a renderer leaves them.")
    ] = False,
    settle: Annotated[
        float, typer.Option(min=0, help="Seconds that a file must stay as it is.")
    ] = 2.0,
    marker: Annotated[
        str | None, typer.Option(help="A file beside each frame that ends so.")
    ] = None,
    idle: Annotated[
        float | None, typer.Option(min=0, help="Seconds without anything new.")
    ] = None,
    events: Annotated[
        str | None, typer.Option(help="JSON lines to this file; - is standard error.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compose, measure, seal and commit a shot; safe to repeat and to interrupt."""
    options = RunOptions(
        out=out,
        workers=workers or os.cpu_count() or 1,
        memory=None if memory is None else memory * MIB,
        executor=executor,
        ray_address=ray_address,
        device=device,
        shorten=shorten,
        anew=anew,
    )
    watching = Watching(settle=settle, marker=marker, idle=idle) if watch else None

    def use_case() -> Answered:
        with event_lines(events) as lines:
            read = [read_recipe(one) for one in recipes]
            span = _span(frames, read[0])
            _refuse_mixed(read, options, span, watching)
            count = sum(_count(one.frames, span) for one in read)
            bars = Bars(count, len(read), shown=visible(events))
            shots = _Shots(
                production, offline, options, span, watching, Showing(bars, lines)
            )
            with bars.progress:
                found = _told(shots, list(zip(recipes, read, strict=True)), lines)
        return 0, found[0] if len(found) == 1 else {"shots": found}

    raise typer.Exit(answer(use_case, as_json=as_json))


class _Shots:
    """Runs one shot after the other, each with the production opened anew."""

    def __init__(
        self,
        production: Path,
        offline: bool,
        options: RunOptions,
        span: FrameRange | None,
        watching: Watching | None,
        showing: Showing,
    ) -> None:
        self._production = production
        self._offline = offline
        self._options = options
        self._span = span
        self._watching = watching
        self._showing = showing

    def run(self, path: Path, recipe: Recipe) -> dict[str, Any]:
        with opened_in_reach(self._production, offline=self._offline) as ledger:
            frames = _count(recipe.frames, self._span)
            self._showing.bars.shot(recipe.shot.code, frames)
            if self._watching is not None:
                return self._watched(ledger, path, recipe)
            plan = plan_shot(ledger, recipe, path.parent)
            result = run_planned(
                ledger,
                plan,
                out=self._options.out,
                span=self._span,
                workers=self._options.workers,
                options=self._options,
                showing=self._showing,
            )
            return report(plan, result)

    def _watched(
        self, ledger: Production, path: Path, recipe: Recipe
    ) -> dict[str, Any]:
        assert self._watching is not None  # noqa: S101  # asked by the caller
        options, showing = self._options, self._showing
        return watch_shot(ledger, recipe, path.parent, options, self._watching, showing)


def _told(
    shots: _Shots, recipes: Sequence[tuple[Path, Recipe]], lines: EventLines | None
) -> list[dict[str, Any]]:
    try:
        return [shots.run(path, recipe) for path, recipe in recipes]
    except JangbuError as error:
        if lines is not None:
            lines.tell("error", error.public())
        raise


def report(plan: Plan, result: ShotResult) -> dict[str, Any]:
    """The run as a document without anything private."""
    return {
        "log": plan.log,
        "run": result.run,
        "shot": plan.shot,
        "frames": {"start": plan.frames.start, "end": plan.frames.end},
        "cells": [
            {
                "cell": cell,
                "frame_set": said,
                **({"kept": True} if cell in result.kept else {}),
            }
            for cell, said in result.sets.items()
        ],
        **({"version": result.version} if result.version else {}),
    }


def _refuse_mixed(
    recipes: Sequence[Recipe],
    options: RunOptions,
    span: FrameRange | None,
    watching: Watching | None,
) -> None:
    """Refuse options that do not go together."""
    several = len(recipes) > 1
    refused = {
        "--out": several and options.out is not None,
        "--frames": (several or watching is not None) and span is not None,
        "--watch": several and watching is not None,
        "--ray-address": options.ray_address is not None and options.executor != "ray",
    }
    for option, mixed in refused.items():
        if mixed:
            raise UsageError(
                "options that go together",
                met=f"{option} where it says nothing",
                advice="Run one recipe at a time, or leave the option out.",
                where=option,
            )


def _span(frames: str | None, recipe: Recipe) -> FrameRange | None:
    if frames is None:
        return None
    try:
        return parse_frames(frames, Rate.parse(recipe.shot.rate), "--frames")
    except MalformedRecordError as error:
        raise UsageError(
            error.expected, met=error.met, advice=error.advice, where=error.where
        ) from error


def _count(frames: FrameRange, span: FrameRange | None) -> int:
    if span is None:
        return frames.count()
    start = max(span.start // 32 * 32, frames.start)
    return max(0, min(-(-span.end // 32) * 32, frames.end) - start)
