"""Step 6, second half: whether others hold the same history.

The holder of all keys of a studio can write a second history that fits in itself. What
he cannot reach is what others hold: a checkpoint that the reader kept, and the
cosignatures of witnesses whose keys stand in the reader's own trust file.

1. each cosigned checkpoint is the log's, and its tree is the beginning of this one:
   against witnesses' signatures taken from another history
2. a known witness's cosignature holds: against invented ones
3. a quorum of the reader's witnesses cosigned one checkpoint: how far that reaches
4. the checkpoint that the reader holds is the beginning of this history: against a
   history that was rewritten, or cut, since
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ledger.errors import (
    CheckpointError,
    ConsistencyError,
    RollbackError,
    UnreadableInputError,
)
from ledger.evidence import form
from ledger.evidence.audit import Audit
from ledger.evidence.trust import TrustFile
from ledger.evidence.verdict import Reason
from ledger.evidence.witnessing import Witnessing
from ledger.history.log_keys import LogKeys
from ledger.history.points import roots_at
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.cosignature import Cosigner, open_cosignatures
from ledger.log.note import parse_note
from ledger.log.tree import leaf_hash

WEAK: Final = "witnesses.quorum"
"""The open point: not witnessed by those whom the reader trusts."""

_COSIGNED: Final = "witnesses"
_SINCE: Final = "since"
_Times = dict[int, dict[Cosigner, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLog:
    """The log that a bundle shows, after its own checkpoint was checked.

    Attributes:
        keys: which key signs checkpoints, by their size.
        entries: the part with all entries, one a line.
    """

    log: str
    size: int
    keys: LogKeys
    entries: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What speaks of a log from outside of it.

    Attributes:
        cosigned: signed checkpoints with cosignatures, whoever brought them.
        since: a signed checkpoint that the reader holds; `None` for none.
    """

    cosigned: Sequence[bytes] = ()
    since: bytes | None = None


def read_since(note: bytes, log: str) -> Checkpoint:
    """What a checkpoint says that the reader holds; its signature is checked later.

    Raises:
        UnreadableInputError: no signed checkpoint, or another log's.
    """
    try:
        point = parse_checkpoint(parse_note(note).text)
    except CheckpointError as error:
        raise _no_checkpoint(log, error.met) from error
    if point.origin != log:
        raise _no_checkpoint(log, f"one of {point.origin}")
    return point


def check_outside(
    audit: Audit, shown: ShownLog, outside: Outside, trust: TrustFile | None
) -> Witnessing:
    """Compare a log with what others hold of it.

    Args:
        audit: takes what holds, what fails and what stays open.
        shown: the log of a bundle.
        outside: checkpoints; `since` was read by `read_since`.
        trust: the reader's trust file, if it knows this log.
    """
    cosigners = trust.cosigners() if trust else ()
    notes = [*outside.cosigned, *([outside.since] if outside.since else [])]
    sizes = [point.size for point in map(_claimed, notes) if point]
    comparing = _Comparing(shown, cosigners, _roots(shown, sizes))
    since = None
    for note in outside.cosigned:
        with audit.step(_COSIGNED):
            comparing.take(note, _other_history)
    if outside.since is not None:
        with audit.step(_SINCE):
            # First, since a newer checkpoint may be by a key that is not in here yet.
            claimed = _claimed(outside.since)
            if claimed and claimed.size > shown.size:
                raise _ends_before(claimed.size, shown.size)
            since = comparing.take(outside.since, _rewritten)
    return _counted(audit, comparing.times, trust, since)


@dataclass(slots=True)
class _Comparing:
    """Checkpoints against one log.

    Attributes:
        roots: of the log, at the sizes that checkpoints name.
        times: of good cosignatures, by size.
    """

    shown: ShownLog
    cosigners: Sequence[Cosigner]
    roots: Mapping[int, bytes]
    times: _Times = field(default_factory=dict)

    def take(self, note: bytes, differs: Callable[[int], ConsistencyError]) -> int:
        """Check one checkpoint; its size."""
        # 1, 4.
        point = self.shown.keys.open(note, self.shown.log)
        if point.size > self.shown.size:
            raise _cut(point.size, self.shown.size)
        if self.roots.get(point.size) != point.root:
            raise differs(point.size)
        # 2.
        at = self.times.setdefault(point.size, {})
        for one in open_cosignatures(note, self.cosigners):
            at[one.cosigner] = max(one.time, at.get(one.cosigner, 0))
        return point.size


def _counted(
    audit: Audit, times: _Times, trust: TrustFile | None, since: int | None
) -> Witnessing:
    """3. How far a quorum of the reader's witnesses reaches."""
    quorum = (trust.quorum or 0) if trust else 0
    listed = len(trust.witnesses) if trust else 0
    reached = [size for size, at in times.items() if quorum and len(at) >= quorum]
    # Without a quorum, what there is is shown: the most, and of these the newest.
    best = max(times, key=lambda size: (len(times[size]), size), default=0)
    size = max(reached, default=0)
    if listed and not reached:
        audit.leave_open(Reason.WEAK, WEAK)
    found = times.get(size or best, {})
    return Witnessing(
        listed=listed,
        quorum=quorum,
        size=size,
        cosigned=tuple(sorted((one.name, at) for one, at in found.items())),
        since=since,
    )


def _roots(shown: ShownLog, sizes: Sequence[int]) -> Mapping[int, bytes]:
    if not sizes:
        return {}
    return roots_at(map(leaf_hash, form.split_lines(shown.entries)), sizes)


def _claimed(note: bytes) -> Checkpoint | None:
    try:
        return parse_checkpoint(parse_note(note).text)
    except CheckpointError:
        return None  # `take` says what is wrong with it


def _cut(held: int, met: int) -> RollbackError:
    return RollbackError(
        f"a bundle with the {held} entries of a checkpoint that others hold",
        met=f"one of {met} entries",
        advice="Entries were cut off, or the bundle is older than that checkpoint: ask "
        "for a bundle of the log as it is now. Keep both.",
        size=held,
    )


def _ends_before(held: int, met: int) -> RollbackError:
    return RollbackError(
        f"a bundle with the {held} entries of the checkpoint that you hold",
        met=f"one that ends before that checkpoint, at {met} entries",
        advice="Entries were cut off, or the bundle is older than your checkpoint: ask "
        "for a bundle of the log as it is now. Keep both.",
        size=held,
    )


def _rewritten(size: int) -> ConsistencyError:
    return ConsistencyError(
        "entries that lead to the checkpoint that you hold",
        met="others: history was rewritten after a checkpoint that you hold",
        advice="Do not rely on this bundle. Keep it and your checkpoint: together they "
        "show that two histories were signed.",
        size=size,
    )


def _other_history(size: int) -> ConsistencyError:
    return ConsistencyError(
        "entries that lead to the checkpoint that witnesses cosigned",
        met="others: the witnesses saw another history",
        advice="Do not rely on this bundle. Keep it: it shows that two histories were "
        "signed.",
        size=size,
    )


def _no_checkpoint(log: str, met: str) -> UnreadableInputError:
    return UnreadableInputError(
        f"a signed checkpoint of {log}",
        met=met,
        advice="Give a checkpoint of this log that you kept, such as the file that "
        "your witness serves.",
        where="--since",
    )
