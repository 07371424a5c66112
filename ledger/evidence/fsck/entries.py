"""Entries and checkpoints in the database and in the copy, against what was signed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ledger.encoding.entry import parse_entry
from ledger.errors import MalformedRecordError
from ledger.evidence.fsck.anchor import Anchor, Signed, kind_of
from ledger.evidence.fsck.report import Damage, Notebook
from ledger.log.tree import Frontier, leaf_hash
from ledger.store.inspection import CheckpointLine, EntryLine


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which row is which entry.

    Attributes:
        found: rows with the bytes of an entry, by that entry's true index.
        others: rows whose bytes are no entry that was signed.
    """

    found: Mapping[int, EntryLine]
    others: Sequence[EntryLine]

    def missing(self, anchor: Anchor) -> list[int]:
        """Entries without a row."""
        return [at for at in range(len(anchor.entries)) if at not in self.found]


def check_copy(copy: Sequence[bytes], anchor: Anchor, book: Notebook) -> None:
    """Compare the published copy, line by line, with what was signed."""
    for index, entry in enumerate(anchor.entries[: anchor.published]):
        kind = anchor.kind(index)
        if index >= len(copy):
            book.find(
                Damage.COPY_CUT,
                f"the published copy lacks line {index + 1} (entry {index})",
                index,
                kind,
            )
        elif copy[index] != entry:
            book.find(
                Damage.COPY_LINE,
                f"line {index + 1} of the published copy (entry {index}) was changed",
                index,
                kind,
            )


def check_unresolved(
    copy: Sequence[bytes], rows: Mapping[int, bytes], anchor: Anchor, book: Notebook
) -> None:
    """Name what was signed once and cannot be put together any more."""
    interval = range(len(anchor.entries), anchor.unresolved)
    beside = [copy[at] if at < len(copy) else None for at in interval]
    differing = [
        at
        for at, row in zip(interval, beside, strict=True)
        if row is None or row != rows.get(at)
    ]
    for index in differing or interval:
        known = rows.get(index)
        book.find(
            Damage.ENTRY_UNRESOLVED,
            f"entry {index} or one near it was changed: neither the database nor the "
            "copy leads to the signed checkpoint",
            index,
            kind_of(known) if known else "",
        )


def check_rows(lines: Sequence[EntryLine], anchor: Anchor, book: Notebook) -> None:
    """Compare the rows of the database with what was signed."""
    book.count("entries", len(lines))
    alignment = _align(lines, anchor)
    others = [line for line in alignment.others if not anchor.in_doubt(line.index)]
    claimed = {line.index: line for line in reversed(others)}
    cut_from = max((line.index for line in lines), default=-1) + 1
    for index in alignment.missing(anchor):
        edited = claimed.get(index)
        if edited is not None:
            others.remove(edited)
            code, text = Damage.ENTRY_EDITED, f"entry {index} was edited"
        elif index >= cut_from:
            code, text = Damage.ENTRY_CUT, f"entry {index} was cut off the end"
        else:
            code, text = Damage.ENTRY_DELETED, f"entry {index} was deleted"
        book.find(code, text, index, anchor.kind(index))
    for line in others:
        text = f"entry {line.index} was added: no signed checkpoint holds it"
        kind = kind_of(line.body) or line.kind
        book.find(Damage.ENTRY_ADDED, text, line.index, kind)
    _check_places(alignment, anchor, book)
    for line in lines:
        _check_columns(line, book)


def is_rolled_back(lines: Sequence[EntryLine], signed: Signed, anchor: Anchor) -> bool:
    """Whether the database is a whole, older state of this log."""
    size = len(lines)
    if size >= anchor.published or max(signed.stored, default=0) != size:
        return False
    return tuple(line.body for line in lines) == anchor.entries[:size]


def check_checkpoints(
    lines: Sequence[CheckpointLine], signed: Signed, anchor: Anchor, book: Notebook
) -> None:
    """Compare every stored checkpoint with the tree over what was signed."""
    trees = _trees({line.size for line in lines}, anchor)
    for line in lines:
        tree = trees.get(line.size)
        point = signed.stored.get(line.size)
        if tree is None:
            continue
        if line.frontier != tree.to_bytes():
            book.find(
                Damage.CHECKPOINT_ALTERED,
                f"the right edge stored at size {line.size} is another tree's",
                line.size,
            )
        if point is not None and point.root != tree.root():
            book.find(
                Damage.CHECKPOINT_ALTERED,
                f"the checkpoint stored at size {line.size} has another root",
                line.size,
            )


def _trees(sizes: set[int], anchor: Anchor) -> dict[int, Frontier]:
    trees: dict[int, Frontier] = {}
    tree = Frontier()
    for size in sorted(at for at in sizes if 0 <= at <= len(anchor.entries)):
        tree = tree.extend(map(leaf_hash, anchor.entries[tree.size : size]))
        trees[size] = tree
    return trees


def _align(lines: Sequence[EntryLine], anchor: Anchor) -> Alignment:
    # Entries hold the id of their statement, so no two have the same bytes.
    places = {entry: index for index, entry in enumerate(anchor.entries)}
    found: dict[int, EntryLine] = {}
    others: list[EntryLine] = []
    for line in lines:
        index = places.get(line.body)
        if index is None or index in found:
            others.append(line)
        else:
            found[index] = line
    return Alignment(found, others)


def _check_places(alignment: Alignment, anchor: Anchor, book: Notebook) -> None:
    found = alignment.found
    wrong = {at: line.index for at, line in found.items() if line.index != at}
    order = [found[at].index for at in sorted(found)]
    shifted = bool(alignment.others or alignment.missing(anchor))
    if shifted and all(a < b for a, b in pairwise(order)):
        return  # renumbered to close or to open a gap that is named already
    for at, met in sorted(wrong.items()):
        if wrong.get(met) == at:
            if at < met:
                text = f"entries {at} and {met} were swapped"
                book.find(Damage.ENTRY_SWAPPED, text, at, anchor.kind(at))
        else:
            text = f"entry {at} was moved to {met}"
            book.find(Damage.ENTRY_MOVED, text, at, anchor.kind(at))


def _check_columns(line: EntryLine, book: Notebook) -> None:
    for name, fits in _columns(line):
        if not fits:
            book.find(
                Damage.ENTRY_COLUMNS,
                f"the {name} stored with entry {line.index} is not that of its bytes",
                line.index,
                kind_of(line.body),
            )


def _columns(line: EntryLine) -> Iterator[tuple[str, bool]]:
    yield "leaf", line.leaf == leaf_hash(line.body)
    try:
        entry = parse_entry(line.body)
    except MalformedRecordError:
        return
    yield "id", line.id == entry.id
    yield "kind", line.kind == entry.kind
