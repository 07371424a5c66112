"""The audit: every entry hashed again, up to every signed root; nothing is parsed.

Fast enough to run each night over a log of any length. It answers one question: are
these the entries that were signed? What any of them says, whether statements, sheets
and values are still what they commit to, fsck finds; so does who changed what, if the
answer is no: then fsck is run at once.

1. Rows by index, without gaps; each leaf hash is that of its bytes.
2. The published copy, line by line the same.
3. Each stored checkpoint, and the published one: root, right edge, signature.
4. Every sheet has the digest that it is stored under.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat

from ledger.encoding.digest import sha256_hex
from ledger.evidence.fsck.check import Holdings, fsck
from ledger.evidence.fsck.report import Notebook, Report
from ledger.evidence.fsck.rotations import checkpoint_keys
from ledger.log.tree import Frontier, leaf_hash
from ledger.store.inspection import CheckpointLine, EntryLine, Inspection, inspect
from ledger.store.published import Published

_ROTATION = b'"kind":"rotation.'


@dataclass(slots=True)
class _Walk:
    """One pass over the entries of a database.

    Attributes:
        copy: lines of the published copy; what it lacks at its end is not published.
        rotations: entries that name another key.
        size: entries so far, all of them sound.
        ended: whether it ended at a row that is not.
    """

    copy: Sequence[bytes]
    rotations: list[EntryLine] = field(default_factory=list)
    size: int = 0
    ended: bool = False

    def leaves(self, rows: Iterable[tuple[object, ...]]) -> Iterator[bytes]:
        """Leaf hashes, for as long as the rows are sound."""
        lines = chain(self.copy, repeat(None))
        # One line a row: this is where the time goes.
        pairs = zip(rows, lines, strict=False)
        for size, ((index, leaf, body), line) in enumerate(pairs):
            if index != size or not isinstance(body, bytes):
                break
            found = leaf_hash(body)
            if found != leaf or (line is not None and line != body):
                break
            if _ROTATION in body:
                self.rotations.append(EntryLine(size, "", "rotation.1", found, body))
            yield found
            self.size = size + 1
        else:
            return
        self.ended = True


def audit(held: Holdings) -> Report:
    """Hash every entry again; what does not fit is then named by fsck.

    Raises:
        StoreUnavailableError: there is no database that could be opened.
    """
    book = Notebook()
    copy = held.published.read()
    with inspect(held.database, held.studio, held.log) as inspection:
        sound = _is_sound(held, inspection, copy, book) and not inspection.failures
    if not sound:
        return fsck(held)
    book.note("entries and checkpoints only: jangbu fsck without --audit looks at all")
    return Report(
        log=held.log,
        size=book.checked["entries"],
        published=len(copy.entries),
        checked=dict(book.checked),
        notes=tuple(book.notes),
        findings=(),
    )


def _is_sound(
    held: Holdings, inspection: Inspection, copy: Published, book: Notebook
) -> bool:
    points = inspection.checkpoints()
    walk = _Walk(copy.entries)
    leaves = walk.leaves(inspection.leaf_rows())
    trees = _trees(leaves, [point.size for point in points])
    if trees is None or next(leaves, None) is not None or walk.ended:
        return False
    if walk.size != max(trees, default=0) or walk.size < len(copy.entries):
        return False
    book.count("entries", walk.size)
    keys = checkpoint_keys(
        inspection, walk.rotations, held.openings, held.verifiers, held.recovery
    )
    for point in points:
        tree, opened = trees[point.size], keys.open(point.note)
        found = None if opened is None else (opened.size, opened.root)
        if found != (point.size, tree.root()) or point.frontier != tree.to_bytes():
            return False
        book.count("checkpoints")
    return (
        _is_copied(copy, points)
        and _is_founded(held, inspection)
        and _are_sheets_sound(inspection, book)
    )


def _trees(leaves: Iterator[bytes], sizes: Iterable[int]) -> dict[int, Frontier] | None:
    trees: dict[int, Frontier] = {}
    tree = Frontier()
    for size in sorted(sizes):
        tree = tree.extend(islice(leaves, max(0, size - tree.size)))
        if tree.size != size:
            return None
        trees[size] = tree
    return trees


def _is_copied(copy: Published, points: Sequence[CheckpointLine]) -> bool:
    """Whether the published checkpoint is one of these, over the lines of the copy."""
    stored = {point.note: point.size for point in points}
    return stored.get(copy.checkpoint or b"") == len(copy.entries)


def _is_founded(held: Holdings, inspection: Inspection) -> bool:
    if not held.genesis_leaf:
        return True
    first = next(iter(inspection.leaf_rows()), None)
    return first is not None and first[1] == bytes.fromhex(held.genesis_leaf)


def _are_sheets_sound(inspection: Inspection, book: Notebook) -> bool:
    for line in inspection.sheets():
        if sha256_hex(line.body) != line.digest:
            return False
        book.count("sheets")
    return True
