import struct

import pytest

from ledger.errors import AlteredEvidenceError
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
