"""YAML as text only: no types, no references, no surprises.

YAML reads `NO` as false, `012` as ten and `12:30` as 750. Here every scalar is the
text that stands there, and a document is a tree of dictionaries, lists and text.
Built from the parser's events, one at a time, so that nothing hostile is ever built:
aliases (which multiply), tags (which choose types), duplicate keys (of which one
would silently lose), deep nesting and large files are refused where they stand.
"""

import unicodedata
from collections.abc import Iterator
from typing import Any, Final, NoReturn, TypeAlias

import yaml

from ledger.rules.errors import MalformedPolicyError

TextTree: TypeAlias = "dict[str, TextTree] | list[TextTree] | str"

MAX_BYTES: Final = 262_144
MAX_DEPTH: Final = 32
MAX_NODES: Final = 20_000
_ADVICE: Final = "Write plain YAML as docs/reference/policies.md describes."


def load(raw: bytes, where: str) -> TextTree:
    """Read one YAML document whose scalars are all text.

    Args:
        raw: bytes of the file.
        where: name of the file, for errors.

    Raises:
        MalformedPolicyError: with the file, and the key as a JSON pointer.

    Examples:
        >>> load("{until: 012, 이}".encode(), "a.yaml")
        Traceback (most recent call last):
        ledger.rules.errors.MalformedPolicyError: a.yaml#: expected a key in ASCII; ...
        >>> load(b"{is: NO, at_least: 012, at: 12:30}", "a.yaml")
        {'is': 'NO', 'at_least': '012', 'at': '12:30'}
    """
    text = _decoded(raw, where)
    builder = _Builder(where)
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" in line {mark.line + 1}" if mark is not None else ""
        _refuse(where, "", "YAML", f"{error.problem}{line}", error)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The scanner passes escapes such as \UFFFFFFFF on to chr().
        _refuse(where, "", "YAML", "a character that is not permitted", error)
    return builder.finished()


def read_limited(stream: Any, where: str) -> bytes:  # noqa: ANN401  # any binary stream
    """Read a file whole, but no more of it than a document may have."""
    raw: bytes = stream.read(MAX_BYTES + 1)
    _check_size(raw, where)
    return raw


def pointer(path: str, key: str | int) -> str:
    """One more step on a JSON pointer (RFC 6901)."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _check_size(raw: bytes, where: str) -> None:
    if len(raw) > MAX_BYTES:
        _refuse(where, "", f"at most {MAX_BYTES} bytes", "a larger file")


def _decoded(raw: bytes, where: str) -> str:
    _check_size(raw, where)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(where, "", "UTF-8", f"an invalid byte at offset {error.start}", error)
    if text.startswith("\ufeff"):
        _refuse(where, "", "UTF-8 without a byte order mark", "one")
    return text


class _Builder:
    """Grows the tree from events and knows where it is."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.open: list[dict[str, TextTree] | list[TextTree]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.nodes = 0
        self.documents = 0
        self.tree: TextTree | None = None

    def take(self, event: Any) -> None:  # noqa: ANN401  # yaml has no types
        match event:
            case yaml.AliasEvent():
                self.refuse("text that is written out", "an alias")
            case yaml.DocumentStartEvent():
                self.begin(event)
            case yaml.ScalarEvent():
                self.admit(event)
                self.scalar(event.value)
            case yaml.MappingStartEvent():
                self.admit(event)
                self.enter({})
            case yaml.SequenceStartEvent():
                self.admit(event)
                self.enter([])
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.open.pop()
                self.paths.pop()
                self.keys.pop()
            case _:
                return

    def finished(self) -> TextTree:
        if self.tree is None:
            self.refuse("a document", "none")
        return self.tree

    def begin(self, event: Any) -> None:  # noqa: ANN401
        self.documents += 1
        if self.documents > 1:
            self.refuse("one document", "another one")
        if event.version is not None or event.tags:
            self.refuse("no directives", "one")

    def admit(self, event: Any) -> None:  # noqa: ANN401
        if event.anchor is not None:
            self.refuse("text that is written out", "an anchor")
        if event.tag is not None:
            self.refuse("no tags", "one")
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(f"at most {MAX_NODES} nodes", "more")

    def enter(self, container: dict[str, TextTree] | list[TextTree]) -> None:
        if len(self.open) >= MAX_DEPTH:
            self.refuse(f"at most {MAX_DEPTH} levels", "deeper nesting")
        path = self.place(container)
        self.open.append(container)
        self.paths.append(path)
        self.keys.append(None)

    def scalar(self, text: str) -> None:
        self.check(text)
        if self.open and isinstance(self.open[-1], dict) and self.keys[-1] is None:
            self.key(text)
        else:
            self.place(text)

    def key(self, text: str) -> None:
        if not text.isascii():
            self.refuse("a key in ASCII", text[:40])
        parent = self.open[-1]
        if text in parent:
            self.refuse("each key once", f"{text[:40]} again")
        self.keys[-1] = text

    def place(self, value: TextTree) -> str:
        """Put a value where it belongs; gives the pointer to it."""
        if not self.open:
            self.tree = value
            return ""
        parent, path = self.open[-1], self.paths[-1]
        if isinstance(parent, list):
            parent.append(value)
            return pointer(path, len(parent) - 1)
        key = self.keys[-1]
        if key is None:
            self.refuse("a key that is text", "a list or a mapping")
        parent[key] = value
        self.keys[-1] = None
        return pointer(path, key)

    def check(self, text: str) -> None:
        """Refuse what looks like something else than it is."""
        if not unicodedata.is_normalized("NFC", text):
            self.refuse("text in Unicode NFC", "another form (NFD?)")
        for char in _unseen(text):
            self.refuse("text without control characters", f"U+{ord(char):04X}")

    def refuse(self, expected: str, met: str) -> NoReturn:
        path = self.paths[-1] if self.paths else ""
        key = self.keys[-1] if self.keys else None
        at = path if key is None else pointer(path, key)
        _refuse(self.where, at, expected, met)


def _unseen(text: str) -> Iterator[str]:
    """Control, format, surrogate and private characters; a line break is fine."""
    if text.isascii() and text.isprintable():
        return
    for char in text:
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co"):
            yield char


def _refuse(
    where: str, at: str, expected: str, met: str, cause: Exception | None = None
) -> NoReturn:
    raise MalformedPolicyError(
        expected, met=met, advice=_ADVICE, where=f"{where}#{at}"
    ) from cause
