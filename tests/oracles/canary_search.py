"""A search for planted tokens in whatever a program leaves: any spelling, any wrapping.

Two parts. A token is spelled in many ways (normal forms, encodings, escapes, its plain
digest), and all spellings are looked for at once. Bytes are unwrapped (zlib, gzip, PNG
data, zip members, base64, hexadecimal, percent-encoding, one inside the other), and
every layer is looked through. It shares no code with the program it looks after.
"""

import base64
import hashlib
import io
import json
import re
import sqlite3
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import unquote_to_bytes

import numpy as np
from numpy.typing import NDArray

DEEPEST: Final = 6
LARGEST: Final = 1 << 24
"""An unpacked layer beyond this is cut off: no test here leaves so much."""

_PREFIX: Final = 4
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ZLIB: Final = re.compile(rb"[\x08\x18\x28\x38\x48\x58\x68\x78](?=.)", re.DOTALL)
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_NO_ZIP: Final = (
    *(zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError),
    *(NotImplementedError, RuntimeError),
)
"""What the library raises for bytes that only look like a zip."""

_HEX: Final = re.compile(rb"[0-9A-Fa-f]{12,}")


@dataclass(frozen=True, slots=True)
class Finding:
    """A token that should not be there.

    Attributes:
        label: which token.
        spelling: how it is spelled.
        place: where, down to the layer.
    """

    label: str
    spelling: str
    place: str


def spellings(token: str) -> dict[bytes, str]:
    """All byte strings that give a token away, with what each one is."""
    found: dict[bytes, str] = {}
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, token)
        for written in dict.fromkeys((text, text.upper())):
            _add(found, _encoded(written), form)
            escaped = json.dumps(written)[1:-1]
            for variant in (escaped, escaped.replace("\\u", "\\U0000")):
                found.setdefault(variant.encode(), f"{form} escaped")
                upper = re.sub(r"[0-9a-f]{4}", _upper, variant)
                found.setdefault(upper.encode(), f"{form} escaped")
    return found


def _upper(match: re.Match[str]) -> str:
    return match[0].upper()


def _encoded(text: str) -> dict[str, bytes]:
    return {codec: text.encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be")}


def _add(found: dict[bytes, str], encoded: Mapping[str, bytes], form: str) -> None:
    for codec, raw in encoded.items():
        name = f"{form} {codec}"
        found.setdefault(raw, name)
        for digits in (raw.hex(), raw.hex().upper()):
            found.setdefault(digits.encode(), f"{name} hex")
            pairs = re.sub("(..)", r"%\1", digits)
            found.setdefault(pairs.encode(), f"{name} percent")
        for inner in _base64_spellings(raw):
            found.setdefault(inner, f"{name} base64")
        digest = hashlib.sha256(raw).digest()
        found.setdefault(digest, f"{name} sha256")
        for digits in (digest.hex(), digest.hex().upper()):
            found.setdefault(digits.encode(), f"{name} sha256 hex")
        for inner in _base64_spellings(digest):
            found.setdefault(inner, f"{name} sha256 base64")


def _base64_spellings(raw: bytes) -> Iterator[bytes]:
    """What stays the same whatever stands around it, at all three alignments."""
    for before in range(3):
        padded = bytes(before) + raw
        kept = padded[: len(padded) // 3 * 3]
        start = (0, 2, 3)[before]  # letters that the bytes before have a part in
        # The last, unfinished group: its whole letters depend on the token alone.
        rest = len(padded) - len(kept)
        whole = len(kept) // 3 * 4 + (0, 1, 2)[rest]
        for coded in (base64.b64encode(padded), base64.urlsafe_b64encode(padded)):
            yield coded[start:whole]


class CanarySearch:
    """Looks for tokens by label."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._needles: dict[bytes, list[tuple[bytes, str, str]]] = {}
        for label, token in tokens.items():
            for needle, spelling in spellings(token).items():
                row = (needle, label, spelling)
                self._needles.setdefault(needle[:_PREFIX], []).append(row)
        prefixes = [int.from_bytes(one, "little") for one in self._needles]
        self._prefixes = np.array(sorted(prefixes), np.uint32)
        self._low = np.zeros(1 << 16, np.bool_)
        self._low[self._prefixes & 0xFFFF] = True

    def in_text(self, text: str, place: str) -> list[Finding]:
        """Findings in text; a broken surrogate stands for a byte of a file name."""
        return self.in_bytes(text.encode("utf-8", "surrogateescape"), place)

    def in_bytes(self, content: bytes, place: str) -> list[Finding]:
        """Findings in bytes and in all layers within them, each once."""
        found: dict[Finding, None] = {}
        for wrapping, layer in layers(content):
            for label, spelling in self._hits(layer):
                found[Finding(label, spelling, f"{place}{wrapping}")] = None
        return list(found)

    def in_file(self, path: Path, place: str) -> list[Finding]:
        """Findings in a file; of a database also in every cell by itself."""
        content = path.read_bytes()
        found = self.in_bytes(content, place)
        if content.startswith(b"SQLite format 3\0"):
            for where, cell in cells(path):
                found += self.in_bytes(cell, f"{place}:{where}")
        return found

    def _hits(self, content: bytes) -> Iterator[tuple[str, str]]:
        for at in self._candidates(content):
            for needle, label, spelling in self._needles[content[at : at + _PREFIX]]:
                if content.startswith(needle, at):
                    yield label, spelling

    def _candidates(self, content: bytes) -> list[int]:
        if len(content) < _PREFIX:
            return []
        octets = np.frombuffer(content, np.uint8).astype(np.uint32)
        low = octets[:-3] | octets[1:-2] << 8
        likely: NDArray[np.intp] = np.flatnonzero(self._low[low])
        grams = low[likely] | octets[likely + 2] << 16 | octets[likely + 3] << 24
        nearest = np.searchsorted(self._prefixes[:-1], grams)
        sure: list[int] = likely[self._prefixes[nearest] == grams].tolist()
        return sure


def layers(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Bytes, and everything that is wrapped up in them, each layer once."""
    seen: set[bytes] = set()
    waiting = [("", content, 0)]
    while waiting:
        place, layer, depth = waiting.pop()
        mark = hashlib.sha256(layer).digest()
        if mark in seen:
            continue
        seen.add(mark)
        yield place, layer
        if depth < DEEPEST:
            waiting += [
                (f"{place}!{how}", inner, depth + 1)
                for how, inner in _unwrapped(layer)
                if len(inner) >= _PREFIX
            ]


def _unwrapped(content: bytes) -> Iterator[tuple[str, bytes]]:
    yield from _pictures(content)
    yield from _deflated(content)
    yield from _members(content)
    for run in _BASE64.finditer(content):
        for offset in range(4):
            text = run[0][offset:].translate(bytes.maketrans(b"-_", b"+/"))
            text = text[: len(text) - (len(text) % 4 == 1)]
            yield "base64", base64.b64decode(text + b"=" * (-len(text) % 4))
    for run in _HEX.finditer(content):
        for offset in range(2):
            text = run[0][offset:]
            yield "hex", bytes.fromhex(text[: len(text) // 2 * 2].decode())
    if b"%" in content:
        yield "percent", unquote_to_bytes(content)


def _pictures(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Chunks of PNG data, which may be cut into several, put together."""
    start = content.find(_PNG)
    while start >= 0:
        at, data = start + 8, b""
        while at + 8 <= len(content):
            length = int.from_bytes(content[at : at + 4])
            if content[at + 4 : at + 8] == b"IDAT":
                data += content[at + 8 : at + 8 + length]
            at += 12 + length
        yield "IDAT", _inflated(zlib.decompressobj(), data)
        start = content.find(_PNG, start + 1)


def _deflated(content: bytes) -> Iterator[tuple[str, bytes]]:
    for found in _ZLIB.finditer(content):
        at = found.start()
        if int.from_bytes(content[at : at + 2]) % 31 == 0:
            yield "zlib", _inflated(zlib.decompressobj(), content[at:])
    at = content.find(b"\x1f\x8b\x08")
    while at >= 0:
        yield "gzip", _inflated(zlib.decompressobj(wbits=31), content[at:])
        at = content.find(b"\x1f\x8b\x08", at + 1)


def _inflated(inflater: "zlib._Decompress", packed: bytes) -> bytes:
    unpacked = b""
    # In pieces, so that what stands before a damaged place is seen as well.
    for start in range(0, len(packed), 256):
        try:
            unpacked += inflater.decompress(packed[start : start + 256], LARGEST)
        except zlib.error:
            break
        if inflater.eof or len(unpacked) > LARGEST:
            break
    return unpacked


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    if b"PK\x05\x06" not in content:
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _NO_ZIP:
        return
    with archive:
        for member in archive.infolist():
            yield "name", member.filename.encode() + member.comment + member.extra
            with suppress(*_NO_ZIP):
                yield member.filename, archive.read(member)


def cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every cell of a database, also of rows that only its log holds yet."""
    with TemporaryDirectory() as folder:
        for suffix in ("", "-wal"):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                (Path(folder) / f"copy{suffix}").write_bytes(beside.read_bytes())
        with closing(sqlite3.connect(Path(folder) / "copy")) as database:
            names = database.execute("SELECT name, sql FROM sqlite_master").fetchall()
            for name, sql in names:
                yield "schema", str(sql).encode()
                if str(sql).startswith("CREATE TABLE"):
                    rows = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608
                    for cell in (cell for row in rows for cell in row):
                        raw = cell if isinstance(cell, bytes) else str(cell).encode()
                        yield name, raw
