"""Whole numbers that every JSON reader keeps exact.

A reader that holds numbers as doubles (a browser, `jq`) silently changes whole
numbers from 2^53 on, and with them the bytes that were signed. So no number in a
record reaches it.
"""

from typing import Annotated, TypeAlias

from pydantic import Field

from ledger.errors import MalformedRecordError

LARGEST = 2**53 - 1

SafeInt: TypeAlias = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
Count: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]


def as_integer(value: object, where: str, *, least: int = -LARGEST) -> int:
    """Admit a whole number between `least` and 2^53 - 1; `True` is not a number.

    Examples:
        >>> as_integer(1001, "/frame")
        1001
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise MalformedRecordError(
            "a whole number",
            met=type(value).__name__,
            advice="Give it without quotes, fraction or exponent.",
            where=where,
        )
    if not least <= value <= LARGEST:
        raise MalformedRecordError(
            f"a whole number from {least} to {LARGEST}",
            # Printing an int of hostile length would itself raise.
            met=f"a number of {value.bit_length()} bits",
            advice="Check the number.",
            where=where,
        )
    return value
