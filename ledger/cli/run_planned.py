"""Running a planned shot for a command: workers, listeners, what is said at the end."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ledger.cli.earlier_cells import EarlierCells
from ledger.cli.output import say
from ledger.cli.reaching import say_waiting, submit_waiting
from ledger.cli.run_progress import Bars, visible
from ledger.encoding.statement import Secret
from ledger.production.blinding import erasable_key
from ledger.production.current import version_in_force
from ledger.production.opening import Production
from ledger.production.registering import refuse_unregistered
from ledger.production.registry import uid_of
from ledger.production.storing import is_served
from ledger.records.time import FrameRange
from pipeline.credentials.selftest import check_settings
from pipeline.kernels.backends import Device, check_device
from pipeline.run.crew import Crew, ExecutorName
from pipeline.run.events import Counted, EventLines
from pipeline.run.memory import MIB, available, room_for
from pipeline.run.plan import Planner
from pipeline.run.planned import Plan
from pipeline.run.recipe import Recipe
from pipeline.run.shot import ShotResult, ShotRun, run_shot
from pipeline.run.version import CurrentVersion
from pipeline.run.workers import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a person chose for a run.

    Attributes:
        out: output folder; `None` for one in the production.
        memory: bytes that a worker may need; `None` for as many as it takes.
        anew: make cells again that did not change.
    """

    out: Path | None = None
    workers: int = 1
    memory: int | None = None
    executor: ExecutorName = "local"
    ray_address: str | None = None
    device: Device = "auto"
    shorten: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Showing:
    """Who is told of a run while it goes on."""

    bars: Bars
    lines: EventLines | None = None


def plan_shot(production: Production, recipe: Recipe, folder: Path) -> Plan:
    """Plan a recipe whose paths start in a folder."""
    return planner_of(production, folder).plan(recipe)


def planner_of(production: Production, folder: Path) -> Planner:
    """What plans recipes whose paths start in a folder."""
    registry = production.registry

    def party(reference: str) -> Secret:
        found = registry.party_called(reference)
        return Secret(uid_of(found), of=erasable_key(production.keys, found))

    return Planner(
        scribe=production.recorder,
        folder=folder,
        element_uid=registry.element_uid,
        shot_uid=registry.shot_uid,
        party=party,
    )


def run_planned(
    production: Production,
    plan: Plan,
    *,
    out: Path | None,
    span: FrameRange | None,
    workers: int,
    options: RunOptions | None = None,
    showing: Showing | None = None,
) -> ShotResult:
    """Run a plan; its bars are the caller's, or its own if nobody shows any."""
    options = options or RunOptions(workers=workers)
    folder = out or production.layout.frames / plan.run.id[:16]
    crew = crew_for(production, plan, options)
    own = showing is None
    showing = showing or Showing(_own_bars(plan, span))
    counted = counted_for(showing)
    if showing.lines is not None:
        showing.lines.shot = plan.shot
        showing.lines.tell("started", _started(plan, crew))
    with showing.bars.progress if own else nullcontext():
        result = run_shot(
            ShotRun(
                plan=plan,
                recorder=production.recorder,
                crew=crew,
                out=folder,
                frames=span,
                earlier=_earlier(production, options),
                current_version=partial(current_version, production),
                online=production.port is not None,
                shorten=options.shorten,
                listener=counted,
            )
        )
    remember(production, [plan], result.token, folder)
    if showing.lines is not None:
        said = {} if result.version is None else {"version": result.version}
        facts = {"run": result.run, "made": counted.made, "kept": counted.kept}
        showing.lines.tell("done", {**facts, **said})
    say(f"Sealed frames are in {folder}: {counted.made} made, {counted.kept} kept")
    _explain_kept(result)
    _explain_version(production, result)
    return result


def crew_for(production: Production, plan: Plan, options: RunOptions) -> Crew:
    """Who makes the frames: fewer workers where memory is short.

    Raises:
        MemoryShortError: there is no room for one.
        SettingsError: c2pa does not do what its settings say.
    """
    submit_waiting(production)
    if production.port is not None:
        refuse_unregistered(production)
    keys = production.keys
    signing = SigningKey(
        keys.credential_file("chain.pem"), keys.credential_file("key.pem")
    )
    # c2pa ignores settings that it does not know: seen once, before any frame.
    with signing.sealer() as sealer:
        check_settings(sealer, keys.credential_file("root.pem"))
    here = options.executor == "local"
    if here:
        check_device(options.device)
    free = available() if here else None  # of other machines, Ray knows
    room = room_for(plan, options.workers, options.memory, free)
    if room.workers < options.workers:
        say(
            f"{room.workers} workers instead of {options.workers}: "
            f"each may need {room.need // MIB} MiB of memory."
        )
    return Crew(
        signing=signing,
        workers=room.workers,
        executor=options.executor,
        ray_address=options.ray_address,
        need=room.need,
        device=options.device,
    )


def counted_for(showing: Showing) -> Counted:
    """A counter that hands on to whoever is told."""
    lines = () if showing.lines is None else (showing.lines,)
    return Counted((showing.bars, *lines))


def remember(
    production: Production, plans: Sequence[Plan], token: str, folder: Path
) -> None:
    """Keep, beside the log, where frames and inputs lie now."""
    production.vault.remember_location(token, str(folder.resolve()))
    for plan in plans:
        for asset in plan.assets():
            name = f"asset/{asset.statement.id}"
            production.vault.remember_location(name, asset.location())


def current_version(
    production: Production, shot: str, view: str
) -> CurrentVersion | None:
    """The version in force of a shot and view."""
    found = version_in_force(production.reader(), shot, view)
    return CurrentVersion(*found) if found else None


def _earlier(production: Production, options: RunOptions) -> EarlierCells | None:
    # What was measured, only the log can say.
    if options.anew or production.port is None:
        return None
    return EarlierCells(production)


def _started(plan: Plan, crew: Crew) -> dict[str, object]:
    return {
        "run": plan.run.id,
        "frames": {"start": plan.frames.start, "end": plan.frames.end},
        "cells": len(plan.cells),
        "workers": crew.workers,
        "executor": crew.executor,
    }


def _own_bars(plan: Plan, span: FrameRange | None) -> Bars:
    frames = (span or plan.frames).count()
    bars = Bars(frames, 1, shown=visible(None))
    bars.shot(plan.code, frames)
    return bars


def _explain_kept(result: ShotResult) -> None:
    if result.kept:
        say(f"{len(result.kept)} cells stay as they are: nothing in them has changed.")
    if result.missing:
        say(
            f"{result.missing} frames of them lie elsewhere: no sealed file of theirs "
            "was found where runs have written."
        )


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
