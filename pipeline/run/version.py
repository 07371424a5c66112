"""Stating which measured frames a shot consists of (protocol 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.encoding.canonical import JsonValue
from ledger.encoding.statement import Composed, Draft
from ledger.ports import Receipt
from ledger.records.statement import Act, Scope
from ledger.records.time import FrameRange
from pipeline.errors import DroppedFramesError
from pipeline.run.assets import Scribe
from pipeline.run.plan import Plan


class Recorder(Scribe, Protocol):
    """What stating a version needs of the ledger."""

    def locate(self, kind: str, key: str) -> Receipt | None: ...

    def record(self, composed: Sequence[Composed], signer: str) -> list[Receipt]: ...


@dataclass(frozen=True, slots=True)
class CurrentVersion:
    """The version in force of a shot: its frames, and the frame.sets it lists."""

    id: str
    frames: FrameRange
    sets: tuple[str, ...]


def refuse_dropped(current: CurrentVersion, plan: Plan) -> None:
    """Refuse a run whose version would drop frames of the one in force.

    Raises:
        DroppedFramesError: the shot would get shorter.
    """
    if set(current.frames.frames()) <= set(plan.frames.frames()):
        return
    raise DroppedFramesError(
        f"at least the frames of the version in force, {current.frames}",
        met=f"a recipe of the frames {plan.frames}",
        advice="Correct shot.frames in the recipe, or say --shorten.",
        where="shot.frames",
    )


def state_version(
    plan: Plan,
    recorder: Recorder,
    sets: dict[int, str],
    current: CurrentVersion | None,
) -> str | None:
    """State the version, if all cells are there; its id, or `None` if some are not."""
    listed = []
    for cell in plan.cells:
        said = sets.get(cell) or _committed(plan, recorder, cell)
        if said is None:
            return None
        listed.append((cell, said))
    if current is not None and current.sets == tuple(said for _, said in listed):
        return current.id
    composed = _compose_version(plan, recorder, listed, current.id if current else None)
    recorder.record([composed], "pipeline")
    return composed.id


def _committed(plan: Plan, recorder: Recorder, cell: int) -> str | None:
    key = recorder.machine_key("frame.set.1", plan.cell_key(cell))
    receipt = recorder.locate("frame.set.1", key)
    return receipt.id if receipt else None


def _compose_version(
    plan: Plan,
    recorder: Recorder,
    listed: list[tuple[int, str]],
    replaced: str | None,
) -> Composed:
    rows: list[JsonValue] = [{"cell": cell, "set": said} for cell, said in listed]
    # Not the rows: of two versions that would replace the same one, or would both be
    # the first, the second is a conflict, and never another current version.
    natural: JsonValue = [plan.shot, plan.view, replaced or ""]
    act = None
    if replaced is not None:
        act = Act.model_validate({"verb": "supersede", "of": replaced})
    return recorder.compose(
        Draft(
            log=plan.log,
            kind="version.1",
            key=recorder.machine_key("version.1", natural),
            prev=(plan.run.id,),
            act=act,
            scope=Scope.model_validate({"shot": plan.shot, "range": plan.frames}),
            body={"view": plan.view, "cells": rows},
        )
    )
