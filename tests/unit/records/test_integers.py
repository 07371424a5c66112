"""Whole numbers that every JSON reader keeps exact."""

import pytest

from ledger.errors import MalformedRecordError
from ledger.records.integers import LARGEST, as_integer


@pytest.mark.parametrize("number", [0, -1, LARGEST, -LARGEST])
def test_a_number_that_a_double_keeps_is_admitted(number: int) -> None:
    assert as_integer(number, "/n") == number


@pytest.mark.parametrize(
    "hostile",
    [
        True,
        1.0,
        "1",
        None,
        LARGEST + 1,
        -LARGEST - 1,
        pytest.param(10**6000, id="beyond printing"),
    ],
)
def test_anything_else_is_refused_with_its_field(hostile: object) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        as_integer(hostile, "/n")
    assert refused.value.where == "/n"


def test_a_count_does_not_go_below_its_least() -> None:
    with pytest.raises(MalformedRecordError):
        as_integer(-1, "/n", least=0)
