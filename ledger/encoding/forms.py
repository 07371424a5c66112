"""Statement forms: how statements of one kind look as bytes, told apart in one match.

A form is derived from the envelope, the kind's rule and the kind's body, so that a
match says as much as reading the models does: canonical bytes, the envelope, what the
rule demands of it, and the body (decision 25). Kinds whose rule or body asks more than
an expression can say have their models read at once. What has no such form is read by
`ledger.encoding.statement.thoroughly_checked`, which also tells what is wrong.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NoReturn

from ledger.encoding.kinds import KINDS, KindRule, fits_always
from ledger.encoding.quick import (
    REFUSED,
    Part,
    compiled,
    decode_object,
    parts_of,
    shape_of_model,
    shape_or_asked,
)
from ledger.encoding.shapes import Shape, UnshapedError, object_pattern
from ledger.records.statement import Record, Scope, Statement

_KEY_TO_KIND: Final = b'","kind":"'
_KEY_DIGITS: Final = 32
# A withdrawal has an empty body: it is rare, and the models' business.
_ACT: Final = r'\{"of":"[0-9a-f]{64}","verb":"(?:correct|dispute|supersede)"\}'

NAMED: Final = frozenset({"act", "key", "log", "prev"})
"""Members whose bytes a match tells."""

_AS_JSON: Final = Shape(type=dict[str, Any])

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form of one kind.

    Attributes:
        match: of the whole bytes, with the members of `NAMED` as groups; `None` if
            they are not surely of this form.
        checks: what the expression cannot say of a member, by name.
        statement: makes the envelope from its JSON.
        body: makes the body from its JSON.
    """

    match: Callable[[bytes], re.Match[bytes] | None]
    checks: tuple[tuple[str, Callable[[Any], object]], ...]
    statement: Callable[[Json], Statement]
    body: Callable[[Json], Record]

    def read(self, raw: bytes) -> Json | None:
        """The JSON of a statement that is in order; `None` if it is not surely."""
        if self.match(raw) is None:
            return None
        try:
            given = decode_object(raw)
            for name, check in self.checks:
                if name in given:
                    check(given[name])
        except REFUSED:
            return None
        prev = given["prev"]
        return None if prev and len(set(prev)) != len(prev) else given


@cache
def form_of(kind: str) -> Form | None:
    """The form of a kind; `None` for what has none, and for unknown kinds."""
    rule = KINDS.get(kind)
    body = shape_or_asked(rule.body) if rule else Shape(type=None)
    if rule is None or body.pattern is None or rule.fits is not fits_always:
        return None
    envelope = {part.key: part for part in parts_of(Statement, body=_AS_JSON)}
    pattern = _pattern(kind, rule, envelope, body.pattern)
    if pattern is None:
        return None
    checks = {name: part.shape.check for name, part in envelope.items()}
    checks["body"] = body.check
    if not _scope_needs_check(rule):
        checks["scope"] = None
    return Form(
        match=compiled(pattern),
        checks=tuple((name, check) for name, check in checks.items() if check),
        statement=shape_of_model(Statement, body=_AS_JSON).build or _refuse,
        body=body.build or _refuse,
    )


def place_named_in(raw: bytes) -> tuple[str, str]:
    """Kind and key, as far as they can be told before the bytes are checked.

    A hint for whoever looks many up at once: of bytes that are no statement it may say
    anything. The two stand side by side, and nothing after them looks like them.
    """
    at = raw.rfind(_KEY_TO_KIND)
    end = raw.find(b'"', at + len(_KEY_TO_KIND))
    kind = raw[at + len(_KEY_TO_KIND) : end]
    return kind.decode("latin-1"), raw[max(at - _KEY_DIGITS, 0) : at].decode("latin-1")


def kind_named_in(raw: bytes) -> str:
    """The kind, as far as it can be told before the bytes are checked."""
    start = raw.rfind(_KEY_TO_KIND) + len(_KEY_TO_KIND)
    return raw[start : raw.find(b'"', start)].decode("latin-1")


def _pattern(
    kind: str, rule: KindRule, envelope: Mapping[str, Part], body: str
) -> str | None:
    """Match a statement of a kind; `None` if a member of it cannot be matched."""
    scope = _scope_pattern(rule)
    known = {name: part.shape.pattern for name, part in envelope.items()}
    members = [
        *((name, known[name], False) for name in ("key", "log", "prev", "v")),
        ("kind", f'"{re.escape(kind)}"', False),
        ("scope", scope, False),
        ("body", body, False),
    ]
    if rule.timed:
        members.append(("at", known["at"], False))
    if rule.acts:
        members.append(("act", _ACT, True))
    patterns = [
        (name, _named(name, pattern), optional)
        for name, pattern, optional in members
        if pattern is not None
    ]
    return object_pattern(patterns) if len(patterns) == len(members) else None


def _named(name: str, pattern: str) -> str:
    return f"(?P<{name}>{pattern})" if name in NAMED else pattern


def _scope_pattern(rule: KindRule) -> str | None:
    """Match what the rule demands of the scope."""
    known = {part.key: part.shape.pattern for part in parts_of(Scope)}
    members = []
    for name in rule.scope | rule.may:
        pattern = known.get(name)
        if pattern is not None:
            members.append((name, pattern, name not in rule.scope))
        elif name in rule.scope:
            return None
    return object_pattern(members)


def _scope_needs_check(rule: KindRule) -> bool:
    """Whether a member that the rule permits says more than its expression."""
    asks = {part.key for part in parts_of(Scope) if part.shape.check is not None}
    return bool(asks & (rule.scope | rule.may))


def _refuse(_given: Json) -> NoReturn:
    raise UnshapedError
