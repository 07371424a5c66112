"""The searcher itself: what it must find, and that it stays silent elsewhere.

A search that cannot find anything would make every other test here pass.
"""

import base64
import gzip
import hashlib
import io
import json
import sqlite3
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.frames.arrays import as_frame
from tests.integration.privacy.tokens import TOKENS
from tests.oracles.canary_search import CanarySearch, Finding, spellings
from tests.simulators.picture_files import chunk, png

ASCII, HANGUL, SEED = TOKENS["prompt"], TOKENS["person"], TOKENS["seed"]
NOISE = bytes(np.random.default_rng(5).integers(0, 256, 4099, dtype=np.uint8))

Wrap = Callable[[bytes], bytes]


def found(content: bytes, token: str) -> list[Finding]:
    return CanarySearch({"it": token}).in_bytes(content, "here")


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8 NFC": lambda text: unicodedata.normalize("NFC", text).encode(),
    "UTF-8 NFD": lambda text: unicodedata.normalize("NFD", text).encode(),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    "UTF-16 LE NFD": lambda text: unicodedata.normalize("NFD", text).encode("utf-16le"),
    "upper case": lambda text: text.upper().encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "hex of UTF-16": lambda text: text.encode("utf-16-be").hex().encode(),
    "base64 0": lambda text: base64.b64encode(text.encode() + b"."),
    "base64 1": lambda text: base64.b64encode(b"." + text.encode() + b"!"),
    "base64 2": lambda text: base64.b64encode(b".." + text.encode()),
    "base64 url": lambda text: base64.urlsafe_b64encode(b"\xff." + text.encode()),
    "base64 of UTF-16": lambda text: base64.b64encode(b"." + text.encode("utf-16-le")),
    "percent": lambda text: urllib.parse.quote(text, safe="").encode(),
    "percent, every octet": lambda text: b"".join(
        b"%%%02x" % octet for octet in text.encode()
    ),
    "JSON escapes": lambda text: json.dumps(text).encode(),
    "sha256": lambda text: hashlib.sha256(text.encode()).digest(),
    "sha256 hex": lambda text: hashlib.sha256(text.encode()).hexdigest().encode(),
    "sha256 HEX": lambda text: (
        hashlib.sha256(text.encode()).hexdigest().upper().encode()
    ),
    "sha256 base64": lambda text: base64.b64encode(
        hashlib.sha256(text.encode()).digest()
    ),
    "sha256 of NFD": lambda text: hashlib.sha256(
        unicodedata.normalize("NFD", text).encode()
    ).digest(),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@pytest.mark.parametrize("token", [ASCII, HANGUL, SEED])
def test_a_token_is_found_in_each_encoding(
    token: str, encode: Callable[[str], bytes]
) -> None:
    assert found(NOISE + encode(token) + NOISE, token)
    # By its spelling alone, too: a run may be too short or too broken to unwrap.
    assert any(needle in encode(token) for needle in spellings(token))


def picture_data(raw: bytes) -> bytes:
    """A picture whose pixels spell the bytes, its data cut into two chunks."""
    data = zlib.compress(b"\0" + raw)
    halves = (data[: len(data) // 2], data[len(data) // 2 :])
    return (
        b"\x89PNG\r\n\x1a\n" + b"".join(chunk(b"IDAT", half) for half in halves)
    ) + chunk(b"IEND")


def text_chunk(raw: bytes) -> bytes:
    grey = as_frame(np.full((4, 4, 3), 9, np.uint8))
    return png(grey, [chunk(b"zTXt", b"Comment\0\0" + zlib.compress(raw))])


def zipped(raw: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("part", raw * 3)
    return buffer.getvalue()


WRAPPINGS: dict[str, Wrap] = {
    "zlib": zlib.compress,
    "zlib, fast": lambda raw: zlib.compress(raw, 1),
    "gzip": gzip.compress,
    "PNG data in two chunks": picture_data,
    "PNG text": text_chunk,
    "zip": zipped,
    "base64": base64.b64encode,
    "hex": lambda raw: raw.hex().encode(),
    "percent": lambda raw: urllib.parse.quote(raw).encode(),
}


@pytest.mark.parametrize("outer", WRAPPINGS.values(), ids=WRAPPINGS)
@pytest.mark.parametrize("inner", WRAPPINGS.values(), ids=WRAPPINGS)
def test_a_token_is_found_in_one_wrapping_inside_another(
    outer: Wrap, inner: Wrap
) -> None:
    wrapped = outer(b"before" + inner(b"a prompt: " + HANGUL.encode() + b"."))
    assert HANGUL.encode() not in wrapped
    assert found(NOISE[:7] + wrapped, HANGUL)


def test_a_picture_in_a_zip_in_base64_in_json_is_taken_apart() -> None:
    coded = base64.b64encode(zipped(text_chunk(ASCII.encode()))).decode()
    assert found(json.dumps({"payload": coded}).encode(), ASCII)


def test_the_names_of_a_zip_are_looked_at() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"media/{HANGUL}.png", b"")
    assert found(buffer.getvalue(), HANGUL)


@pytest.mark.parametrize("kind", ["text", "blob"])
def test_a_long_cell_of_a_database_is_found_although_pages_cut_it(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "a.sqlite"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE t (a)")
    # Packed noise fills several pages, so that no page holds the whole stream.
    packed = base64.b64encode(zlib.compress(NOISE.hex().encode() + ASCII.encode()))
    database.execute(
        "INSERT INTO t VALUES (?)", [packed if kind == "blob" else packed.decode()]
    )
    database.commit()
    search = CanarySearch({"it": ASCII})
    assert search.in_file(path, "here")  # although it stands in the -wal only
    database.close()
    assert search.in_file(path, "here")


def test_a_search_for_many_tokens_names_the_one_it_found() -> None:
    search = CanarySearch(TOKENS)
    for label, token in TOKENS.items():
        content = NOISE + token.encode() + NOISE
        assert {one.label for one in search.in_bytes(content, "")} == {label}


def test_nothing_is_found_in_noise_and_in_tokens_that_lack_their_last_letter() -> None:
    search = CanarySearch(TOKENS)
    assert search.in_bytes(NOISE * 40, "") == []
    for token in TOKENS.values():
        assert search.in_bytes(b"x" + token[:-1].encode() + b"\xff", "") == []


def test_hangul_has_two_spellings_and_both_are_looked_for() -> None:
    decomposed = unicodedata.normalize("NFD", HANGUL)
    assert decomposed != unicodedata.normalize("NFC", HANGUL)
    assert decomposed.encode() in spellings(HANGUL)
