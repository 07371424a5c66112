"""A small strict reader of DER (ITU-T X.690): what RFC 3161 tokens need, and no more.

Definite lengths in their shortest form and tags of one byte; anything else is refused.
A reader walks over a value once, forwards, and says at the end that nothing is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NoReturn, TypeVar

from ledger.errors import LogError

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

_LONG_TAG: Final = 0x1F
_LONG_LENGTH: Final = 0x80
_MOST_LENGTH_BYTES: Final = 4
_MOST_OID_BYTES: Final = 64
_MICROSECONDS: Final = 6

Read = TypeVar("Read")


class TimeTokenError(LogError):
    """A reply of a time authority is malformed, or is not about this checkpoint."""

    code = "log.time_token"


def refuse(expected: str, met: str) -> NoReturn:
    """Refuse a token.

    Raises:
        TimeTokenError: always.
    """
    raise TimeTokenError(
        expected,
        met=met,
        advice="Do not rely on this token; ask the time authority for another one.",
    )


def tagged(number: int, *, primitive: bool = False) -> int:
    """The tag `[number]`; constructed unless it is a primitive implicit one."""
    return (0x80 if primitive else 0xA0) | number


@dataclass(frozen=True, slots=True)
class Element:
    """One value.

    Attributes:
        raw: the whole encoding, tag and length included.
        content: what tag and length enclose.
    """

    tag: int
    raw: bytes
    content: bytes

    def inside(self) -> "Reader":
        """A reader of what it encloses."""
        return Reader(self.content)


class Reader:
    """Reads the values of one constructed value, in order."""

    __slots__ = ("_at", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    @property
    def left(self) -> bool:
        """Whether there is more."""
        return self._at < len(self._raw)

    def next_is(self, tag: int) -> bool:
        """Whether there is more, and begins with this tag."""
        return self.left and self._raw[self._at] == tag

    def element(self) -> Element:
        """The next value, whatever it is.

        Raises:
            TimeTokenError: truncated, or not in the one form of DER.
        """
        start = self._at
        tag = self._byte()
        if tag & _LONG_TAG == _LONG_TAG:
            refuse("tags of one byte", "a longer one")
        length = self._length()
        end = self._at + length
        if end > len(self._raw):
            refuse("a value as long as it says", "a truncated one")
        content, self._at = self._raw[self._at : end], end
        return Element(tag, self._raw[start:end], content)

    def take(self, tag: int, what: str) -> Element:
        """The next value, which must have this tag.

        Raises:
            TimeTokenError: it is absent, or another one.
        """
        if not self.next_is(tag):
            refuse(what, "another value, or none")
        return self.element()

    def optional(self, tag: int) -> Element | None:
        """The next value if it has this tag; `None` if it is absent."""
        return self.element() if self.next_is(tag) else None

    def enter(self, tag: int, what: str) -> "Reader":
        """A reader of what the next value encloses; errors as for `take`."""
        return self.take(tag, what).inside()

    def integer(self, what: str) -> int:
        """The next value, an integer in its shortest form."""
        return as_integer(self.take(INTEGER, what).content, what)

    def oid(self, what: str) -> str:
        """The next value, an object identifier, as `1.2.840…`."""
        return as_oid(self.take(OID, what).content, what)

    def each(self, read: Callable[[Element], Read]) -> tuple[Read, ...]:
        """All that is left."""
        found = []
        while self.left:
            found.append(read(self.element()))
        return tuple(found)

    def end(self, what: str) -> None:
        """Refuse anything after what was read.

        Raises:
            TimeTokenError: there is more.
        """
        if self.left:
            refuse(f"nothing after {what}", f"{len(self._raw) - self._at} bytes")

    def _byte(self) -> int:
        if not self.left:
            refuse("one more byte", "the end")
        self._at += 1
        return self._raw[self._at - 1]

    def _length(self) -> int:
        first = self._byte()
        if first < _LONG_LENGTH:
            return first
        count = first & ~_LONG_LENGTH
        if not 1 <= count <= _MOST_LENGTH_BYTES:
            refuse("a definite length of up to 4 bytes", "another one")
        length = int.from_bytes(bytes(self._byte() for _ in range(count)), "big")
        if length < _LONG_LENGTH or length.bit_length() <= 8 * (count - 1):
            refuse("a length in its shortest form", "a longer form")
        return length


def only(raw: bytes, tag: int, what: str) -> Element:
    """The one value that some bytes are.

    Raises:
        TimeTokenError: another value, or more than one.
    """
    reader = Reader(raw)
    found = reader.take(tag, what)
    reader.end(what)
    return found


def as_integer(content: bytes, what: str) -> int:
    """The content of an integer, two's complement."""
    padded = len(content) > 1 and (
        (content[0] == 0x00 and content[1] < 0x80)
        or (content[0] == 0xFF and content[1] >= 0x80)
    )
    if not content or padded:
        refuse(f"{what} in its shortest form", "another form")
    return int.from_bytes(content, "big", signed=True)


def as_oid(content: bytes, what: str) -> str:
    """The content of an object identifier.

    Examples:
        >>> as_oid(bytes.fromhex("608648016503040201"), "a hash")
        '2.16.840.1.101.3.4.2.1'
    """
    if not content or content[-1] & 0x80 or len(content) > _MOST_OID_BYTES:
        refuse(what, "no object identifier")
    arcs, arc, fresh = [], 0, True
    for byte in content:
        if fresh and byte == 0x80:
            refuse(f"{what} in its shortest form", "another form")
        arc, fresh = arc << 7 | byte & 0x7F, byte < 0x80
        if fresh:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def as_moment(content: bytes, what: str) -> datetime:
    """The content of a GeneralizedTime as RFC 3161 §2.4.2 permits it: UTC, with Z.

    What is finer than a microsecond is cut off.

    Examples:
        >>> as_moment(b"20261122083000.5Z", "a time").isoformat()
        '2026-11-22T08:30:00.500000+00:00'
    """
    whole, point, fraction = content[:-1].partition(b".")
    digits = whole + fraction
    fits = (
        content[-1:] == b"Z"
        and len(whole) == 14
        and all(byte in b"0123456789" for byte in digits)
        # A fraction has no zeros at its end, and a point stands before a fraction.
        and bool(point) == bool(fraction)
        and not fraction.endswith(b"0")
    )
    if not fits:
        refuse(f"{what} as YYYYMMDDhhmmss.fZ", "another form")
    micros = fraction[:_MICROSECONDS].ljust(_MICROSECONDS, b"0")
    text = (whole + micros).decode("ascii")
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        refuse(f"{what} of the calendar", "no such time")
