"""What hides in a text, and what can be seen of it."""

import pytest

from ledger.records.visible import is_visible, unseen


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\u202eb", "U+202E"),
        ("\u2066a\u2069", "U+2066"),
        ("김\u200b하나", "U+200B"),
        ("\ufeffa", "U+FEFF"),
        ("a\u00adb", "U+00AD"),
        ("a\U000e0041", "U+E0041"),
    ],
)
def test_a_character_that_hides_is_named(text: str, found: str) -> None:
    assert unseen(text) == found


@pytest.mark.parametrize("text", ["क्\u200cष", "क्\u200dष", "김하나", "Zoë", ""])
def test_joiners_and_letters_hide_nothing(text: str) -> None:
    assert unseen(text) == ""


@pytest.mark.parametrize("text", ["김", "x", "1917", "0010", "!!!", "π", "한\u3164"])
def test_one_letter_digit_or_sign_is_enough_to_be_seen(text: str) -> None:
    assert is_visible(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u00a0\u3000",
        "\u200d",
        "\u200c ",
        "\u3164",
        "\uffa0\u115f",
        "\u2800",
        "\ufe0f",
        "\u034f",
    ],
)
def test_blanks_joiners_and_marks_alone_are_not_seen(text: str) -> None:
    assert not is_visible(text)
