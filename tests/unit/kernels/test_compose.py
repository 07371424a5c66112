import numpy as np
import pytest

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import Frame, as_frame, as_matte
from pipeline.kernels.compose import Layer, compose
from pipeline.kernels.coverage import Coverage, coverage_of


def flat(height: int, width: int, *rgb: int) -> Frame:
    return as_frame(np.full((height, width, 3), rgb, np.uint8))


def everywhere(height: int, width: int, code: int) -> Coverage:
    return coverage_of(as_matte(np.full((height, width), code, np.uint8)))


def noise(height: int, width: int, seed: int = 1) -> Frame:
    rng = np.random.default_rng(seed)
    return as_frame(rng.integers(0, 256, (height, width, 3), np.uint8))


def test_one_opaque_layer_comes_out_as_it_went_in() -> None:
    frame = noise(131, 97)
    for coverage in (None, everywhere(131, 97, 255)):
        result = compose([Layer(rgb=frame, coverage=coverage)])
        assert (result.frame == frame).all()
        assert result.measures.layers == (131 * 97 * 32768,)
        assert result.measures.unattributed == 0


def test_half_of_an_element_is_half_of_the_picture_and_half_of_the_light() -> None:
    white, black = flat(2, 2, 255, 255, 255), flat(2, 2, 0, 0, 0)
    half = Layer(rgb=white, coverage=everywhere(2, 2, 128))
    result = compose([Layer(rgb=black), half])
    assert result.measures.layers == (4 * 16320, 4 * 16448)
    # Half of the light of white is code 188, not 128.
    assert (result.frame == 188).all()


def test_what_the_bottom_leaves_open_is_black_and_nobodys() -> None:
    layer = Layer(rgb=flat(3, 5, 200, 100, 50), coverage=everywhere(3, 5, 0))
    result = compose([layer])
    assert (result.frame == 0).all()
    assert result.measures.layers == (0,)
    assert result.measures.unattributed == 15 * 32768


def test_an_opaque_layer_hides_everything_below_it() -> None:
    cover = noise(70, 70, seed=2)
    below = [Layer(rgb=noise(70, 70)), Layer(rgb=noise(70, 70, seed=3))]
    result = compose([*below, Layer(rgb=cover)])
    assert (result.frame == cover).all()
    assert result.measures.layers == (0, 0, 70 * 70 * 32768)


def test_a_frame_of_1080_lines_has_smaller_tiles_below_and_right() -> None:
    frame = noise(1080, 200)
    left = np.zeros((1080, 200), np.uint8)
    left[:, :100] = 255
    layers = [Layer(rgb=frame), Layer(rgb=frame, coverage=coverage_of(as_matte(left)))]
    measures = compose(layers).measures
    assert measures.tiles.shape == (3, 17, 4)
    tile = 64 * 64 * 32768
    assert measures.tiles[1, 0].tolist() == [tile, 64 * 36 * 32768, 0, 0]
    assert measures.tiles[0, 0].tolist() == [0, 64 * 28 * 32768, tile, 64 * 8 * 32768]
    assert measures.tiles[0, 16, 3] == 56 * 8 * 32768  # 1080 = 16 * 64 + 56
    assert sum(measures.layers) == 1080 * 200 * 32768
    assert len(measures.tile_bytes()) == 4 * measures.tiles.size


def test_a_layer_that_cannot_be_seen_changes_nothing_but_the_table() -> None:
    plate, ghost = noise(20, 20), Layer(rgb=noise(20, 20, 2))
    clear = Layer(rgb=ghost.rgb, coverage=everywhere(20, 20, 0))
    alone, with_ghost = compose([Layer(rgb=plate)]), compose([Layer(rgb=plate), clear])
    assert (alone.frame == with_ghost.frame).all()
    assert with_ghost.measures.layers == (*alone.measures.layers, 0)
    assert alone.measures.tiles_digest() != with_ghost.measures.tiles_digest()


def test_layers_of_two_sizes_are_refused() -> None:
    plate = Layer(rgb=noise(4, 4))
    with pytest.raises(FrameShapeError) as caught:
        compose([plate, Layer(rgb=noise(4, 5))])
    assert caught.value.facts == {"layer": 1}
    with pytest.raises(FrameShapeError):
        compose([Layer(rgb=noise(4, 4), coverage=everywhere(5, 4, 9))])
    with pytest.raises(FrameShapeError, match="at least one"):
        compose([])
