"""Stating which measured frames a shot consists of (protocol 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import cells_of
from ledger.encoding.statement import Composed, Draft
from ledger.ports import Receipt
from ledger.records.statement import Act, Scope
from ledger.records.time import FrameRange
from pipeline.errors import DroppedFramesError
from pipeline.run.assets import Scribe
from pipeline.run.planned import Plan


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A shot of which a version can be stated.

    Attributes:
        relies_on: ids of what the version rests on besides its frame.sets.
    """

    log: str
    shot: str
    view: str
    frames: FrameRange
    relies_on: tuple[str, ...]

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """The shot of one run."""
        return cls(
            log=plan.log,
            shot=plan.shot,
            view=plan.view,
            frames=plan.frames,
            relies_on=(plan.run.id,),
        )


def refuse_dropped(current: CurrentVersion, frames: FrameRange) -> None:
    """Refuse a run whose version would drop frames of the one in force.

    Raises:
        DroppedFramesError: the shot would get shorter.
    """
    if set(current.frames.frames()) <= set(frames.frames()):
        return
    raise DroppedFramesError(
        f"at least the frames of the version in force, {current.frames}",
        met=f"a recipe of the frames {frames}",
        advice="Correct shot.frames in the recipe, or say --shorten.",
        where="shot.frames",
    )


def state_version(
    whole: Whole,
    recorder: Recorder,
    sets: Mapping[int, str | None],
    current: CurrentVersion | None,
) -> str | None:
    """State the version, if all cells are there; its id, or `None` if some are not.

    Args:
        whole: the shot.
        recorder: states it.
        sets: the frame.set of each cell of the shot, `None` for one that is missing.
        current: the version in force.
    """
    listed = [(cell, said) for cell, said in sets.items() if said is not None]
    if len(listed) < len(cells_of(whole.frames)):
        return None
    if current is not None and current.sets == tuple(said for _, said in listed):
        return current.id
    replaced = current.id if current else None
    composed = _compose_version(whole, recorder, listed, replaced)
    recorder.record([composed], "pipeline")
    return composed.id


def committed_sets(
    plan: Plan, recorder: Recorder, sets: Mapping[int, str]
) -> dict[int, str | None]:
    """The frame.set of each cell of a run, by whoever committed it."""
    return {
        cell: sets.get(cell) or _committed(plan, recorder, cell) for cell in plan.cells
    }


def _committed(plan: Plan, recorder: Recorder, cell: int) -> str | None:
    key = recorder.machine_key("frame.set.1", plan.cell_key(cell))
    receipt = recorder.locate("frame.set.1", key)
    return receipt.id if receipt else None


def _compose_version(
    whole: Whole,
    recorder: Recorder,
    listed: list[tuple[int, str]],
    replaced: str | None,
) -> Composed:
    rows: list[JsonValue] = [{"cell": cell, "set": said} for cell, said in listed]
    # Not the rows: of two versions that would replace the same one, or would both be
    # the first, the second is a conflict, and never another current version.
    natural: JsonValue = [whole.shot, whole.view, replaced or ""]
    act = None
    if replaced is not None:
        act = Act.model_validate({"verb": "supersede", "of": replaced})
    return recorder.compose(
        Draft(
            log=whole.log,
            kind="version.1",
            key=recorder.machine_key("version.1", natural),
            prev=whole.relies_on,
            act=act,
            scope=Scope.model_validate({"shot": whole.shot, "range": whole.frames}),
            body={"view": whole.view, "cells": rows},
        )
    )
