import pytest

from pipeline.colour.curves import CURVES
from pipeline.colour.gamuts import GAMUTS
from pipeline.colour.spaces import SPACES, space_of
from pipeline.errors import ColourSpaceError


def test_the_list_is_what_the_pages_and_readers_name() -> None:
    assert set(SPACES) == {
        "srgb",
        "rec709",
        "linear-rec709",
        "acescg",
        "acescct",
        "aces2065-1",
        "logc3-ei800-awg3",
        "logc4-awg4",
        "slog3-sgamut3cine",
        "slog3-sgamut3",
        "data",
    }


def test_every_space_of_colour_has_a_curve_a_gamut_and_a_document() -> None:
    for space in SPACES.values():
        assert space.source
        if space.kind != "data":
            assert space.is_linear or space.transfer in CURVES
            assert space.gamut in GAMUTS


def test_display_light_and_scene_light_are_kept_apart() -> None:
    display = {token for token, space in SPACES.items() if space.kind == "display"}
    assert display == {"srgb", "rec709"}
    assert not any(SPACES[token].is_log for token in display)


def test_data_is_no_light() -> None:
    assert not space_of("data").is_linear


def test_an_unknown_token_is_refused_with_the_list() -> None:
    with pytest.raises(ColourSpaceError) as refused:
        space_of("sRGB", where="plate")
    assert "acescct" in refused.value.expected
    assert refused.value.where == "plate"
