"""Gathers what the verifier's steps find; a failed check is a finding, not an end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ledger.errors import JangbuError
from ledger.evidence.verdict import Check, Failure, OpenPoint, Reason


@dataclass(slots=True)
class Audit:
    """Findings so far, in the order of the steps."""

    _held: Counter[str] = field(default_factory=Counter)
    _failures: list[Failure] = field(default_factory=list)
    _open: Counter[tuple[Reason, str]] = field(default_factory=Counter)

    @property
    def sound(self) -> bool:
        """Whether nothing has failed yet."""
        return not self._failures

    @contextmanager
    def step(self, name: str, count: int = 1) -> Iterator[None]:
        """Run one check: it holds, or what it raises becomes a failure."""
        try:
            yield
        except JangbuError as error:
            self.failed(name, error)
        else:
            self.held(name, count)

    def held(self, name: str, count: int = 1) -> None:
        """Note that a step held for so many things."""
        if count:
            self._held[name] += count

    def failed(self, name: str, error: JangbuError) -> None:
        """Note that a step did not hold."""
        self._failures.append(Failure(name, error))

    def leave_open(self, reason: Reason, what: str, count: int = 1) -> None:
        """Note what cannot be shown with what is here."""
        if count:
            self._open[reason, what] += count

    def checks(self) -> tuple[Check, ...]:
        """What held."""
        return tuple(Check(step, count) for step, count in self._held.items())

    def failures(self) -> tuple[Failure, ...]:
        """What did not."""
        return tuple(self._failures)

    def open_points(self) -> tuple[OpenPoint, ...]:
        """What stays open."""
        return tuple(
            OpenPoint(reason, what, count)
            for (reason, what), count in self._open.items()
        )
