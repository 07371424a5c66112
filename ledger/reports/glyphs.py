"""No character without a glyph: text is looked through before it is typeset.

A character that no font has would be printed as an empty box, in a name perhaps.
Characters that are never seen (control and format characters, which could also
turn the order of a line around) are printed by their number instead.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ledger.reports.errors import MissingGlyphError
from ledger.reports.fonts import Font

_MOST_NAMED: Final = 8
_SELECTORS: Final = frozenset([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
"""Variation selectors: they choose a glyph and have none."""


def printable(value: Any) -> Any:  # noqa: ANN401  # JSON
    """A document with every unseen character written as `[U+202E]`."""
    match value:
        case str():
            return "".join(_printable(one) for one in value)
        case Mapping():
            return {name: printable(one) for name, one in value.items()}
        case list() | tuple():
            return [printable(one) for one in value]
        case _:
            return value


def _printable(character: str) -> str:
    if character in "\n\t":
        return " "
    if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}:
        return f"[U+{ord(character):04X}]"
    return character


def check_glyphs(document: Any, fonts: Sequence[Font]) -> None:  # noqa: ANN401  # JSON
    """Refuse a document with a character that no font has.

    Raises:
        MissingGlyphError: names the characters, and where the first one stands.
    """
    covered = _SELECTORS.union(*(font.covers for font in fonts))
    missing: dict[str, str] = {}
    for pointer, text in _texts(document, ""):
        for character in text:
            if ord(character) not in covered:
                missing.setdefault(character, pointer)
    if not missing:
        return
    named = ", ".join(_named(one) for one in list(missing)[:_MOST_NAMED])
    more = len(missing) - _MOST_NAMED
    raise MissingGlyphError(
        "a font with a glyph for every character",
        met=f"none for {named}" + (f" and {more} more" if more > 0 else ""),
        advice="Give a font that has them with --font FILE.",
        where=next(iter(missing.values())),
    )


def _named(character: str) -> str:
    name = unicodedata.name(character, "a character without a name")
    return f"{character} (U+{ord(character):04X}, {name})"


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    match value:
        case str():
            yield pointer or "/", value
        case Mapping():
            for name, one in value.items():
                yield from _texts(one, f"{pointer}/{name}")
        case list() | tuple():
            for index, one in enumerate(value):
                yield from _texts(one, f"{pointer}/{index}")
        case _:
            return
