"""Records of any kind, made up from the fields of their models."""

import re
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints

from ledger.encoding.kinds import KINDS, KindRule
from ledger.records.statement import Scope
from ledger.records.time import FrameRange

ORIGIN = "jangbu.invalid/0123456789abcdef"
INSTANT = "2026-11-22T08:30:00.000000Z"
DAY = "2026-11-22"
HEX = "0123456789abcdef"
FEW = 3


def records(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """JSON of a model; its validators may still refuse it."""
    if model is FrameRange:
        start = st.integers(0, 2_000)
        return start.map(
            lambda at: {
                "unit": "frame",
                "rate": "24/1",
                "start": at,
                "end": at + 1,
            }
        )
    given: dict[str, st.SearchStrategy[Any]] = {}
    may: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in model.model_fields.items():
        whole: Any = field.annotation
        for one in field.metadata:
            whole = Annotated[whole, one]
        key, optional = field.alias or name, _is_optional(field.annotation)
        (may if optional else given)[key] = values(whole)
    return st.fixed_dictionaries(given, optional=may)


def values(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401
    """JSON of a field."""
    annotation, constraints = _spelled_out(annotation)
    of = get_args(annotation)
    if _is_optional(annotation):
        return values(of[0])
    if get_origin(annotation) is Literal:
        return st.sampled_from(of)
    if get_origin(annotation) is tuple:
        return st.lists(values(of[0]), min_size=_least(constraints), max_size=FEW)
    if annotation is int:
        return st.integers(_least(constraints), 2**53 - 1)
    if annotation is str:
        return _texts(constraints)
    return _nested(annotation)


def _nested(annotation: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return records(annotation)
    return st.just({})


def _least(constraints: list[Any]) -> int:
    found = [
        getattr(one, name, 0) for one in constraints for name in ("ge", "min_length")
    ]
    return max([0, *(one for one in found if isinstance(one, int))])


def statements(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """JSON of a statement of a kind; most are in order."""
    rule = KINDS[kind]
    parts = {
        "v": st.just(1),
        "log": st.just(ORIGIN),
        "kind": st.just(kind),
        "key": _hex(32),
        "prev": st.lists(_hex(64), max_size=FEW),
        "scope": _scopes(rule),
        "body": records(rule.body),
    }
    more = {"act": st.fixed_dictionaries({"verb": _VERBS, "of": _hex(64)})}
    if rule.timed:
        parts["at"] = st.just(INSTANT)
    return st.fixed_dictionaries(parts, optional=more)


_VERBS = st.sampled_from(["supersede", "correct", "dispute", "withdraw"])


def _scopes(rule: KindRule) -> st.SearchStrategy[dict[str, Any]]:
    fields = Scope.model_fields
    return st.fixed_dictionaries(
        {name: values(fields[name].annotation) for name in rule.scope},
        optional={name: values(fields[name].annotation) for name in rule.may},
    )


def _hex(digits: int) -> st.SearchStrategy[str]:
    return st.text(HEX, min_size=digits, max_size=digits)


def _texts(constraints: list[Any]) -> st.SearchStrategy[str]:
    for one in constraints:
        if isinstance(one, StringConstraints) and one.pattern is not None:
            pattern = str(one.pattern)
            fixed = re.search(r"\[0-9a-f\]\{(\d+)\}\)\\z", pattern)
            if "[a-z0-9-]{0,61}" in pattern:
                return st.just(ORIGIN)
            if fixed and pattern.startswith(r"\A(?:[0-9a-f]"):
                return _hex(int(fixed[1]))
            if "T(?:" in pattern:
                return st.just(INSTANT)
            if "[0-9]{4}-" in pattern:
                return st.just(DAY)
            return st.from_regex(
                re.compile(pattern.replace(r"\z", r"\Z"), re.ASCII), fullmatch=True
            )
    return st.just("text")


def _is_optional(annotation: Any) -> bool:  # noqa: ANN401
    return get_origin(annotation) in (Union, UnionType) and NoneType in get_args(
        annotation
    )


def _spelled_out(annotation: Any) -> tuple[Any, list[Any]]:  # noqa: ANN401
    constraints: list[Any] = []
    while get_origin(annotation) is Annotated or isinstance(annotation, NewType):
        if isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        else:
            annotation, *more = get_args(annotation)
            constraints += more
    return annotation, constraints
