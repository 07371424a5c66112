"""Files of roles and orders are read as they stand, or refused by name."""

import pytest

from ledger.credits.policies import (
    MODELS,
    ORDERS,
    packaged_order,
    packaged_roles,
    read_order,
    read_roles,
)
from ledger.rules.errors import MalformedPolicyError

ROLES = """\
format: jangbu-roles/1
id: test.roles
version: 1
title: {ko: 표, en: Table}
whole_cut: [direction]
by_scope: []
asked: one
additional: one
studio: one
departments: [{id: all, ko: 전부, en: All}]
roles: [{id: one, department: all, ko: 하나, en: One, acts: [edit/paint]}]
"""
ORDER = """\
format: jangbu-billing/1
id: test.order
version: 1
title: {ko: 순서, en: Order}
blocks: [all, models]
by_name: [all]
"""


def test_files_are_read() -> None:
    roles = read_roles(ROLES.encode(), "roles.yaml")
    found = roles.role_of("edit", "paint")
    assert found is not None
    assert (found.code, found.title.ko) == ("one", "하나")
    assert roles.role_of("edit", "grade") is None
    assert read_order(ORDER.encode(), "order.yaml").by_name == {"all"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("en: One", "ko_: One"),
        ("en: One", "en: Author"),
        ("ko: 하나", "ko: 공동저작자"),
        ("id: one,", "id: ai-director,"),
        ("edit/paint", "walk/paint"),
        ("[edit/paint]", "[edit/paint, edit/paint]"),
        ("studio: one", "studio: two"),
        ("department: all", "department: none"),
        ("{id: all,", "{id: models,"),
        ("jangbu-roles/1", "jangbu-roles/2"),
        ("version: 1", "version: 01"),
        ("whole_cut: [direction]", "whole_cut: [walking]"),
        ("acts: [edit/paint]}", "acts: [edit/paint], company: nobody}"),
        ("title: {ko: 표, en: Table}", "title: {ko: 표}"),
    ],
)
def test_a_file_of_roles_with_a_fault_is_refused(old: str, new: str) -> None:
    assert old in ROLES
    with pytest.raises(MalformedPolicyError, match=r"roles\.yaml"):
        read_roles(ROLES.replace(old, new).encode(), "roles.yaml")


def test_an_ai_director_comes_from_direction_only() -> None:
    text = ROLES.replace("one", "ai-director")
    with pytest.raises(MalformedPolicyError, match="acts of direction"):
        read_roles(text.encode(), "roles.yaml")
    assert read_roles(text.replace("edit/paint", "direction/x").encode(), "a").acts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[all, models]", "[all]"),
        ("[all, models]", "[all, all, models]"),
        ("by_name: [all]", "by_name: [other]"),
        ("jangbu-billing/1", "jangbu-roles/1"),
    ],
)
def test_a_file_of_an_order_with_a_fault_is_refused(old: str, new: str) -> None:
    with pytest.raises(MalformedPolicyError):
        read_order(ORDER.replace(old, new).encode(), "order.yaml")


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_that_is_shipped_has_every_department_once(name: str) -> None:
    order, roles = packaged_order(name), packaged_roles()
    assert sorted(order.blocks) == sorted([*roles.departments, MODELS])


def test_the_shipped_roles_are_those_of_the_field() -> None:
    roles = packaged_roles()
    named = {code: role.title.ko for code, role in roles.roles.items()}
    expected = {
        "director": "감독",
        "ai-director": "AI 감독",
        "producer": "프로듀서",
        "cinematographer": "촬영",
        "actor": "출연",
        "compositor": "합성",
        "matte-painter": "매트 페인팅",
        "ai-artist": "AI 아티스트",
        "editor": "편집",
        "vfx-artist": "시각효과",
        "colourist": "색보정",
    }
    assert {code: named[code] for code in expected} == expected
    assert not [one for one in named if "assess" in one]
