"""kill -9 between any two steps: keys, erasures, backups and reads end whole."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import ErasedEvidenceError
from ledger.keys.backup import Retention, backups_in
from ledger.keys.key_files import PLAIN, KeyFiles
from ledger.keys.masters import read_ring
from ledger.keys.rewrapping import rewrap_all, wrap_all
from ledger.production.erasing import erase_person
from ledger.production.founding import found
from ledger.production.holding import Wish, place_hold, release_hold
from ledger.production.opening import opened
from ledger.production.registry import parse_registry
from ledger.production.vault_backup import (
    back_up_production_keys,
    back_up_vault,
    restore_production_keys,
)
from ledger.vault.access_log import AccessLog
from tests.fault.dying_vault import deaths
from tests.integration.keys.conftest import contents
from tests.integration.production.conftest import REGISTRY
from tests.simulators.film_studio import FilmStudio

Start = Callable[[], tuple[Callable[[], object], Path]]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A painter under contract who worked in a shot; not to be changed."""
    root = tmp_path_factory.mktemp("kills") / "production"
    made = found(root, parse_registry(REGISTRY.encode(), "production.toml"))
    studio = FilmStudio(made)
    studio.state(studio.contributed("painter"))
    studio.state(studio.engaged("painter", {"paid": 7}))
    made.online().engine.dispose()
    return root


def again(source: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target


def plain_keys(production: Path, target: Path) -> dict[str, bytes]:
    """Keys as earlier versions left them; what they hold."""
    told = contents(production / "keys")
    for name, raw in told.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(raw)
    return told


def all_wrapped(root: Path) -> bool:
    master = read_ring(root).in_force
    files = KeyFiles(root)
    clear = [
        name
        for name in files.names()
        if name not in PLAIN and not files.path(name).read_bytes().startswith(b"{")
    ]
    return master is not None and len(read_ring(root).masters) == 1 and not clear


@pytest.mark.fault
def test_wrapping_that_dies_leaves_every_key_readable_and_is_finished_by_a_rerun(
    production: Path, tmp_path: Path
) -> None:
    source, root = tmp_path / "plain", tmp_path / "keys"
    told = plain_keys(production, source)

    def start() -> tuple[Callable[[], object], Path]:
        again(source, root)
        return lambda: wrap_all(root), root

    died = 0
    for died in deaths(start):
        assert contents(root) == told, died
        wrap_all(root)
        assert contents(root) == told, died
        assert all_wrapped(root), died
        assert not list(root.rglob("*.tmp")), died
    assert died > 40
    assert all_wrapped(root)


@pytest.mark.fault
def test_replacing_the_master_key_that_dies_loses_no_key(
    production: Path, tmp_path: Path
) -> None:
    root = tmp_path / "keys"
    told = contents(production / "keys")
    old = (production / "keys" / "master.key").read_bytes().split()[1]

    def start() -> tuple[Callable[[], object], Path]:
        again(production / "keys", root)
        return lambda: rewrap_all(root), root

    died = 0
    for died in deaths(start):
        assert contents(root) == told, died
        rewrap_all(root)
        assert contents(root) == told, died
        assert all_wrapped(root), died
        assert old not in (root / "master.key").read_bytes(), died
    assert died > 40


@pytest.mark.fault
def test_moving_the_master_key_to_another_volume_that_dies_loses_no_key(
    production: Path, tmp_path: Path
) -> None:
    root, volume = tmp_path / "keys", tmp_path / "volume"
    told = contents(production / "keys")
    table = tmp_path / "to.toml"
    table.write_text(f'[[master]]\nkind = "file"\npath = "{volume / "key"}"\n')

    def start() -> tuple[Callable[[], object], Path]:
        again(production / "keys", root)
        shutil.rmtree(volume, ignore_errors=True)
        return lambda: rewrap_all(root, table), tmp_path

    died = 0
    for died in deaths(start):
        assert contents(root) == told, died
        rewrap_all(root, table)
        assert contents(root) == told, died
        assert all_wrapped(root), died
        assert not (root / "master.key").exists(), died
        assert [path.name for path in volume.iterdir()] == ["key"], died
    assert died > 40


def uid_of(root: Path) -> str:
    with opened(root) as there:
        return FilmStudio(there).uid("painter")


def notes(root: Path) -> int:
    """How many values under any of the person's keys the vault still has."""
    with closing(sqlite3.connect(root / "vault.sqlite")) as vault:
        query = "SELECT count(*) FROM value WHERE key_ref LIKE 'person/%/held/%'"
        return int(vault.execute(query).fetchone()[0])


@pytest.mark.fault
def test_an_erasure_under_a_hold_that_dies_loses_nothing_held_and_ends_the_same(
    production: Path, tmp_path: Path
) -> None:
    source, root = tmp_path / "held", tmp_path / "production"
    again(production, source)
    person = uid_of(source)
    with opened(source) as there:
        place_hold(there, Wish(basis="audit", shot="SQ010_0040"))

    def erase() -> tuple[int, int]:
        with opened(root) as there:
            report = erase_person(there, person, "pipa-36")
        return report.count, report.holds

    def start() -> tuple[Callable[[], object], Path]:
        again(source, root)
        return erase, root

    died = 0
    for died in deaths(start, step=3):
        assert erase() == (5, 5), died
        assert notes(root) == 2, died
        assert held_value(root) == "뒷벽을 밝게", died
        assert not list((root / "keys" / "blind").glob(f"*{person}")), died
    assert died > 20


@pytest.mark.fault
def test_the_second_erasure_after_a_release_that_dies_leaves_nothing_behind(
    production: Path, tmp_path: Path
) -> None:
    source, root = tmp_path / "released", tmp_path / "production"
    again(production, source)
    person = uid_of(source)
    with opened(source) as there:
        hold = place_hold(there, Wish(basis="audit", shot="SQ010_0040"))
        erase_person(there, person, "pipa-36")
        release_hold(there, hold)

    def erase() -> tuple[int, int]:
        with opened(root) as there:
            report = erase_person(there, person, "pipa-36")
        return report.count, report.holds

    def start() -> tuple[Callable[[], object], Path]:
        again(source, root)
        return erase, root

    died = 0
    for died in deaths(start, step=3):
        assert erase() == (7, 3), died
        assert notes(root) == 0, died
        assert not list((root / "keys" / "blind").glob("*-held-*")), died
        with pytest.raises(ErasedEvidenceError):
            held_value(root)
    assert died > 20


def held_value(root: Path) -> str:
    with opened(root) as there:
        reader = there.reader()
        found = reader.statements(0, reader.size())
        known_as = next(one.id for one in found if one.kind == "contribution.1")
        return str(there.vault.open(known_as, "/body/note").value)


@pytest.mark.fault
def test_a_backup_that_dies_is_not_there_and_the_next_one_is(
    production: Path, tmp_path: Path
) -> None:
    root = again(production, tmp_path / "production")
    vaults, keys = tmp_path / "v", tmp_path / "k"
    retention = Retention(keep=3, days=30)

    def start_vault() -> tuple[Callable[[], object], Path]:
        shutil.rmtree(vaults, ignore_errors=True)
        return lambda: back_up_vault(root, vaults), vaults

    for died in deaths(start_vault):
        for made in vaults.glob("vault-*"):
            check_vault(made)
        made = back_up_vault(root, vaults / "next")
        check_vault(made)
        assert died

    def start_keys() -> tuple[Callable[[], object], Path]:
        shutil.rmtree(keys, ignore_errors=True)
        return lambda: back_up_production_keys(root, keys, retention), keys

    whole = back_up_production_keys(root, tmp_path / "whole", retention).count
    for died in deaths(start_keys, step=2):
        for made in backups_in(keys):
            assert sum(one.is_file() for one in made.rglob("*")) == whole, died


def check_vault(made: Path) -> None:
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM value").fetchone()[0] > 10
        assert not copy.execute("SELECT * FROM name_token").fetchall()


@pytest.mark.fault
def test_restoring_keys_that_dies_brings_back_nobody_who_was_erased(
    production: Path, tmp_path: Path
) -> None:
    source, root = tmp_path / "source", tmp_path / "production"
    again(production, source)
    person = uid_of(source)
    retention = Retention(keep=3, days=30)
    backup = back_up_production_keys(source, tmp_path / "k", retention).folder
    with opened(source) as there:
        erase_person(there, person, "pipa-36")
    shutil.rmtree(source / "keys" / "sign")
    copy = tmp_path / "backup"

    def start() -> tuple[Callable[[], object], Path]:
        again(source, root)
        again(backup, copy)
        return lambda: restore_production_keys(root, copy), root / "keys"

    for died in deaths(start, step=3):
        restore_production_keys(root, copy)
        left = [path.name for path in (root / "keys").rglob(f"*{person}*")]
        assert left == [f"person-{person}-retained"], died


@pytest.mark.fault
def test_a_read_that_dies_is_noted_whole_or_not_at_all(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    folder = tmp_path / "log"

    def start() -> tuple[Callable[[], object], Path]:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        log = AccessLog(folder / "access.sqlite", "jangbu.invalid/0123456789abcdef")
        return lambda: [log.append({"v": 1}, key) for _ in range(4)], folder

    died = 0
    for died in deaths(start):
        log = AccessLog(folder / "access.sqlite", "jangbu.invalid/0123456789abcdef")
        before = len(log.check(public).entries)
        assert log.append({"v": 1}, key) == before, died
        assert len(log.check(public).entries) == before + 1, died
    assert died > 10
