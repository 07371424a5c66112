"""What is checked of a cut's JSON before the library that reads it sees it.

The library follows references between objects and nests as deep as it is told, so a
file made to harm could send it in circles. Nothing that editors write is lost by this.
"""

import json
from typing import Final, NoReturn

from ledger.errors import CutError

LARGEST_BYTES: Final = 64 * 1024 * 1024
DEEPEST: Final = 200
MOST_VALUES: Final = 4_000_000
_REFERENCE: Final = "SerializableObjectRef"


def checked_text(raw: bytes) -> str:
    """Read bytes as the JSON of an .otio file, within bounds.

    Raises:
        CutError: it is not UTF-8, not JSON, or beyond the bounds.
    """
    if len(raw) > LARGEST_BYTES:
        raise _refusal(f"a cut of at most {LARGEST_BYTES} bytes", f"{len(raw)} bytes")
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise _refusal(f"JSON at most {DEEPEST} deep", "a deeper one") from error
    except ValueError as error:  # also what is not UTF-8, and endless digits
        raise _refusal("an .otio file, JSON in UTF-8", str(error)[:200]) from error
    _check(value)
    return text


def _check(value: object) -> None:
    level: list[object] = [value]
    met = 0
    for _ in range(DEEPEST):
        met += len(level)
        if met > MOST_VALUES:
            raise _refusal(f"at most {MOST_VALUES} values", "more")
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise _refusal(f"JSON at most {DEEPEST} deep", "a deeper one")


def _inside(value: object) -> list[object]:
    match value:
        case dict():
            if str(value.get("OTIO_SCHEMA", "")).startswith(_REFERENCE):
                raise _refusal("objects that stand where they are used", "a reference")
            return [*value, *value.values()]
        case list():
            return value
        case str():
            _check_text(value)
        case _:  # numbers, true, false and null
            return []
    return []


def _check_text(value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _refusal("text of whole characters", "half a surrogate pair") from error


def _no_number(name: str) -> NoReturn:
    raise _refusal("finite numbers", name)


def _refusal(expected: str, met: str) -> CutError:
    return CutError(
        expected,
        met=met,
        advice="Export the cut again as one OpenTimelineIO timeline (.otio).",
    )
