"""What a roll says of its cut: how long it is, what its shots are called, and where.

Time codes count from record frame 0 as 00:00:00:00 and leave no number out (non-drop):
at 24000/1001 or 30000/1001 frames a second they count to 24 or 30, as editors do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from ledger.credits.visible import Seen
from ledger.records.time import Rate

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"
Object: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutFacts:
    """The cut that a roll was built from.

    Attributes:
        codes: what its shots are called, by uid; `None` once erased.
    """

    rate: Rate
    frames: int
    codes: Mapping[str, str | None]

    def seconds(self, frames: int) -> str:
        """How long some record frames last, as a reduced fraction of seconds."""
        exact = Fraction(frames) / self.rate.per_second()
        return f"{exact.numerator}/{exact.denominator}"

    def seen_json(self, seen: Seen | None) -> Object:
        """Where a line is seen; nothing is seen for 0 frames."""
        frames = seen.frames if seen else 0
        shots = seen.shots if seen else {}
        return {
            "frames": frames,
            "frames_total": self.frames,
            "seconds": self.seconds(frames),
            "first": seen.first if seen else None,
            "last": seen.last if seen else None,
            "first_timecode": timecode(seen.first, self.rate) if seen else None,
            "last_timecode": timecode(seen.last, self.rate) if seen else None,
            "shots": [
                {"uid": uid, "code": code, "frames": shots[uid]}
                for uid, code in self.codes.items()
                if uid in shots
            ],
        }

    def to_json(self) -> Object:
        """As it stands in the roll."""
        return {
            "rate": str(self.rate),
            "frames": self.frames,
            "seconds": self.seconds(self.frames),
            "shots": [{"uid": uid, "code": code} for uid, code in self.codes.items()],
        }


def timecode(frame: int, rate: Rate) -> str:
    """A record frame as HH:MM:SS:FF, non-drop.

    Examples:
        >>> timecode(90_061, Rate(24, 1))
        '01:02:32:13'
        >>> timecode(1_799, Rate(30_000, 1_001))
        '00:00:59:29'
    """
    base = -(-rate.num // rate.den)
    seconds, frames = divmod(frame, base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    # Three digits at more than 100 frames a second.
    width = max(2, len(str(base - 1)))
    return f"{hours:02}:{minutes:02}:{seconds:02}:{frames:0{width}}"
