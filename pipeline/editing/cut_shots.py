"""The shots that a cut may use, found by what its clips are called."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.errors import CutError
from ledger.records.identity import Uid, View
from ledger.records.time import FrameRange, Rate
from pipeline.editing.cut_file import refuse, shown
from pipeline.editing.timeline import Clip

_ADVICE = (
    "Call the clip after a shot's code, or put the code into its metadata as "
    '{"jangbu": {"shot": …}}.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutShot:
    """A shot that has frames.

    Attributes:
        code: as it is called now; private.
        range: the frames of its version in force.
    """

    uid: Uid
    code: str
    view: View
    range: FrameRange


class Shots:
    """Shots by code; every one that is found has the rate of the cut."""

    def __init__(self, shots: Iterable[CutShot], rate: Rate | None) -> None:
        self.rate = rate
        self._by_code: dict[str, list[CutShot]] = defaultdict(list)
        for shot in shots:
            self._by_code[unicodedata.normalize("NFC", shot.code)].append(shot)

    def of(self, clip: Clip) -> CutShot:
        """Find the one shot that a clip means.

        Raises:
            CutError: it means none, several, or one with another rate.
        """
        found = self._candidates(clip)
        if len(found) != 1:
            raise refuse(
                "a clip of exactly one shot that has frames",
                met=f"{len(found)} shots of that name",
                advice=_ADVICE,
                name=clip.name,
            )
        return self._at_the_rate(found[0], clip)

    def _candidates(self, clip: Clip) -> list[CutShot]:
        # Names from a Mac's disk come decomposed (NFD); shots' codes are composed.
        codes = [unicodedata.normalize("NFC", code) for code in clip.codes]
        known = [code for code in codes if code in self._by_code]
        shots = self._by_code[known[0]] if known else []
        return [one for one in shots if clip.view in (None, one.view)]

    def _at_the_rate(self, shot: CutShot, clip: Clip) -> CutShot:
        self.rate = self.rate or shot.range.rate
        if shot.range.rate != self.rate:
            raise refuse(
                f"shots at the rate of the cut, {self.rate}",
                met=f"shot {shown(shot.code)} at {shot.range.rate}",
                advice="Conform the shot, or cut at its rate.",
                name=clip.name,
            )
        return shot


def missing_frame(name: str, shot: CutShot, *, record: int, source: int) -> CutError:
    """The error about a frame that the shot does not have."""
    return CutError(
        f"frames {shot.range} of that shot",
        met=f"frame {source} of shot {shown(shot.code)}",
        advice="Shorten the clip or its dissolve, or run the missing frames.",
        where=f"clip {shown(name)}, record frame {record}",
        record_frame=record,
        source_frame=source,
    )
