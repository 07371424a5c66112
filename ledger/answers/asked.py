"""What is asked: which shots and frames, on which floor, under the law of which day."""

from dataclasses import dataclass

from ledger.history.film import Film, Shot
from ledger.records.identity import Day
from ledger.records.range_set import Span
from ledger.records.statement import Scope
from ledger.rules.values import Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question's extent.

    Attributes:
        shots: uids; none means all.
        frames: first and one after the last, in each shot's own numbers.
        floor: facts from weaker sources do not count.
        on: whose law; the day is a day in Seoul.
    """

    on: Day
    shots: frozenset[str] = frozenset()
    frames: Span | None = None
    floor: Strength = Strength.ANY

    def shots_of(self, film: Film) -> tuple[Shot, ...]:
        """The shots that are asked about, in the film's order."""
        return tuple(
            one
            for uid, one in film.shots.items()
            if not self.shots or uid in self.shots
        )

    def frames_of(self, shot: Shot) -> tuple[int, ...]:
        """The frames of a shot that are asked about, in order."""
        return tuple(one for one in sorted(shot.frames) if self._holds(one))

    def touches(self, scope: Scope) -> bool:
        """Whether a statement may be about what is asked; one about no shot is."""
        if scope.shot is None:
            return True
        if self.shots and scope.shot not in self.shots:
            return False
        if self.frames is None or scope.range is None:
            return True
        return scope.range.start < self.frames[1] and self.frames[0] < scope.range.end

    def _holds(self, frame: int) -> bool:
        return self.frames is None or self.frames[0] <= frame < self.frames[1]
