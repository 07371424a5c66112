"""One log as it is served: the port, and what is kept in memory to answer quickly.

What is kept follows from the log alone: the tree, and who may ask. It is caught up
whenever it is needed, from the entries that were added since.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from ledger.encoding.kinds import KINDS
from ledger.encoding.statement import check
from ledger.errors import LogError, MissingEvidenceError
from ledger.history.authority import DECIDING, Authority
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.proof import consistency_proof, inclusion_proof
from ledger.log.tiles import WIDTH, Tile
from ledger.log.tree import leaf_hash
from ledger.ports import Clock, LogReader, Port, Receipt
from ledger.records.statement import family
from ledger.remote.errors import UnknownAddressError
from ledger.remote.wire import ProvenReceipt
from ledger.service.growing_tree import GrowingTree

AT_ONCE: Final = 4_096
"""Entries that are read at a time while catching up."""


class _Header(msgspec.Struct):
    """What catching up needs of an entry."""

    kind: str


_headers: Final = msgspec.json.Decoder(_Header)


@dataclass(slots=True, kw_only=True)
class ServedLog:
    """A log and its port; safe between threads.

    Attributes:
        reader: a reader of the log as it is now.
        trouble: why nothing can be added at present; "" if it can.
        scratch: a folder on the disk of the blobs, for what is on its way.
    """

    origin: str
    port: Port
    reader: Callable[[], LogReader]
    clock: Clock
    scratch: Path
    trouble: Callable[[], str] = str
    tree: GrowingTree = field(default_factory=GrowingTree)
    authority: Authority = field(default_factory=Authority)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def snapshot(self) -> LogReader | None:
        """The log as it is now, with tree and authority caught up; `None` if empty."""
        reader = self.reader()
        try:
            size = reader.size()
        except MissingEvidenceError:
            return None
        with self._lock:
            while len(self.tree) < size:
                self._learn(reader, len(self.tree), min(len(self.tree) + AT_ONCE, size))
        return reader

    def known(self) -> LogReader:
        """As `snapshot`, of a log that was founded.

        Raises:
            UnknownAddressError: not even a genesis was admitted.
        """
        reader = self.snapshot()
        if reader is None:
            raise absent("a log with its genesis", "an empty log")
        return reader

    def proven(self, receipt: Receipt) -> ProvenReceipt:
        """A receipt with the proof of its leaf under its own checkpoint."""
        note = parse_note(receipt.checkpoint.encode())
        size = parse_checkpoint(note.text).size
        if len(self.tree) < size:
            self.snapshot()
        proof = inclusion_proof(self.tree, receipt.index, size)
        return ProvenReceipt(receipt=receipt, proof=proof)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The audit path of an entry.

        Raises:
            UnknownAddressError: there is no such entry in a tree of that size.
        """
        most = self.known().size()
        if not index < size <= most:
            raise absent(f"an index below a size of at most {most}", "others")
        return inclusion_proof(self.tree, index, size)

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Proof that the smaller tree is a prefix of the larger.

        Raises:
            UnknownAddressError: there is no tree of these sizes.
        """
        most = self.known().size()
        if not old <= new <= most:
            raise absent(f"an old size up to a new one of at most {most}", "others")
        return consistency_proof(self.tree, old, new)

    def tile(self, path: str) -> tuple[Tile, bytes | list[bytes]]:
        """A tile's bytes, or the entries of a bundle.

        Raises:
            UnknownAddressError: the log has no such tile.
        """
        tile = Tile.from_path(path)
        if tile is None:
            raise absent("the path of a tile", "another path")
        reader = self.known()
        size = reader.size()
        if tile.level < 0:
            start = tile.index * WIDTH
            if start + tile.width <= size:
                return tile, reader.entries(start, start + tile.width)
        else:
            hashes = self.tree.tile(tile)
            if hashes is not None:
                return tile, hashes
        raise absent("a tile of the log at its present size", "a later one")

    def _learn(self, reader: LogReader, start: int, end: int) -> None:
        leaves, authority = [], self.authority
        for index, raw in enumerate(reader.entries(start, end), start):
            leaves.append(leaf_hash(raw))
            kind = _headers.decode(raw).kind
            if family(kind) in DECIDING and kind in KINDS:
                (stored,) = reader.statements(index, index + 1)
                authority = authority.advance(stored.id, check(stored.raw), index)
        if len(leaves) != end - start:
            raise LogError(
                "an entry for each place below the checkpoint",
                met=f"{len(leaves)} of {end - start}",
                advice="The database was changed from outside: run jangbu fsck.",
            )
        self.tree.extend(leaves)
        self.authority = authority


def absent(expected: str, met: str) -> UnknownAddressError:
    """The error for what the log does not have, or not yet."""
    return UnknownAddressError(
        expected, met=met, advice="Ask for what the newest checkpoint covers."
    )
