import tomllib

import pytest

from pipeline.colour.config import ColourTable, parse_colour
from pipeline.colour.spaces import space_of
from pipeline.errors import ColourSpaceError, RecipeError

WHOLE = """
working = "acescg"
output = "rec709"
range = "legal"

[sources]
plate = "logc3-ei800-awg3"
insert = { space = "slog3-sgamut3cine", range = "legal", instead_of = "rec709" }

[look]
source = "acescct"
target = "rec709"
cdl = "grades/SQ010_0010.ccc"
cdl_id = "SQ010_0010"
cdl_clamp = true
lut = "luts/show.cube"
config = "ocio/config.ocio"
config_from = "ACEScct"
display = "Rec.1886 Rec.709 - Display"
view = "ACES 1.0 - SDR Video"
lattice = 65
"""


def parse(text: str) -> ColourTable:
    return parse_colour(tomllib.loads(text))


def test_a_whole_table_is_read() -> None:
    table = parse(WHOLE)
    assert (table.working, table.range) == (space_of("acescg"), "legal")
    assert table.output == space_of("rec709")
    assert table.sources["insert"].range == "legal"
    assert table.look is not None
    assert table.look.cdl == "grades/SQ010_0010.ccc"
    assert table.look.cdl_clamp
    assert table.look.lattice == 65


def test_an_empty_table_names_the_working_space_only() -> None:
    assert parse("") == ColourTable()
    assert ColourTable().working == space_of("linear-rec709")


def test_a_source_without_any_space_is_refused() -> None:
    with pytest.raises(ColourSpaceError) as refused:
        ColourTable().source("plate", None)
    assert refused.value.where == "plate"
    assert "[colour.sources]" in refused.value.advice


def test_a_source_has_the_space_that_it_declares_or_that_is_named() -> None:
    table = parse(WHOLE)
    assert table.source("matte painting", "acescg").space == space_of("acescg")
    assert table.source("plate", None).space == space_of("logc3-ei800-awg3")
    same = table.source("plate", "logc3-ei800-awg3")
    assert same.space == space_of("logc3-ei800-awg3")


def test_a_wrong_declaration_is_overruled_only_in_words() -> None:
    table = parse(WHOLE)
    assert table.source("insert", "rec709").space == space_of("slog3-sgamut3cine")
    with pytest.raises(ColourSpaceError) as refused:
        table.source("plate", "srgb")
    assert 'instead_of = "srgb"' in refused.value.advice


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("woking = 'acescg'", "colour.woking"),
        ("working = 7", "colour.working"),
        ("working = 'acescct'", "colour.working"),
        ("working = 'data'", "colour.working"),
        ("output = ''", "colour.output"),
        ("range = 'video'", "colour.range"),
        ("range = ['full']", "colour.range"),
        ("sources = 3", "colour.sources"),
        ("sources = { plate = 3 }", "colour.sources.plate"),
        ("sources = { plate = { range = 'full' } }", "colour.sources.plate"),
        (
            "sources = { plate = { space = 'srgb', bits = 8 } }",
            "colour.sources.plate.bits",
        ),
        ("look = 'a.cube'", "colour.look"),
        ("look = { source = 'acescct', lut = 'a.cube' }", "colour.look"),
        ("look = { source = 'acescct', target = 'srgb' }", "colour.look"),
    ],
)
def test_a_field_that_is_wrong_is_named(text: str, where: str) -> None:
    with pytest.raises(RecipeError) as refused:
        parse(text)
    assert refused.value.where == where


LOOK = "look = { source = 'acescct', target = 'acescct', %s }"


@pytest.mark.parametrize(
    "rest",
    [
        "lut = '/luts/a.cube'",
        "lut = '../a.cube'",
        "lut = 'a/../../a.cube'",
        "lut = 'C:/a.cube'",
        "lut = 'a\\b.cube'",
        "lut = 'a//b.cube'",
        "lut = 'e\u0301.cube'",
        'lut = "a\\u0000.cube"',
        "lut = 'a.cube', lattice = 130",
        "lut = 'a.cube', lattice = true",
        "lut = 'a.cube', lattice = '33'",
        "lut = 'a.cube', cdl_clamp = 1",
        "lut = 'a.cube', display = 'x'",
        "config = 'a.ocio'",
        "config = 'a.ocio', config_from = 'x'",
        "config = 'a.ocio', config_from = 'x', config_to = 'y', view = 'z'",
        "config = 'a.ocio', config_from = 'x', display = 'y'",
        "config = '../a.ocio', config_from = 'x', config_to = 'y'",
    ],
)
def test_a_look_that_cannot_be_made_is_refused(rest: str) -> None:
    with pytest.raises(RecipeError):
        parse(LOOK % rest)


def test_a_built_in_config_may_be_named() -> None:
    name = "ocio://studio-config-v2.2.0_aces-v1.3_ocio-v2.4"
    table = parse(LOOK % f"config = '{name}', config_from = 'x', config_to = 'y'")
    assert table.look is not None
    assert table.look.config == name


@pytest.mark.parametrize(
    "text",
    ["output = 'sRGB'", "sources = { a = 'log' }", LOOK.replace("acescct", "x", 1)],
)
def test_an_unknown_space_is_refused(text: str) -> None:
    with pytest.raises(ColourSpaceError):
        parse(text.replace("%s", "lut = 'a.cube'"))


def test_what_a_file_declares_has_to_be_a_space_that_is_known() -> None:
    with pytest.raises(ColourSpaceError):
        ColourTable().source("plate", "adobe-rgb")
