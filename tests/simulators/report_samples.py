"""Synthetic report and roll documents: nobody in them exists, no answer is real."""

import io
from typing import Any

import numpy as np
from PIL import Image

from tests.simulators.finding_samples import UID, changed_part, digest, finding

LONG_NAME = "가나다라마바사아자차카타파하거너더러" * 11
LONG_LATIN = "Abcdefghij" * 20
LONG_UID = "0198c0de-0000-7000-8000-000000000010"
ERASED_UID = "0198c0de-0000-7000-8000-000000000011"


def picture(shade: int) -> bytes:
    """A small synthetic picture."""
    pixels = np.full((90, 160, 3), shade, np.uint8)
    pixels[20:60, 40:120, 0] = 255 - shade
    with io.BytesIO() as file:
        Image.fromarray(pixels).save(file, "JPEG", quality=88)
        return file.getvalue()


def _policy(name: str, ko: str, en: str) -> dict[str, Any]:
    return {
        "id": name,
        "version": 1,
        "digest": digest(900),
        "title": {"ko": ko, "en": en},
        "sources": [
            {
                "ko": "저작권법 제2조",
                "en": "Copyright Act, Article 2",
                "number": "21336",
                "in_force_from": "2026-08-11",
                "wording_read": False,
                "read_on": "2026-11-22",
            }
        ],
        "notes": None,
    }


def cut() -> dict[str, Any]:
    """A cut with a dissolve, a retime, layers and black."""
    left = {"shot": digest(3)[:36], "code": "SQ010_0040", "first": 1001, "last": 1012}
    right = {"shot": digest(4)[:36], "code": None, "first": 1003, "last": 1011}
    return {
        "entry": 58,
        "rate": "24/1",
        "frames": 40,
        "segments": [
            {"frames": [0, 12], "manner": [], "sources": [left], "findings": [1, 2]},
            {
                "frames": [12, 20],
                "manner": ["dissolve"],
                "sources": [left, right],
                "findings": [1, 4],
            },
            {
                "frames": [20, 30],
                "manner": ["layered", "retimed"],
                "sources": [right, left],
                "findings": [4],
            },
            {
                "frames": [30, 35],
                "manner": ["held"],
                "sources": [right | {"last": 1003}],
                "findings": [4],
            },
            {"frames": [35, 40], "manner": ["black"], "sources": [], "findings": []},
        ],
        "lanes": [
            {
                "state": "open",
                "numbers": [2],
                "bands": [[0, 12, "open"], [12, 40, "unasked"]],
            },
            {
                "state": "supported",
                "numbers": [1],
                "bands": [[0, 20, "supported"], [20, 40, "unasked"]],
            },
        ],
    }


def audit() -> dict[str, Any]:
    """A synthetic report with every kind of row, and names of 200 characters."""
    findings = [
        finding(1),
        changed_part(),
        finding(
            3,
            part="unchanged",
            state="not_supported",
            shown="not_supported",
            frames=[[1001, 1009], [1012, 1025]],
            people=[],
        ),
        finding(
            4,
            name=LONG_NAME,
            code="SQ010_0050",
            shown="on_opinion",
            tags=["on_opinion"],
        ),
        finding(
            5,
            name=LONG_LATIN,
            people=[LONG_UID, ERASED_UID],
            state="not_applicable",
            shown="not_applicable",
        ),
        finding(
            6,
            shown="presumed",
            tags=["presumed"],
            unit="title",
            name=None,
            part=None,
            code=None,
            shot=None,
            element=None,
            party=UID,
            company=LONG_UID,
            coverage=None,
            frames=[],
        ),
    ]
    return {
        "format": "jangbu-report/1",
        "title": {
            "ko": "저작권 권리관계 검토보고서",
            "en": "Authorship and rights report",
        },
        "production": "합성 예시 작품 (실재하지 않음)",
        "studio": "㈜가상영화사",
        "question": {"id": "authorship", "ko": "창작적 기여", "en": "authorship"},
        "asked": {"shots": None, "frames": None, "floor": "any", "on": "2026-11-22"},
        "log": {
            "origin": "jangbu.invalid/0198c0de",
            "size": 1234,
            "root": digest(1),
            "as_of": "2026-11-22T03:04:05.000000Z",
        },
        "disclaimer": [
            {"ko": "이 보고서는 법률 자문이 아니다.", "en": "This is no legal advice."}
        ],
        "summary": [
            {"state": state, "findings": 1, "frames": 24}
            for state in ("supported", "open", "not_supported")
        ],
        "cut": cut(),
        "strip": [
            {
                "shot": "0198c0de-0000-7000-8000-000000000001",
                "code": "SQ010_0040",
                "frames": [1001, 1025],
                "rows": [
                    {
                        "number": 1,
                        "label": "매트 페인팅",
                        "bands": [[1001, 1025, "supported"]],
                    },
                    {
                        "number": 2,
                        "label": "매트 페인팅 변경된 부분",
                        "bands": [[1001, 1025, "open"]],
                    },
                    {
                        "number": 3,
                        "label": "매트 페인팅 변경되지 않은 부분",
                        "bands": [
                            [1001, 1009, "not_supported"],
                            [1009, 1012, "unasked"],
                            [1012, 1025, "not_supported"],
                        ],
                    },
                ],
            },
            {
                "shot": "0198c0de-0000-7000-8000-000000000003",
                "code": "SQ010_0050",
                "frames": [1001, 1013],
                "rows": [
                    {
                        "number": 4,
                        "label": LONG_NAME,
                        "bands": [[1001, 1013, "on_opinion"]],
                    },
                    {
                        "number": 5,
                        "label": LONG_LATIN,
                        "bands": [
                            [1001, 1005, "not_applicable"],
                            [1005, 1013, "presumed"],
                        ],
                    },
                ],
            },
        ],
        "findings": findings,
        "entries": [
            {
                "index": number,
                "id": digest(number),
                "kind": "contribution.1",
                "family": "contribution",
                "at": "2026-09-01T10:00:00.000000Z",
                "admitted_at": "2026-09-02T10:00:00.000000Z",
                "disputed": number == 12,
                "erased": number == 13,
            }
            for number in range(12, 60)
        ],
        "ended": [
            {"index": 11, "id": digest(11), "kind": "opinion.1", "state": "withdrawn"}
        ],
        "parties": [
            {
                "uid": UID,
                "name": "김가상",
                "latin": "KIM Gasang",
            },
            {
                "uid": LONG_UID,
                "name": LONG_NAME,
                "latin": LONG_LATIN,
            },
            {
                "uid": ERASED_UID,
                "name": None,
                "latin": None,
            },
        ],
        "policies": [
            _policy("kr.authorship.element", "요소", "Element"),
            _policy("kr.authorship.edit", "후속 창작 경로", "Later work"),
            _policy("kr.authorship.plate", "촬영 소스 (플레이트)", "Plate"),
        ],
        "reading": [{"ko": "백분율은 반올림한다.", "en": "Percentages are rounded."}],
        "fonts": [{"name": "NotoSansKR-Regular.otf", "digest": digest(5)}],
    }


def audit_pictures() -> dict[str, bytes]:
    return {f"p{number}.jpg": picture(60 * number) for number in (1, 2, 3)}
