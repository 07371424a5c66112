from typing import Any, cast

import numpy as np
import pytest

from pipeline.errors import FrameShapeError
from pipeline.frames.raster import Box
from pipeline.kernels.bounds import (
    Claim,
    at_most,
    changed_from_plate,
    complete,
    measure_claims,
    nested,
)
from pipeline.kernels.coverage import Coverage, as_coverage
from pipeline.kernels.linear import Levels
from pipeline.kernels.measure_2 import BoundedMeasures

ONE = 32768
HALF = ONE // 2


def plane(*values: int) -> Coverage:
    return as_coverage(np.array([values], np.uint16))


def grey(*codes: int) -> Levels:
    row = np.array([codes], np.uint16)
    return cast("Levels", np.repeat(row[:, :, None], 3, axis=2))


def met(measures: BoundedMeasures) -> list[tuple[int, int]]:
    everybody = (*measures.layers, measures.unattributed)
    return [(one.lower, one.upper) for one in everybody]


def test_complete_mattes_are_exact_and_the_rest_is_nobodys() -> None:
    measures = measure_claims(
        grey(9, 9), [complete(plane(ONE, HALF)), complete(plane(0, 8192))]
    )
    assert met(measures) == [(49152, 49152), (8192, 8192), (8192, 8192)]
    assert measures.exact


def test_a_matte_from_before_the_last_comp_is_an_upper_bound_only() -> None:
    measures = measure_claims(grey(9), [at_most(plane(HALF))])
    assert met(measures) == [(0, HALF), (HALF, ONE)]


def test_of_mattes_that_sum_to_too_much_each_has_what_the_others_leave() -> None:
    measures = measure_claims(grey(9), [complete(plane(24576)), complete(plane(16384))])
    assert met(measures) == [(16384, 24576), (8192, 16384), (0, 8192)]
    assert measures.tiles.sum() == ONE
    both = measure_claims(grey(9), [complete(plane(ONE)), complete(plane(ONE))])
    assert met(both) == [(0, ONE), (0, ONE), (0, ONE)]


def test_where_the_final_is_the_graded_plate_it_is_plate_and_else_it_is_open() -> None:
    changed = changed_from_plate(grey(100, 100, 100), grey(100, 102, 103), 2)
    assert changed.tolist() == [[False, False, True]]
    measures = measure_claims(grey(9, 9, 9), [], changed=changed)
    assert met(measures) == [(2 * ONE, 3 * ONE), (0, ONE)]
    # Both tables are told apart: nobody's, where it is not the plate for certain.
    assert measures.tiles.sum(axis=(1, 2)).tolist() == [2 * ONE, ONE]


def test_mattes_go_before_the_plate() -> None:
    changed: Any = np.array([[False, True]])
    measures = measure_claims(
        grey(9, 9), [complete(plane(HALF, HALF))], changed=changed
    )
    assert met(measures) == [(HALF, ONE), (ONE, ONE), (0, HALF)]


def test_a_precomp_is_one_element_unless_it_brings_ids() -> None:
    outer = complete(plane(HALF, ONE))
    inside = nested(outer, [complete(plane(ONE, HALF)), at_most(plane(ONE, ONE))])
    assert inside[0].upper.tolist() == [[HALF, HALF]]
    assert inside[0].lower is not None
    assert inside[0].lower.tolist() == [[HALF, HALF]]
    assert inside[1].lower is None
    assert nested(at_most(plane(ONE)), [complete(plane(ONE))])[0].lower is None


def test_bars_are_not_measured_here_either() -> None:
    whole = as_coverage(np.full((100, 70), ONE, np.uint16))
    measures = measure_claims(
        cast("Levels", np.zeros((100, 70, 3), np.uint16)),
        [complete(whole)],
        active=Box(0, 20, 70, 90),
    )
    assert met(measures) == [(70 * 70 * ONE,) * 2, (0, 0)]


def test_light_is_that_of_the_final() -> None:
    measures = measure_claims(grey(0, 65535), [complete(plane(ONE, 0))])
    assert measures.light == ((0, 0),)
    assert measures.light_unattributed == (ONE * 65535,) * 2
    assert measures.light_total == ONE * 65535


def test_claims_that_do_not_fit_are_refused() -> None:
    with pytest.raises(FrameShapeError, match="size of the final"):
        measure_claims(grey(9), [complete(plane(1, 2))])
    with pytest.raises(FrameShapeError, match="nowhere above"):
        measure_claims(grey(9), [Claim(lower=plane(2), upper=plane(1))])
    with pytest.raises(FrameShapeError):
        changed_from_plate(grey(1), grey(1, 2), 0)
    with pytest.raises(FrameShapeError):
        changed_from_plate(grey(1), grey(1), 65535)
    with pytest.raises(FrameShapeError):
        nested(complete(plane(1)), [complete(plane(1, 2))])
