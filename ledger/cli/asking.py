"""What a question's options mean: shots, frames, floor and day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from ledger.answers.asked import Asked
from ledger.errors import MalformedRecordError, UnknownNameError, UsageError
from ledger.history.film import Film
from ledger.records.identity import Day, as_day, day_from
from ledger.records.range_set import Span
from ledger.records.time import Rate, parse_frames
from ledger.rules.values import Strength

_SEOUL: Final = timedelta(hours=9)


class Question(Enum):
    """What can be asked."""

    AUTHORSHIP = "authorship"
    CHAIN_OF_TITLE = "chain-of-title"


class Floor(Enum):
    """How strong a source has to be."""

    ANY = "any"
    SIGNED = "signed"
    OWN_SYSTEM = "own_system"
    INDEPENDENT = "independent"
    CERTIFIED = "certified"

    @property
    def strength(self) -> Strength:
        """As the rules know it."""
        return Strength[self.name]


def asked_of(
    film: Film, shots: Sequence[str], frames: Span | None, floor: Floor, on: Day
) -> Asked:
    """A question's extent in a film.

    Raises:
        UnknownNameError: a code that no shot has now.
        UsageError: frames that none of the shots has.
    """
    asked = Asked(shots=_shots(film, shots), frames=frames, floor=floor.strength, on=on)
    if frames is not None and not any(map(asked.frames_of, asked.shots_of(film))):
        raise UsageError(
            "frames that one of the asked shots has",
            met=f"{frames[0]}-{frames[1] - 1}",
            advice="Give frames in the shot's own numbers.",
            where="--frames",
        )
    return asked


def _shots(film: Film, codes: Sequence[str]) -> frozenset[str]:
    known = {one.code: uid for uid, one in film.shots.items() if one.code is not None}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise UnknownNameError(
            "a shot's present code",
            met=repr(unknown[0][:96]),
            advice="production.toml lists the shots.",
            where="--shot",
        )
    return frozenset(known[code] for code in codes)


def span_of(text: str | None) -> Span | None:
    """Frames such as `1001-1024`, in each shot's own numbers."""
    if text is None:
        return None
    try:
        # The rate plays no part.
        found = parse_frames(text, Rate(1, 1), "--frames")
    except MalformedRecordError as error:
        raise usage("--frames", 'frames such as "1001-1024"', text) from error
    return found.start, found.end


def day_of(text: str | None) -> Day:
    """A day that has come; today in Seoul if none is given."""
    today = day_from(datetime.now(UTC) + _SEOUL)
    if text is None:
        return today
    try:
        day = as_day(text)
    except MalformedRecordError as error:
        raise usage("--on", "a day: YYYY-MM-DD", text) from error
    if day > today:
        # Of a law that is yet to come, a policy written now can say nothing.
        raise usage("--on", "today or a day before", text)
    return day


def usage(option: str, expected: str, met: str) -> UsageError:
    """An option's value that cannot be."""
    return UsageError(
        expected,
        met=repr(met[:40]),
        advice=f"See --help for {option}.",
        where=option,
    )
