"""The fixed grid of cells."""

import pytest

from ledger.encoding.cell import CELL_FRAMES, cell_key, cell_of, cells_of, frames_of
from ledger.records.time import FrameRange, Rate

LOG, RUN = "jangbu.invalid/0123456789abcdef", "ab" * 32


@pytest.mark.parametrize(
    ("frame", "cell"), [(0, 0), (31, 0), (32, 1), (-1, -1), (-32, -1), (-33, -2)]
)
def test_cells_are_counted_from_frame_zero_for_every_shot(
    frame: int, cell: int
) -> None:
    assert cell_of(frame) == cell
    assert frame in frames_of(cell)
    assert len(frames_of(cell)) == CELL_FRAMES


def test_a_range_touches_the_cells_of_its_first_and_last_frame() -> None:
    frames = FrameRange.between(-1, 65, Rate(24, 1))
    assert list(cells_of(frames)) == [-1, 0, 1, 2]
    assert list(cells_of(FrameRange.between(0, 32, Rate(24, 1)))) == [0]


def test_the_key_of_a_cell_depends_on_log_run_and_number() -> None:
    keys = {
        cell_key(LOG, RUN, 1),
        cell_key(LOG, RUN, -1),
        cell_key(LOG, "cd" * 32, 1),
        cell_key("jangbu.invalid/0123456789abcdee", RUN, 1),
    }
    assert len(keys) == 4
