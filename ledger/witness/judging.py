"""What a witness answers to a request: a function of values (C2SP tlog-witness).

The order of the checks is the specification's: form (400), origin (404), the log's
signature (403), old size above the new (400), old size other than the held one (409),
invented empty root, proof, root at equal size (422).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import CheckpointError, ConsistencyError
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.conflict import Contradiction
from ledger.log.note import Verifier
from ledger.log.proof import verify_consistency
from ledger.log.tree import EMPTY_ROOT
from ledger.log.witness_request import SIZE_TYPE, AddCheckpoint

TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back.

    Attributes:
        status: HTTP status.
    """

    status: int
    body: str
    content_type: str = TEXT


@dataclass(frozen=True, slots=True)
class Refused:
    """Not to be cosigned.

    Attributes:
        reason: why the checkpoint is kept as evidence; `None` if it is none.
        against: what it contradicts; `None` with `reason`.
    """

    answer: Answer
    reason: Contradiction | None = None
    against: Checkpoint | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """To be cosigned; `text` is what the log signed."""

    checkpoint: Checkpoint
    text: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a witness knows of one log.

    Attributes:
        keys: the log's keys; empty for a log that was never added.
        held: the newest cosigned checkpoint; `None` if it never cosigned one.
        at: the checkpoint that was cosigned at a size, if one was.
    """

    keys: Sequence[Verifier]
    held: Checkpoint | None
    at: Callable[[int], Checkpoint | None]


def judge(request: AddCheckpoint, known: Known) -> Accepted | Refused:
    """Decide about a request that is well-formed."""
    # 1. An unknown log.
    if not known.keys:
        return refused(404, "unknown log")
    # 2. The log's own signature: nothing below is said to anybody without it.
    shown = request.checkpoint
    try:
        opened = _opened(request, known.keys)
    except CheckpointError as error:
        return refused(403, f"expected {error.expected}")
    # 3. A request that contradicts itself.
    size = shown.size if shown else 0
    if request.old > size:
        return refused(400, "the old size is above the checkpoint's")
    # 4. Another root at a size that was cosigned convicts the log, whatever old size
    #    it comes with.
    forked = _forked(shown, known)
    # 5. What this witness holds is for the witness to say.
    held = known.held.size if known.held else 0
    if request.old != held:
        conflict = Answer(409, f"{held}\n", SIZE_TYPE)
        return forked_or(forked, conflict) or _behind(conflict, size, known)
    # 6. The empty tree has one root.
    if shown is None or opened is None:
        return refused(422, "the empty tree has another root")
    return forked_or(forked, _no("another root at this size")) or _proven(
        request, shown, known
    )


def refused(status: int, why: str) -> Refused:
    """A refusal that is no evidence of anything."""
    return Refused(Answer(status, f"{why}\n"))


def forked_or(forked: Checkpoint | None, answer: Answer) -> Refused | None:
    """A refusal over two roots at one size, if there are two."""
    return Refused(answer, Contradiction.FORK, forked) if forked else None


def _opened(request: AddCheckpoint, keys: Sequence[Verifier]) -> Checkpoint | None:
    """Verify the log's signature, also under an invented empty root."""
    note, origin = request.note.to_bytes(), request.origin
    if request.checkpoint is not None:
        return open_checkpoint(note, keys, origin)
    # `open_checkpoint` would refuse the root first, and not say who signed it.
    for key in keys:
        ours = [
            one
            for one in request.note.signatures
            if (one.name, one.key_id) == (key.name, key.key_id)
        ]
        if ours and all(key.verifies(request.note.text, one.value) for one in ours):
            return None
    raise CheckpointError(
        "a signature by a known key", met="none", advice="Sign with the log's key."
    )


def _forked(shown: Checkpoint | None, known: Known) -> Checkpoint | None:
    earlier = known.at(shown.size) if shown else None
    return earlier if earlier and shown and earlier.root != shown.root else None


def _behind(answer: Answer, size: int, known: Known) -> Refused:
    if known.held is None or size >= known.held.size:
        return Refused(answer)
    if known.at(size) is not None:
        return Refused(answer)  # an earlier checkpoint, sent again: nothing new
    return Refused(answer, Contradiction.ROLLBACK, known.held)


def _proven(
    request: AddCheckpoint, shown: Checkpoint, known: Known
) -> Accepted | Refused:
    # 7. The new tree continues the old one.
    old_root = known.held.root if known.held else EMPTY_ROOT
    try:
        verify_consistency(request.old, shown.size, old_root, shown.root, request.proof)
    except ConsistencyError as error:
        answer = _no(f"no consistency: expected {error.expected}")
        if known.held is None or not request.proof or known.held.size == shown.size:
            return Refused(answer)
        return Refused(answer, Contradiction.REWRITTEN, known.held)
    return Accepted(shown, request.note.text)


def _no(why: str) -> Answer:
    return Answer(422, f"{why}\n")
