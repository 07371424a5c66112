"""The log of reads: who opened what of the vault, when, with which command, and why.

One entry for each command, canonical JSON, a leaf of an RFC 6962 tree of its own:

    {"at":"…","v":1,"what":{"command":"open","count":1,…},"who":{"key":"…","user":"…"},"why":"…"}

After each entry the log signs a checkpoint (C2SP tlog-checkpoint). Entry, tree and
checkpoint are one transaction of `access.sqlite`; the checkpoint is also written beside
it as a file, which is what a shortened or replaced database is held against. Whoever
keeps copies of that file elsewhere finds out even if both were put back.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import AlteredEvidenceError, MalformedRecordError, RollbackError
from ledger.files import os_error, sqlite_address, sync_folder, write_private
from ledger.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.log.note import Verifier
from ledger.log.tree import Frontier, leaf_hash, root_of
from ledger.vault.database import wrapping

_FORM: Final = """
    CREATE TABLE IF NOT EXISTS entry (place INTEGER PRIMARY KEY, raw BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS head (
        one INTEGER PRIMARY KEY CHECK (one = 1), frontier BLOB NOT NULL,
        note BLOB NOT NULL);
    CREATE TRIGGER IF NOT EXISTS entry_kept BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries are only added'); END;
    CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'entries are only added'); END;
"""
_FAILURES: Final = (sqlite3.Error, OSError)
_BUSY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A log of reads that adds up.

    Attributes:
        entries: canonical JSON, parsed, oldest first.
        checkpoint: the newest.
    """

    entries: tuple[Mapping[str, JsonValue], ...]
    checkpoint: Checkpoint | None


class AccessLog:
    """The log of reads of one production."""

    def __init__(self, path: Path, origin: str) -> None:
        """Name a log; its file is made with its first entry.

        Args:
            path: `access.sqlite`; its checkpoint lies beside it: `access.checkpoint`.
            origin: the production's origin; this log's is that, and `/access`.
        """
        self.path = path
        self.published = path.with_suffix(".checkpoint")
        self.origin = f"{origin}/access"

    def append(self, entry: Mapping[str, JsonValue], key: Ed25519PrivateKey) -> int:
        """Add an entry; durable on return. Its place.

        Raises:
            StoreFullError, StoreUnavailableError: nothing was added.
            LogError: the log was changed from outside; nothing was added.
        """
        raw = canonical.encode(dict(entry))
        with wrapping(self.path, _FAILURES):
            if not self.path.exists():
                self._refuse_if_lost()
                self._make()
            with self._connected(self.path) as connection:
                connection.execute("BEGIN IMMEDIATE")
                frontier = self._frontier(connection, key)
                grown = frontier.append(leaf_hash(raw))
                note = sign_checkpoint(
                    Checkpoint(origin=self.origin, size=grown.size, root=grown.root()),
                    key,
                )
                connection.execute(
                    "INSERT INTO entry VALUES (?, ?)", (frontier.size, raw)
                )
                connection.execute(
                    "INSERT OR REPLACE INTO head VALUES (1, ?, ?)",
                    (grown.to_bytes(), note),
                )
                connection.execute("COMMIT")
        self._publish(note)
        return frontier.size

    def check(self, public_key: bytes, older: bytes | None = None) -> Checked:
        """Hash everything again.

        Args:
            public_key: of the key that signs checkpoints here.
            older: a checkpoint that was kept elsewhere.

        Raises:
            RollbackError: there are fewer entries than a checkpoint says.
            AlteredEvidenceError: an entry was changed, added, moved or taken out.
            CheckpointError: a checkpoint is not this log's.
        """
        verifier = Verifier(name=self.origin, public_key=public_key)
        # The copy first: whoever adds an entry meanwhile makes the newer one later.
        published = self._published()
        rows, note = self._rows()
        notes = [one for one in (note, published, older) if one is not None]
        points = [open_checkpoint(one, [verifier], self.origin) for one in notes]
        if [place for place, _ in rows] != list(range(len(rows))):
            raise altered("entries 0, 1, 2 …", "a gap or another order")
        if note is None and rows:
            raise altered("a signed checkpoint over the entries", "none")
        leaves = [leaf_hash(raw) for _, raw in rows]
        for point in points:
            _check_point(point, leaves)
        if note is not None and points[0].size != len(rows):
            raise altered(f"{points[0].size} entries", f"{len(rows)}")
        entries = tuple(_parsed(raw) for _, raw in rows)
        return Checked(entries=entries, checkpoint=points[0] if points else None)

    # --- the file ----------------------------------------------------------------

    def _make(self) -> None:
        # Under another name first, so that nobody ever opens half a database.
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}.tmp")
        try:
            write_private(draft, b"")
            with self._connected(draft) as connection:
                connection.executescript(_FORM)
            with suppress(FileExistsError):
                os.link(draft, self.path)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(self.path.parent)

    @contextmanager
    def _connected(self, path: Path) -> Iterator[sqlite3.Connection]:
        address, said = sqlite_address(path)
        more = "&".join(f"{name}={one}" for name, one in said.items() if name != "uri")
        with closing(
            sqlite3.connect(
                f"{address}?{more}" if said else address,
                timeout=_BUSY_SECONDS,
                isolation_level=None,
                uri=bool(said),
            )
        ) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection

    def _frontier(
        self, connection: sqlite3.Connection, key: Ed25519PrivateKey
    ) -> Frontier:
        """The tree so far, as far as its own checkpoint vouches for it."""
        count = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
        row = connection.execute("SELECT frontier, note FROM head").fetchone()
        frontier = Frontier.from_bytes(row[0]) if row else Frontier()
        if frontier.size != count:
            raise altered(f"{frontier.size} entries", f"{count}")
        verifier = Verifier.of(self.origin, key)
        if row:
            point = open_checkpoint(row[1], [verifier], self.origin)
            if (point.size, point.root) != (frontier.size, frontier.root()):
                raise altered("the tree that the checkpoint signs", "another one")
        published = self._published()
        if published is not None:
            outside = open_checkpoint(published, [verifier], self.origin)
            if outside.size > frontier.size:
                raise _rolled_back(outside.size, frontier.size)
        return frontier

    def _rows(self) -> tuple[list[tuple[int, bytes]], bytes | None]:
        if not self.path.exists():
            self._refuse_if_lost()
            return [], None
        with wrapping(self.path, _FAILURES), self._connected(self.path) as connection:
            connection.execute("BEGIN")
            rows = connection.execute("SELECT place, raw FROM entry ORDER BY place")
            found = [(int(place), bytes(raw)) for place, raw in rows]
            head = connection.execute("SELECT note FROM head").fetchone()
        return found, bytes(head[0]) if head else None

    # --- the checkpoint beside it ------------------------------------------------

    def _publish(self, note: bytes) -> None:
        # A death before this leaves an older checkpoint, which still holds.
        try:
            write_private(self.published, note)
        except OSError as error:
            raise os_error(error, self.published) from error

    def _published(self) -> bytes | None:
        try:
            return self.published.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise os_error(error, self.published) from error

    def _refuse_if_lost(self) -> None:
        if self.published.exists():
            raise _rolled_back(1, 0)


def _check_point(point: Checkpoint, leaves: list[bytes]) -> None:
    if point.size > len(leaves):
        raise _rolled_back(point.size, len(leaves))
    if root_of(leaves[: point.size]) != point.root:
        raise altered("the entries that a checkpoint signs", "others")


def _parsed(raw: bytes) -> Mapping[str, JsonValue]:
    try:
        value = canonical.parse(raw)
    except MalformedRecordError as error:
        raise altered("entries in canonical JSON", "another form") from error
    if not isinstance(value, dict):
        raise altered("entries that are objects", "another value")
    return value


def _rolled_back(expected: int, met: int) -> RollbackError:
    return RollbackError(
        f"a log of reads with {expected} entries or more",
        met=f"{met}",
        advice="Reads were removed from access.sqlite; restore it, and ask who did it.",
    )


def altered(expected: str, met: str) -> AlteredEvidenceError:
    """The error for a log of reads that is not as it was written."""
    return AlteredEvidenceError(
        expected,
        met=met,
        advice="The log of reads was changed from outside: keep it, it is evidence.",
    )
