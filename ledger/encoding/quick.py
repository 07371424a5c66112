"""Record models read quickly: what is surely a record, and what is not sure.

From each model a shape is derived that compiled code reads in one pass. A shape accepts
nothing that its model refuses, and gives the same record (property tests compare the
two). It may leave a record undecided; then the model decides, with its own messages.

Where an expression says what the canonical bytes of a record are, one match shows that
members are sorted, each once, none unknown or missing, all of the right form. Else what
was decoded is printed again and compared with the bytes.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import (
    Any,
    Final,
    Generic,
    NotRequired,
    Self,
    TypedDict,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ledger.encoding import canonical
from ledger.encoding.models import validate
from ledger.encoding.shapes import (
    Build,
    Check,
    Shape,
    UnshapedError,
    object_pattern,
    shape_of,
)
from ledger.encoding.validators import After, asked_afterwards
from ledger.errors import RecordError

Model = TypeVar("Model", bound=BaseModel)
decode_object = msgspec.json.Decoder(dict[str, Any]).decode

REFUSED: Final = (ValueError, RecursionError, RecordError)
"""What shapes refuse with: decoders, pydantic's validators, our models."""


def shape_of_model(model: type[BaseModel], **known: Shape) -> Shape:
    """The shape of a model, decided by its fields alone.

    Args:
        model: a record.
        known: shapes of fields about which more is known.

    Raises:
        UnshapedError: only the model can tell.
    """
    _check_plain(model)
    parts = parts_of(model, **known)
    after = asked_afterwards(model)
    members = {part.key: part.member for part in parts}
    build = _builder(model, parts, after)
    return Shape(
        type=TypedDict(model.__name__, members),  # type: ignore[operator]
        pattern=_pattern(parts),
        # What compares members asks for all of them as the model holds them.
        check=build if after else _checker(parts),
        build=build,
    )


def asked(model: type[BaseModel], path: str = "") -> Shape:
    """The shape of a part that its model reads itself."""
    return Shape(
        type=dict[str, Any],
        build=lambda value: validate(model, canonical.encode(value), path),
    )


def shape_or_asked(model: type[BaseModel], path: str = "") -> Shape:
    """The shape of a model, as much as can be said of it."""
    try:
        return shape_of_model(model)
    except UnshapedError:
        return asked(model, path)


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a model as a member in JSON.

    Attributes:
        key: its name in JSON.
        optional: whether it may be left out; then the model holds `None`.
    """

    name: str
    key: str
    optional: bool
    shape: Shape

    @classmethod
    def of(cls, name: str, field: FieldInfo, known: Shape | None = None) -> Self:
        """Read a field; `UnshapedError` if only the model can tell."""
        annotation, optional = field.annotation, False
        if get_origin(annotation) in (Union, UnionType):
            annotation, *rest = get_args(annotation)
            optional = rest == [NoneType]
            if not optional:
                raise UnshapedError
        # What has another default is printed, so it must be given.
        if field.default_factory is not None or (field.default is None) != optional:
            raise UnshapedError
        shape = known or shape_of(annotation, field.metadata, shape_or_asked)
        return cls(name, field.alias or name, optional, shape)

    @property
    def member(self) -> Any:  # noqa: ANN401  # a type
        """Its type in JSON, for the decoder."""
        return NotRequired[self.shape.type] if self.optional else self.shape.type

    @property
    def pattern(self) -> tuple[str, str, bool] | None:
        """As `object_pattern` takes it."""
        if self.shape.pattern is None:
            return None
        return self.key, self.shape.pattern, self.optional


def parts_of(model: type[BaseModel], **known: Shape) -> list[Part]:
    """The fields of a model, in their order."""
    return [
        Part.of(name, field, known.get(name))
        for name, field in model.model_fields.items()
    ]


def _check_plain(model: type[BaseModel]) -> None:
    own, config = model.__pydantic_decorators__, model.model_config
    special = own.validators or own.root_validators
    printed = own.field_serializers or own.model_serializers or own.computed_fields
    more = model.__private_attributes__ or model.__pydantic_post_init__
    closed = config.get("extra") == "forbid" and config.get("strict") is True
    if special or printed or more or not closed:
        raise UnshapedError


def _pattern(parts: Sequence[Part]) -> str | None:
    """Match the model's members; with one that cannot be matched, leave it out."""
    if any(part.pattern is None and not part.optional for part in parts):
        return None
    return object_pattern(part.pattern for part in parts if part.pattern is not None)


def _checker(parts: Sequence[Part]) -> Check | None:
    checks = [(part.key, part.shape.check) for part in parts if part.shape.check]
    if not checks:
        return None

    def check(given: Mapping[str, Any]) -> None:
        for key, one in checks:
            if key in given:
                one(given[key])

    return check


def _builder(
    model: type[BaseModel], parts: Sequence[Part], after: Sequence[After]
) -> Build:
    """Make records of what the shape has let through, without asking the model again.

    What pydantic keeps beside the values is set as it would set it.
    """
    # All fields, in their order; a member that is not given has no other default.
    absent = dict.fromkeys(part.name for part in parts)
    makers = [(part.name, part.shape.build) for part in parts if part.shape.build]
    renamed = {part.key: part.name for part in parts}
    aliased = any(key != name for key, name in renamed.items())
    new, put = model.__new__, object.__setattr__

    def build(given: dict[str, Any]) -> BaseModel:
        if aliased:
            given = {renamed[key]: value for key, value in given.items()}
        values = {**absent, **given}
        for name, make in makers:
            value = values[name]
            if value is not None:
                values[name] = make(value)
        record = new(model)
        put(record, "__dict__", values)
        put(record, "__pydantic_fields_set__", set(given))
        put(record, "__pydantic_extra__", None)
        put(record, "__pydantic_private__", None)
        for check in after:
            record = check(record)
        return record

    return build


class Quick(Generic[Model]):
    """Reads records of one model, as far as that is quickly done."""

    def __init__(self, model: type[Model]) -> None:
        shape = shape_or_asked(model)
        self._match = compiled(shape.pattern) if shape.pattern else None
        self._check = shape.check or (lambda _: None)
        self._decode = msgspec.json.Decoder(shape.type).decode
        self._build = shape.build or (lambda value: value)

    def json(self, raw: bytes) -> dict[str, Any] | None:
        """The JSON of a record; `None` if these bytes are none, or not surely so.

        Examples:
            >>> from ledger.records.statement import Act
            >>> quick = Quick(Act)
            >>> quick.json(b'{"of":"' + b"a" * 64 + b'","verb":"dispute"}')["verb"]
            'dispute'
            >>> quick.json(b'{"verb":"dispute"}') is None
            True
        """
        if self._match is None or self._match(raw) is None:
            return None
        try:
            given = decode_object(raw)
            self._check(given)
        except REFUSED:
            return None
        return given

    def read(self, raw: bytes) -> Model | None:
        """The record; `None` as for `json`."""
        try:
            given = self._given(raw)
            found: Model | None = None if given is None else self._build(given)
        except REFUSED:
            return None
        return found

    def _given(self, raw: bytes) -> dict[str, Any] | None:
        """The JSON, which only what builds the record may still refuse."""
        if self._match is not None and self._match(raw) is not None:
            given = decode_object(raw)
            if self._check is not self._build:
                self._check(given)
            return given
        if not canonical.is_plain(raw):
            return None
        decoded: dict[str, Any] = self._decode(raw)
        # Members that no expression matches: printed again they are the same.
        return decoded if canonical.encode_checked(decoded) == raw else None


def compiled(pattern: str) -> Callable[[bytes], re.Match[bytes] | None]:
    """What matches the whole of some bytes; `None` if it does not."""
    return re.compile(pattern.encode("ascii")).fullmatch
