"""Time tokens: when outsiders saw the log, and whether its own clock agrees.

A token of size N says that the entries [0, N) were there at its time or before. The
log's own times are the studio's word. Where the two cannot both be true, neither is
believed: the point stays open and the reader decides. A token whose authority nobody
vouches for makes nothing worse; it is counted as what it is.

1. each token is of its checkpoint, whole, and of an authority that the reader trusts
2. no entry that a token covers claims to be later than the token
3. no entry that it does not cover claims to be earlier: entries slipped in afterwards
   with an older date
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from ledger.encoding.entry import Entry
from ledger.errors import AlteredEvidenceError, CheckpointError
from ledger.evidence.audit import Audit
from ledger.evidence.times import KnownTime
from ledger.evidence.verdict import Reason
from ledger.keys.token_check import TokenReading, TokenState, check_token
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.time_token import stamped_bytes
from ledger.records.identity import moment_of

TOLERANCE: Final = timedelta(hours=1)
"""How far a studio's clock may be from an authority's before it is reported."""

_STEP: Final = "time"

ReadToken: TypeAlias = Callable[[bytes, bytes, Sequence[str]], TokenReading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """Notes that the log signed, its entries, and the reader's roots.

    Attributes:
        notes: by size: notes whose log signature and root were checked before.
        entries: all of the log up to the checkpoint.
        roots_pem: of authorities that the reader trusts.
    """

    notes: Mapping[int, bytes]
    entries: Sequence[Entry]
    roots_pem: Sequence[str]


def check_stamps(
    audit: Audit,
    stamped: Stamped,
    tokens: Mapping[tuple[int, str], bytes],
    read: ReadToken = check_token,
) -> tuple[KnownTime, ...]:
    """Check tokens by size and name; the times that they show, by size.

    A token that fails is a failure of the bundle: whoever packed it could have left it
    out.
    """
    known: list[KnownTime] = []
    for (size, name), raw in sorted(tokens.items()):
        with audit.step(_STEP):
            known.append(_known(stamped, (size, name), raw, read))
    for one in known:
        audit.held(f"{_STEP}.{one.reading.state.value}")
    _compare(audit, stamped.entries, known)
    return tuple(known)


def _known(
    stamped: Stamped, token: tuple[int, str], raw: bytes, read: ReadToken
) -> KnownTime:
    size, name = token
    note = stamped.notes.get(size)
    if note is None or _point_of(note).size != size:
        raise AlteredEvidenceError(
            "the checkpoint that a time token is of",
            met="none, or another one",
            advice="Ask for the bundle again from its source.",
            size=size,
        )
    reading = read(raw, note, stamped.roots_pem)
    if reading.state is TokenState.REFUSED or reading.at is None:
        raise AlteredEvidenceError(
            "a time token of this checkpoint",
            met=reading.met or "one that cannot be used",
            advice="Do not rely on this token; the log itself is not touched by it.",
            size=size,
        )
    return KnownTime(size=size, name=name, at=reading.at, reading=reading)


def _point_of(note: bytes) -> Checkpoint:
    try:
        return parse_checkpoint(parse_note(stamped_bytes(note)).text)
    except CheckpointError as error:
        raise AlteredEvidenceError(
            "a checkpoint's note", met=error.met, advice=error.advice
        ) from error


def _compare(
    audit: Audit, entries: Sequence[Entry], known: Sequence[KnownTime]
) -> None:
    for one in known:
        # Admission times never run backwards, so the neighbours of the edge decide.
        before, after = entries[: one.size][-1:], entries[one.size : one.size + 1]
        if before and moment_of(before[0].at) > one.at + TOLERANCE:
            audit.leave_open(Reason.CONFLICT, "time.covered-entries-are-later")
        if after and moment_of(after[0].at) < one.at - TOLERANCE:
            audit.leave_open(Reason.CONFLICT, "time.later-entries-are-earlier")
