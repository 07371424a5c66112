"""Text that is read as it looks: nothing in it hides, and something can be seen.

Characters that are never seen can make two names look alike, or turn the order of a
line around. Two of them spell words in some scripts, and stay.
"""

import unicodedata
from typing import Final

_JOINERS: Final = "\u200c\u200d"
"""Zero-width non-joiner and joiner: Persian and Indic names are spelled with them."""

_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by category that are empty to the eye (Hangul fillers, Braille)."""


def unseen(text: str) -> str:
    """The first format character that hides in a text, as `U+202E`; else empty."""
    for character in text:
        if unicodedata.category(character) == "Cf" and character not in _JOINERS:
            return f"U+{ord(character):04X}"
    return ""


def is_visible(text: str) -> bool:
    """Whether a text has a letter, digit, mark of punctuation or sign to be seen."""
    return any(
        unicodedata.category(character)[0] in "LNPS" and character not in _BLANKS
        for character in text
    )
