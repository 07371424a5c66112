"""A partial tile of another width than the tree's is not taken for it."""

from pathlib import Path

import pytest

from ledger.evidence.tiled_log import check_tiled_log
from ledger.evidence.verdict import State
from tests.simulators.public_logs import PublicLog

SIZE, WIDTH = 600, 88
TILE = "tile/0/002.p"
FILLER = bytes(range(32))


@pytest.mark.parametrize("width", [1, WIDTH - 1, WIDTH + 1, 255])
def test_a_partial_tile_of_a_wrong_width_is_named(width: int, tmp_path: Path) -> None:
    log = PublicLog(SIZE)
    log.export(tmp_path)
    right = tmp_path / TILE / str(WIDTH)
    assert right.stat().st_size == WIDTH * 32
    hashes = right.read_bytes() + FILLER * 256
    right.unlink()
    (tmp_path / TILE / str(width)).write_bytes(hashes[: width * 32])
    report = check_tiled_log(tmp_path, [log.verifier])
    assert report.state is State.FAILED
    assert f"{TILE}/{WIDTH}" in {fault.path for fault in report.faults}
