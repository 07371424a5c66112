"""What a check of a bundle came to: data, never an exception.

Everything here may be written to JSON and handed on: counts, digests, codes and what
was expected; no path, no name, no value out of the vault.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ledger.encoding.canonical import JsonValue
from ledger.errors import JangbuError
from ledger.evidence.times import KnownTime
from ledger.evidence.witnessing import Witnessing

INTACT: Final = frozenset(
    {"archive", "parts", "entries", "genesis", "checkpoint", "index", "statements"}
)
"""Steps without which nothing was shown."""


class State(StrEnum):
    """The answer; `OPEN` is neither a yes nor a no."""

    VERIFIED = "verified"
    ORIGIN_UNKNOWN = "origin_unknown"
    OPEN = "open"
    FAILED = "failed"


class Origin(StrEnum):
    """Whether the reader's trust file vouches for the log."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    CONTRADICTED = "contradicted"


class Reason(StrEnum):
    """Why something stays open."""

    WITHHELD = "withheld"
    ERASED = "erased"
    MISSING = "missing"
    WEAK = "weak"
    DISPUTED = "facts_disputed"
    CONFLICT = "sources_conflict"


EXIT_CODES: Final[dict[State, int]] = {
    State.VERIFIED: 0,
    State.ORIGIN_UNKNOWN: 3,
    State.OPEN: 3,
    State.FAILED: 5,
}


@dataclass(frozen=True, slots=True)
class Check:
    """A step that held, and for how many things."""

    step: str
    count: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that did not hold."""

    step: str
    error: JangbuError


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What could not be shown, and how often.

    Attributes:
        what: a token such as `frame.set.1` or `pixels.other_decoder`.
    """

    reason: Reason
    what: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCount:
    """Entries of one kind; `outside` is what the question does not touch."""

    disclosed: int = 0
    withheld: int = 0
    erased: int = 0
    outside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaCount:
    """Frames as files.

    Attributes:
        frames: frames of the current versions asked about, however often sealed.
        pixels: of these, how many were decoded and found as measured.
        matched: files handed over beside the bundle that the log has sealed.
        unmatched: files handed over that it has not.
        missing: of `frames`, how many came neither in the bundle nor beside it.
        beside: whether files beside the bundle were looked at.
        strangers: names of the unmatched files, for a terminal only.
    """

    frames: int = 0
    pixels: int = 0
    matched: int = 0
    unmatched: int = 0
    missing: int = 0
    beside: bool = False
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CutCount:
    """Record frames of cuts.

    Attributes:
        cuts: cuts in force.
        record_frames: of all of them together.
        black: of these, those that show nothing.
        asked: those that show a shot asked about.
        resolved: of `asked`, those whose pictures of the shots asked about are all
            frames that the versions named by the cut commit to.
    """

    cuts: int = 0
    record_frames: int = 0
    black: int = 0
    asked: int = 0
    resolved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole answer.

    Attributes:
        log: origin that the bundle names; "" if that could not be read.
        shots: uids that the bundle is about; empty for the whole log.
        frames: the sealed frames in it: `all`, `none` or `sample:N`; "" if that could
            not be read.
        checks: what held, in the order of the steps.
    """

    log: str = ""
    size: int = 0
    shots: tuple[str, ...] = ()
    frames: str = ""
    origin: Origin = Origin.UNKNOWN
    checks: tuple[Check, ...] = ()
    failures: tuple[Failure, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()
    media: MediaCount = MediaCount()
    cut: CutCount = CutCount()
    witnessing: Witnessing = field(default_factory=Witnessing)
    times: tuple[KnownTime, ...] = ()
    records: Mapping[str, RecordCount] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The answer: a failure outweighs an open point, that an unknown origin."""
        # A list of checks that is empty or lacks a step shows nothing.
        done = {check.step for check in self.checks}
        if self.failures or not done >= INTACT:
            return State.FAILED
        if self.open_points:
            return State.OPEN
        match self.origin:
            case Origin.KNOWN:
                return State.VERIFIED
            case Origin.UNKNOWN:
                return State.ORIGIN_UNKNOWN
            case Origin.CONTRADICTED:
                return State.FAILED

    @property
    def exit_code(self) -> int:
        """What the command returns."""
        return EXIT_CODES[self.state]

    @property
    def pixels(self) -> str:
        """How many frames' pixels were seen, for people."""
        return f"pixels checked: {self.media.pixels} of {self.media.frames}"

    @property
    def coverage(self) -> str:
        """How much of the cut leads to frames of shots, for people; "" without one."""
        cut = self.cut
        if not cut.cuts:
            return ""
        name = "cut" if cut.cuts == 1 else f"{cut.cuts} cuts"
        if self.shots:
            others = cut.record_frames - cut.asked
            return (
                f"{name}: {cut.resolved} of {cut.asked} record frames of the shots "
                f"asked about resolve; {others} others show other shots, or nothing"
            )
        held = cut.resolved + cut.black
        black = f", {cut.black} of them black" if cut.black else ""
        return f"{name}: {held} of {cut.record_frames} record frames resolve{black}"

    @property
    def question(self) -> str:
        """What the bundle is about, for people."""
        count = len(self.shots)
        if not count:
            return "about the whole log"
        return "about 1 shot" if count == 1 else f"about {count} shots"

    @property
    def outside(self) -> int:
        """How many entries the question does not touch."""
        return sum(count.outside for count in self.records.values())

    def to_json(self) -> dict[str, JsonValue]:
        """The verdict as one document."""
        media, cut = self.media, self.cut
        return {
            "v": 1,
            "state": self.state.value,
            "exit_code": self.exit_code,
            "log": self.log,
            "size": self.size,
            "shots": list(self.shots),
            "frames": self.frames,
            "origin": self.origin.value,
            "checks": [{"step": one.step, "count": one.count} for one in self.checks],
            "failures": [
                {"step": one.step, **one.error.public()} for one in self.failures
            ],
            "open": [
                {"reason": one.reason.value, "what": one.what, "count": one.count}
                for one in self.open_points
            ],
            "pixels": {"checked": media.pixels, "of": media.frames},
            "media": {
                "matched": media.matched,
                "unmatched": media.unmatched,
                "missing": media.missing,
                "beside": media.beside,
            },
            "cut": {
                "cuts": cut.cuts,
                "record_frames": cut.record_frames,
                "black": cut.black,
                "asked": cut.asked,
                "resolved": cut.resolved,
            },
            "witnesses": self.witnessing.to_json(self.size),
            "times": [one.to_json() for one in self.times],
            "records": {
                kind: {
                    "disclosed": count.disclosed,
                    "withheld": count.withheld,
                    "erased": count.erased,
                    "outside": count.outside,
                }
                for kind, count in sorted(self.records.items())
            },
        }
