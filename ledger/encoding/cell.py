"""The fixed grid of cells and the key of a cell (protocol 5)."""

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.records.identity import Digest
from ledger.records.time import FrameRange

CELL_FRAMES = 32


def cell_of(frame: int) -> int:
    """The cell of a frame: absolute, so the same for every run; -1 is in cell -1."""
    return frame // CELL_FRAMES


def frames_of(cell: int) -> range:
    """The frame numbers of a whole cell."""
    return range(cell * CELL_FRAMES, (cell + 1) * CELL_FRAMES)


def cells_of(frames: FrameRange) -> range:
    """The cells that a range touches."""
    return range(cell_of(frames.start), cell_of(frames.end - 1) + 1)


def cell_key(log: str, run: str, cell: int) -> Digest:
    """SHA-256 of JCS["cell/1", log, run id, cell], 64 hex digits."""
    return sha256_hex(canonical.encode(["cell/1", log, run, cell]))
