"""`jangbu run diff`: what changed between two versions of a shot."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ledger.cli.earlier_cells import bodies_of
from ledger.cli.output import Answered, answer, say
from ledger.cli.production import AsJson
from ledger.errors import UnknownNameError, UsageError
from ledger.history.version_diff import (
    UNATTRIBUTED,
    ChangedFrame,
    VersionDiff,
    VersionFrames,
    compare,
)
from ledger.log.leaves import read_leaves
from ledger.production.opening import Production, opened
from ledger.records.frames import FrameSet, MeasuredLeaf
from ledger.records.making import Version
from ledger.records.time import FrameRange

_SHORTEST: Final = 4
"""Characters of an id that may stand for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """A version as it was stated.

    Attributes:
        ordinal: 1 for the first version of its shot and view.
    """

    id: str
    shot: str
    ordinal: int
    frames: FrameRange
    body: Version

    def head(self) -> dict[str, Any]:
        span = {"start": self.frames.start, "end": self.frames.end}
        return {"version": self.id, "ordinal": self.ordinal, "frames": span}


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The earlier version.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The later version.")],
    production: Annotated[Path, typer.Option("--production", "-p", help="The folder.")],
    as_json: AsJson = False,
) -> None:
    """Say which frames of a shot changed between two versions."""

    def use_case() -> Answered:
        with opened(production) as ledger:
            stated = list(_stated(ledger))
            before, after = (_named(ledger, stated, one) for one in (old, new))
            if (before.shot, before.body.view) != (after.shot, after.body.view):
                raise UsageError(
                    "two versions of one shot and view",
                    met="versions of two",
                    advice="Compare versions of the same shot.",
                    where="NEW",
                )
            found = compare(_frames(ledger, before), _frames(ledger, after))
            _explain(ledger, found)
            heads = {"old": before.head(), "new": after.head()}
            named = {"log": ledger.log, "shot": after.shot, "view": after.body.view}
            return 0, {**named, **heads, **_document(found)}

    raise typer.Exit(answer(use_case, as_json=as_json))


# --- finding versions -----------------------------------------------------------------


def _stated(production: Production) -> Iterator[_Stated]:
    """All versions, in the order of the log."""
    counts: dict[tuple[str, str], int] = {}
    for name, said, body in bodies_of(production.reader(), Version):
        scope = said.statement.scope
        if scope.shot is None or scope.range is None:
            continue
        place = (scope.shot, body.view)
        counts[place] = counts.get(place, 0) + 1
        yield _Stated(
            id=name,
            shot=scope.shot,
            ordinal=counts[place],
            frames=scope.range,
            body=body,
        )


def _named(production: Production, stated: Sequence[_Stated], name: str) -> _Stated:
    """A version by its id, by the start of it, or as `SQ010_0040@2`."""
    code, at, ordinal = name.rpartition("@")
    if at:
        found = _by_ordinal(production, stated, code, ordinal.removeprefix("v"))
    elif len(name) >= _SHORTEST:
        found = [one for one in stated if one.id.startswith(name)]
    else:
        found = []
    if len(found) == 1:
        return found[0]
    raise UnknownNameError(
        f"one version: its id, {_SHORTEST} characters or more of its start, or a "
        "shot's code with a number, as SQ010_0040@2",
        met=f"{name!r}, which is {'none' if not found else 'several'}",
        advice="`jangbu log list` shows ids; 1 is a shot's first version.",
        where=name,
    )


def _by_ordinal(
    production: Production, stated: Sequence[_Stated], code: str, ordinal: str
) -> list[_Stated]:
    shot = production.registry.shot_uid(code)
    return [one for one in stated if (one.shot, str(one.ordinal)) == (shot, ordinal)]


def _frames(production: Production, version: _Stated) -> VersionFrames:
    cells = {cell.cell: cell.set for cell in version.body.cells}
    frames: dict[int, MeasuredLeaf] = {}
    wanted = set(cells.values())
    for _, _, body in bodies_of(production.reader(), FrameSet, wanted):
        raw = production.blobs.read(body.measured.blob)
        for leaf in read_leaves(MeasuredLeaf, raw, body.measured):
            if version.frames.contains(leaf.frame):
                frames[leaf.frame] = leaf
    return VersionFrames(cells=cells, frames=frames)


# --- saying what was found ------------------------------------------------------------


def _document(found: VersionDiff) -> dict[str, Any]:
    return {
        "cells": {
            "shared": list(found.shared),
            "replaced": [
                {"cell": cell, **_present(old=old, new=new)}
                for cell, (old, new) in found.replaced.items()
            ],
        },
        "added": list(map(list, _spans(found.added))),
        "removed": list(map(list, _spans(found.removed))),
        "changed": [_changed(one) for one in found.changed],
    }


def _changed(one: ChangedFrame) -> dict[str, Any]:
    moved = [
        {"element": move.element, **_present(old=_two(move.old), new=_two(move.new))}
        for move in one.moved
    ]
    return {
        "frame": one.frame,
        "pixels": one.pixels,
        "inputs": list(one.inputs),
        "coverage": moved,
    }


def _two(bounds: tuple[int, int] | None) -> dict[str, int] | None:
    return None if bounds is None else {"lower": bounds[0], "upper": bounds[1]}


def _present(**named: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    return {name: value for name, value in named.items() if value is not None}


def _explain(production: Production, found: VersionDiff) -> None:
    say(
        f"{len(found.shared)} cells are the same, {len(found.replaced)} are not; "
        f"{len(found.changed)} frames changed."
    )
    pixels = [one.frame for one in found.changed if one.pixels]
    for what, frames in (
        ("other pixels", pixels),
        ("the same pixels, other evidence", _without(found.changed, pixels)),
        ("added", found.added),
        ("removed", found.removed),
    ):
        if frames:
            say(f"  {what}: {', '.join(map(_shown, _spans(frames)))}")
    moved: dict[str, list[int]] = {}
    for one in found.changed:
        for move in one.moved:
            moved.setdefault(move.element, []).append(one.frame)
    names: dict[str, str] = {
        row.uid: row.name for row in production.registry.element if row.uid
    }
    names[UNATTRIBUTED] = "what no layer covers"
    for element, frames in sorted(moved.items()):
        shown = names.get(element, element)
        say(f"  {shown}: coverage moved in {', '.join(map(_shown, _spans(frames)))}")


def _without(changed: Iterable[ChangedFrame], frames: Sequence[int]) -> list[int]:
    known = set(frames)
    return [one.frame for one in changed if one.frame not in known]


def _spans(frames: Sequence[int]) -> list[tuple[int, int]]:
    """Frame numbers as half-open ranges.

    Examples:
        >>> _spans([1, 2, 3, 7])
        [(1, 4), (7, 8)]
    """
    spans = []
    for _, group in groupby(enumerate(frames), key=lambda one: one[1] - one[0]):
        run = [frame for _, frame in group]
        spans.append((run[0], run[-1] + 1))
    return spans


def _shown(span: tuple[int, int]) -> str:
    first, end = span
    return str(first) if end == first + 1 else f"{first}-{end - 1}"
