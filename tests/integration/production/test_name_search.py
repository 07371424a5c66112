"""A name is found by who has the keys, and no file tells it to who has not."""

import shutil
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest

from ledger.errors import ErasedEvidenceError, MissingKeyError, UsageError
from ledger.production.erasing import erase_person
from ledger.production.opening import Production, opened
from ledger.production.registering import register
from ledger.production.registry import read_registry, write_registry
from ledger.production.searching import search_names
from tests.integration.privacy.in_process import jangbu
from tests.simulators.film_studio import FilmStudio

PAINTER, LATIN = "김하나 (가공인물)", "Kim Hana (fictional)"


def names(production: Production, query: str) -> list[str]:
    return [one.name for one in search_names(production, query).found]


def tokens(root: Path) -> list[bytes]:
    with closing(sqlite3.connect(root / "vault.sqlite")) as vault:
        return [row[0] for row in vault.execute("SELECT token FROM name_token")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("김하나", [PAINTER]),
        ("김…", [PAINTER]),
        ("김...", [PAINTER]),
        ("김 하 나", [PAINTER]),
        ("하나", [PAINTER]),
        ("하나…", []),
        ("나하", []),
        ("kim", [LATIN]),
        ("HANA KIM", []),
        ("KIM  hana", [LATIN]),
        ("Kim H…", [LATIN]),
        (unicodedata.normalize("NFD", "김하나"), [PAINTER]),
        ("matte", ["matte painting"]),
        ("Example Pictures (fictional)", ["Example Pictures (fictional)"]),
        ("최", []),
    ],
)
def test_names_are_found_by_words_syllables_and_beginnings(
    production: Production, query: str, found: list[str]
) -> None:
    assert names(production, query) == found


def test_everybody_has_the_common_word(production: Production) -> None:
    assert names(production, "가공인물") == [
        PAINTER,
        "이두리 (가공인물)",
        "박세찬 (가공인물)",
    ]


@pytest.mark.parametrize("query", ["", " ", "…", "()", "K…"])
def test_a_query_without_anything_to_look_up_is_refused(
    production: Production, query: str
) -> None:
    with pytest.raises(UsageError):
        search_names(production, query)


def test_a_new_name_is_indexed_by_the_next_search_and_the_old_one_is_told_apart(
    root: Path,
) -> None:
    with opened(root) as production:
        assert names(production, "김") == [PAINTER]
    registry = read_registry(root / "production.toml")
    renamed = tuple(
        one.model_copy(update={"name": "최하나"}) if one.handle == "painter" else one
        for one in registry.party
    )
    write_registry(
        root / "production.toml", registry.model_copy(update={"party": renamed})
    )
    with opened(root) as production:
        register(production)
        found = search_names(production, "하나").found
        assert [(one.name, one.current) for one in found] == [
            (PAINTER, False),
            ("최하나", True),
        ]
        # Only what is new is opened for the index; candidates are opened each time.
        assert search_names(production, "하나").opened == 2


def test_an_erasure_leaves_no_token_in_any_byte_and_no_key_to_older_ones(
    root: Path,
) -> None:
    with opened(root) as production:
        uid = FilmStudio(production).uid("painter")
        assert names(production, "김하나") == [PAINTER]
        before, key = tokens(root), production.keys.blinding_key("names")
    copy = root.parent / "copy.sqlite"
    shutil.copy(root / "vault.sqlite", copy)
    with closing(sqlite3.connect(root / "vault.sqlite")) as other_program:
        # It keeps the write-ahead log alive.
        other_program.execute("SELECT count(*) FROM name_token").fetchall()
        with opened(root) as production:
            erase_person(production, uid, "pipa-36")
        disk = b"".join(path.read_bytes() for path in root.glob("vault.sqlite*"))
    assert len(before) > 10
    assert not [token for token in before if token in disk]
    keys = b"".join(path.read_bytes() for path in (root / "keys").rglob("*.*"))
    assert key.hex().encode() not in keys
    assert not (root / "keys" / "blind" / "names").exists()
    with opened(root) as production:
        assert names(production, "김하나") == []
        assert names(production, "이두리") == ["이두리 (가공인물)"]
        # Under another key: an older copy's tokens match nothing.
        assert not set(tokens(root)) & set(before)
    shutil.copy(copy, root / "vault.sqlite")
    with opened(root) as production:
        assert names(production, "김하나") == []
        with pytest.raises(ErasedEvidenceError):
            production.keys.blinding_key(f"person/{uid}")


def test_the_vaults_file_holds_neither_names_nor_plain_digests_of_them(
    root: Path,
) -> None:
    with opened(root) as production:
        names(production, "김하나")
    disk = b"".join(path.read_bytes() for path in root.glob("vault.sqlite*"))
    for word in (PAINTER, "김하나", LATIN, "kimhana", "hana"):
        assert word.encode() not in disk


def test_only_the_holder_of_the_keys_finds_anything(root: Path) -> None:
    (root / "keys" / "blind" / "studio").unlink()
    with pytest.raises(MissingKeyError), opened(root) as production:
        search_names(production, "김하나")


def test_the_command_tells_places_and_no_name_in_its_document(root: Path) -> None:
    code, found = jangbu("vault", "search", str(root), "--name", "김…")
    assert code == 0
    (row,) = found["found"]
    assert (row["kind"], row["path"], row["current"]) == (
        "party.1",
        "/body/name",
        True,
    )
    assert "김" not in str(found)
