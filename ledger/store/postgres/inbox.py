"""The inbox of a log: what was accepted, durably, and waits for the sequencer.

*Accepted* here says that nothing gets lost any more, and nothing else; a receipt comes
from the log. The same submission twice is one row. What waits holds b("") beside the
statement; so both go, row by row, in the transaction that answers them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine

from ledger.encoding.digest import sha256, sha256_hex
from ledger.errors import StoreUnavailableError
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal, Submission
from ledger.store.postgres.answers import decode_answers, encode_answers
from ledger.store.postgres.copying import driver_of
from ledger.store.postgres.engine import connected, transaction

AT_ONCE: Final = 16
"""Parcels of one transaction at most: up to 16,000 statements."""
_KEPT: Final = "10 minutes"
"""How long an answer waits for somebody who went away."""

_ACCEPT: Final = (
    "INSERT INTO inbox (studio, log, digest, sheet, statements, blinds, by_blinds) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s) "
    "ON CONFLICT (studio, log, digest) DO NOTHING RETURNING number"
)
_ACCEPTED: Final = (
    "SELECT number FROM inbox WHERE studio = %s AND log = %s AND digest = %s"
)
_LOOK: Final = (
    "SELECT (SELECT body FROM answer WHERE number = %s), "
    "EXISTS (SELECT 1 FROM inbox WHERE number = %s)"
)
_FORGET: Final = "DELETE FROM answer WHERE number = %s"
_TAKE: Final = (
    "SELECT number, sheet, statements, blinds, by_blinds FROM inbox "
    "WHERE studio = %s AND log = %s ORDER BY number LIMIT %s"
)
_WAITS: Final = "SELECT EXISTS (SELECT 1 FROM inbox WHERE studio = %s AND log = %s)"
_DONE: Final = "DELETE FROM inbox WHERE number = ANY(%s)"
_ANSWER: Final = (
    "INSERT INTO answer (number, body) SELECT number, body "
    "FROM unnest(%s::bigint[], %s::bytea[]) AS given (number, body)"
)
_CALL: Final = "SELECT pg_notify(%s, '')"
_OLD: Final = "DELETE FROM answer WHERE answered_at < now() - %s::interval"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What became of a submission so far.

    Attributes:
        answers: `None` while there are none.
        there: whether it still waits in the inbox.
    """

    answers: list[Receipt | Refusal] | None
    there: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inbox of one log, as those who submit see it."""

    engine: Engine
    studio: str
    log: str

    @property
    def channel(self) -> str:
        """Where it is told that something was answered."""
        return f"jangbu_{sha256_hex(f'{self.studio}/{self.log}'.encode())[:32]}"

    def accept(self, parcel: Parcel) -> int:
        """Keep a submission; durable on return. Its number, also if it was there.

        Raises:
            StoreFullError, StoreUnavailableError: nothing was kept.
        """
        owner, digest = (self.studio, self.log), digest_of(parcel)
        given = (
            *(*owner, digest, parcel.sheet),
            [one.raw for one in parcel.statements],
            [one.blind for one in parcel.statements],
            [one.by_blind for one in parcel.statements],
        )
        # Between the two questions it may be answered, and so be gone: asked again.
        for _ in range(100):
            with transaction(self.engine, write=True) as connection:
                number = _first(connection, _ACCEPT, given)
                if number is None:
                    number = _first(connection, _ACCEPTED, (*owner, digest))
            if number is not None:
                return int(number)
        raise StoreUnavailableError(
            "an inbox that keeps a submission",
            met="one that others answered each time",
            advice="Submit again.",
        )

    def look(self, number: int) -> Waiting:
        """Whether a submission was answered; an answer is given once."""
        with transaction(self.engine, write=True) as connection:
            found = connection.exec_driver_sql(_LOOK, (number, number)).one()
            if found[0] is not None:
                connection.exec_driver_sql(_FORGET, (number,))
        answers = None if found[0] is None else decode_answers(bytes(found[0]))
        return Waiting(answers=answers, there=bool(found[1]))

    def waits(self) -> bool:
        """Whether anything waits."""
        with transaction(self.engine, write=False) as connection:
            return bool(_first(connection, _WAITS, (self.studio, self.log)))

    def call(self) -> None:
        """Wake everybody who waits, so that one of them sequences."""
        with transaction(self.engine, write=True) as connection:
            connection.exec_driver_sql(_CALL, (self.channel,))

    @contextmanager
    def listening(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that hears when something was answered."""
        with connected(self.engine) as connection:
            own = driver_of(connection)
            own.autocommit = True
            own.execute(f'LISTEN "{self.channel}"'.encode())
            try:
                yield own
            finally:
                # It goes back to the others, who do not listen.
                connection.invalidate()


@dataclass(frozen=True, slots=True)
class Tray:
    """The inbox as the sequencer has it, inside one of its transactions."""

    connection: Connection
    inbox: Inbox

    def take(self, most: int = AT_ONCE) -> dict[int, Parcel]:
        """What waits longest, in order; it stays until it is answered."""
        rows = self.connection.exec_driver_sql(
            _TAKE, (self.inbox.studio, self.inbox.log, most)
        )
        return {row.number: _parcel(row) for row in rows}

    def answer(self, answers: Mapping[int, Sequence[Receipt | Refusal]]) -> None:
        """Answer submissions by number, and have them gone from the inbox."""
        if not answers:
            return
        run = self.connection.exec_driver_sql
        run(_DONE, (list(answers),))
        encoded = [encode_answers(one) for one in answers.values()]
        run(_ANSWER, (list(answers), encoded))
        run(_OLD, (_KEPT,))
        run(_CALL, (self.inbox.channel,))


def digest_of(parcel: Parcel) -> str:
    """What a submission is known by: SHA-256 over all its parts, each by its own."""
    parts = [parcel.sheet]
    for one in parcel.statements:
        parts += [one.raw, one.blind, one.by_blind]
    return sha256_hex(b"".join(map(sha256, parts)))


def _parcel(row: Any) -> Parcel:  # noqa: ANN401  # a row of the query above
    given = zip(row.statements, row.blinds, row.by_blinds, strict=True)
    return Parcel(
        sheet=bytes(row.sheet),
        statements=tuple(
            Submission(raw=bytes(raw), blind=bytes(blind), by_blind=bytes(by))
            for raw, blind, by in given
        ),
    )


def _first(connection: Connection, query: str, values: tuple[object, ...]) -> Any:  # noqa: ANN401
    return connection.exec_driver_sql(query, values).scalar_one_or_none()
