"""Numbers of the files of a sequence, with holes: `1001-1010,1015,1020-1024`.

These are numbers in file names, not moments: they have no rate. Both ends of a range
are included, as people write them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final, Self

from ledger.errors import MalformedRecordError

WIDEST: Final = 12
"""Digits of a frame number."""

_MOST_RANGES: Final = 4096
_RANGE: Final = re.compile(f"(-?[0-9]{{1,{WIDEST}}})(?:-(-?[0-9]{{1,{WIDEST}}}))?")


@dataclass(frozen=True, slots=True)
class NumberList:
    """Whole numbers in ascending order, as few ranges as can write them.

    Equal numbers are equal values, however they were written.

    Attributes:
        spans: first and last number of each range, both included; between two ranges
            at least one number is missing.

    Examples:
        >>> str(NumberList.parse("1020-1024, 1001-1010,1015"))
        '1001-1010,1015,1020-1024'
        >>> NumberList.parse("1-3,5").gaps()
        NumberList(spans=((4, 4),))
    """

    spans: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, text: str, where: str = "frames") -> Self:
        """Read ranges as people type them; blanks beside commas do not count.

        Raises:
            MalformedRecordError: another form, a range that runs backwards, a number
                that stands twice, or over 4,096 ranges.
        """
        parts = text.split(",")
        found = [
            _RANGE.fullmatch(part.strip(" ")) for part in parts[: _MOST_RANGES + 1]
        ]
        spans = sorted(
            (int(one[1]), int(one[2] or one[1])) for one in found if one is not None
        )
        whole = len(spans) == len(parts) and all(a <= b for a, b in spans)
        apart = all(a[1] < b[0] for a, b in pairwise(spans))
        if not (whole and apart):
            raise MalformedRecordError(
                'numbers such as "1001-1024" or "1001-1010,1015", each once',
                met=repr(text[:40]),
                advice="Give first and last number of each range, with commas between.",
                where=where,
            )
        return cls(_joined(spans))

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Self:
        """The list of some numbers, in any order.

        Examples:
            >>> str(NumberList.of([3, 1, 2, 7]))
            '1-3,7'
        """
        return cls(_joined([(one, one) for one in sorted(set(numbers))]))

    def __iter__(self) -> Iterator[int]:
        for first, last in self.spans:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.spans)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self.spans, number, key=lambda span: span[0]) - 1
        return at >= 0 and number <= self.spans[at][1]

    def __str__(self) -> str:
        """Write it so that `parse` gives the same list."""
        texts = (f"{a}" if a == b else f"{a}-{b}" for a, b in self.spans)
        return ",".join(texts)

    def gaps(self) -> "NumberList":
        """What is missing between the first number and the last."""
        pairs = pairwise(self.spans)
        return NumberList(tuple((one[1] + 1, two[0] - 1) for one, two in pairs))

    def without(self, other: "NumberList") -> "NumberList":
        """The numbers of this list that are not in the other.

        Examples:
            >>> str(NumberList.parse("1-9").without(NumberList.parse("3,5-12")))
            '1-2,4'
        """
        left: list[tuple[int, int]] = []
        at = 0
        for first, last in self.spans:
            start = first
            # Both are in order: what ends before this range meets no later one.
            while at < len(other.spans) and other.spans[at][1] < first:
                at += 1
            for begin, end in islice(other.spans, at, None):
                if begin > last:
                    break
                if begin > start:
                    left.append((start, begin - 1))
                start = end + 1
            if start <= last:
                left.append((start, last))
        return NumberList(tuple(left))


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges in order that do not overlap, neighbours put together."""
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return tuple(joined)
