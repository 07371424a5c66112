"""What a statement says of a log at one size, against what the log was.

A rotation names the log that it continues, an anchor the checkpoint that somebody
certified. Another root there is the trace of another history: such a statement is not
let in, and no verifier passes over one that was.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from ledger.errors import ConflictingRecordError, UnknownReferenceError
from ledger.log.tree import Frontier
from ledger.records.authority import LogPoint, Rotation, Succession
from ledger.records.custody import Anchor
from ledger.records.identity import Origin
from ledger.records.statement import Record

SUCCESSION_INDEX = 1
"""Right after the genesis: whoever reads the log meets it before anything else."""


def point_of(body: Record | None) -> LogPoint | None:
    """The size and root of its own log that a body names; `None` if it names none."""
    match body:
        case Rotation(continues=point):
            return point
        case Anchor(size=size, root=root):
            return LogPoint(size=size, root=root)
        case _:
            return None


def check_point(
    body: Record | None, index: int, root_at: Callable[[int], bytes]
) -> None:
    """Refuse a statement about a size or root that its log did not have before it.

    Args:
        body: of the statement at this index.
        index: its place in the log.
        root_at: root over the first so many entries; asked for sizes up to the index.

    Raises:
        UnknownReferenceError.
    """
    point = point_of(body)
    if point is None:
        return
    if point.size > index:
        raise UnknownReferenceError(
            "a size that the log had before this statement",
            met=f"{point.size}, in a statement at index {index}",
            advice="Name a checkpoint up to the newest one.",
            where="/body/size",
        )
    if root_at(point.size).hex() != point.root:
        raise UnknownReferenceError(
            f"the root of this log at size {point.size}",
            met="another root",
            advice="Keep what names it: it may be the trace of another history.",
            where="/body/root",
            size=point.size,
        )


def check_succession(body: Record | None, index: int, log: Origin) -> None:
    """Refuse a succession in the middle of a log, or of the log by itself.

    Raises:
        ConflictingRecordError.
    """
    if not isinstance(body, Succession):
        return
    if index != SUCCESSION_INDEX or body.log == log:
        raise ConflictingRecordError(
            "a succession of another log, as entry 1",
            met="one in another place, or of this log itself",
            advice="Found a new log with jangbu succeed.",
            where="/body/log",
            index=index,
        )


def roots_at(leaves: Iterable[bytes], sizes: Iterable[int]) -> Mapping[int, bytes]:
    """The roots of a log at some sizes, in one pass over its leaf hashes.

    Sizes that it never had are left out.
    """
    wanted = sorted(set(sizes), reverse=True)
    edge, found = Frontier(), {}
    hashes = iter(leaves)
    while wanted:
        size = wanted.pop()
        edge = edge.extend(islice(hashes, max(0, size - edge.size)))
        if edge.size == size:
            found[size] = edge.root()
    return found
