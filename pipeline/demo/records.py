"""The demonstration film's records, line by line: what people say that they did."""

from typing import Any, Final

from pipeline.demo import valley
from pipeline.demo.people import PROVIDER, STUDIO, engagements

ROOM, FIGHT, SEA, HUT, DREAM = (
    "SQ010_0010",
    "SQ020_0010",
    "SQ030_0010",
    "SQ040_0010",
    "SQ040_0020",
)
"""An actor in a generated room; a creature and an explosion over a plate; a wholly
generated sea; a repainted matte painting; the same, passed through the generator."""

ELEMENTS: Final = (
    "interior",
    "actor",
    "launch plate",
    "creature",
    "explosion",
    "sea",
    "valley",
    "dreamt valley",
)

Line = dict[str, Any]


def records(frames: str) -> list[Line]:
    """All lines of records.jsonl; `frames` are those of each shot, `1001-1024`."""
    return [
        *engagements(),
        *_leading(),
        *_shooting(frames),
        *_generating(),
        *_painting(frames),
        *_finishing(frames),
        {"kind": "cut", "file": "film.otio"},
        _opinion(frames),
    ]


def _did(party: str, route: str, act: str, day: str, **more: object) -> Line:
    return {
        "kind": "contribution",
        "party": party,
        "route": route,
        "act": act,
        "at": f"2026-{day}T09:00:00.000000Z",
        **more,
    }


def _leading() -> list[Line]:
    return [
        _did(STUDIO, "support", "produce", "06-01"),
        _did("producer", "support", "produce", "06-02"),
        _did("director", "direction", "direct", "06-20", note="용은 두려움이 아니다"),
        _did("ai-director", "direction", "ai-direct", "06-20"),
    ]


def _shooting(frames: str) -> list[Line]:
    room: Line = {"shot": ROOM, "element": "actor", "frames": frames}
    room["after"] = ["a/plate/plate.%04d.jpg"]
    launch: Line = {"shot": FIGHT, "element": "launch plate", "frames": frames}
    launch["after"] = ["b/plate/plate.%04d.jpg"]
    return [
        _did("cinematographer", "capture", "shoot", "07-03", **room),
        _did("actor", "performance", "perform", "07-03", **room),
        _did("cinematographer", "capture", "shoot", "07-04", **launch),
    ]


def _generating() -> list[Line]:
    return [
        {
            "kind": "generation",
            "provider": PROVIDER,
            "model": valley.MODEL,
            "model_version": valley.MODEL_VERSION,
            "source_type": "algorithmicMedia",
            "asked_at": "2026-08-01T02:00:00.000000Z",
            "prompt": "a valley at dawn, three ridges, no people",
            "parameters": {"note": "drawn by arithmetic; stands in for a model"},
            "party": "ai-director",
            "inputs": [],
            "outputs": [{"source": "d/generated/valley.png"}],
        }
    ]


def _painting(frames: str) -> list[Line]:
    return [
        _did(
            "painter",
            "edit",
            "paint",
            "08-10",
            shot=HUT,
            element="valley",
            frames=frames,
            before=["d/generated/valley.png"],
            after=["d/painted/valley.png"],
            tool="script@1",
            minutes=240,
            note="해와 오두막, 연기, 두 사람을 그려 넣음",
            by="painter",
        )
    ]


def _finishing(frames: str) -> list[Line]:
    return [
        _did("compositor", "support", "composite", "08-25", shot=ROOM),
        _did("compositor", "support", "composite", "08-26", shot=FIGHT),
        _did("ai-director", "arrangement", "select", "08-27", candidates=120),
        _did(
            "editor",
            "arrangement",
            "cut",
            "09-01",
            candidates=40,
            note=f"다섯 숏({frames})의 순서와 길이, 용이 사라지는 자리",
        ),
    ]


def _opinion(frames: str) -> Line:
    return {
        "kind": "opinion",
        "by": "assessor",
        "shot": HUT,
        "element": "valley",
        "frames": frames,
        "question": "kr.authorship.edit",
        "judgement": "expression.added",
        "finding": "yes",
        "reasons": "해, 오두막, 두 사람은 생성물에 없던 표현이다(가공의 의견).",
        "confirms": True,
        "at": "2026-09-10T09:00:00.000000Z",
    }
