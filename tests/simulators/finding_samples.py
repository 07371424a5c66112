"""Synthetic rows of findings for reports: no answer in them is real."""

from typing import Any

UID = "0198c0de-0000-7000-8000-000000000009"


def digest(number: int) -> str:
    return f"{number:064x}"


def node(depth: int, truth: str, ko: str, en: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "depth": depth,
        "id": f"node-{depth}",
        "op": "fact",
        "arises": True,
        "truth": truth,
        "reasons": [],
        "ko": ko,
        "en": en,
        "cite": [{"ko": "저작권법 제2조 제1호", "en": "Copyright Act, Art. 2(1)"}],
        "evidence": [12],
        "tags": [],
        "presumes": None,
        "unsettled": None,
        "house_rule": False,
        **more,
    }


def finding(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "number": number,
        "unit": "element",
        "shot": "0198c0de-0000-7000-8000-000000000001",
        "code": "SQ010_0040",
        "element": "0198c0de-0000-7000-8000-000000000002",
        "name": "매트 페인팅 matte painting",
        "part": "whole",
        "party": None,
        "company": None,
        "layer": 0,
        "contributions": [],
        "open": [],
        "ended": [],
        "frames": [[1001, 1025]],
        "state": "supported",
        "shown": "supported",
        "tags": [],
        "reasons": [],
        "flags": [],
        "policy": {"id": "kr.authorship.element", "version": 1, "digest": digest(900)},
        "people": [UID],
        "opinions": [],
        "coverage": {"lower": 1_234_567, "upper": 2_345_678, "total": 67_947_724},
        "change": None,
        "deciding": [],
        "trace": [],
        "burden": None,
        "settle": [],
        "evidence": [12],
        "pictures": [],
        **more,
    }


def changed_part() -> dict[str, Any]:
    return finding(
        2,
        part="changed",
        state="open",
        shown="open",
        reasons=["judgement", "missing"],
        flags=["self_assessed", "not_independent"],
        change={
            "changed": 3_141_592,
            "pixels": 49_766_400,
        },
        pictures=[
            _picture("before", "p1.jpg"),
            _picture("after", "p2.jpg"),
            _picture("change", "p3.jpg")
            | {
                "legend": {
                    "ko": "빗금: 바뀐 화소가 있는 64×64 칸",
                    "en": "hatched: tiles with a changed pixel",
                }
            },
            _picture("delivered", None) | {"missing": "missing"},
        ],
        contributions=[12],
        open=[
            {
                "id": "expression",
                "ko": "창작적 표현이 더해졌는가",
                "en": "Was creative expression added?",
                "reason": "judgement",
            }
        ],
        deciding=[
            {
                "policy": "kr.authorship.edit",
                "ko": "후속 창작 경로",
                "en": "Later work",
                "nodes": [1, 2, 3],
            },
            {
                "policy": "kr.authorship.plate",
                "ko": "촬영 소스 (플레이트)",
                "en": "Plate",
                "nodes": [4],
            },
        ],
        trace=[
            # Not among those that decide: left to the attached document.
            node(0, "unknown", "후속 창작이 있는가", "Creative later work?", cite=[]),
            node(1, "yes", "사람이 수정하였다", "A person edited it"),
            node(1, "yes", "변경이 측정되었다", "A change was measured"),
            node(
                1,
                "unknown",
                "수정한 부분에 창작적 표현이 더해졌는가",
                "Was creative expression added by the edit?",
                reasons=["judgement"],
                unsettled={"ko": "견해가 갈린다", "en": "views differ"},
            ),
            node(1, "no", "촬영되었는가", "Was it captured?", house_rule=True),
        ],
        burden={
            "ko": "권리를 주장하는 자가 창작적 기여를 증명하여야 한다.",
            "en": "Whoever asserts the right proves the creative contribution.",
        },
        settle=[
            {
                "state": "supported",
                "needs": [
                    {
                        "id": "expression",
                        "ko": "창작적 표현이 더해졌다는 평가의견",
                        "en": "opinion that creative expression was added",
                        "answer": "yes",
                    }
                ],
            },
            {
                "state": "not_supported",
                "needs": [
                    {
                        "id": "expression",
                        "ko": "창작적 표현이 더해졌다는 평가의견",
                        "en": "opinion that creative expression was added",
                        "answer": "no",
                    }
                ],
            },
        ],
    )


def _picture(role: str, name: str | None) -> dict[str, Any]:
    return {
        "role": role,
        "frame": 1013,
        "file": digest(77),
        "picture": name,
        "missing": None,
        "legend": None,
    }
