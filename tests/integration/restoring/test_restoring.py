"""A lost database comes back exactly, or is shut, or is refused: never a fork."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.cli.evidence import bundle_production
from ledger.encoding.entry import parse_entry
from ledger.errors import (
    AlteredEvidenceError,
    MissingEvidenceError,
    RollbackError,
    StorePartialError,
    UnreadableInputError,
)
from ledger.evidence.bundle import Request
from ledger.evidence.output import OutputExistsError
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import read_trust
from ledger.evidence.verdict import State
from ledger.evidence.verify import verify_bundle
from ledger.production import restoring
from ledger.production.disposing import dispose
from ledger.production.opening import opened
from ledger.production.restoring import restore
from tests.integration.privacy.in_process import jangbu
from tests.integration.restoring.conftest import Kept
from tests.simulators.film_studio import FilmStudio
from tests.simulators.forging import edited
from tests.simulators.log_rows import rows_of_file


def schema(path: Path) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return set(
            connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        )


def goes_on(root: Path) -> int:
    """State something more; its index."""
    with opened(root) as production:
        FilmStudio(production).asset("one more")
        return production.reader().size() - 1


def is_sound(root: Path) -> bool:
    code, told = jangbu("fsck", str(root))
    assert code == 0, told["findings"]
    return bool(told["ok"])


# --- whole ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sources", [["newer"], ["older", "bundle"], ["bundle"], ["bundle", "tree"]]
)
def test_every_row_comes_back_byte_for_byte(kept: Kept, sources: list[str]) -> None:
    before, objects = rows_of_file(kept.newer), schema(kept.newer)
    kept.lose()
    done = restore(kept.root, [getattr(kept, name) for name in sources])
    assert done.complete
    assert rows_of_file(kept.database) == before
    assert schema(kept.database) == objects
    assert is_sound(kept.root)
    assert goes_on(kept.root) == len(before["entry"])
    assert is_sound(kept.root)


def test_a_log_comes_back_from_an_exported_tree_and_a_bundle_alone(kept: Kept) -> None:
    before = rows_of_file(kept.newer)
    kept.lose()
    shutil.rmtree(kept.root / "log")
    shutil.rmtree(kept.root / "blobs")
    done = restore(kept.root, [kept.tree, kept.bundle])
    assert (done.complete, done.beside.missing) == (True, 0)
    assert done.beside.blobs == 2
    assert rows_of_file(kept.database) == before
    assert is_sound(kept.root)


def test_the_newest_checkpoint_is_the_one_that_was_published(kept: Kept) -> None:
    published = (kept.root / "log" / "checkpoint").read_bytes()
    kept.lose()
    restore(kept.root, [kept.newer])
    with opened(kept.root) as production:
        assert production.reader().checkpoint() == published


def test_what_waits_in_the_outbox_after_a_crash_is_found_there(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(kept.root) as production, monkeypatch.context() as patched:
        patched.setattr(type(production.recorder.outbox), "done", lambda *_: None)
        FilmStudio(production).asset("never in any backup")
        production.online().engine.dispose()
    kept.lose()
    assert restore(kept.root, [kept.newer]).complete
    assert is_sound(kept.root)


# --- in part -------------------------------------------------------------------------


def test_with_statements_missing_the_log_is_read_and_not_written(kept: Kept) -> None:
    kept.lose()
    code, told = jangbu("restore", str(kept.root), "--from", str(kept.older))
    assert (code, told["complete"]) == (3, False)
    assert told["missing"] == {"asset.1": 1, "generation.1": 1}
    before = rows_of_file(kept.database)["entry"]
    with opened(kept.root) as production:
        with pytest.raises(StorePartialError) as refused:
            FilmStudio(production).asset("one more")
        assert refused.value.exit_code == 6
        out = kept.root.parent / "part.bundle"
        bundle = bundle_production(production, Request(), out, force=False)
    assert rows_of_file(kept.database)["entry"] == before
    assert bundle.withheld == 2
    verdict = verify_bundle(
        out.read_bytes(), read_trust(kept.root / "trust.json"), Readers()
    )
    assert (verdict.state, verdict.failures) == (State.OPEN, ())
    assert verdict.records["generation.1"].withheld == 1


def test_a_log_restored_in_part_is_completed_by_another_source(kept: Kept) -> None:
    before = rows_of_file(kept.newer)
    kept.lose()
    assert not restore(kept.root, [kept.older]).complete
    # What is there already is a source, too.
    assert restore(kept.root, [kept.bundle]).complete
    assert rows_of_file(kept.database) == before
    assert goes_on(kept.root) == len(before["entry"])


def test_without_the_statements_about_keys_there_is_no_database(kept: Kept) -> None:
    kept.lose()
    with pytest.raises(MissingEvidenceError, match="genesis"):
        restore(kept.root, [kept.tree])
    assert not kept.database.exists()


# --- never a fork --------------------------------------------------------------------


def test_an_older_backup_alone_is_refused_while_a_newer_checkpoint_is_known(
    kept: Kept,
) -> None:
    kept.lose()
    (kept.root / "log" / "entries").unlink()
    with pytest.raises(RollbackError) as refused:
        restore(kept.root, [kept.older])
    assert refused.value.code == "log.rollback"
    assert not kept.database.exists()


def test_a_checkpoint_on_another_machine_counts(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = kept.root.parent / "checkpoint"
    shutil.copy(kept.root / "log" / "checkpoint", elsewhere)
    kept.lose()
    shutil.rmtree(kept.root / "log")
    monkeypatch.setenv("JANGBU_OUTSIDE_CHECKPOINT", str(elsewhere))
    with pytest.raises(RollbackError):
        restore(kept.root, [kept.older])
    assert restore(kept.root, [kept.newer]).complete


def test_an_entry_that_was_changed_in_the_copy_is_taken_from_another_source(
    kept: Kept,
) -> None:
    before = rows_of_file(kept.newer)
    kept.lose()
    copy = kept.root / "log" / "entries"
    lines = copy.read_bytes().split(b"\n")
    lines[3] = edited(lines[3])
    copy.write_bytes(b"\n".join(lines))
    with pytest.raises(RollbackError):
        restore(kept.root, [kept.older])
    assert restore(kept.root, [kept.newer]).complete
    assert rows_of_file(kept.database) == before
    assert is_sound(kept.root)


def test_a_statement_that_was_changed_in_a_backup_counts_as_missing(
    kept: Kept,
) -> None:
    kept.lose()
    with closing(sqlite3.connect(kept.newer)) as connection:
        connection.execute("DROP TRIGGER statement_no_update")
        size = connection.execute("SELECT max(idx) FROM statement").fetchone()[0]
        changed = connection.execute(
            "UPDATE statement SET body = replace(body, 'scripted', 'scribbled') "
            "WHERE idx = ?",
            (size,),
        )
        assert changed.rowcount == 1
        connection.commit()
    done = restore(kept.root, [kept.newer])
    assert done.missing == {"generation.1": 1}


def test_another_productions_log_is_refused(kept: Kept) -> None:
    kept.lose()
    (kept.root / "trust.json").write_bytes(
        (kept.root / "trust.json")
        .read_bytes()
        .replace(b'"genesis_leaf":"', b'"genesis_leaf":"' + b"0" * 64 + b'","was":"')
    )
    with pytest.raises((AlteredEvidenceError, UnreadableInputError)):
        restore(kept.root, [kept.newer])


# --- the place -----------------------------------------------------------------------


def test_a_database_is_never_overwritten(kept: Kept) -> None:
    with pytest.raises(OutputExistsError):
        restore(kept.root, [kept.newer])
    kept.lose()
    (kept.root / "ledger.sqlite-wal").write_bytes(b"of another database")
    with pytest.raises(OutputExistsError, match="write-ahead"):
        restore(kept.root, [kept.newer])


def test_interrupted_before_the_end_it_is_run_again(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of_file(kept.newer)
    kept.lose()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("_check", "_rename"):
        with monkeypatch.context() as patched:
            patched.setattr(restoring, step, killed)
            with pytest.raises(KeyboardInterrupt):
                restore(kept.root, [kept.newer])
        assert not kept.database.exists()
    assert restore(kept.root, [kept.newer]).complete
    assert rows_of_file(kept.database) == before
    assert not (kept.root / "ledger.sqlite.restoring").exists()


def test_what_was_destroyed_on_purpose_does_not_come_back(kept: Kept) -> None:
    copies = kept.root.parent / "blobs-of-then"
    shutil.copytree(kept.root, copies)
    with opened(kept.root) as production:
        blob = next(path.name for path in (kept.root / "blobs").glob("*/*"))
        dispose(production, [blob], "retention-ended")
        bundle_production(production, Request(), kept.bundle, force=True)
    kept.lose()
    done = restore(kept.root, [kept.bundle, copies])
    assert (done.beside.disposed, done.beside.blobs) == (1, 0)
    assert not list((kept.root / "blobs").glob(f"*/{blob}"))
    assert is_sound(kept.root)


def test_what_is_no_source_is_refused(kept: Kept) -> None:
    kept.lose()
    for strange in (kept.root / "trust.json", kept.root / "keys", kept.root / "none"):
        with pytest.raises(UnreadableInputError):
            restore(kept.root, [strange])


def test_entries_keep_their_order(kept: Kept) -> None:
    kept.lose()
    restore(kept.root, [kept.newer])
    with opened(kept.root) as production:
        reader = production.reader()
        times = [parse_entry(raw).at for raw in reader.entries(0, reader.size())]
    assert times == sorted(times)
