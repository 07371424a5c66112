from fractions import Fraction

import numpy as np
import pytest

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.compose import Layer, compose
from pipeline.kernels.coverage import Coverage, as_coverage
from pipeline.kernels.light import coverage_of_light
from pipeline.kernels.tables import LIN


def flat(*rgb: int, height: int = 2, width: int = 3) -> Frame:
    return as_frame(np.full((height, width, 3), rgb, np.uint8))


def everywhere(value: int) -> Coverage:
    return as_coverage(np.full((2, 3), value, np.uint16))


def test_the_brightest_channel_says_how_much_light_covers() -> None:
    for code in range(256):
        exact = round(Fraction(int(LIN[code]) * 32768, 65535))
        for rgb in ((code, 0, 0), (0, code, 0), (0, 0, code), (code, code, code)):
            assert (coverage_of_light(flat(*rgb)) == exact).all()


def test_what_shines_at_all_covers_something_and_white_covers_all() -> None:
    assert coverage_of_light(flat(0, 0, 0)).max() == 0
    assert coverage_of_light(flat(0, 1, 0)).min() > 0
    assert coverage_of_light(flat(255, 255, 255)).min() == 32768


def test_light_adds_to_what_is_behind_it_where_it_is_not_full() -> None:
    plate = flat(100, 100, 100)
    result = compose([Layer(rgb=plate), Layer(rgb=flat(0, 60, 0), light=True)])
    red, green, blue = result.frame[0, 0].tolist()
    assert green > 100
    assert red == blue < 100
    lit, seen = result.measures.layers[1], result.measures.layers[0]
    assert lit == 6 * int(coverage_of_light(flat(0, 60, 0))[0, 0])
    assert lit + seen == 6 * 32768


def test_full_light_hides_what_is_behind_it() -> None:
    result = compose([Layer(rgb=flat(9, 9, 9)), Layer(rgb=flat(255, 7, 0), light=True)])
    assert (result.frame == (255, 7, 0)).all()
    assert result.measures.layers == (0, 6 * 32768)


def test_a_matte_in_front_dims_light_and_its_coverage() -> None:
    front = Layer(rgb=flat(0, 0, 0), coverage=everywhere(16384))
    result = compose([Layer(rgb=flat(255, 255, 255), light=True), front])
    assert (result.frame == 188).all()
    assert result.measures.layers == (6 * 16384, 6 * 16384)


def test_rounded_weights_never_turn_white_into_black() -> None:
    # One step of the picture is open: light shines with it although its own weight
    # is rounded to 0, and the white behind it shines with it again.
    dim = next(code for code in range(256) if LIN[code] > 20_000)
    layers = [
        Layer(rgb=flat(255, 255, 255)),
        Layer(rgb=flat(dim, dim, dim), light=True),
        Layer(rgb=flat(255, 255, 255), coverage=everywhere(32767)),
    ]
    total = 32768 * 65535 + int(LIN[dim]) + 16384
    assert total >> 15 == 65536
    result = compose(layers)
    assert (result.frame == 255).all()
    assert result.measures.layers == (6, 0, 6 * 32767)


def test_light_with_a_weight_of_nothing_shines_wherever_a_strip_begins() -> None:
    # Twenty layers that are each too dim for a weight shine together; whether a
    # neighbour in the same strip has a weight must not matter.
    tall = 70
    front = np.full((tall, 3), 31130, np.uint16)
    front[0] = 0
    dim = Layer(rgb=flat(1, 1, 1, height=tall), light=True)
    cover = Layer(rgb=flat(0, 0, 0, height=tall), coverage=as_coverage(front))
    result = compose([*[dim] * 20, cover])
    assert (result.frame[1:] == 1).all()
    assert result.measures.tiles[:20, 1].sum() == 0


def test_light_takes_no_matte() -> None:
    layer = Layer(rgb=flat(1, 2, 3), coverage=everywhere(32768), light=True)
    with pytest.raises(FrameShapeError, match="without a matte") as caught:
        compose([layer])
    assert caught.value.facts == {"layer": 0}
