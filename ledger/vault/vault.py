"""The vault: what private fields hide, until somebody asks for it to be erased.

Values come in before their statement is submitted, so that a commitment in the log
never outlives a value that nobody kept. They come out as openings. The vault holds no
key: it asks for one at each use, and who destroys the key has erased the value.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from sqlalchemy import ColumnElement, func, insert, select, type_coerce
from sqlalchemy.types import NullType

from ledger.encoding.commitment import ID_PATH, Opening
from ledger.encoding.statement import STUDIO, Composed, KeptValue, KeyRef
from ledger.errors import ConflictingRecordError, ErasedEvidenceError
from ledger.records.identity import KeyId, Uid, as_key_id, as_uid
from ledger.vault.cipher import Spot, data_key, unseal
from ledger.vault.database import BUSY_SECONDS, Database, create_database
from ledger.vault.erasure import (
    ErasureReport,
    Extent,
    default_key,
    erase,
    erased_before,
    retained_key,
)
from ledger.vault.gathered import Gathered, gather
from ledger.vault.keep import keep_items
from ledger.vault.locations import all_locations, put_location, sealed_path
from ledger.vault.names import NAMES, NameIndex
from ledger.vault.rows import (
    Item,
    is_key_ref,
    items_at,
    items_of,
    key_ref_in,
    missing,
    read_blinds,
    read_opening,
    row_at,
    sealed_in,
)
from ledger.vault.tables import authorities, tombstones, values


class Vault:
    """Keeps, opens and erases values; implements `ledger.ports.OpeningReader`.

    Safe to share between threads and across a fork, as no connection stays open;
    several processes may open the same file.
    """

    def __init__(
        self,
        path: Path,
        secret_of: Callable[[KeyRef], bytes],
        *,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        """Open a vault that is there.

        Args:
            path: `vault.sqlite` of a production.
            secret_of: the blinding key of a reference, 32 bytes; raises
                `ErasedEvidenceError` for a person's key that was destroyed.
            busy_seconds: how long to wait for another writer.

        Raises:
            StoreUnavailableError: there is no such file, or it cannot be used.
            UnreadableInputError: the file is no vault.
            StoreError: a newer version of Jangbu made it.
        """
        self._database = Database(path, busy_seconds)
        self._secret_of = secret_of
        self._opened = [0]

    @property
    def opened(self) -> int:
        """How many values were opened here so far; blinds are not counted."""
        return self._opened[0]

    @classmethod
    def create(cls, path: Path, secret_of: Callable[[KeyRef], bytes]) -> Self:
        """Open a vault, and make an empty one first unless there is one.

        For a production that is being made: in one that has been in use, a missing
        vault must be restored and not replaced by an empty one.
        """
        create_database(path)
        return cls(path, secret_of)

    # --- values ------------------------------------------------------------------

    def keep(self, *composed: Composed) -> None:
        """Keep blinds and private values of statements, all or none.

        They are on the disk on return. Keeping the same again does nothing.

        Raises:
            ConflictingRecordError: another value is kept at the same place.
            ErasedEvidenceError: the value, or the person's key, was erased.
            StoreFullError, StoreUnavailableError: nothing was kept.
        """
        self._keep([item for one in composed for item in items_of(one)])

    def keep_values(self, statement_id: str, kept: Iterable[KeptValue]) -> None:
        """Keep private values of the leaves that a statement stands for.

        Like `keep`; a path is such as "/files/12/declared".
        """
        self._keep(list(items_at(statement_id, kept)))

    def reading(self) -> AbstractContextManager[None]:
        """One snapshot for many reads, for whoever is about to open very much."""
        return self._database.reading()

    def gathered(self, statements: Iterable[str]) -> Gathered:
        """The values of some statements, fetched together; a thousand ids at most."""
        with self._database.transaction(write=False) as connection:
            return gather(connection, statements, self._secret_of, self._opened)

    def blinds(self, statement_id: str) -> tuple[bytes, bytes]:
        """b("") and b("/by") of a statement.

        Raises:
            ErasedEvidenceError: they were destroyed with a person's key.
            MissingEvidenceError: the vault never had them.
            AlteredEvidenceError: the vault was changed from outside.
        """
        spot = Spot(statement=statement_id, path=ID_PATH)
        return read_blinds(spot, self._plain(spot))

    def open(self, statement_id: str, path: str) -> Opening:
        """The opening of a private field; errors as for `blinds`."""
        spot = Spot(statement=statement_id, path=path)
        if path == ID_PATH:  # blinds stand there, and no value
            raise missing(spot)
        opening = read_opening(spot, self._plain(spot))
        self._opened[0] += 1
        return opening

    def paths(self, statement_id: str) -> tuple[str, ...]:
        """Paths of the values that are kept for a statement, sorted."""
        query = select(values.c.path).where(
            values.c.statement == statement_id, values.c.path != ID_PATH
        )
        with self._database.transaction(write=False) as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    def statements_of(self, key_ref: KeyRef) -> tuple[str, ...]:
        """Ids of the statements with anything sealed under a key, sorted.

        To be asked before an erasure: afterwards nobody can tell.
        """
        return self._statements(values.c.key_ref == key_ref)

    def blinded_by(self, key_ref: KeyRef) -> tuple[str, ...]:
        """Ids of the statements whose own blinds are sealed under a key, sorted.

        Of others only single values are: these stay provable without the key.
        """
        return self._statements(values.c.key_ref == key_ref, values.c.path == ID_PATH)

    def erase_person(
        self,
        person: Uid,
        destroy_key: Callable[[KeyRef], object],
        extent: Extent | None = None,
    ) -> ErasureReport:
        """Destroy a person's default key, values, blinds and joins.

        See `ledger.vault.erasure` for the order of steps and what remains, and for what
        another extent means. After any error: running it again finishes, and the count
        is the same.
        """
        met = replace(extent or Extent(), secret_of=self._secret_of)
        return erase(self._database, person, destroy_key, met)

    def was_erased(self, person: Uid, *, retained: bool = False) -> bool:
        """Whether an erasure of this person was begun or done."""
        uid = as_uid(person)
        own = retained_key(uid) if retained else default_key(uid)
        with self._database.transaction(write=False) as connection:
            return erased_before(connection, own)

    def graves(self) -> int:
        """Values that are erased: tombstones, and rows whose key was destroyed."""
        # As it is: somebody may have put another type there.
        named: ColumnElement[Any] = type_coerce(values.c.key_ref, NullType())
        with self._database.transaction(write=False) as connection:
            buried = select(func.count()).select_from(tombstones)
            count = int(connection.execute(buried).scalar_one())
            rows = select(named, func.count()).group_by(values.c.key_ref)
            sealed = connection.execute(rows).all()
        return count + sum(
            int(rows_of_key)
            for key_ref, rows_of_key in sealed
            if is_key_ref(key_ref) and self._is_destroyed(key_ref)
        )

    # --- names -------------------------------------------------------------------

    def indexed(self) -> int:
        """Entries of the log that the index of names reaches to; 0 if there is none."""
        with self._database.transaction(write=False) as connection:
            return NameIndex(connection, self._secret_of(NAMES)).size()

    def index_names(self, names: Iterable[tuple[Spot, str]], size: int) -> None:
        """Add names to the index; it reaches to this entry of the log from now on."""
        with self._database.transaction(write=True) as connection:
            NameIndex(connection, self._secret_of(NAMES)).add(names, size)

    def named(self, parts: Iterable[str]) -> tuple[Spot, ...]:
        """Where names with all of some parts stand, as far as the index reaches."""
        with self._database.transaction(write=False) as connection:
            return NameIndex(connection, self._secret_of(NAMES)).places(parts)

    # --- joins -------------------------------------------------------------------

    def remember_authority(self, key_id: KeyId, party: Uid) -> None:
        """Remember for which party a signing key speaks.

        Raises:
            ConflictingRecordError: it speaks for another one.
        """
        row = {"key_id": as_key_id(key_id), "party": as_uid(party)}
        known = select(authorities.c.party).where(authorities.c.key_id == key_id)
        with self._database.transaction(write=True) as connection:
            met = connection.execute(known).scalar_one_or_none()
            if met is None:
                connection.execute(insert(authorities).values(row))
            elif met != party:
                raise ConflictingRecordError(
                    "one party for each signing key",
                    met="a key that speaks for another party already",
                    advice="Give each party a key of its own.",
                    where=f"key {key_id}",
                )

    def party_of(self, key_id: KeyId) -> Uid | None:
        """The party that a signing key speaks for; `None` if nobody can tell."""
        query = select(authorities.c.party).where(authorities.c.key_id == key_id)
        with self._database.transaction(write=False) as connection:
            met = connection.execute(query).scalar_one_or_none()
        return None if met is None else as_uid(met)

    # --- where outputs lie -------------------------------------------------------

    def remember_location(self, token: str, path: str) -> None:
        """Remember where an output root, or an asset, lies now; the newest counts.

        Names of files tell of the film, so they are sealed as values are.
        """
        sealed = sealed_path(self._secret_of(STUDIO), token, path)
        with self._database.transaction(write=True) as connection:
            put_location(connection, token, sealed)

    def locations(self) -> dict[str, str]:
        """Output roots by their tokens."""
        with self._database.transaction(write=False) as connection:
            return all_locations(connection, self._secret_of(STUDIO))

    # --- rows --------------------------------------------------------------------

    def _statements(self, *where: ColumnElement[bool]) -> tuple[str, ...]:
        query = select(values.c.statement).where(*where).distinct()
        with self._database.transaction(write=False) as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    def _keep(self, items: list[Item]) -> None:
        with self._database.transaction(write=True) as connection:
            keep_items(connection, items, self._secret_of)

    def _plain(self, spot: Spot) -> bytes:
        if not (spot.statement + spot.path).isascii():  # nothing is kept there
            raise missing(spot)
        with self._database.transaction(write=False) as connection:
            row = row_at(connection, spot)
        if row is None:
            raise missing(spot)
        key = data_key(self._secret_of(key_ref_in(row)))
        return unseal(key, spot, sealed_in(row))

    def _is_destroyed(self, key_ref: KeyRef) -> bool:
        try:
            self._secret_of(key_ref)
        except ErasedEvidenceError:
            return True
        return False
