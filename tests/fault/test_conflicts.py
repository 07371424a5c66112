"""A machine that measures something else is found out, and changes nothing."""

import json
import sys
from pathlib import Path

import pytest

from tests.fault.conftest import Undisturbed
from tests.simulators.logged_shot import check_whole, entries, waiting
from tests.simulators.shot_folder import Done, ShotFolder, ended

pytestmark = pytest.mark.slow

DRIVER = Path(__file__).parent / "lying_run.py"


def _lie(shot: ShotFolder, production: Path, out: Path, *words: str) -> Done:
    script: list[str | Path] = [sys.executable, DRIVER, "run", shot.recipe]
    more: list[str | Path] = ["-p", production, "--out", out, "--workers", "1"]
    return ended(shot.start_process([*script, *more, "--json", *words]))


def _refused_cells(out: Path) -> list[str]:
    return sorted(path.name for path in (out / ".jangbu" / "cells").iterdir())


def test_another_measurement_of_a_cell_is_a_conflict_that_stays_visible(
    one_cell: ShotFolder, finished: Undisturbed
) -> None:
    production = one_cell.copy_production("lied", finished.production)
    out = one_cell.root / "lied-out"
    before = entries(production)
    done = _lie(one_cell, production, out)
    assert (done.code, done.json["error"]["code"]) == (6, "record.conflict"), done.err
    assert entries(production) == before
    assert _refused_cells(out) == ["32.refused"]
    assert [path.name for path in out.iterdir()] == [".jangbu"]
    assert waiting(production) == []
    (parcel,) = waiting(production, "refused")
    reasons = json.loads(parcel.with_suffix(".reasons").read_bytes())
    assert [one["code"] for one in reasons] == [
        "record.conflict",
        "record.unknown_reference",
    ]
    shown = one_cell.command("spool", production, "--json")
    assert (shown.code, shown.json["waiting"], shown.json["refused"]) == (0, 0, 1)
    # An honest machine finishes the folder; what was refused stays to be looked at.
    honest = one_cell.run(production, "--out", out)
    assert honest.code == 0, honest.err
    assert _refused_cells(out) == ["32.json", "32.refused"]
    (out / ".jangbu" / "cells" / "32.refused").unlink()
    check_whole(production, out, range(1024, 1028))


def test_a_lie_from_offline_is_refused_when_it_arrives(
    one_cell: ShotFolder, finished: Undisturbed
) -> None:
    production = one_cell.copy_production("late-lie", finished.production)
    out = one_cell.root / "late-lie-out"
    before = entries(production)
    away = _lie(one_cell, production, out, "--offline")
    assert away.code == 0, away.err
    sent = one_cell.command("spool", production, "--send", "--json")
    assert (sent.code, sent.json["waiting"], sent.json["refused"]) == (6, 0, 1), (
        sent.err
    )
    assert entries(production) == before
    done = one_cell.run(production, "--out", out)
    assert (done.code, done.json["error"]["code"]) == (6, "record.conflict"), done.err
    assert _refused_cells(out) == ["32.refused"]
    assert entries(production) == before
