"""Logs of opaque entries with a key of their own, and trees of them in a folder."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.digest import sha256
from ledger.evidence.tiled_log import check_tiled_log
from ledger.evidence.verdict import State
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Verifier
from ledger.log.tiles import ENTRIES, Tile, TileEdge, tiles_of
from ledger.log.tree import leaf_hash, root_of
from ledger.production.exporting import Exported, Exporter
from tests.simulators.shelves import ListedLog

ORIGIN = "jangbu.invalid/7e57000000000000"


def entry(number: int, seed: str = "") -> bytes:
    """Some bytes of differing lengths, none among them."""
    return f"{seed}{number} ".encode() * (number % 5)


@dataclass
class PublicLog:
    """A log that grows and is exported."""

    size: int = 0
    seed: str = ""
    origin: str = ORIGIN
    key: Ed25519PrivateKey = field(
        default_factory=lambda: Ed25519PrivateKey.from_private_bytes(sha256(b"log"))
    )

    def __post_init__(self) -> None:
        self.log = ListedLog(self.origin)
        self.grow(self.size)

    def grow(self, count: int) -> "PublicLog":
        start = len(self.log.raw_entries)
        added = (entry(at, self.seed) for at in range(start, start + count))
        self.log.raw_entries += added
        self.sign()
        return self

    def sign(self) -> None:
        root = root_of([leaf_hash(raw) for raw in self.log.raw_entries])
        point = Checkpoint(origin=self.origin, size=self.log.size(), root=root)
        self.log.note = sign_checkpoint(point, self.key)

    @property
    def verifier(self) -> Verifier:
        return Verifier.of(self.origin, self.key)

    @property
    def keys(self) -> LogKeys:
        return LogKeys(((1, self.verifier.public_key),))

    def export(
        self, folder: Path, *, whole: bool = False, beside: Path | None = None
    ) -> Exported:
        exporter = Exporter(
            log=self.log, keys=self.keys, beside=beside or folder.parent / "none"
        )
        return exporter.export(folder, whole=whole)


def tiles_in_memory(leaves: list[bytes]) -> tuple[dict[Tile, bytes], TileEdge]:
    """All hash tiles of a tree, and its edge."""
    edge, full = TileEdge().extend(leaves)
    tiles = {one.tile: one.content for one in (*full, *edge.partial())}
    assert all(tile.level != ENTRIES for tile in tiles)
    return tiles, edge


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def paths_of(size: int) -> set[str]:
    """Every file of the tree of a log of this size."""
    return {tile.path for tile in tiles_of(size)} | {"checkpoint", "keys"}


def is_whole(folder: Path, log: PublicLog) -> bool:
    """Whether a stranger finds the tree in a folder verified."""
    return check_tiled_log(folder, [log.verifier]).state is State.VERIFIED
