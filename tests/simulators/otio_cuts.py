"""Parts of OpenTimelineIO files, as the JSON that programs write."""

import json
from typing import Any

from ledger.records.identity import as_uid
from ledger.records.time import FrameRange, Rate
from pipeline.editing.cut_shots import CutShot

FILM = Rate(24, 1)
Part = dict[str, Any]


def time(frames: float, rate: float = 24) -> Part:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": frames, "rate": rate}


def extent(first: float, frames: float, rate: float = 24) -> Part:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": time(first, rate),
        "duration": time(frames, rate),
    }


def item(schema: str, name: str, **fields: object) -> Part:
    return {
        "OTIO_SCHEMA": schema,
        "name": name,
        "metadata": {},
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        **fields,
    }


def clip(name: str, first: float = 0, frames: float = 1, **fields: object) -> Part:
    given = {"source_range": extent(first, frames), "media_reference": None}
    return item("Clip.1", name, **{**given, **fields})


def gap(frames: float) -> Part:
    return item("Gap.1", "", source_range=extent(0, frames))


def track(*children: Part, name: str = "V1", **fields: object) -> Part:
    given = {"kind": "Video", "children": list(children)}
    return item("Track.1", name, **{**given, **fields})


def stack(*children: Part, name: str = "nest", **fields: object) -> Part:
    return item("Stack.1", name, children=list(children), **fields)


def dissolve(before: float, after: float, kind: str = "SMPTE_Dissolve") -> Part:
    return {
        "OTIO_SCHEMA": "Transition.1",
        "name": "dissolve",
        "metadata": {},
        "in_offset": time(before),
        "out_offset": time(after),
        "transition_type": kind,
    }


def warp(scalar: float) -> Part:
    return {
        "OTIO_SCHEMA": "LinearTimeWarp.1",
        "name": "",
        "metadata": {},
        "effect_name": "LinearTimeWarp",
        "time_scalar": scalar,
    }


def freeze() -> Part:
    return {**warp(0), "OTIO_SCHEMA": "FreezeFrame.1", "effect_name": "FreezeFrame"}


def timeline(*tracks: Part, **fields: object) -> Part:
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": "film",
        "metadata": {},
        "global_start_time": None,
        "tracks": stack(*tracks, name="tracks", **fields),
    }


def written(part: Part) -> bytes:
    return json.dumps(part).encode()


def shot(number: int, code: str, first: int = 1001, last: int = 1100) -> CutShot:
    return CutShot(
        uid=as_uid(f"{number:032x}"),
        code=code,
        view="screen",
        range=FrameRange.between(first, last + 1, FILM),
    )
