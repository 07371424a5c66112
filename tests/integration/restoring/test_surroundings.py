"""What fsck finds around a log: checkpoints, tokens, keys, projections, moves."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.production.opening import opened
from ledger.store.engine import transaction
from ledger.store.retired import retire
from ledger.store.spans import Spans
from ledger.store.sqlite import open_migration_engine
from ledger.store.tokens import KeptToken, TokenFolder
from tests.integration.privacy.in_process import jangbu
from tests.integration.restoring.conftest import Kept


def codes(root: Path) -> set[str]:
    code, told = jangbu("fsck", str(root))
    assert code == (5 if told["findings"] else 0)
    assert all(":" in one["message"] or one["message"] for one in told["findings"])
    return {str(one["code"]) for one in told["findings"]}


def cosign(kept: Kept, note: bytes, size: int) -> Path:
    path = kept.root / "log" / "cosigned" / f"{size:020d}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(note)
    return path


def signed(kept: Kept, size: int, root: bytes) -> bytes:
    with opened(kept.root) as production:
        key = production.keys.signing_key("log")
        point = Checkpoint(origin=production.log, size=size, root=root)
        return sign_checkpoint(point, key)


def test_a_sound_production_has_no_findings(kept: Kept) -> None:
    note = (kept.root / "log" / "checkpoint").read_bytes()
    with opened(kept.root) as production:
        size = production.reader().size()
    cosign(kept, note, size)
    code, told = jangbu("fsck", str(kept.root))
    assert (code, told["findings"]) == (0, [])
    assert told["checked"]["cosigned"] == 1
    assert told["checked"]["keys"] > 4


@pytest.mark.parametrize(
    ("size", "code"), [(4, "cosigned.fork"), (900, "cosigned.ahead")]
)
def test_a_cosigned_checkpoint_of_another_history_is_named(
    kept: Kept, size: int, code: str
) -> None:
    cosign(kept, signed(kept, size, b"\x01" * 32), size)
    assert codes(kept.root) == {code}


def test_a_cosigned_checkpoint_that_nobody_signed_is_named(kept: Kept) -> None:
    note = (kept.root / "log" / "checkpoint").read_bytes()
    cosign(kept, note, 3)  # of another size than it is filed under
    cosign(kept, b"nothing", 4)
    assert codes(kept.root) == {"cosigned.altered"}


def test_a_token_that_stamps_something_else_is_named(kept: Kept) -> None:
    note = (kept.root / "log" / "checkpoint").read_bytes()
    with opened(kept.root) as production:
        size = production.reader().size()
    TokenFolder(kept.root / "log" / "tokens").keep(
        KeptToken(size=size, name="tsa", raw=b"0\x03\x02\x01\x00", note=note)
    )
    assert codes(kept.root) == {"token.altered"}


def test_a_key_that_does_not_open_is_named(kept: Kept) -> None:
    path = kept.root / "keys" / "c2pa" / "key.pem"
    path.write_bytes(path.read_bytes().replace(b'"wrapped":"', b'"wrapped":"00'))
    code, told = jangbu("fsck", str(kept.root))
    (found,) = told["findings"]
    assert (code, found["code"]) == (5, "key.unreadable")
    assert "c2pa/key.pem" in found["message"]


def test_a_key_that_values_need_stops_the_check_and_names_nobody(kept: Kept) -> None:
    (path,) = (kept.root / "keys" / "blind").glob(f"person-{'?' * 32}")
    path.write_bytes(path.read_bytes().replace(b'"wrapped":"', b'"wrapped":"00'))
    code, told = jangbu("fsck", str(kept.root))
    assert (code, told["error"]["code"]) == (7, "keys.master")
    assert path.name not in str(told)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE frame_span SET element = 'x' WHERE element IS NOT NULL AND idx < 6",
        "DELETE FROM frame_span WHERE idx = (SELECT min(idx) FROM frame_span)",
        "UPDATE projection SET size = 99",
    ],
)
def test_an_index_that_is_not_that_of_the_entries_is_named_and_made_anew(
    kept: Kept, change: str
) -> None:
    with opened(kept.root) as production:
        port = production.online()
        Spans(port.engine, port.studio, port.log).catch_up()
    with closing(sqlite3.connect(kept.database)) as connection:
        assert connection.execute(change).rowcount > 0
        connection.commit()
    assert codes(kept.root) == {"projection.wrong"}
    assert jangbu("store", "index", str(kept.root))[0] == 0
    assert codes(kept.root) == set()


def test_a_database_whose_log_was_moved_says_what_to_do(kept: Kept) -> None:
    engine = open_migration_engine(kept.database)
    with transaction(engine, write=True) as connection:
        retire(connection)
    engine.dispose()
    assert codes(kept.root) == {"database.moved"}


def test_a_database_restored_in_part_says_what_to_do(kept: Kept) -> None:
    kept.lose()
    assert jangbu("restore", str(kept.root), "--from", str(kept.older))[0] == 3
    assert codes(kept.root) == {"database.partial", "statement.missing"}


def test_the_audit_command_looks_at_entries_alone(kept: Kept) -> None:
    code, told = jangbu("fsck", str(kept.root), "--audit")
    assert (code, told["ok"]) == (0, True)
    assert "statements" not in told["checked"]
    shutil.rmtree(kept.root / "blobs")
    assert jangbu("fsck", str(kept.root), "--audit")[0] == 0
    assert codes(kept.root) == {"blob.missing"}
