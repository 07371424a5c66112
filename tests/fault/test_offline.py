"""Work out of the log's reach, and what becomes of it."""

import pytest

from tests.simulators.logged_shot import (
    check_version,
    check_whole,
    entries,
    of_kind,
    seals_of,
    waiting,
)
from tests.simulators.opened_files import OpenedFiles
from tests.simulators.shot_folder import ShotFolder, ended

pytestmark = pytest.mark.slow

FRAMES = range(1024, 1028)


def test_an_offline_folder_joins_an_online_one(one_cell: ShotFolder) -> None:
    production = one_cell.copy_production("joined")
    online, offline = one_cell.root / "joined-on", one_cell.root / "joined-off"
    before = entries(production)
    away = one_cell.run(production, "--out", offline, "--offline")
    assert away.code == 0, away.err
    assert not away.json.get("version")
    assert entries(production) == before
    assert len(waiting(production)) == 2
    # A copy of the spool is kept from the online run, which would submit it.
    spool = {path: path.read_bytes() for path in waiting(production)}
    for path in spool:
        path.unlink()
    done = one_cell.run(production, "--out", online)
    assert done.code == 0, done.err
    for path, content in spool.items():
        path.write_bytes(content)
    shown = one_cell.command("spool", production, "--json")
    assert (shown.code, shown.json["waiting"], shown.json["refused"]) == (0, 2, 0)
    sent = one_cell.command("spool", production, "--send", "--json")
    assert (sent.code, sent.json["waiting"], sent.json["refused"]) == (0, 0, 0), (
        sent.err
    )
    (frame_set,) = of_kind(production, "frame.set.1")
    assert away.json["cells"][0]["frame_set"] == frame_set.id
    seals = [seals_of(production, out)[frame_set.id].id for out in (online, offline)]
    assert len(set(seals)) == len(of_kind(production, "seal.set.1")) == 2
    assert waiting(production, "refused") == []
    check_version(production)
    for out in (online, offline):
        check_whole(production, out, FRAMES)


def test_online_and_offline_at_once_agree(one_cell: ShotFolder) -> None:
    production = one_cell.copy_production("at-once")
    outs = [one_cell.root / name for name in ("at-once-on", "at-once-off")]
    both = [
        one_cell.start_run(production, "--out", outs[0]),
        one_cell.start_run(production, "--out", outs[1], "--offline"),
    ]
    done = [ended(process) for process in both]
    assert [one.code for one in done] == [0, 0], [one.err for one in done]
    sent = one_cell.command("spool", production, "--send", "--json")
    assert (sent.code, sent.json["waiting"], sent.json["refused"]) == (0, 0, 0), (
        sent.err
    )
    assert len(of_kind(production, "frame.set.1")) == 1
    assert len(of_kind(production, "seal.set.1")) == 2
    check_version(production)
    for out in outs:
        check_whole(production, out, FRAMES)


def test_an_offline_and_an_online_process_share_one_folder(
    one_cell: ShotFolder,
) -> None:
    production, out = one_cell.copy_production("shared"), one_cell.root / "shared-out"
    both = [
        one_cell.start_run(production, "--out", out),
        one_cell.start_run(production, "--out", out, "--offline"),
    ]
    done = [ended(process) for process in both]
    assert [one.code for one in done] == [0, 0], [one.err for one in done]
    sent = one_cell.command("spool", production, "--send", "--json")
    assert (sent.code, sent.json["waiting"], sent.json["refused"]) == (0, 0, 0), (
        sent.err
    )
    assert len(of_kind(production, "seal.set.1")) == 1
    check_version(production)
    check_whole(production, out, FRAMES)


def test_what_was_made_offline_gets_its_version_without_decoding(
    one_cell: ShotFolder,
) -> None:
    production, out = one_cell.copy_production("later"), one_cell.root / "later-out"
    # Twice, so that the spool holds repetitions, too.
    for _ in range(2):
        away = one_cell.run(production, "--out", out, "--offline")
        assert away.code == 0, away.err
    sent = one_cell.command("spool", production, "--send", "--json")
    assert (sent.code, sent.json["waiting"], sent.json["refused"]) == (0, 0, 0), (
        sent.err
    )
    assert of_kind(production, "version.1") == []
    with OpenedFiles([one_cell.root / "plate"]) as opened:
        done = one_cell.run(production, "--out", out)
        counts = opened.look()
    assert done.code == 0, done.err
    assert done.json["version"] == of_kind(production, "version.1")[0].id
    assert dict(counts) == {f"p.{frame}.png": 1 for frame in FRAMES}  # the plan's
    check_whole(production, out, FRAMES)
    check_version(production)


def test_a_run_goes_on_while_the_database_is_out_of_reach(
    one_cell: ShotFolder,
) -> None:
    production, out = one_cell.copy_production("away"), one_cell.root / "away-out"
    database = production / "ledger.sqlite"
    before = entries(production)
    database.rename(one_cell.root / "away.sqlite")
    away = one_cell.run(production, "--out", out)
    assert away.code == 0, away.err
    assert "out of reach" in away.err
    assert len(waiting(production)) == 2
    (one_cell.root / "away.sqlite").rename(database)
    assert entries(production) == before
    # Any next command takes along what waits.
    done = one_cell.run(production, "--out", out)
    assert done.code == 0, done.err
    assert waiting(production) == []
    check_version(production)
    check_whole(production, out, FRAMES)
