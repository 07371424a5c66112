"""A place in a text tree that knows where it stands and can refuse what is there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final, NoReturn, TypeVar

from ledger.rules.errors import MalformedPolicyError
from ledger.rules.text_yaml import TextTree, pointer

LONGEST: Final = 4000
"""Characters of one text."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")

Word = TypeVar("Word", bound=Enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual:
    """A text in Korean and in English."""

    ko: str
    en: str

    def to_json(self) -> dict[str, str]:
        return {"ko": self.ko, "en": self.en}


def is_day(text: str) -> bool:
    """Whether this is a day of the calendar, `2026-11-22`."""
    if _DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the tree.

    Attributes:
        value: what stands there.
        file: name of the file.
        path: JSON pointer within it.
    """

    value: TextTree
    file: str
    path: str = ""

    def refuse(self, expected: str, met: str, advice: str = "") -> NoReturn:
        """Raise a MalformedPolicyError with the file and the key."""
        raise MalformedPolicyError(
            expected,
            met=met,
            advice=advice
            or "Correct the file; docs/reference/policies.md has the form.",
            where=f"{self.file}#{self.path}",
        )

    def members(self) -> "dict[str, Field]":
        """The members of a mapping that may have any key."""
        if not isinstance(self.value, dict):
            self.refuse("a mapping", self.met())
        return {
            key: Field(value, self.file, pointer(self.path, key))
            for key, value in self.value.items()
        }

    def mapping(
        self, required: Iterable[str], optional: Iterable[str] = ()
    ) -> "dict[str, Field]":
        """The members of a mapping with just these keys."""
        found = self.members()
        for key in required:
            if key not in found:
                self.refuse(f"the key {key}", "a mapping without it")
        permitted = {*required, *optional}
        for key, field in found.items():
            if key not in permitted:
                field.refuse(f"one of {', '.join(sorted(permitted))}", key[:40])
        return found

    def elements(self, least: int = 1) -> "list[Field]":
        """The elements of a list."""
        if not isinstance(self.value, list):
            self.refuse("a list", self.met())
        if len(self.value) < least:
            self.refuse(f"a list of at least {least}", f"one of {len(self.value)}")
        return [
            Field(value, self.file, pointer(self.path, place))
            for place, value in enumerate(self.value)
        ]

    def text(self) -> str:
        """A text that is not empty; spaces around it are not permitted."""
        if not isinstance(self.value, str):
            self.refuse("text", self.met())
        if not self.value.strip():
            self.refuse("text", "nothing")
        if len(self.value) > LONGEST:
            self.refuse(f"at most {LONGEST} characters", str(len(self.value)))
        return self.value.strip()

    def matching(self, pattern: re.Pattern[str], expected: str) -> str:
        """A text of this form."""
        text = self.text()
        if pattern.fullmatch(text) is None:
            self.refuse(expected, text[:60])
        return text

    def one_of(self, words: Mapping[str, object] | Iterable[str]) -> str:
        """One of these words."""
        text = self.text()
        known = list(words)
        if text not in known:
            self.refuse(f"one of {', '.join(known)}", text[:60])
        return text

    def member_of(self, words: type[Word]) -> Word:
        """A member of an enum, by its value."""
        by_value = {str(member.value): member for member in words}
        return by_value[self.one_of(by_value)]

    def integer(self, least: int, most: int) -> int:
        """A whole number in its one spelling."""
        number = int(self.matching(_INTEGER, "a whole number"))
        if not least <= number <= most:
            self.refuse(f"a number from {least} to {most}", str(number))
        return number

    def day(self) -> str:
        """A day of the calendar."""
        text = self.text()
        if not is_day(text):
            self.refuse("a day, YYYY-MM-DD", text[:60])
        return text

    def yes_or_no(self) -> bool:
        """`yes` or `no`."""
        return self.one_of(("yes", "no")) == "yes"

    def bilingual(self) -> Bilingual:
        """A text in both languages."""
        return bilingual(self.mapping(("ko", "en")))

    def met(self) -> str:
        """What kind of value stands here."""
        match self.value:
            case dict():
                return "a mapping"
            case list():
                return "a list"
            case _:
                return f"the text {self.value[:40]!r}"


def bilingual(members: Mapping[str, Field]) -> Bilingual:
    """The text of two members, `ko` and `en`."""
    return Bilingual(ko=members["ko"].text(), en=members["en"].text())
