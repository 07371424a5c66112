"""`jangbu run`: from a recipe to sealed, committed frames."""

import os
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from ledger.cli.output import Answered, answer, console, say
from ledger.cli.production import AsJson
from ledger.cli.reaching import opened_in_reach, say_waiting, submit_waiting
from ledger.encoding.statement import Secret
from ledger.errors import MalformedRecordError, UsageError
from ledger.production.blinding import erasable_key
from ledger.production.current import version_in_force
from ledger.production.opening import Production
from ledger.production.registering import refuse_unregistered
from ledger.production.registry import uid_of
from ledger.production.storing import is_served
from ledger.records.time import FrameRange, Rate, parse_frames
from pipeline.credentials.selftest import check_settings
from pipeline.run.plan import Plan, Planner
from pipeline.run.recipe import Recipe, read_recipe
from pipeline.run.shot import ShotResult, ShotRun, run_shot
from pipeline.run.version import CurrentVersion
from pipeline.run.workers import SigningKey


def run(
    recipe: Annotated[Path, typer.Argument(help="The recipe (TOML).")],
    production: Annotated[Path, typer.Option("--production", "-p", help="The folder.")],
    out: Annotated[
        Path | None, typer.Option(help="Output folder; default: in the production.")
    ] = None,
    frames: Annotated[
        str | None, typer.Option(help="Only these, as 1001-1024; rounded to cells.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes.")] = (
        os.cpu_count() or 1
    ),
    offline: Annotated[
        bool, typer.Option(help="Do not touch the log; statements wait in the outbox.")
    ] = False,
    shorten: Annotated[
        bool, typer.Option(help="Let the version drop frames of the one in force.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compose, measure, seal and commit a shot; safe to repeat and to interrupt."""

    def use_case() -> Answered:
        read = read_recipe(recipe)
        with opened_in_reach(production, offline=offline) as ledger:
            plan = plan_shot(ledger, read, recipe.parent)
            span = _span(frames, read)
            result = run_planned(
                ledger, plan, out=out, span=span, workers=workers, shorten=shorten
            )
            return 0, report(plan, result)

    raise typer.Exit(answer(use_case, as_json=as_json))


def plan_shot(production: Production, recipe: Recipe, folder: Path) -> Plan:
    """Plan a recipe whose paths start in a folder."""
    registry = production.registry

    def party(reference: str) -> Secret:
        found = registry.party_called(reference)
        return Secret(uid_of(found), of=erasable_key(production.keys, found))

    planner = Planner(
        scribe=production.recorder,
        folder=folder,
        element_uid=registry.element_uid,
        shot_uid=registry.shot_uid,
        party=party,
    )
    return planner.plan(recipe)


def run_planned(
    production: Production,
    plan: Plan,
    *,
    out: Path | None,
    span: FrameRange | None,
    workers: int,
    shorten: bool = False,
) -> ShotResult:
    """Run a plan with a progress bar."""
    folder = out or production.layout.frames / plan.run.id[:16]
    submit_waiting(production)
    if production.port is not None:
        refuse_unregistered(production)
    done = Counter[bool]()
    keys = production.keys
    signing = SigningKey(
        keys.credential_file("chain.pem"), keys.credential_file("key.pem")
    )
    # c2pa ignores settings that it does not know: seen once, before any frame.
    with signing.sealer() as sealer:
        check_settings(sealer, keys.credential_file("root.pem"))
    with _progress() as progress:
        task = progress.add_task("frames", total=_count(plan, span))

        def on_frame(count: int, new: bool) -> None:  # a callback
            done[new] += count
            progress.advance(task, count)

        result = run_shot(
            ShotRun(
                plan=plan,
                recorder=production.recorder,
                signing=signing,
                out=folder,
                workers=workers,
                frames=span,
                current_version=partial(_current_version, production),
                online=production.port is not None,
                shorten=shorten,
                on_frame=on_frame,
            )
        )
    production.vault.remember_location(result.token, str(folder.resolve()))
    for asset in plan.assets():
        token = f"asset/{asset.statement.id}"
        production.vault.remember_location(token, asset.location())
    say(f"Sealed frames are in {folder}: {done[True]} made, {done[False]} kept")
    _explain_version(production, result)
    return result


def _explain_version(production: Production, result: ShotResult) -> None:
    if result.replaced is not None:
        say(f"The version supersedes the one of frames {result.replaced.frames}.")
    say_waiting(production)
    if result.version is not None:
        return
    if is_served(production.registry.ledger):
        say("Run again where the log's database is: that states the shot's version.")
    elif production.port is None:
        say("Run again once they are submitted: that states the shot's version.")
    else:
        say("No version was stated: other cells of the shot are still missing.")


def _current_version(
    production: Production, shot: str, view: str
) -> CurrentVersion | None:
    found = version_in_force(production.reader(), shot, view)
    return CurrentVersion(*found) if found else None


def report(plan: Plan, result: ShotResult) -> dict[str, Any]:
    """The run as a document without anything private."""
    return {
        "log": plan.log,
        "run": result.run,
        "shot": plan.shot,
        "frames": {"start": plan.frames.start, "end": plan.frames.end},
        "cells": [
            {"cell": cell, "frame_set": said} for cell, said in result.sets.items()
        ],
        **({"version": result.version} if result.version else {}),
    }


def _span(frames: str | None, recipe: Recipe) -> FrameRange | None:
    if frames is None:
        return None
    try:
        return parse_frames(frames, Rate.parse(recipe.shot.rate), "--frames")
    except MalformedRecordError as error:
        raise UsageError(
            error.expected, met=error.met, advice=error.advice, where=error.where
        ) from error


def _count(plan: Plan, span: FrameRange | None) -> int:
    if span is None:
        return plan.frames.count()
    start = max(span.start // 32 * 32, plan.frames.start)
    return min(-(-span.end // 32) * 32, plan.frames.end) - start


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
