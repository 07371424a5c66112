"""Policies of the roll as data: which act gives which role, and in which order.

They are files like those of the law (`ledger.rules`), without rules: nothing here
decides whether somebody did something, only what it is called on the screen.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final, cast, get_args

from ledger.encoding.canonical import JsonValue, encode
from ledger.records.people import Route
from ledger.rules.fields import Bilingual, Field, bilingual
from ledger.rules.text_yaml import TextTree, load

COMPANIES: Final = "companies"
MODELS: Final = "models"
_CODE: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,94}[a-z0-9])?")
_ACT: Final = re.compile(rf"({'|'.join(get_args(Route))})/({_CODE.pattern})")
# A line on screen is no finding of authorship, so none may look like one.
_AUTHOR: Final = re.compile(r"author|저작자|지은이|著作者", re.IGNORECASE)
_AI_DIRECTOR: Final = "ai-director"
_FORM: Final = "Correct the file; docs/reference/roll.md has the form."


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyName:
    """Which file this is, so that a roll can be built again.

    Attributes:
        digest: SHA-256 of the file's content as canonical JSON.
    """

    id: str
    version: int
    digest: str
    title: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A group of roles."""

    code: str
    title: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a line is called."""

    code: str
    title: Bilingual
    department: str
    company: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Roles by what was done.

    Attributes:
        acts: (route, act) -> role's code.
        asked: role of who asked a generator.
        additional: role of an act that no role names.
        studio: role of the company that owns the log.
        whole_cut: routes whose contributions to no named place belong to all of it.
        by_scope: routes placed by shot and element even if they name files.
    """

    name: PolicyName
    departments: Mapping[str, Department]
    roles: Mapping[str, Role]
    acts: Mapping[tuple[str, str], str]
    asked: Role
    additional: Role
    studio: Role
    whole_cut: frozenset[str]
    by_scope: frozenset[str]

    def role_of(self, route: str, act: str) -> Role | None:
        """The role that an act by a route gives; `None` if no role names it."""
        code = self.acts.get((route, act))
        return None if code is None else self.roles[code]

    def of_company(self, role: Role) -> Role:
        """What a company's line says where a person's would say `role`."""
        if role.company is not None:
            return self.roles[role.company]
        department = self.departments[role.department]
        return Role(code=role.code, title=department.title, department=COMPANIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """In which order departments stand, and lines within a role.

    Attributes:
        blocks: departments, and `models`, each once.
        by_name: departments whose lines go in 가나다 order; others by billing.
    """

    name: PolicyName
    blocks: tuple[str, ...]
    by_name: frozenset[str]


def read_roles(raw: bytes, where: str) -> Roles:
    """Read a file of roles.

    Raises:
        MalformedPolicyError: it is none.
    """
    tree = load(raw, where)
    top = Field(tree, where).mapping(
        (
            *("format", "id", "version", "title", "whole_cut", "by_scope"),
            *("asked", "additional", "studio", "departments", "roles"),
        )
    )
    top["format"].one_of(("jangbu-roles/1",))
    departments = _departments(top["departments"])
    found = {one.code: (one, field) for one, field in _roles(top["roles"], departments)}
    roles = {code: role for code, (role, _) in found.items()}
    if len(roles) != len(top["roles"].elements()):
        top["roles"].refuse("each role once", "one twice", _FORM)
    for role, field in found.values():
        if role.company is not None:
            field.mapping(("company",), _ROLE_KEYS)["company"].one_of(roles)
    return Roles(
        name=_name(top, tree),
        departments=departments,
        roles=roles,
        acts=_acts(field for _, field in found.values()),
        asked=roles[top["asked"].one_of(roles)],
        additional=roles[top["additional"].one_of(roles)],
        studio=roles[top["studio"].one_of(roles)],
        whole_cut=_words(top["whole_cut"], get_args(Route)),
        by_scope=_words(top["by_scope"], get_args(Route)),
    )


_ROLE_KEYS: Final = ("id", "department", "ko", "en", "acts", "company")


def _departments(field: Field) -> dict[str, Department]:
    found: dict[str, Department] = {}
    for one in field.elements():
        members = one.mapping(("id", "ko", "en"))
        code = members["id"].matching(_CODE, "a code in small letters")
        if code in found or code == MODELS:
            one.refuse(f"each department once, and none called {MODELS}", code, _FORM)
        found[code] = Department(code=code, title=_title(members))
    return found


def _roles(
    field: Field, departments: Mapping[str, Department]
) -> Iterable[tuple[Role, Field]]:
    for one in field.elements():
        members = one.mapping(_ROLE_KEYS[:-1], ("company",))
        code = members["id"].matching(_CODE, "a code in small letters")
        company = members.get("company")
        yield (
            Role(
                code=code,
                title=_title(members),
                department=members["department"].one_of(departments),
                company=None if company is None else company.text(),
            ),
            one,
        )


def _title(members: Mapping[str, Field]) -> Bilingual:
    for key in ("id", "ko", "en"):
        if _AUTHOR.search(members[key].text()):
            members[key].refuse(
                "a role that claims no authorship",
                members[key].text()[:40],
                "Credits and authorship are different claims: use another word.",
            )
    return bilingual(members)


def _acts(roles: Iterable[Field]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for role in roles:
        members = role.mapping(_ROLE_KEYS[:-1], ("company",))
        code = members["id"].text()
        for one in members["acts"].elements(least=0):
            text = one.matching(_ACT, "a route and an act, edit/paint")
            route, _, act = text.partition("/")
            if (route, act) in found:
                one.refuse("each act with one role", f"{text} again", _FORM)
            if code == _AI_DIRECTOR and route != "direction":
                one.refuse("AI directors by acts of direction only", text, _FORM)
            found[route, act] = code
    return found


def read_order(raw: bytes, where: str) -> Order:
    """Read a file of an order.

    Raises:
        MalformedPolicyError: it is none.
    """
    tree = load(raw, where)
    top = Field(tree, where).mapping(
        ("format", "id", "version", "title", "blocks", "by_name")
    )
    top["format"].one_of(("jangbu-billing/1",))
    blocks = tuple(
        one.matching(_CODE, "a department's code") for one in top["blocks"].elements()
    )
    if len(set(blocks)) != len(blocks) or MODELS not in blocks:
        top["blocks"].refuse(f"each block once, {MODELS} among them", "others", _FORM)
    return Order(
        name=_name(top, tree), blocks=blocks, by_name=_words(top["by_name"], blocks)
    )


def _words(field: Field, known: Iterable[str]) -> frozenset[str]:
    words = tuple(known)
    return frozenset(one.one_of(words) for one in field.elements(least=0))


def _name(top: Mapping[str, Field], tree: TextTree) -> PolicyName:
    return PolicyName(
        id=top["id"].matching(_CODE, "an id in small letters"),
        version=top["version"].integer(1, 9999),
        digest=sha256(encode(cast("JsonValue", tree))).hexdigest(),
        title=top["title"].bilingual(),
    )


def packaged_roles() -> Roles:
    """The roles that Jangbu ships."""
    return read_roles(*_packaged("roles"))


def packaged_order(name: str) -> Order:
    """An order that Jangbu ships; `ORDERS` lists them."""
    return read_order(*_packaged(name))


ORDERS: Final = ("kr-customary", "kr-creator-first")


def _packaged(name: str) -> tuple[bytes, str]:
    where = f"policies/credits/{name}.yaml"
    return (files("policies") / "credits" / f"{name}.yaml").read_bytes(), where
