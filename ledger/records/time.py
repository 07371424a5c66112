"""Time as whole frames at a rational rate; never a float.

A rate is a reduced fraction, `24000/1001`. A range is half-open: frames 1001 to
1024 are `start=1001, end=1025`. It is never empty; nothing at all is an empty
`ledger.records.range_set.RangeSet`.

Changing the rate keeps the wall-clock span. Frame `n` begins at `n / rate`
seconds, so position `n` becomes `n * to / rate`. When that is not whole the result
is rounded *outwards*, start down and end up, so that no moment of the original is
left out, and is marked `exact=False`. A single position is rounded down: the frame
that is on screen when the original begins.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from ledger.errors import MalformedRecordError
from ledger.records.integers import SafeInt, as_integer

_RATE = re.compile("([1-9][0-9]{0,15})/([1-9][0-9]{0,15})")
_TYPED_FRAMES = re.compile("(-?[0-9]{1,16})(?:-(-?[0-9]{1,16}))?")
_RATE_FORM: Final = 'a rate such as "24/1" or "24000/1001", reduced'


@dataclass(frozen=True, slots=True)
class Rate:
    """Frames per second as a reduced positive fraction.

    Examples:
        >>> str(Rate.parse("24000/1001"))
        '24000/1001'
        >>> Rate.reduced(48, 2)
        Rate(num=24, den=1)
    """

    num: int
    den: int

    def __post_init__(self) -> None:
        as_integer(self.num, "/rate", least=1)
        as_integer(self.den, "/rate", least=1)
        if math.gcd(self.num, self.den) != 1:
            raise MalformedRecordError(
                _RATE_FORM,
                met=f"{self.num}/{self.den}",
                advice=f"Write {Fraction(self.num, self.den)} in lowest terms.",
                where="/rate",
            )

    @classmethod
    def parse(cls, text: object, where: str = "/rate") -> Self:
        """Read the one form of a rate; "48/2", "24" and "23.976" are refused."""
        found = _RATE.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise MalformedRecordError(
                _RATE_FORM,
                met=repr(text[:40]) if isinstance(text, str) else type(text).__name__,
                advice="Write the number of frames over the number of seconds.",
                where=where,
            )
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def reduced(cls, num: int, den: int = 1) -> Self:
        """Make a rate from any positive fraction."""
        as_integer(num, "/rate", least=1)
        as_integer(den, "/rate", least=1)
        common = math.gcd(num, den)
        return cls(num // common, den // common)

    def per_second(self) -> Fraction:
        """Give frames per second as an exact number."""
        return Fraction(self.num, self.den)

    def __str__(self) -> str:
        return f"{self.num}/{self.den}"


def same_rate(one: Rate, other: Rate) -> None:
    """Refuse to compare frame numbers that count different things."""
    if one != other:
        raise MalformedRecordError(
            "ranges at the same rate",
            met=f"{one} and {other}",
            advice="Convert one of them first and keep the mark of rounding.",
            where="/rate",
        )


def _rate_field(value: object) -> Rate:
    if isinstance(value, Rate):
        return value
    try:
        return _known_rate(value) if isinstance(value, str) else Rate.parse(value)
    except MalformedRecordError as error:
        raise PydanticCustomError("rate", _RATE_FORM) from error


@lru_cache(maxsize=64)
def _known_rate(text: str) -> Rate:
    # A film has one or two, and every range names one.
    return Rate.parse(text)


RateField: TypeAlias = Annotated[
    Rate,
    PlainValidator(_rate_field, json_schema_input_type=str),
    PlainSerializer(str, return_type=str),
]


@dataclass(frozen=True, slots=True)
class ConvertedFrame:
    """A position at another rate; `exact` is false when it was rounded down."""

    frame: int
    exact: bool


def convert_frame(frame: int, *, at: Rate, to: Rate) -> ConvertedFrame:
    """Find the frame that is on screen at another rate when `frame` begins.

    Examples:
        >>> convert_frame(3, at=Rate(24, 1), to=Rate(25, 1))
        ConvertedFrame(frame=3, exact=False)
    """
    as_integer(frame, "/frame")
    position = frame * to.per_second() / at.per_second()
    whole = as_integer(math.floor(position), "/frame")
    return ConvertedFrame(whole, position == whole)


class FrameRange(BaseModel):
    """Frames from `start` up to, not including, `end`, at a rate.

    Strict and frozen, so that it stands in a statement's scope as it is. Built from
    numbers of unknown origin by `between`, from typed text by `parse_frames`; both
    raise `MalformedRecordError` where pydantic would raise its own.

    Attributes:
        unit: what is counted; samples of sound and regions of a page come later.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    unit: Literal["frame"]
    rate: RateField
    start: SafeInt
    end: SafeInt

    @field_validator("end")
    @classmethod
    def _holds_a_frame(cls, end: int, info: ValidationInfo) -> int:
        if end <= info.data.get("start", end - 1):
            raise PydanticCustomError("frame_range", "the end must lie after the start")
        return end

    @classmethod
    def between(cls, start: int, end: int, rate: Rate, where: str = "") -> Self:
        """Make a range from its first frame and the one after its last."""
        as_integer(start, f"{where}/start")
        as_integer(end, f"{where}/end")
        if end <= start:
            raise MalformedRecordError(
                "a range with at least one frame, its end after its start",
                met=f"start {start}, end {end}",
                advice="Give the first frame and the one after the last.",
                where=f"{where}/end",
            )
        return cls(unit="frame", rate=rate, start=start, end=end)

    def __str__(self) -> str:
        """Write it as people do, both ends included; `parse_frames` undoes it."""
        return f"{self.start}-{self.end - 1}"

    def frames(self) -> range:
        """Every frame of the range, in order."""
        return range(self.start, self.end)

    def count(self) -> int:
        """How many frames the range holds, at least 1."""
        return self.end - self.start

    def contains(self, frame: int) -> bool:
        """Tell whether a frame lies in the range."""
        return self.start <= frame < self.end

    def intersect(self, other: "FrameRange") -> "FrameRange | None":
        """Frames in both ranges; `None` when they share none."""
        same_rate(self.rate, other.rate)
        start, end = max(self.start, other.start), min(self.end, other.end)
        return FrameRange.between(start, end, self.rate) if start < end else None

    def at_rate(self, to: Rate) -> "Converted":
        """Cover the same wall-clock span at another rate, outwards if it must."""
        factor = to.per_second() / self.rate.per_second()
        begins, ends = self.start * factor, self.end * factor
        start, end = math.floor(begins), math.ceil(ends)
        return Converted(
            FrameRange.between(start, end, to),
            exact=begins == start and ends == end,
        )


@dataclass(frozen=True, slots=True)
class Converted:
    """A range at another rate; `exact` is false when it was rounded outwards."""

    range: FrameRange
    exact: bool


def parse_frames(text: str, rate: Rate, where: str = "/range") -> FrameRange:
    """Read frames as people type them, both ends included.

    Examples:
        >>> parse_frames("1001-1024", Rate(24, 1)).end
        1025
        >>> parse_frames("-8--5", Rate(24, 1)).count()
        4
    """
    found = _TYPED_FRAMES.fullmatch(text)
    first = int(found[1]) if found else 0
    last = (int(found[2]) if found[2] else first) if found else -1
    if last < first:
        raise MalformedRecordError(
            'frames such as "1001-1024", both included, or one frame "1001"',
            met=repr(text[:40]),
            advice="Give the first frame, a hyphen and the last frame.",
            where=where,
        )
    return FrameRange.between(first, last + 1, rate, where)
