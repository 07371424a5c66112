"""A blind index of names: found by who has the key, and telling little to who has not.

Names are sealed, so a vault cannot be searched for one. The index holds tokens,
HMAC-SHA-256 cut to 16 bytes, under a key of its own (`names`, in the keys folder): of
the whole name, of each word, and of each syllable of Hangul (and each character of
other scripts without spaces). Names are brought to NFC, case-folded, and spaces do not
count in the whole name and in syllables.

**What the file tells without the key:** which entries share a word or a syllable, how
many of them a name has, and how frequent each is. The most frequent first syllables of
Korean names are few, so who knows the cast may guess a surname from its frequency.

An erasure drops the whole index and destroys its key, so that tokens in older copies of
the file tell nothing any more; the next search makes it anew. Copies that Jangbu makes
hold no index at all.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import sqlite

from ledger.encoding.statement import KeyRef
from ledger.vault.cipher import Spot
from ledger.vault.tables import name_index, name_tokens

NAMES: Final[KeyRef] = "names"
"""Reference of the index's own key."""

TOKEN_BYTES: Final = 16
_AT_ONCE: Final = 500
_CONTEXT: Final = b"jangbu/vault/names/1"
_WORD: Final = re.compile(r"[^\W_]+")
_SIGN: Final = re.compile(r"[가-힣ぁ-ヿ㐀-䶿一-鿿]")
"""Hangul syllables, kana and Han characters: each is indexed by itself."""

_REST: Final = ("…", "...", "*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for.

    Attributes:
        name: normalised.
        start: whether a name only has to begin so.
        parts: what an entry must have to be looked at.
    """

    name: str
    start: bool
    parts: frozenset[str]

    def fits(self, text: str) -> bool:
        """Whether an opened name is meant."""
        folded = normal(text)
        if self.start:
            return folded.startswith(self.name)
        words = {normal(word) for word in _words(text)}
        return self.name in words or self.name in folded


def wanted(text: str) -> Wanted | None:
    """What a query asks for; `None` if it has nothing to look up.

    A query that ends in `…`, `...` or `*` asks for names that begin so. A last word of
    letters is then incomplete, and only what stands before it can be looked up.
    """
    start = text.rstrip().endswith(_REST)
    bare = re.sub(r"(…|\.\.\.|\*)\s*$", "", text.rstrip())
    words = list(_words(bare))
    if start and words and not _SIGN.search(words[-1]):
        words.pop()
    parts = frozenset(_parts_of_words(words))
    return Wanted(normal(bare), start, parts) if parts else None


def normal(text: str) -> str:
    """A name as it is compared: NFC, case-folded, without spaces.

    Examples:
        >>> normal("Kim  HANA") == normal("kim hana") == "kimhana"
        True
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    return "".join(unicodedata.normalize("NFC", folded).split())


def parts_of(text: str) -> frozenset[str]:
    """What of a name is indexed."""
    return frozenset({f"name:{normal(text)}", *_parts_of_words(_words(text))})


def _words(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFC", text).casefold()
    yield from _WORD.findall(unicodedata.normalize("NFC", folded))


def _parts_of_words(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        signs = _SIGN.findall(word)
        yield from (f"sign:{sign}" for sign in signs)
        rest = _SIGN.sub("", word)
        if rest:
            yield f"word:{rest}"


class NameIndex:
    """The tokens of one vault; in somebody's transaction, under today's key."""

    def __init__(self, connection: Connection, key: bytes) -> None:
        self._connection = connection
        kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=_CONTEXT)
        self._key = kdf.derive(key)

    def size(self) -> int:
        """Entries of the log that were looked at; 0 if it was made with another key."""
        query = select(name_index.c.size).where(name_index.c.mark == self._token(""))
        return int(self._connection.execute(query).scalar_one_or_none() or 0)

    def add(self, names: Iterable[tuple[Spot, str]], size: int) -> None:
        """Index names; the index reaches to an entry from now on."""
        if self.size() == 0:
            drop_names(self._connection)
        rows = [
            {"token": self._token(part), "statement": at.statement, "path": at.path}
            for at, name in names
            for part in parts_of(name)
        ]
        if rows:
            add = sqlite.insert(name_tokens).on_conflict_do_nothing()
            self._connection.execute(add, rows)
        self._connection.execute(delete(name_index))
        mark = {"mark": self._token(""), "size": size}
        self._connection.execute(insert(name_index).values(mark))

    def places(self, parts: Iterable[str]) -> tuple[Spot, ...]:
        """Where all of some parts stand, sorted."""
        tokens = sorted({self._token(part) for part in parts})[:_AT_ONCE]
        query = (
            select(name_tokens.c.statement, name_tokens.c.path)
            .where(name_tokens.c.token.in_(tokens))
            .group_by(name_tokens.c.statement, name_tokens.c.path)
            .having(func.count() == len(tokens))
        )
        found = self._connection.execute(query).all()
        return tuple(
            Spot(statement=one.statement, path=one.path) for one in sorted(found)
        )

    def _token(self, part: str) -> bytes:
        return hmac.new(self._key, part.encode(), sha256).digest()[:TOKEN_BYTES]


def drop_names(connection: Connection) -> None:
    """Forget the whole index."""
    connection.execute(delete(name_tokens))
    connection.execute(delete(name_index))
