"""The demonstration film's people and companies: all fictional, and marked so."""

from typing import Any, Final

TITLE: Final = "안개의 용 (가제·가공) / The Mist Dragon (working title, fictional)"

STUDIO: Final = "studio"
VFX: Final = "vfx"
PROVIDER: Final = "scripted"

_COMPANIES: Final = (
    (STUDIO, "장부영화사(가공)", "Jangbu Pictures (fictional)"),
    (VFX, "빛결시각효과(가공)", "Bitgyeol VFX (fictional)"),
    (PROVIDER, "스크립트생성(가공 모델 제공자)", "Scripted Models (fictional)"),
)
_PEOPLE: Final = (
    ("director", "한가람(가공)", "HAN Garam (fictional)"),
    ("ai-director", "윤새벽(가공)", "YOON Saebyeok (fictional)"),
    ("producer", "도하늘(가공)", "DO Haneul (fictional)"),
    ("cinematographer", "문여울(가공)", "MOON Yeoul (fictional)"),
    ("actor", "강별(가공)", "KANG Byeol (fictional)"),
    ("compositor", "서노을(가공)", "SEO Noeul (fictional)"),
    ("painter", "백이랑(가공)", "BAEK Irang (fictional)"),
    ("editor", "남가온(가공)", "NAM Gaon (fictional)"),
    ("freelancer", "구름결(가공)", "GU Reumgyeol (fictional)"),
    ("assessor", "선우라온(가공)", "SUNWOO Raon (fictional)"),
)
_KEYS: Final = {"assessor": ("opinion",), "painter": ("contribution",)}
"""Who signs with a key of their own, and what."""


def parties() -> list[dict[str, Any]]:
    """Rows of `[[party]]`; the studio comes first."""
    companies = [
        {"type": "organisation", "handle": handle, "name": name, "latin": latin}
        for handle, name, latin in _COMPANIES
    ]
    people: list[dict[str, Any]] = []
    for handle, name, latin in _PEOPLE:
        row: dict[str, Any] = {"type": "person", "handle": handle, "name": name}
        row["latin"] = latin
        if handle in _KEYS:
            row["may"] = list(_KEYS[handle])
        people.append(row)
    return [*companies, *people]


_SIGNED: Final = "2026-06-01T09:00:00.000000Z"
_TERM: Final = {"from_on": "2026-06-01", "to_on": "2026-12-31"}
_ASSIGNED: Final = {"assignment": "economic_rights", "derivative_right": False}
_EMPLOYED: Final = {
    "status": "employee",
    "duty": True,
    "planned_by_company": True,
    "in_company_name": True,
    "contrary_term": False,
}
_TERMS: Final[dict[str, dict[str, Any]]] = {
    # Engaged to cooperate, and the contract is silent about rights.
    "director": {"status": "freelancer", "contrary_term": False},
    "ai-director": {"status": "freelancer", **_ASSIGNED, "credit": ["ai-director"]},
    "producer": {**_EMPLOYED},
    "cinematographer": {"status": "freelancer", **_ASSIGNED},
    # Performers' rights are presumed to move with the engagement (Article 100(3)).
    "actor": {"status": "freelancer", "performer": True, "contrary_term": False},
    "compositor": {**_EMPLOYED, "company": VFX},
    "painter": {"status": "freelancer", **_ASSIGNED, "credit": ["matte-painter"]},
    # A grade is to be credited, and nothing of one is recorded.
    "editor": {"status": "freelancer", **_ASSIGNED, "credit": ["editor", "colourist"]},
}


def engagements() -> list[dict[str, Any]]:
    """Records of contracts; the freelancer and the assessor have none."""
    return [
        {
            "kind": "engagement",
            "party": handle,
            "company": STUDIO,
            **_TERM,
            **terms,
            "document": contract_name(handle),
            "at": _SIGNED,
        }
        for handle, terms in _TERMS.items()
    ]


def contracts() -> dict[str, str]:
    """Texts of the contracts, by file name; fictional."""
    return {
        contract_name(handle): (
            f"가공의 계약서입니다. {handle}\nA fictional contract: {handle}, {terms}\n"
        )
        for handle, terms in _TERMS.items()
    }


def contract_name(handle: str) -> str:
    """Where somebody's contract lies in the film's folder."""
    return f"contracts/{handle}.txt"
