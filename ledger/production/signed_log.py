"""A log as its newest checkpoint has it: hashes for proofs, keys for its signatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import check
from ledger.errors import LogError
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint
from ledger.log.proof import consistency_proof
from ledger.log.tree import Nodes, leaf_hash
from ledger.ports import LogReader
from ledger.records.authority import Genesis, Rotation

_CHUNK: Final = 4096
_ROTATION: Final = b'"kind":"rotation.'


@dataclass(frozen=True, kw_only=True)
class SignedLog:
    """The log below one checkpoint.

    Attributes:
        note: the checkpoint as the log signed it.
        nodes: the tree over its entries.
        keys: which key signs checkpoints, by their size.
    """

    note: bytes
    point: Checkpoint
    nodes: Nodes
    keys: LogKeys

    def opened(self, note: bytes) -> Checkpoint:
        """Verify a checkpoint of this log; errors as for `LogKeys.open`."""
        return self.keys.open(note, self.point.origin)

    def holds(self, point: Checkpoint) -> bool:
        """Whether a checkpoint's tree is the beginning of this one."""
        if point.size > self.point.size:
            return False
        return self.nodes.range_root(0, point.size) == point.root

    def prove(self, old: int) -> Sequence[bytes]:
        """Consistency proof from a smaller size; errors as `consistency_proof`."""
        return consistency_proof(self.nodes, old, self.point.size)


def read_signed_log(log: LogReader) -> SignedLog:
    """Read all entries of a log and compare them with what it signed.

    Raises:
        LogError: the entries do not lead to the newest checkpoint.
    """
    size, note = log.size(), log.checkpoint()
    leaves: list[bytes] = []
    rotations: list[int] = []
    for start in range(0, size, _CHUNK):
        for index, raw in enumerate(
            log.entries(start, min(start + _CHUNK, size)), start
        ):
            leaves.append(leaf_hash(raw))
            if _ROTATION in raw and parse_entry(raw).kind.startswith("rotation."):
                rotations.append(index)
    keys = _log_keys(log, rotations)
    point = keys.open(note, log.origin)
    nodes = Nodes(leaves)
    if point.size != size or nodes.range_root(0, size) != point.root:
        raise LogError(
            "entries that lead to the newest checkpoint",
            met="others",
            advice="The database was changed from outside: run jangbu fsck.",
        )
    return SignedLog(note=note, point=point, nodes=nodes, keys=keys)


def _log_keys(log: LogReader, rotations: Sequence[int]) -> LogKeys:
    """Genesis' key, and those of the rotations that admission let in."""
    keys = LogKeys()
    for index in (0, *rotations):
        for stored in log.statements(index, index + 1):
            body = check(stored.raw).body
            if isinstance(body, Genesis | Rotation):
                keys = keys.rotated(index, bytes.fromhex(body.log_key))
    return keys
