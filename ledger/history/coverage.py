"""Which delivered pictures show which record frames of a cut (design, principle 9).

For each record frame one answer, the strongest that holds:

1. `file`: the delivered file is the sealed one, byte for byte.
2. `pixels`: another file with the measured pixels.
3. `fingerprint`: the picture looks like the measured one, within a stated distance.
4. `elsewhere`: the file or the pixels are those of *another* frame of the film.
5. `several`: the cut shows several frames here (a dissolve, stacked tracks), so that no
   measured picture can be the delivered one.
6. `black`: the cut shows nothing here.
7. `unmatched`: a picture that none of this explains; `absent`: no picture came.

1 and 2 prove that this very picture was measured; 3 says that it may be.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from ledger.errors import MalformedRecordError
from ledger.records.editing import CutLeaf
from ledger.records.frames import MeasuredLeaf

Place: TypeAlias = tuple[str, str, int]
"""Shot, view and frame."""

LARGEST_DISTANCE: Final = 256
_HEADER: Final = 2
"""Bytes before the digest of a code: type and length (ISO 24138)."""


class Match(StrEnum):
    """What a record frame's picture was found to be."""

    FILE = "file"
    PIXELS = "pixels"
    FINGERPRINT = "fingerprint"
    ELSEWHERE = "elsewhere"
    SEVERAL = "several"
    BLACK = "black"
    UNMATCHED = "unmatched"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A frame of a version that the cut names.

    Attributes:
        files: digests of its sealed files.
    """

    measured: MeasuredLeaf
    files: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A picture as it was delivered; all but the file's digest may be unreadable.

    Attributes:
        iscc: fingerprint, made with `profile`.
    """

    file: str
    pixels: str | None = None
    iscc: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """The answer for one record frame.

    Attributes:
        source: the frame of a shot that was matched.
        distance: bits between the fingerprints, where they were compared.
        file: digest of what was delivered.
    """

    frame: int
    match: Match
    source: Place | None = None
    distance: int | None = None
    file: str | None = None


class Coverage:
    """Compares delivered pictures with the frames that a log has measured."""

    def __init__(self, known: Mapping[Place, Known], distance: int) -> None:
        """Take in the film's frames.

        Args:
            known: frames of the versions that the cut names.
            distance: bits that two fingerprints may differ in, 0 to 256.

        Raises:
            MalformedRecordError: another distance.
        """
        if not 0 <= distance <= LARGEST_DISTANCE:
            raise MalformedRecordError(
                f"a distance of 0 to {LARGEST_DISTANCE} bits",
                met=str(distance),
                advice="Give fewer bits: the farther, the less a match says.",
                where="--distance",
            )
        self._known = known
        self._distance = distance
        self._by_file: dict[str, Place] = {}
        self._by_pixels: dict[str, Place] = {}
        for at, one in known.items():
            self._by_pixels[one.measured.pixels] = at
            self._by_file.update(dict.fromkeys(one.files, at))

    def of(
        self, cut: Sequence[CutLeaf], delivered: Mapping[int, Delivered]
    ) -> Iterator[Covered]:
        """One answer for each record frame, in order."""
        for leaf in cut:
            yield self._one(leaf, delivered.get(leaf.frame))

    def _one(self, leaf: CutLeaf, given: Delivered | None) -> Covered:
        places: list[Place] = [(one.shot, one.view, one.frame) for one in leaf.sources]
        if not places:
            return _answer(leaf, Match.BLACK, given)
        if given is None:
            return Covered(frame=leaf.frame, match=Match.ABSENT)
        if len(places) == 1:
            found = self._single(leaf, places[0], given)
            if found is not None:
                return found
        elsewhere = self._elsewhere(given)
        if elsewhere is not None and elsewhere not in places:
            return _answer(leaf, Match.ELSEWHERE, given, source=elsewhere)
        match = Match.UNMATCHED if len(places) == 1 else Match.SEVERAL
        return _answer(leaf, match, given)

    def _single(self, leaf: CutLeaf, place: Place, given: Delivered) -> Covered | None:
        known = self._known.get(place)
        if known is None:
            return None
        if given.file in known.files:
            return _answer(leaf, Match.FILE, given, source=place)
        if given.pixels is not None and given.pixels == known.measured.pixels:
            return _answer(leaf, Match.PIXELS, given, source=place)
        if self._elsewhere(given) is not None:
            return None
        distance = distance_between(given, known.measured)
        if distance is None or distance > self._distance:
            return None
        return _answer(leaf, Match.FINGERPRINT, given, source=place, distance=distance)

    def _elsewhere(self, given: Delivered) -> Place | None:
        by_file = self._by_file.get(given.file)
        if by_file is not None or given.pixels is None:
            return by_file
        return self._by_pixels.get(given.pixels)


def distance_between(given: Delivered, measured: MeasuredLeaf) -> int | None:
    """Bits in which two fingerprints differ; `None` if they cannot be compared."""
    if given.iscc is None or given.profile != measured.profile:
        return None
    one, other = _code(given.iscc), _code(measured.iscc)
    if one is None or other is None or one[:_HEADER] != other[:_HEADER]:
        return None
    if len(one) != len(other):
        return None
    apart = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return apart.bit_count()


def _code(iscc: str) -> bytes | None:
    text = iscc.removeprefix("ISCC:")
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        return None


def _answer(
    leaf: CutLeaf,
    match: Match,
    given: Delivered | None,
    source: Place | None = None,
    distance: int | None = None,
) -> Covered:
    return Covered(
        frame=leaf.frame,
        match=match,
        source=source,
        distance=distance,
        file=given.file if given else None,
    )
