"""Shapes: what a member of a record may be, for compiled readers.

A shape says the same as the annotation of a model's field, in two other ways: as a type
that msgspec decodes, and as an expression that matches the canonical bytes. What it
cannot say is left to the model (`ledger.encoding.quick`).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Annotated, Any, Final, Literal, NewType, get_args, get_origin

import annotated_types
import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    PlainSerializer,
    PlainValidator,
    Strict,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from ledger.encoding.canonical import MAX_INTEGER

Check = Callable[[Any], object]
Build = Callable[[Any], Any]
Nested = Callable[[type[BaseModel]], "Shape"]

# Our patterns match the whole text; Python's engine writes its end in another way.
_WHOLE: Final = re.compile(r"\\A(\(\?:.*\))\\z", re.DOTALL)
# Nothing in it may match a quote or a backslash: the text would end elsewhere.
_NO_QUOTE: Final = re.compile(r'(?:\\[.-]|[^\\."\[]|\[[^\^"\\\]][^"\\\]]*\])*')
_PLAIN: Final = re.compile(r"[ !#-\[\]-~]*")
_DIGITS: Final = "[1-9][0-9]{0,14}"
"""Whole numbers that are surely below 2^53; larger ones are the model's business."""
_INTEGERS: Final = {
    0: f"(?:0|{_DIGITS})",
    1: _DIGITS,
    -MAX_INTEGER: f"(?:0|-?{_DIGITS})",
}


class UnshapedError(Exception):
    """A field says something that a shape cannot express."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a member may be.

    Attributes:
        type: in JSON, for msgspec.
        pattern: matches the canonical bytes of members, if `check` accepts them, too,
            and of nothing else; `None` if no expression can say it.
        check: refuses a value in JSON by raising; `None` if there is no more to ask.
        build: from the value in JSON to what the model holds, refusing like `check`;
            `None` if that is the same.
    """

    type: Any
    pattern: str | None = None
    check: Check | None = None
    build: Build | None = None


def shape_of(
    annotation: Any,  # noqa: ANN401  # a type
    metadata: Iterable[object],
    nested: Nested,
) -> Shape:
    """The shape of a field.

    Args:
        annotation: its type.
        metadata: what else pydantic keeps of it.
        nested: gives the shape of another model.

    Raises:
        UnshapedError: only the model can tell.
    """
    annotation, constraints = _spelled_out(annotation, list(metadata))
    if annotation is str:
        return _text(constraints)
    if annotation is int:
        return _integer(constraints)
    if get_origin(annotation) is tuple:
        return _list(get_args(annotation), constraints, nested)
    if constraints:
        return _spelled(constraints)
    if get_origin(annotation) is Literal:
        return _fixed(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return nested(annotation)
    raise UnshapedError


def object_pattern(members: Iterable[tuple[str, str, bool]]) -> str:
    """Match an object with these members, sorted by name.

    A comma is looked at by the decoder: it refuses one that is missing or too much.

    Args:
        members: name, pattern of the value, and whether it may be left out.
    """
    parts = []
    for name, pattern, optional in sorted(members):
        part = f'"{re.escape(name)}":{pattern},?'
        parts.append(f"(?:{part})?" if optional else part)
    return rf"\{{{''.join(parts)}\}}"


def _spelled_out(
    annotation: Any,  # noqa: ANN401  # a type
    constraints: list[object],
) -> tuple[Any, list[object]]:
    """A type without its names, and all that is demanded of it."""
    while get_origin(annotation) is Annotated or isinstance(annotation, NewType):
        if isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        else:
            annotation, *more = get_args(annotation)
            constraints = [*more, *constraints]
    return annotation, constraints


def _text(constraints: Iterable[object]) -> Shape:
    meta: dict[str, Any] = {}
    checks: list[Build] = []
    for one in constraints:
        match one:
            case StringConstraints():
                meta.update(_of_text(one))
            case AfterValidator() if (check := _alone(one)) is not None:
                checks.append(check)
            case _:
                raise UnshapedError
    if len(checks) > 1:
        raise UnshapedError
    last = checks[0] if checks else None
    inner = meta.get("pattern", "")
    if inner:
        meta["pattern"] = rf"\A{inner}\Z"
    return Shape(
        type=Annotated[str, msgspec.Meta(**meta)] if meta else str,
        pattern=_text_pattern(inner, meta),
        check=last,
        build=last,
    )


def _spelled(constraints: Sequence[object]) -> Shape:
    """A value that is written as text, in one spelling."""
    match constraints:
        case [PlainValidator() as reader, PlainSerializer() as writer]:
            read, write = _alone(reader), _alone(writer)
        case _:
            raise UnshapedError
    if read is None or write is None or reader.json_schema_input_type is not str:
        raise UnshapedError

    def build(text: str) -> Any:  # noqa: ANN401  # what the model holds
        value = read(text)
        if write(value) != text:
            raise PydanticCustomError("spelling", "the one spelling")
        return value

    return Shape(type=str, pattern=f'"{_PLAIN.pattern}"', check=build, build=build)


def _alone(
    validator: AfterValidator | PlainValidator | PlainSerializer,
) -> Build | None:
    """What looks at the value alone; `None` for another."""
    found = validator.func
    if found is str:
        return str
    return found if len(signature(found).parameters) == 1 else None  # type: ignore[return-value]


def _of_text(constraints: StringConstraints) -> dict[str, Any]:
    given = {
        name: value
        for name, value in vars(constraints).items()
        if value is not None and name != "strict"
    }
    if not given.keys() <= {"pattern", "min_length", "max_length"}:
        raise UnshapedError
    if "pattern" in given:
        whole = _WHOLE.fullmatch(str(given["pattern"]))
        if whole is None:
            raise UnshapedError
        given["pattern"] = whole[1]
    return given


def _text_pattern(inner: str, meta: dict[str, Any]) -> str | None:
    if not inner or "min_length" in meta or not _NO_QUOTE.fullmatch(inner):
        return None
    bound = meta.get("max_length")
    short = f'(?=[^"]{{0,{bound}}}")' if bound is not None else ""
    return f'"{short}{inner}"'


def _integer(constraints: Iterable[object]) -> Shape:
    least, most = -MAX_INTEGER, MAX_INTEGER
    for one in constraints:
        match one:
            case annotated_types.Ge(ge=int(bound)):
                least = max(least, bound)
            case annotated_types.Le(le=int(bound)):
                most = min(most, bound)
            case Strict(strict=True):
                pass  # as all records are
            case _:
                raise UnshapedError
    return Shape(
        type=Annotated[int, msgspec.Meta(ge=least, le=most)],
        pattern=_INTEGERS.get(least) if most == MAX_INTEGER else None,
    )


def _list(of: Sequence[Any], constraints: Iterable[object], nested: Nested) -> Shape:
    if len(of) != 2 or of[1] is not Ellipsis:
        raise UnshapedError
    meta: dict[str, Any] = {}
    for one in constraints:
        match one:
            case annotated_types.MinLen(min_length=bound):
                meta["min_length"] = bound
            case annotated_types.MaxLen(max_length=bound):
                meta["max_length"] = bound
            case _:
                raise UnshapedError
    item = shape_of(of[0], (), nested)
    least, most = meta.get("min_length", 0), meta.get("max_length", "")
    pattern = item.pattern
    return Shape(
        # Lists as they stand in JSON; the model holds tuples.
        type=Annotated[list[item.type], msgspec.Meta(**meta)],  # type: ignore[name-defined]
        pattern=None if pattern is None else rf"\[(?:{pattern},?){{{least},{most}}}\]",
        check=_for_each(item.check),
        build=_tuple_of(item.build),
    )


def _for_each(check: Check | None) -> Check | None:
    if check is None:
        return None
    return lambda values: [check(one) for one in values]


def _tuple_of(build: Build | None) -> Build:
    return lambda values: tuple(map(build, values)) if build else tuple(values)


def _fixed(values: Sequence[object]) -> Shape:
    if values == (True,) and values[0] is True:
        return Shape(type=bool, pattern="true", check=_only_true, build=_only_true)
    texts = [one for one in values if type(one) is str and _PLAIN.fullmatch(one)]
    numbers = [one for one in values if type(one) is int]
    if len(values) not in (len(texts), len(numbers)):
        raise UnshapedError
    spelled = [f'"{re.escape(one)}"' for one in texts] or [f"{one}" for one in numbers]
    return Shape(
        type=Literal[tuple(values)],
        pattern=f"(?:{'|'.join(spelled)})",
    )


def _only_true(value: bool) -> bool:  # noqa: FBT001  # a value, no option
    if not value:
        raise PydanticCustomError("literal", "true, or nothing")
    return value
