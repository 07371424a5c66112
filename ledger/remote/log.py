"""What a service shows of its log to everybody: checkpoint, entries, tiles.

Entries are believed once the leaf hashes of the whole log lead to its signed root, and
the entry hashes to its leaf. Leaf hashes come as tiles, 32 bytes an entry, and are kept
while the process runs: a later checkpoint has to continue the same leaves.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.errors import ConsistencyError
from ledger.log.checkpoint import Checkpoint
from ledger.log.tiles import WIDTH, split_hashes, tile_at
from ledger.log.tree import HASH_BYTES, Frontier, leaf_hash
from ledger.remote import wire
from ledger.remote.problem import no_answer
from ledger.remote.transport import Call, Transport
from ledger.remote.trust import Trust


@dataclass(slots=True, kw_only=True)
class KnownLeaves:
    """Leaf hashes that led to a signed root; shared by all readers of one port."""

    hashes: bytearray = field(default_factory=bytearray)
    frontier: Frontier = field(default_factory=Frontier)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, index: int) -> bytes:
        """The leaf hash at an index below `frontier.size`."""
        return bytes(self.hashes[index * HASH_BYTES : (index + 1) * HASH_BYTES])

    def extend(self, more: bytes, point: Checkpoint) -> None:
        """Take in the leaves up to a checkpoint.

        Raises:
            ConsistencyError: with them, the log does not lead to its root.
        """
        added = [more[start : start + HASH_BYTES] for start in range(0, len(more), 32)]
        frontier = self.frontier.extend(added)
        if (frontier.size, frontier.root()) != (point.size, point.root):
            raise ConsistencyError(
                "leaves that lead from those known before to the signed root",
                met="another root",
                advice="Keep both checkpoints, and ask whoever runs the service.",
                old_size=self.frontier.size,
                new_size=point.size,
            )
        self.hashes += more
        self.frontier = frontier


@dataclass(slots=True, kw_only=True)
class RemoteLog:
    """Reads the public part of a log at one moment: `LogReader` without contents."""

    transport: Transport
    trust: Trust
    known: KnownLeaves
    _newest: tuple[bytes, Checkpoint] | None = None

    @property
    def origin(self) -> str:
        return self.trust.log

    def size(self) -> int:
        """Entries in the newest checkpoint."""
        return self._snapshot()[1].size

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint note."""
        return self._snapshot()[0]

    def entries(self, start: int, end: int) -> list[bytes]:
        """Canonical bytes of the entries [start, end).

        Raises:
            ConsistencyError: the log does not lead to its signed root.
            UntrustedAnswerError: entries are missing, or are others.
        """
        end = min(end, self.size())
        self._learn()
        found: list[bytes] = []
        while start + len(found) < end:
            found += self._page(start + len(found), end)
        for index, entry in enumerate(found, start):
            if leaf_hash(entry) != self.known.at(index):
                raise no_answer(f"another entry {index} than the log's")
        return found

    def _page(self, start: int, end: int) -> list[bytes]:
        path = f"/v1/entries?start={start}&end={end}"
        body = self.transport.ask(Call(method="GET", path=path)).body
        page = body.split(b"\n")
        if page.pop() or not 0 < len(page) <= end - start:
            raise no_answer("no lines of entries, or too many")
        return page

    def _learn(self) -> None:
        point = self._snapshot()[1]
        known = self.known
        with known.lock:
            if known.frontier.size < point.size:
                start = known.frontier.size
                hashes = b"".join(self._leaves(start // WIDTH, point.size))
                # The tile that was not full yet comes again with more in it.
                known.extend(hashes[start % WIDTH * HASH_BYTES :], point)

    def _leaves(self, first: int, size: int) -> Iterator[bytes]:
        for index in range(first, -(-size // WIDTH)):
            tile = tile_at(0, index, size)
            raw = self.transport.ask(Call(method="GET", path=f"/{tile.path}")).body
            split_hashes(raw, tile)
            yield raw

    def _snapshot(self) -> tuple[bytes, Checkpoint]:
        if self._newest is None:
            before = self.trust.size()
            call = Call(method="GET", path="/checkpoint")
            note = self.transport.ask(call).body
            if len(note) > wire.MOST_NOTE:
                raise no_answer(f"a checkpoint of {len(note)} bytes")
            self._newest = (note, self.trust.opened(note, before))
        return self._newest
