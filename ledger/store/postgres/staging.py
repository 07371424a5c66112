"""Statements on their way into the table while others are still decided about.

The server works on what it was given, and this process on what comes next: together
they need hardly longer than the slower of the two. It is all one transaction, so what
was sent too early never shows.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType

from sqlalchemy import Connection

from ledger.store.postgres.copying import copying
from ledger.store.postgres.templates import Templates
from ledger.store.rows import Admitted


@dataclass(slots=True)
class Staging:
    """An open COPY of statements, or none.

    Attributes:
        many: rows that were sent so far.
    """

    connection: Connection
    templates: Templates
    many: int = 0
    _copy: ExitStack = field(default_factory=ExitStack, init=False)
    _write: Callable[[bytes], None] | None = field(default=None, init=False)

    def send(self, some: Sequence[Admitted]) -> None:
        """Send rows; the connection is of no other use until `end`."""
        if self._write is None:
            copy = copying(self.connection, "statement")
            self._write = self._copy.enter_context(copy)
        self._write(self.templates.statements(some))
        self.many += len(some)

    def end(self) -> None:
        """Have the rows in; waits for the server if it is not that far."""
        self._write = None
        self._copy.close()

    def leave(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave no COPY open, as at the end of a context; an error calls it off."""
        self._write = None
        self._copy.__exit__(kind, error, trace)
