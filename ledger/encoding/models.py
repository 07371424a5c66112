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
    """Check JSON that is known to be canonical against a record model."""
    try:
        # JSON mode, so that strict models take arrays for tuples and nothing else.
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        for step in first["loc"]:
            path = canonical.pointer(path, step)
        raise MalformedRecordError(
            f"a field as its kind defines it ({first['msg']})",
            met=f"{error.error_count()} field(s) that do not fit",
            advice="See docs/specs/kinds.md for the fields of each kind.",
            where=path or "/",
        ) from error


def dump(model: BaseModel) -> dict[str, JsonValue]:
    """The JSON value of a model; members that are not given are left out."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)
