"""A whole film with its log on a server: made, asked, shown, checked, moved."""

import json
from pathlib import Path

import psycopg
import pytest

from pipeline.demo.film import FilmWriter
from tests.simulators.command_line import document, jangbu
from tests.simulators.postgres import Server


@pytest.fixture
def film(tmp_path: Path, address: str) -> Path:
    """The demonstration film, small, whose production.toml names the server."""
    folder = FilmWriter(width=128, height=72, frames=2).write(
        tmp_path / "film", lambda: None
    )
    path = folder / "film.toml"
    table = f'\n[ledger]\nstore = "{address}"\n'
    path.write_text(path.read_text("utf-8") + table, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_film_is_made_asked_shown_and_checked_on_a_server(
    film: Path, tmp_path: Path, address: str
) -> None:
    out = tmp_path / "out"
    made = jangbu("demo", "--from", film, "--out", out, "--workers", 1, "--json")
    assert made.returncode == 0, made.stderr
    production = out / "production"
    assert not (production / "ledger.sqlite").exists()
    listed = document(jangbu("log", "list", production, "--json"))
    with psycopg.connect(address) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM entry").fetchone() or (0,)
    assert rows > 50
    assert str(rows) in json.dumps(listed)
    # Asked, bundled, verified, checked.
    asked = jangbu("ask", "authorship", production, "--json")
    assert asked.returncode in {0, 1, 3}, asked.stderr
    bundle = tmp_path / "evidence.zip"
    written = jangbu("bundle", production, "--out", bundle, "--frames", "none")
    assert written.returncode == 0, written.stderr
    trust = production / "trust.json"
    verified = jangbu("verify", bundle, "--trust", trust)
    assert verified.returncode == 0, verified.stderr
    checked = jangbu("fsck", production, "--json")
    assert checked.returncode == 0, checked.stderr
    indexed = document(jangbu("store", "index", production, "--json"))
    assert indexed["entries"] == rows


def test_a_folder_is_moved_and_goes_on_by_the_same_commands(
    tmp_path: Path, address: str
) -> None:
    folder = tmp_path / "room"
    made = jangbu("init", folder, "--title", "방", "--company", "회사", "--json")
    assert made.returncode == 0, made.stderr
    size = document(made)["size"]
    moved = jangbu("store", "move", folder, "--to", address, "--json")
    assert moved.returncode == 0, moved.stderr
    assert (document(moved)["size"], document(moved)["copied"]) == (size, size)
    listed = jangbu("log", "list", folder, "--json")
    assert listed.returncode == 0, listed.stderr
    checked = jangbu("fsck", folder)
    assert checked.returncode == 0, checked.stderr


def test_a_database_is_prepared_by_the_command(server: Server, tmp_path: Path) -> None:
    name = server.new_database()
    address = server.address(name)
    folder = tmp_path / "room"
    for done in [jangbu("store", "prepare", address, "--json") for _ in range(2)]:
        assert done.returncode == 0, done.stderr
        assert document(done) == {"prepared": True, "roles": True}
    registry = tmp_path / "production.toml"
    registry.write_text(
        '[production]\ntitle = "방"\n\n'
        f'[ledger]\nstore = "{address}"\n\n'
        '[[party]]\ntype = "organisation"\nname = "회사"\n',
        encoding="utf-8",
    )
    made = jangbu("init", folder, "--from", registry, "--json")
    assert made.returncode == 0, made.stderr
    assert not (folder / "ledger.sqlite").exists()
    server.drop_database(name)
    gone = jangbu("log", "list", folder)
    assert gone.returncode == 7, gone.stderr


def test_a_password_in_the_address_is_refused() -> None:
    refused = jangbu("store", "prepare", "postgresql://u:secret@localhost/log")
    assert refused.returncode == 4
    assert "secret" not in refused.stderr
