"""Frames of a shot as a line names them: they must be there."""

from ledger.errors import MalformedRecordError, RecordFileError
from ledger.history.film import Film
from ledger.records.range_set import RangeSet
from ledger.records.time import FrameRange, Rate, parse_frames
from pipeline.recording.desk import unfit

_SHOWN = 3


def frames_of_shot(film: Film, shot: str, text: str) -> FrameRange:
    """Frames of a shot's version in force, or, without one, of its runs.

    Raises:
        RecordFileError: the shot does not have these frames, or was never run.
    """
    known = _known(film, shot)
    asked = parsed(text, known.rate)
    # As ranges: somebody may have typed more frames than memory holds.
    beyond = RangeSet.of(known.rate, [asked]).difference(known)
    if beyond:
        raise unfit(
            f"frames of the shot, {_shown(known)}",
            f"{text}, of which {beyond.count()} do not exist",
            "/frames",
        )
    return asked


def frames_of_version(film: Film, shot: str, text: str | None) -> FrameRange:
    """Frames of a shot's version in force; all of them if none are named.

    Raises:
        RecordFileError: the shot has no version, or not these frames.
    """
    found = film.shots.get(shot)
    if found is None or found.range is None:
        raise _never_run("/shot")
    if text is None:
        return found.range
    return frames_of_shot(film, shot, text)


def parsed(text: str, rate: Rate) -> FrameRange:
    """Read frames as people type them.

    Raises:
        RecordFileError: another form.
    """
    try:
        return parse_frames(text, rate)
    except MalformedRecordError as error:
        raise unfit(error.expected, error.met, "/frames") from error


def _known(film: Film, shot: str) -> RangeSet:
    found = film.shots.get(shot)
    if found is not None and found.range is not None:
        return RangeSet.of(found.range.rate, [found.range])
    scopes = [run.source.scope for run in film.runs.values()]
    ranges = [one.range for one in scopes if one.shot == shot and one.range]
    if not ranges:
        raise _never_run("/frames")
    rate = ranges[-1].rate
    return RangeSet.of(rate, [one for one in ranges if one.rate == rate])


def _shown(known: RangeSet) -> str:
    ranges = [str(one) for one in known.ranges()]
    more = ", …" if len(ranges) > _SHOWN else ""
    return ", ".join(ranges[:_SHOWN]) + more


def _never_run(where: str) -> RecordFileError:
    return RecordFileError(
        "a shot with frames in the log",
        met="one that was never run to its end",
        advice="Run the shot first (jangbu run), then record what was done to it.",
        where=where,
    )
