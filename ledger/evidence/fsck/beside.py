"""What lies around a log: cosigned checkpoints, time tokens, keys, projections, moves.

None of it is part of the log, and all of it is relied on: a cosigned checkpoint says
that others hold this history, a token says since when, a key opens what is private.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.encoding.entry import parse_entry
from ledger.errors import KeyStoreError, StoreUnavailableError, UnreadableInputError
from ledger.evidence.fsck.anchor import Anchor
from ledger.evidence.fsck.report import Damage, Notebook
from ledger.evidence.fsck.rotations import CheckpointKeys
from ledger.files import read_bounded
from ledger.keys.key_files import KeyFiles
from ledger.keys.token_check import TokenState, check_token
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import MAX_BYTES
from ledger.log.tree import Frontier, leaf_hash
from ledger.store.inspection import Inspection
from ledger.store.partial import partial_triggers
from ledger.store.retired import retiring_triggers
from ledger.store.spans import span_of
from ledger.store.standing import is_retired
from ledger.store.tokens import TokenFolder

_MOVED: Final = retiring_triggers()
_PARTIAL: Final = partial_triggers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the rest of a production lies.

    Attributes:
        published: the folder `log/`.
        keys: the folder of keys.
        left: the file in the folder, where the log is on a server.
    """

    published: Path
    keys: Path
    left: Path | None = None


def explained(name: str, sql: str, book: Notebook) -> bool:
    """Whether a trigger was put there by a move or a restore; says what to do."""
    if _MOVED.get(name) == sql:
        book.find(
            Damage.DATABASE_MOVED,
            "the log was moved from this database to a server: run jangbu store move "
            "again, or bring back the production.toml that names the server",
        )
        return True
    if _PARTIAL.get(name) == sql:
        book.find(
            Damage.DATABASE_PARTIAL,
            "the database was restored in part and is shut: run jangbu restore again "
            "with more sources",
        )
        return True
    return False


def look_around(
    around: Surroundings, anchor: Anchor, keys: CheckpointKeys, book: Notebook
) -> None:
    """Look at what lies beside the database."""
    points = list(_cosigned(around.published / "cosigned", keys, book))
    _check_points(points, anchor, book)
    _check_tokens(around.published / "tokens", keys, anchor, book)
    _check_keys(KeyFiles(around.keys), book)
    if around.left is not None:
        _check_left(around.left, book)


def check_projection(inspection: Inspection, anchor: Anchor, book: Notebook) -> None:
    """Compare the index of shots and frames with the entries that it is made from."""
    size, rows = inspection.projected()
    expected = dict(_spans(anchor.entries[:size]))
    met = {row[0]: row for row in rows}
    wrong = [
        index for index in {*expected, *met} if expected.get(index) != met.get(index)
    ]
    book.count("projections", len(expected))
    if wrong or size > max(len(anchor.entries), anchor.unresolved):
        at = min((one for one in wrong if isinstance(one, int)), default=None)
        text = f"{len(wrong)} rows of the index of shots and frames are not what the "
        book.find(
            Damage.PROJECTION_WRONG, f"{text}entries say: run jangbu store index", at
        )


def _spans(entries: Iterable[bytes]) -> Iterator[tuple[object, tuple[object, ...]]]:
    for index, entry in enumerate(map(parse_entry, entries)):
        span = span_of(index, entry.kind, entry.scope)
        if span is not None:
            yield index, tuple(span)


# --- checkpoints and tokens -----------------------------------------------------------


def _cosigned(
    folder: Path, keys: CheckpointKeys, book: Notebook
) -> Iterator[tuple[str, Checkpoint]]:
    for path in sorted(folder.glob("[0-9]*")) if folder.is_dir() else ():
        book.count("cosigned")
        name = f"log/cosigned/{path.name}"
        try:
            point = keys.open(read_bounded(path, MAX_BYTES))
        except UnreadableInputError:
            point = None
        if point is None or f"{point.size:020d}" != path.name:
            book.find(
                Damage.COSIGNED_ALTERED,
                f"{name} is no checkpoint of this size that the log has signed: "
                "restore it from a copy, or run jangbu publish for a newer one",
            )
        else:
            yield name, point


def _check_points(
    points: Sequence[tuple[str, Checkpoint]], anchor: Anchor, book: Notebook
) -> None:
    tree = Frontier()
    for name, point in sorted(points, key=lambda one: one[1].size):
        if point.size > len(anchor.entries):
            text = "it is newer than the database and the copy: they were set back; "
            advice = "restore the newer log (jangbu restore)"
            book.find(
                Damage.COSIGNED_AHEAD, f"{name}: {text}{advice}", index=point.size
            )
            continue
        rows = anchor.entries[tree.size : point.size]
        tree = tree.extend(map(leaf_hash, rows))
        if tree.root() != point.root:
            text = "witnesses hold another history: keep both, state nothing, and "
            advice = "find out which is true (docs/guides/witness.md)"
            book.find(Damage.COSIGNED_FORK, f"{name}: {text}{advice}", index=point.size)


def _check_tokens(
    folder: Path, keys: CheckpointKeys, anchor: Anchor, book: Notebook
) -> None:
    stamped: dict[str, Checkpoint] = {}
    for token in TokenFolder(folder).tokens():
        book.count("tokens")
        name = f"log/tokens/{token.size:020d}/{token.name}.tsr"
        point = keys.open(token.note)
        state = check_token(token.raw, token.note, ()).state
        if point is None or point.size != token.size or state is TokenState.REFUSED:
            book.find(
                Damage.TOKEN_ALTERED,
                f"{name} is no token of a checkpoint of this log: restore it from a "
                "copy; a newer checkpoint gets another (jangbu publish)",
                index=token.size,
            )
        else:
            stamped[name] = point
    _check_points(list(stamped.items()), anchor, book)


# --- keys and moves -------------------------------------------------------------------


def _check_keys(files: KeyFiles, book: Notebook) -> None:
    for name in files.names():
        book.count("keys")
        try:
            files.read(name)
        except (KeyStoreError, StoreUnavailableError, UnreadableInputError) as error:
            book.find(
                Damage.KEY_UNREADABLE,
                f"the key {_public(name)} does not open ({error.code}): bring back "
                "its file (jangbu vault restore-keys) or its master key",
            )


def _public(name: str) -> str:
    """A key's name without whose it is."""
    folder, _, own = name.partition("/")
    for prefix in ("person-", "party-"):
        if own.startswith(prefix):
            return f"{folder}/{prefix}…"
    return name


def _check_left(path: Path, book: Notebook) -> None:
    if path.is_file() and not is_retired(path):
        book.find(
            Damage.DATABASE_TWICE,
            f"the log is on a server, and {path.name} in the folder is not shut: it "
            "could go on by itself; run jangbu store move again, or move it away",
        )
