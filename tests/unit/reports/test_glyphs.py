import pytest

from ledger.reports.errors import MissingGlyphError
from ledger.reports.fonts import Font
from ledger.reports.glyphs import check_glyphs, printable


def font(characters: str) -> Font:
    return Font(
        name="synthetic", digest="", content=b"", covers=frozenset(map(ord, characters))
    )


def test_the_error_names_the_character_and_where_it_stands() -> None:
    document = {"people": [{"name": "가나"}, {"name": "가😀"}]}
    with pytest.raises(MissingGlyphError) as caught:
        check_glyphs(document, [font("가나")])
    assert "😀 (U+1F600, GRINNING FACE)" in caught.value.met
    assert caught.value.where == "/people/1/name"
    assert "--font" in caught.value.advice


def test_many_missing_characters_are_counted_and_the_first_ones_named() -> None:
    with pytest.raises(MissingGlyphError) as caught:
        check_glyphs({"name": "abcdefghijklm"}, [font("")])
    assert "and 5 more" in caught.value.met
    assert caught.value.public() == {
        "code": "report.glyph",
        "expected": caught.value.expected,
        "advice": caught.value.advice,
    }


def test_an_added_font_fills_what_the_first_one_lacks() -> None:
    check_glyphs({"name": "가😀"}, [font("가"), font("😀")])


def test_what_is_never_seen_is_printed_by_its_number() -> None:
    shown = printable({"name": "a\u202eb\u0007", "list": ["x\ny", 3, None, True]})
    assert shown == {"name": "a[U+202E]b[U+0007]", "list": ["x y", 3, None, True]}


def test_a_variation_selector_needs_no_glyph_of_its_own() -> None:
    check_glyphs({"name": "葛\U000e0100"}, [font("葛")])
