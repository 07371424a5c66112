"""Canonical bytes ↔ frozen record models, with the path of what is refused."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import MalformedRecordError

Model = TypeVar("Model", bound=BaseModel)


def parse_model(model: type[Model], raw: bytes, path: str = "") -> Model:
    """Read canonical bytes as a record model.

    Raises:
        MalformedRecordError: with the JSON pointer of the first offending field.
    """
    canonical.parse(raw)
    return validate(model, raw, path)


def validate(model: type[Model], raw: bytes, path: str = "") -> Model:
    """Check JSON that is known to be canonical against a record model.

    What was read is printed again and compared, so a record has one spelling only:
    a member with a fixed value cannot be left out, nor `true` stand for 1.

    Raises:
        MalformedRecordError: with the JSON pointer of the first offending field.
    """
    try:
        # JSON mode, so that strict models take arrays for tuples and nothing else.
        found = model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _unfit(_pointer(path, first["loc"]), first["msg"]) from error
    printed = dump(found)
    if canonical.encode_checked(printed) != raw:
        where = _difference(canonical.parse_lenient(raw), printed, path)
        raise _unfit(where, "given, in its one spelling")
    return found


def dump(model: BaseModel) -> dict[str, JsonValue]:
    """The JSON value of a model; members that are not given are left out."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def _pointer(path: str, steps: tuple[int | str, ...]) -> str:
    for step in steps:
        # pydantic's own mark for a key, as opposed to its value, is no step.
        if step != "[key]":
            path = canonical.pointer(path, step)
    return path


def _difference(given: JsonValue, printed: JsonValue, path: str) -> str:
    """The pointer of the first member that differs."""
    ours, theirs = _members(given), _members(printed)
    for key in (*ours, *theirs):
        step = canonical.pointer(path, key)
        if key not in ours or key not in theirs:
            return step
        # As bytes, since Python holds 1 and True to be equal.
        if canonical.encode(ours[key]) != canonical.encode(theirs[key]):
            return _difference(ours[key], theirs[key], step)
    return path


def _members(value: JsonValue) -> dict[str, JsonValue]:
    match value:
        case dict():
            return value
        case list():
            return {str(index): item for index, item in enumerate(value)}
        case _:
            return {}


def _unfit(path: str, reason: str) -> MalformedRecordError:
    return MalformedRecordError(
        f"a field as its kind defines it ({reason})",
        met="something else",
        advice="See docs/specs/kinds.md for the fields of each kind.",
        where=path or "/",
    )
