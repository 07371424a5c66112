"""Whether it is worth asking the ledger now.

A ledger that does not answer at once makes its caller wait: for a locked database a
minute, for a service as long. Work goes on without it, so what was waited for in vain
is not waited for again soon. One that refuses quickly is simply asked again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LONG: Final = 2.0
"""Seconds: who waited as long, waited."""

REST: Final = 60.0
"""Seconds in which the ledger is then left alone."""


@dataclass(slots=True)
class Reach:
    """What this process has learnt of the ledger's being there.

    Attributes:
        seconds: a clock that never goes back.
    """

    seconds: Callable[[], float] = time.monotonic
    _left_alone_until: float | None = None

    def worth_asking(self) -> bool:
        """Whether the ledger was not waited for in vain just now."""
        until = self._left_alone_until
        return until is None or self.seconds() >= until

    def waited(self, since: float) -> None:
        """Note that nobody answered, asked at this time."""
        now = self.seconds()
        if now - since >= LONG:
            self._left_alone_until = now + REST

    def answered(self) -> None:
        """Note that the ledger is there."""
        self._left_alone_until = None
