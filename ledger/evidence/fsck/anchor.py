"""What the log said, as far as signed checkpoints vouch for it.

There are two copies of the entries, in the database and beside it, and either may have
been changed. Only signed roots decide. So the entries are put together interval by
interval, from one signed checkpoint to the next: from the copy, from the database, or
from both where each is damaged in another place. What no choice explains stays
unresolved, and is named as that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from ledger.encoding.entry import parse_entry
from ledger.errors import MalformedRecordError
from ledger.evidence.fsck.report import Damage, Notebook
from ledger.evidence.fsck.rotations import CheckpointKeys
from ledger.log.checkpoint import Checkpoint
from ledger.log.tree import Frontier, leaf_hash
from ledger.store.inspection import CheckpointLine
from ledger.store.published import Published

_MOST_CHOICES: Final = 8
"""Places of one interval where both copies differ; 2^8 roots are tried."""

Row = bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The entries that signed checkpoints vouch for.

    Attributes:
        entries: canonical bytes, from entry 0 on.
        published: size of the checkpoint outside the database; 0 if there is none.
        unresolved: end of what was once signed and cannot be put together any more.
        kinds: kind of each entry.
    """

    entries: tuple[bytes, ...]
    published: int
    unresolved: int
    kinds: tuple[str, ...]

    def kind(self, index: int) -> str:
        """The kind of an entry; "" if it is not known."""
        return self.kinds[index] if 0 <= index < len(self.kinds) else ""

    def in_doubt(self, index: int) -> bool:
        """Whether an entry was signed once and nobody can tell what it was."""
        return len(self.entries) <= index < self.unresolved

    def first(self, size: int) -> "Anchor":
        """The same log when it had no more than so many entries."""
        return Anchor(
            entries=self.entries[:size],
            published=min(self.published, size),
            unresolved=min(self.unresolved, size),
            kinds=self.kinds[:size],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Checkpoints whose signature holds.

    Attributes:
        outside: the one beside the database.
        stored: those in the database, by the size that they state.
    """

    outside: Checkpoint | None
    stored: Mapping[int, Checkpoint]

    @property
    def published(self) -> int:
        """Entries under the checkpoint outside."""
        return self.outside.size if self.outside else 0


@dataclass(slots=True)
class _Telling:
    """The entries put together so far, and the tree over them."""

    entries: list[bytes] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)

    def take(self, rows: Sequence[bytes], point: Checkpoint) -> bool:
        """Take rows in if they lead to the checkpoint."""
        after = self.frontier.extend(map(leaf_hash, rows))
        if after.size != point.size or after.root() != point.root:
            return False
        self.entries += rows
        self.frontier = after
        return True


def read_signed(
    copy: Published,
    lines: Sequence[CheckpointLine],
    keys: CheckpointKeys,
    book: Notebook,
) -> Signed:
    """Verify every checkpoint there is."""
    outside = None
    if copy.checkpoint is None:
        book.find(
            Damage.COPY_MISSING, "there is no published checkpoint beside the database"
        )
    else:
        outside = keys.open(copy.checkpoint)
        if outside is None:
            book.find(
                Damage.COPY_CHECKPOINT,
                "the published checkpoint is not signed by the log's key",
            )
    stored: dict[int, Checkpoint] = {}
    for line in lines:
        book.count("checkpoints")
        point = keys.open(line.note)
        if point is None:
            book.find(
                Damage.CHECKPOINT_SIGNATURE,
                f"the stored checkpoint at size {line.size} is not signed by the "
                "log's key",
                line.size,
            )
            continue
        if point.size != line.size:
            book.find(
                Damage.CHECKPOINT_ALTERED,
                f"the checkpoint stored at size {line.size} is signed for another size",
                line.size,
            )
        stored[point.size] = point
    return Signed(outside=outside, stored=stored)


def put_together(
    signed: Signed, copy: Sequence[bytes], rows: Mapping[int, bytes], book: Notebook
) -> Anchor:
    """Find the entries that the signed checkpoints vouch for.

    Args:
        signed: the checkpoints.
        copy: lines beside the database.
        rows: bodies in the database, by index.
        book: where forks are written down.
    """
    points = _points(signed, book)
    telling = _Telling()
    skipped: list[Checkpoint] = []
    for point in points:
        start = len(telling.entries)
        told = any(
            telling.take(rows_of_choice, point)
            for rows_of_choice in _choices(copy, rows, start, point.size)
        )
        if not told:
            skipped.append(point)
    size = len(telling.entries)
    for point in skipped:
        if point.size <= size:
            book.find(
                Damage.CHECKPOINT_FORK,
                f"a signed checkpoint at size {point.size} contradicts a later one",
                point.size,
            )
    return Anchor(
        entries=tuple(telling.entries),
        published=signed.published,
        unresolved=max([size, *(point.size for point in skipped)]),
        kinds=tuple(map(kind_of, telling.entries)),
    )


def kind_of(raw: bytes) -> str:
    """The kind that an entry states; "" if it is none."""
    try:
        return parse_entry(raw).kind
    except MalformedRecordError:
        return ""


def _points(signed: Signed, book: Notebook) -> list[Checkpoint]:
    points = dict(signed.stored)
    if signed.outside is not None:
        inside = points.get(signed.outside.size)
        if inside is not None and inside.root != signed.outside.root:
            book.find(
                Damage.CHECKPOINT_FORK,
                "the published checkpoint and the stored one have different roots at "
                f"size {inside.size}, and both are signed",
                inside.size,
            )
        points[signed.outside.size] = signed.outside
    return [points[size] for size in sorted(points) if size > 0]


def _choices(
    copy: Sequence[bytes], rows: Mapping[int, bytes], start: int, end: int
) -> Iterator[list[bytes]]:
    beside: list[Row] = [
        copy[index] if index < len(copy) else None for index in range(start, end)
    ]
    inside: list[Row] = [rows.get(index) for index in range(start, end)]
    for candidate in (beside, inside):
        yield from _whole(candidate)
    differing = [at for at, row in enumerate(beside) if row != inside[at]]
    if len(differing) > _MOST_CHOICES:
        return
    for picks in product((False, True), repeat=len(differing)):
        mixed = list(beside)
        for at, from_database in zip(differing, picks, strict=True):
            if from_database:
                mixed[at] = inside[at]
        yield from _whole(mixed)


def _whole(rows: Sequence[Row]) -> Iterator[list[bytes]]:
    whole = [row for row in rows if row is not None]
    if len(whole) == len(rows):
        yield whole
