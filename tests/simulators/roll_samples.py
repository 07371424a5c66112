"""Synthetic roll documents, as `Roll.to_json` makes them: nobody in them exists."""

from typing import Any

from ledger.credits.cut_facts import timecode
from ledger.credits.notes import Gap, Unseen
from ledger.records.time import Rate
from tests.simulators.finding_samples import digest
from tests.simulators.report_samples import LONG_LATIN, LONG_NAME

RATE = Rate(24, 1)


def role(ko: str, en: str) -> dict[str, str]:
    return {"code": en.lower().replace(" ", "-"), "ko": ko, "en": en}


def seen(first: int = 0) -> dict[str, Any]:
    return {
        "frames": 96,
        "frames_total": 2400,
        "seconds": "4/1",
        "first": first,
        "last": first + 95,
        "first_timecode": timecode(first, RATE),
        "last_timecode": timecode(first + 95, RATE),
        "shots": [
            {
                "uid": "0198c0de-0000-7000-8000-000000000001",
                "code": "SQ010_0040",
                "frames": 48,
            },
            {"uid": "0198c0de-0000-7000-8000-000000000003", "code": None, "frames": 48},
        ],
    }


def line(
    said: dict[str, str],
    name: str,
    latin: str | None = None,
    number: int = 0,
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    return {
        "role": said,
        "party": f"0198c0de-0000-7000-8000-{number:012}",
        "name": name,
        "latin": latin,
        **seen(number),
        "evidence": [
            {
                "id": digest(700 + number),
                "index": 700 + number,
                "kind": "contribution.1",
                "act": "edit/paint",
                "via": ["placed"],
                "frames": 96,
                "disputed": number == 3,
            }
        ],
        "notes": [],
        **more,
    }


def roll() -> dict[str, Any]:
    """A synthetic roll with long names, a long list and every proof section."""
    compositor = role("합성", "Compositor")
    crowd = [
        line(compositor, f"홍가상{number}", f"HONG Gasang {number}", number)
        for number in range(40)
    ]
    erased = {"code": "erased", "ko": "파기됨", "en": "erased"}
    return {
        "format": "jangbu-roll/1",
        "log": "jangbu.invalid/0198c0de",
        "size": 1234,
        "root": digest(1),
        "studio": "㈜가상영화사",
        "title": "합성 예시 작품 (실재하지 않음)",
        "cut": {"rate": "24/1", "frames": 2400, "seconds": "100/1", "shots": []},
        "policies": [
            {
                "id": "credits.order.kr-customary",
                "version": 1,
                "digest": digest(901),
                "title": {"ko": "관행 순서", "en": "customary order"},
            }
        ],
        "order": ["companies", "direction", "vfx", "models"],
        "departments": [
            {
                "code": "direction",
                "ko": "연출",
                "en": "Direction",
                "lines": [
                    line(role("감독", "Director"), "김가상", "KIM Gasang", 50),
                    line(role("AI 연출", "AI Director"), "이가상", "LEE Gasang", 51),
                ],
            },
            {
                "code": "vfx",
                "ko": "시각효과",
                "en": "Visual effects",
                "lines": [
                    line(
                        role("매트 페인터", "Matte painter"), LONG_NAME, LONG_LATIN, 52
                    ),
                    *crowd,
                    line(
                        role("특수효과", "Effects"),
                        "(파기됨 / erased)",
                        None,
                        53,
                        notes=[erased],
                    ),
                ],
            },
        ],
        "companies": [
            line(
                role("제작사", "Production company"),
                "㈜가상영화사",
                "Gasang Pictures",
                54,
                evidence=[],
                first=None,
                last=None,
                first_timecode=None,
                last_timecode=None,
                frames=0,
                seconds="0/1",
                shots=[],
            )
        ],
        "models": [
            {
                "provider": "scripted",
                "model": "scripted-image",
                "version": "1",
                **seen(),
                "generations": [digest(800), digest(801)],
                "via": [["placed"]],
                "unasked": 1,
            }
        ],
        "lines_without_evidence": [
            {
                "role": role("색보정", "Colourist"),
                "party": "0198c0de-0000-7000-8000-000000000901",
                "name": "박가상",
                "latin": "PARK Gasang",
                "engagement": digest(802),
                "reason": "nothing_recorded",
                "not_seen": [],
                "notes": [],
            }
        ],
        "people_without_lines": [
            {
                "party": "0198c0de-0000-7000-8000-000000000902",
                "name": "최가상",
                "latin": "CHOE Gasang",
                "contributions": [digest(803)],
                "engages": [],
                "reasons": [
                    {
                        "code": "shot_not_in_cut",
                        "ko": "숏이 편집본에 없음",
                        "en": "the shot is not in the cut",
                    }
                ],
            },
            {
                "party": "0198c0de-0000-7000-8000-000000000903",
                "name": "㈜가상효과",
                "latin": "Gasang VFX",
                "contributions": [],
                "engages": [digest(804)],
                "reasons": [{**Unseen.ENGAGES_ONLY.to_json()}],
            },
        ],
        "contributions_not_seen": [
            {
                "id": digest(803),
                "act": "edit/paint",
                "role": role("매트 페인터", "Matte painter"),
                "party": "0198c0de-0000-7000-8000-000000000902",
                "name": "최가상",
                "latin": "CHOE Gasang",
                "reason": {
                    "code": "shot_not_in_cut",
                    "ko": "숏이 편집본에 없음",
                    "en": "the shot is not in the cut",
                },
            }
        ],
        "origin_unrecorded": [
            {
                "element": "0198c0de-0000-7000-8000-000000000701",
                "name": "하늘",
                "reason": {**Gap.GENERATION_MISSING.to_json()},
                "source_types": ["trainedAlgorithmicMedia"],
                **seen(7),
            }
        ],
        "as_of": "2026-11-22T03:04:05.000000Z",
        "fonts": [{"name": "NotoSansKR-Regular.otf", "digest": digest(5)}],
    }
