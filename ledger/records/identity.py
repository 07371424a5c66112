"""What names a thing: one type for each sort of name, one gate for each type.

Every name is text in exactly one form. A model field of type `Uid`, `Digest` … is
checked by pydantic; text from elsewhere passes the gate `as_uid`, `as_digest` …,
which raises `MalformedRecordError`. To the type checker the names are distinct, so
a digest cannot be handed over as a statement's id.

Patterns match the whole text: a newline at the end is refused.
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Final, Literal, NewType, TypeAlias

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from ledger.errors import MalformedRecordError

_HEX_16 = "[0-9a-f]{16}"
_HEX_32 = "[0-9a-f]{32}"
_HEX_64 = "[0-9a-f]{64}"
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = rf"(?:{_LABEL}\.)+{_LABEL}/{_HEX_16}"
_NAME = "[a-z0-9][a-z0-9._+@/-]{0,95}"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Hours end at 23 here: some versions of Python read 24:00 as the next day's 00:00,
# which would give midnight two spellings.
_INSTANT = rf"{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{{6}}Z"
_LONGEST_DOMAIN = 253


def _whole(pattern: str) -> str:
    # `\z` and not `$`: Python's `$` would let a newline through, and Python's
    # engine refuses `\z` outright, so no model can switch engines unnoticed.
    return rf"\A(?:{pattern})\z"


INSTANT_PATTERN: Final = _whole(_INSTANT)
"""What a model's refusal of an instant names."""


def _form(pattern: str) -> StringConstraints:
    return StringConstraints(strict=True, pattern=_whole(pattern))


def _is_a_label(label: str) -> bool:
    if label[2:4] != "--":
        return True
    # Labels with this mark are reserved for IDNA; only its own prefix has a meaning.
    if not label.startswith("xn--"):
        return False
    try:
        spelled = label[4:].encode("ascii").decode("punycode")
        return not spelled.isascii() and spelled.encode("punycode") == (
            label[4:].encode("ascii")
        )
    except (UnicodeError, OverflowError):
        return False


@lru_cache(maxsize=64)
def _is_origin(text: str) -> bool:
    domain = text.rpartition("/")[0]
    labels = domain.split(".")
    # A last label of digits makes an address of a host, which is nobody's name.
    return (
        len(domain) <= _LONGEST_DOMAIN
        and not labels[-1].isdigit()
        and all(map(_is_a_label, labels))
    )


def _is_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _checked_origin(text: "_Origin") -> "_Origin":
    if not _is_origin(text):
        raise PydanticCustomError("origin", "not a domain in its one form")
    return text


def _checked_day(text: "_Day") -> "_Day":
    if not _is_calendar(text):
        raise PydanticCustomError("day", "not a day of the calendar")
    return text


def _checked_instant(text: "_Instant") -> "_Instant":
    if not _is_calendar(text):
        raise PydanticCustomError("instant", "not an instant of the calendar")
    return text


_Uid = NewType("_Uid", str)
_Digest = NewType("_Digest", str)
_StatementId = NewType("_StatementId", str)
_KeyId = NewType("_KeyId", str)
_Origin = NewType("_Origin", str)
_Token = NewType("_Token", str)
_Day = NewType("_Day", str)
_Instant = NewType("_Instant", str)

Uid: TypeAlias = Annotated[_Uid, _form(_HEX_32)]
Digest: TypeAlias = Annotated[_Digest, _form(_HEX_64)]
StatementId: TypeAlias = Annotated[_StatementId, _form(_HEX_64)]
KeyId: TypeAlias = Annotated[_KeyId, _form(_HEX_32)]
Origin: TypeAlias = Annotated[_Origin, _form(_ORIGIN), AfterValidator(_checked_origin)]
Token: TypeAlias = Annotated[_Token, _form(_NAME)]
Day: TypeAlias = Annotated[_Day, _form(_DAY), AfterValidator(_checked_day)]
Instant: TypeAlias = Annotated[
    _Instant, _form(_INSTANT), AfterValidator(_checked_instant)
]
View: TypeAlias = Literal["left", "right", "screen"]
VIEWS: tuple[View, ...] = ("left", "right", "screen")


def refusal(expected: str, met: object, where: str) -> MalformedRecordError:
    """The error for a name that does not have its one form."""
    shown = repr(met[:96]) if isinstance(met, str) else type(met).__name__
    return MalformedRecordError(
        expected,
        met=shown,
        advice="Names have one form only: copy it from the record that defines it.",
        where=where,
    )


def _admit(text: object, pattern: str, expected: str, where: str) -> str:
    if not isinstance(text, str) or re.fullmatch(pattern, text) is None:
        raise refusal(expected, text, where)
    return text


def as_uid(text: object, where: str = "") -> Uid:
    """Admit an opaque name of 16 random bytes."""
    return _Uid(_admit(text, _HEX_32, "a uid: 32 lower-case hex digits", where))


def as_digest(text: object, where: str = "") -> Digest:
    """Admit a SHA-256 digest."""
    return _Digest(_admit(text, _HEX_64, "a digest: 64 lower-case hex digits", where))


def as_statement_id(text: object, where: str = "") -> StatementId:
    """Admit the blinded id of a statement."""
    expected = "a statement's id: 64 lower-case hex digits"
    return _StatementId(_admit(text, _HEX_64, expected, where))


def as_key_id(text: object, where: str = "") -> KeyId:
    """Admit the name of a public key, the first 32 digits of its digest."""
    return _KeyId(_admit(text, _HEX_32, "a key's id: 32 lower-case hex digits", where))


def as_origin(text: object, where: str = "") -> Origin:
    """Admit the name of a log.

    The domain is lower-case with at least one dot; other scripts are written as
    IDNA A-labels (`xn--…`), so that two logs cannot look alike by letter forms.

    Examples:
        >>> as_origin("jangbu.invalid/0123456789abcdef")
        'jangbu.invalid/0123456789abcdef'
    """
    expected = "an origin: <lower-case domain>/<16 hex digits>"
    origin = _admit(text, _ORIGIN, expected, where)
    if not _is_origin(origin):
        raise refusal(expected, origin, where)
    return _Origin(origin)


def as_token(text: object, where: str = "") -> Token:
    """Admit a public name: a kind, a tool, a version, a media type."""
    expected = "a token: lower-case letters, digits and . _ + @ / -, 96 at most"
    return _Token(_admit(text, _NAME, expected, where))


def as_day(text: object, where: str = "") -> Day:
    """Admit a day of the calendar, `2026-11-22`."""
    expected = "a day: YYYY-MM-DD"
    day = _admit(text, _DAY, expected, where)
    if not _is_calendar(day):
        raise refusal(expected, day, where)
    return _Day(day)


def as_instant(text: object, where: str = "") -> Instant:
    """Admit a UTC instant with six decimals; as text, instants sort by time."""
    expected = "an instant: YYYY-MM-DDThh:mm:ss.ffffffZ"
    instant = _admit(text, _INSTANT, expected, where)
    if not _is_calendar(instant):
        raise refusal(expected, instant, where)
    return _Instant(instant)


def instant_from(moment: datetime, where: str = "") -> Instant:
    """Write an aware datetime as an instant.

    Examples:
        >>> instant_from(datetime(2026, 11, 22, 8, 30, tzinfo=UTC))
        '2026-11-22T08:30:00.000000Z'
    """
    expected = "a datetime with a zone, in the years 1 to 9999 of UTC"
    if moment.utcoffset() is None:
        raise refusal(expected, moment, where)
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise refusal(expected, moment, where) from error
    return _Instant(utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z")


def moment_of(instant: Instant) -> datetime:
    """Read an instant back as a datetime in UTC; `instant_from` undoes it."""
    return datetime.fromisoformat(as_instant(instant))


def day_from(day: date) -> Day:
    """Write a day; of a datetime, the day it shows in its own zone."""
    return _Day(f"{day.year:04}-{day.month:02}-{day.day:02}")
