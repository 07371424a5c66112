"""Matrices in fractions against those that standards print."""

from fractions import Fraction

import numpy as np
import pytest

from pipeline.colour.gamuts import GAMUTS, Matrix, between, inverse, times, to_xyz
from pipeline.colour.make_tables import matrix_table
from pipeline.colour.tables import matrix

AP1_TO_AP0 = (  # Academy S-2014-004, 4.3 (printed with ten decimals)
    (0.6954522414, 0.1406786965, 0.1638690622),
    (0.0447945634, 0.8596711185, 0.0955343182),
    (-0.0055258826, 0.0040252103, 1.0015006723),
)
REC709_TO_XYZ = (  # IEC 61966-2-1, 5.2 (four decimals)
    (0.4124, 0.3576, 0.1805),
    (0.2126, 0.7152, 0.0722),
    (0.0193, 0.1192, 0.9505),
)


def as_floats(exact: Matrix) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[float(value) for value in row] for row in exact])


def test_rec709_leads_to_the_published_xyz() -> None:
    found = as_floats(to_xyz(GAMUTS["rec709"]))
    assert np.abs(found - REC709_TO_XYZ).max() < 5.1e-5


def test_acescg_leads_to_aces_as_the_academy_prints_it() -> None:
    assert np.abs(as_floats(between("ap1", "ap0")) - AP1_TO_AP0).max() < 5.1e-11


@pytest.mark.parametrize("source", sorted(GAMUTS))
@pytest.mark.parametrize("target", sorted(GAMUTS))
def test_white_stays_white_and_back_is_the_inverse(source: str, target: str) -> None:
    exact = between(source, target)
    assert [sum(row) for row in exact] == [Fraction(1)] * 3
    identity = times(between(target, source), exact)
    assert identity == times(inverse(exact), exact)


def test_the_shipped_matrices_are_the_fractions_rounded_once() -> None:
    names = sorted(GAMUTS)
    shipped = np.concatenate(
        [matrix(source, target).ravel() for source in names for target in names]
    )
    assert shipped.tobytes() == matrix_table().tobytes()
    assert matrix("ap0", "ap0").tolist() == np.eye(3).tolist()
