"""Which key signs a log's checkpoints, size by size: genesis', then each rotation's.

A checkpoint that holds a rotation is signed by the key that the rotation names, a
smaller one by the key before. So a reader who knows genesis alone follows the keys
through the rotations, and a key that was rotated away signs nothing later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from ledger.errors import CheckpointError, RetiredKeyError
from ledger.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from ledger.log.note import Verifier, open_note, parse_note

FIRST_SIZE: Final = 1
"""Of the checkpoint that holds genesis, entry 0."""


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The log keys of a log, with the size from which each signs; a value.

    Attributes:
        periods: first size and public key, ascending; empty before genesis.
    """

    periods: tuple[tuple[int, bytes], ...] = ()

    def rotated(self, index: int, public_key: bytes) -> Self:
        """The keys after the statement at an index has named another one."""
        before = (one for one in self.periods if one[0] <= index)
        return type(self)((*before, (index + 1, public_key)))

    def at(self, size: int) -> bytes:
        """The key that must have signed a checkpoint of this size.

        An empty log has no entry that names a key: genesis' speaks for it.

        Raises:
            CheckpointError: the log has no genesis yet.
        """
        if not self.periods:
            raise CheckpointError(
                "a log whose genesis names its key",
                met="no genesis",
                advice="Run jangbu init.",
            )
        started = [key for first, key in self.periods if first <= size]
        return started[-1] if started else self.periods[0][1]

    def retired(self, size: int) -> frozenset[bytes]:
        """Keys that signed smaller checkpoints and may sign none of this size."""
        in_force = self.at(size)
        return frozenset(
            key for first, key in self.periods if first <= size and key != in_force
        )

    def open(self, note: bytes, origin: str) -> Checkpoint:
        """Verify a signed checkpoint with the key in force at its own size.

        The old key may sign beside the new one, but counts for nothing.

        Raises:
            RetiredKeyError: signed by a key that was rotated away before.
            CheckpointError: malformed, or signed by no key of this log.
        """
        # The size is believed for nothing but the choice of the key: with that key's
        # signature over it, it is the size that the log signed.
        claimed = parse_checkpoint(parse_note(note).text)
        verifier = Verifier(name=origin, public_key=self.at(claimed.size))
        try:
            return open_checkpoint(note, [verifier], origin)
        except CheckpointError as error:
            if _signed_by(note, origin, self.retired(claimed.size)):
                raise RetiredKeyError(
                    "a checkpoint by the log key in force at its size",
                    met="a checkpoint by a key that was rotated away",
                    advice="Do not rely on it: whoever signed it holds a key that the "
                    "log has given up. Keep it as evidence.",
                    size=claimed.size,
                ) from error
            raise


def _signed_by(note: bytes, origin: str, keys: Iterable[bytes]) -> bool:
    verifiers = [Verifier(name=origin, public_key=key) for key in keys]
    try:
        open_note(note, verifiers)
    except CheckpointError:
        return False
    return True
