"""Every frame of the demonstration is trusted, and what is public names nobody."""

import json
import tomllib
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import c2pa
import pytest

from tests.integration.conftest import FRAMES, MadeDemo
from tests.oracles.canary_search import CanarySearch

pytestmark = pytest.mark.slow

SHOTS = 5


def frames(demo: MadeDemo) -> list[Path]:
    found = sorted((demo.root / "frames").glob("*/*.png"))
    assert len(found) == SHOTS * FRAMES
    return found


def test_every_frame_reads_trusted_with_the_demos_root_and_valid_without(
    demo: MadeDemo,
) -> None:
    root = (demo.production / "keys" / "c2pa" / "root.pem").read_text("ascii")
    settings = {
        "trust": {"user_anchors": root},
        "verify": {"verify_trust": True, "remote_manifest_fetch": False},
    }
    with c2pa.Context.from_dict(settings) as context:
        for path in frames(demo):
            with (
                path.open("rb") as stream,
                c2pa.Reader("image/png", stream, context=context) as reader,
            ):
                assert reader.get_validation_state() == "Trusted", path.name
    with c2pa.Reader(str(frames(demo)[0])) as reader:
        assert reader.get_validation_state() == "Valid"


# --- names ---------------------------------------------------------------------------


def private_words(demo: MadeDemo) -> dict[str, str]:
    """What only the vault, the roll and the report may say, by where it stands."""
    film = demo.root / "film"
    registry = tomllib.loads((film / "film.toml").read_text("utf-8"))
    words = {"title": registry["production"]["title"]}
    for party in registry["party"]:
        words |= _names(party)
    # Short plain words are words of formats as well.
    names = [one["name"] for one in registry["element"] if " " in one["name"]]
    words |= {f"element {name}": name for name in names}
    for path in film.glob("*/*/generation.json"):
        words[f"prompt of {path.parent.name}"] = json.loads(path.read_text())["prompt"]
    for number, line in enumerate(_lines(film / "records.jsonl"), 1):
        for field in {"note", "reasons", "prompt", "document"} & set(line):
            words[f"{field} of line {number}"] = line[field]
    return words


def _names(party: dict[str, Any]) -> dict[str, str]:
    found = {}
    for field in ("name", "latin"):
        found[f"{field} of {party['handle']}"] = party[field]
        # Also without the mark that they are fictional.
        short = party[field].partition("(")[0].strip()
        found[f"{field} alone of {party['handle']}"] = short
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)


def spelled(word: str) -> Iterator[bytes]:
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, word)
        for codec in ("utf-8", "utf-16-le", "utf-16-be"):
            yield text.encode(codec)
        yield json.dumps(text)[1:-1].encode()


def long_enough(words: dict[str, str]) -> dict[str, str]:
    # Two syllables in bytes are met by chance in compressed pixels.
    return {label: word for label, word in words.items() if len(word.encode()) >= 9}


def named_in(content: bytes, words: dict[str, str]) -> list[str]:
    return [
        label
        for label, word in words.items()
        if any(one in content for one in spelled(word))
    ]


def test_the_words_are_those_of_the_film_and_the_search_finds_them(
    demo: MadeDemo,
) -> None:
    words = long_enough(private_words(demo))
    assert {
        "name of painter",
        "latin of studio",
        "prompt of sea",
        "reasons of line 23",
    } <= {*words}
    records = (demo.root / "film" / "records.jsonl").read_bytes()
    assert "reasons of line 23" in named_in(records, words)
    assert "name of painter" in named_in((demo.root / "roll.json").read_bytes(), words)


def test_no_frame_names_a_person_a_company_a_prompt_or_a_note(demo: MadeDemo) -> None:
    words = long_enough(private_words(demo))
    for path in frames(demo):
        assert named_in(path.read_bytes(), words) == [], path.name


def test_neither_bundle_nor_log_nor_what_is_printed_names_anybody(
    demo: MadeDemo,
) -> None:
    words = long_enough(private_words(demo))
    with zipfile.ZipFile(demo.root / "bundle.zip") as archive:
        for member in archive.namelist():
            if not member.endswith(".png"):
                assert named_in(archive.read(member), words) == [], member
            assert named_in(member.encode(), words) == []
    public = [
        *(demo.production / "log").rglob("*"),
        *(demo.production / "blobs").rglob("*"),
        *demo.production.glob("ledger.sqlite*"),
        demo.root / "trust.json",
    ]
    files = [path for path in public if path.is_file()]
    assert {"log", "blobs"} <= {
        path.relative_to(demo.production).parts[0] for path in files[:-1]
    }
    assert demo.production / "ledger.sqlite" in files
    for path in files:
        assert named_in(path.read_bytes(), words) == [], path.name
    assert named_in(json.dumps(demo.told, ensure_ascii=False).encode(), words) == []


def test_nothing_is_hidden_in_one_frame_or_in_the_bundles_statements_either(
    demo: MadeDemo,
) -> None:
    """The slow search, which unpacks what is packed, over a part of it all."""
    search = CanarySearch(long_enough(private_words(demo)))
    for path in frames(demo)[:: 2 * FRAMES]:
        assert search.in_file(path, path.name) == []
    with zipfile.ZipFile(demo.root / "bundle.zip") as archive:
        told = [one for one in archive.namelist() if not one.endswith(".png")]
        for member in told:
            assert search.in_bytes(archive.read(member), member) == []
