"""What a model asks of a record once its members are read, for compiled readers."""

from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from operator import methodcaller
from typing import Any, NamedTuple

from pydantic import BaseModel

from ledger.encoding.shapes import UnshapedError

After = Callable[[BaseModel], BaseModel]
"""Gives the record, or refuses it by raising."""


class _Beside(NamedTuple):
    """What a validator of one field may ask for of pydantic's `ValidationInfo`.

    Attributes:
        data: the members that were read before it, and those after it.
    """

    data: Mapping[str, Any]


def asked_afterwards(model: type[BaseModel]) -> list[After]:
    """The validators of a model, those of single fields first, as pydantic has them.

    Raises:
        UnshapedError: some of them look at values before they were read.
    """
    return [*_of_fields(model), *_of_the_whole(model)]


def _of_fields(model: type[BaseModel]) -> Iterator[After]:
    own = model.__pydantic_decorators__.field_validators.values()
    for one in own:
        if one.info.mode != "after" or not model.model_fields.keys() >= {
            *one.info.fields
        }:
            raise UnshapedError
    # In the order of the fields, like pydantic, so that the first refusal is the same.
    for name in model.model_fields:
        for one in own:
            if name in one.info.fields:
                yield _of_field(name, getattr(model, one.cls_var_name))


def _of_field(name: str, validate: Callable[..., Any]) -> After:
    alone = len(signature(validate).parameters) == 1

    def after(record: BaseModel) -> BaseModel:
        if name in record.model_fields_set:
            values = vars(record)
            beside = () if alone else (_Beside(values),)
            values[name] = validate(values[name], *beside)
        return record

    return after


def _of_the_whole(model: type[BaseModel]) -> Iterator[After]:
    for name, one in model.__pydantic_decorators__.model_validators.items():
        if one.info.mode != "after":
            raise UnshapedError
        yield methodcaller(name)
