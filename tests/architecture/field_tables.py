"""Tables of fields in the specifications, and the same tables from the models."""

import re
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Final, Literal, NewType, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from ledger.records.authority import Family, PublicKey
from ledger.records.making import SourceType
from ledger.records.statement import Kind, Private
from ledger.records.time import RateField

Row = tuple[str, str, str]

NAMES: Final = {
    "_Uid": "uid",
    "_Digest": "digest",
    "_StatementId": "statement id",
    "_KeyId": "key id",
    "_Origin": "origin",
    "_Token": "token",
    "_Day": "day",
    "_Instant": "instant",
}
_TABLE = re.compile(
    r"^#{2,4} `([A-Za-z0-9.]+)`\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL
)
_ROW = re.compile(r"^\| `([^`|]+)` \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)


def tables_in(page: str) -> dict[str, list[Row]]:
    """Field, type and whether it must be given, by the heading of the table."""
    return {
        heading: [
            (row[0], row[1].strip(), row[2].strip()) for row in _ROW.findall(text)
        ]
        for heading, text in _TABLE.findall(page)
    }


def table_of(model: type[BaseModel]) -> list[Row]:
    """The rows that a specification must show for a model."""
    return [
        (field.alias or name, type_of(field), "no" if optional(field) else "yes")
        for name, field in model.model_fields.items()
    ]


def optional(field: FieldInfo) -> bool:
    return field.default is None and not field.is_required()


def type_of(field: FieldInfo) -> str:
    annotation = field.annotation
    metadata = list(field.metadata)
    if optional(field):
        (annotation,) = (one for one in get_args(annotation) if one is not type(None))
    return named(annotation, metadata)


def named(annotation: Any, metadata: list[Any]) -> str:  # noqa: ANN401
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return named(inner, [*more, *metadata])
    for special, name in _special(annotation, metadata):
        if special:
            return name
    if isinstance(annotation, NewType):
        return NAMES[annotation.__name__]
    return _shaped(annotation, metadata)


def _shaped(annotation: Any, metadata: list[Any]) -> str:  # noqa: ANN401
    match get_origin(annotation), get_args(annotation):
        case origin, values if origin is Literal:
            return " or ".join(f"`{_literal(value)}`" for value in values)
        case origin, (item, _) if origin is tuple:
            return f"list of {named(item, [])}{_size(metadata)}"
        case origin, (key, item) if origin is dict:
            return _object(key, item)
        case _:
            return _plain(annotation, metadata)


def _object(key: Any, item: Any) -> str:  # noqa: ANN401
    if item is Any:
        return "object"
    return f"object of {named(key, [])} to {named(item, [])}"


def _special(annotation: Any, metadata: list[Any]) -> Iterator[tuple[bool, str]]:  # noqa: ANN401
    functions = {one.func for one in metadata if isinstance(one, AfterValidator)}
    patterns = {one.pattern for one in metadata if isinstance(one, StringConstraints)}
    yield bool(functions & _functions(PublicKey)), "public key"
    yield bool(patterns & _patterns(Kind)), "kind"
    yield bool(patterns & _patterns(Family)), "family"
    yield annotation == SourceType, "IPTC source type"
    yield annotation is Private, "private"
    yield annotation is get_args(RateField)[0], "rate"


def _functions(alias: Any) -> set[Any]:  # noqa: ANN401
    return {one.func for one in get_args(alias) if isinstance(one, AfterValidator)}


def _patterns(alias: Any) -> set[Any]:  # noqa: ANN401
    metadata = get_args(alias)
    return {one.pattern for one in metadata if isinstance(one, StringConstraints)}


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _size(metadata: list[Any]) -> str:
    least = next((m.min_length for m in metadata if hasattr(m, "min_length")), 0)
    most = next((m.max_length for m in metadata if hasattr(m, "max_length")), None)
    return f", {least} to {most}" if most is not None else ""


def _plain(annotation: Any, metadata: list[Any]) -> str:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"`{annotation.__name__}`"
    least = [m.ge for m in metadata if getattr(m, "ge", -1) in (0, 1)]
    if annotation is int:
        return f"integer ≥ {least[0]}" if least else "integer"
    assert annotation is str, annotation
    return "text"


def models_within(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Models of the fields of a model, and of theirs, but for private fields."""
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            if inner is not Private:
                yield inner
                yield from models_within(inner)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if get_origin(annotation) in (Annotated, Union, UnionType, tuple, dict):
        for inner in get_args(annotation):
            yield from _models(inner)
