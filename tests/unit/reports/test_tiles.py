import struct

import pytest

from ledger.errors import AlteredEvidenceError
from ledger.records.making import ActivePicture
from ledger.reports.tiles import change_marks, coverage_marks


def words(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def test_a_tile_is_marked_lightly_below_half_and_densely_from_half_on() -> None:
    # 130 × 65: tiles of 64, 64 and 2 columns; rows of 64 and 1.
    changed = (0, 1, 64, 31, 32, 2)
    marks = change_marks(words(*changed, *[0] * 18), 130, 65)
    assert (marks.columns, marks.rows) == (3, 2)
    assert marks.levels == (0, 1, 2, 1, 2, 2)


def test_coverage_is_read_from_the_layers_own_table() -> None:
    table = words(0, 32768 * 64 * 64, 0)
    assert coverage_marks(table, 0, 64, 64).levels == (0,)
    assert coverage_marks(table, 1, 64, 64).levels == (2,)


@pytest.mark.parametrize("layer", [-1, 2, 9])
def test_a_layer_that_the_table_lacks_is_refused(layer: int) -> None:
    with pytest.raises(AlteredEvidenceError):
        coverage_marks(words(0, 0, 0), layer, 64, 64)


@pytest.mark.parametrize("table", [b"", b"\0" * 15, b"\0" * 17])
def test_a_table_of_another_size_is_refused(table: bytes) -> None:
    with pytest.raises(AlteredEvidenceError):
        change_marks(table, 64, 64)


def test_half_of_a_tile_is_half_of_what_is_measured_of_it() -> None:
    # 128 × 64, of which the columns 32 to 80 are picture: 32 of a tile, and 16.
    active = ActivePicture(left=32, top=0, right=80, bottom=64)
    half, less = 32768 * 16 * 64, 32768 * 8 * 64 - 1
    table = words(half, less, 0, 0)
    assert coverage_marks(table, 0, 128, 64, active).levels == (2, 1)
    assert coverage_marks(table, 0, 128, 64).levels == (1, 1)


def test_a_tile_in_a_bar_has_nothing_to_mark() -> None:
    active = ActivePicture(left=0, top=64, right=64, bottom=128)
    marks = coverage_marks(words(0, 32768 * 64 * 64, 0, 0), 0, 64, 128, active)
    assert (marks.rows, marks.levels) == (2, (0, 2))
